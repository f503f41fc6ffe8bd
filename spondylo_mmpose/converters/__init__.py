"""Raw data sets to COCO keypoints: one reader per raw format, one COCO writer."""
