"""Boxes that were found, as a file of COCO detection results."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from mmengine.evaluator import BaseMetric
from mmengine.logging import print_log
from mmpose.registry import METRICS

from spondylo_mmpose.converters.coco import CATEGORY_ID
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.film_samples import as_array
from spondylo_mmpose.utils.io import write_json


@METRICS.register_module()
class CocoBoxResults(BaseMetric):
    """Write the boxes of every film, for a pose model to start from.

    The form is that of :func:`.read_box_results`. Scores are the detector's, and all
    boxes that it gave are written.

    Args:
        out_file_path: JSON file, written whole or not at all.
        **kwargs: Arguments of :class:`mmengine.evaluator.BaseMetric`.

    Raises:
        SpondyloError: If a sample has no boxes of its own, or two films share an id.
    """

    def __init__(self, out_file_path: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.out_file_path = out_file_path

    def process(self, data_batch: Any, data_samples: Sequence[dict]) -> None:
        """Collect the boxes of one batch."""
        for sample in data_samples:
            found = sample['pred_instances']
            scores = found.get('bbox_scores', found.get('scores'))
            if isinstance(sample.get('raw_ann_info'), dict) or scores is None:
                raise SpondyloError(
                    '--save-boxes: this model is given its boxes and finds none; '
                    'test a detector'
                )
            entry = sample['img_path'], as_array(found['bboxes']), as_array(scores)
            self.results.append((int(sample['img_id']), *entry))

    def compute_metrics(self, results: list) -> dict:
        """Write the file; runs on the main process only."""
        paths: dict[int, str] = {}
        entries: dict[int, list[dict]] = {}
        for image_id, path, boxes, scores in results:
            if paths.setdefault(image_id, path) != path:
                raise SpondyloError(
                    f'--save-boxes: image_id {image_id} stands for two films; test one '
                    'annotation file at a time'
                )
            sides = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], 1)
            entries[image_id] = [
                {
                    'image_id': image_id,
                    'category_id': CATEGORY_ID,
                    'bbox': box.tolist(),
                    'score': float(score),
                }
                for box, score in zip(sides, scores, strict=True)
            ]
        found = [one for key in sorted(entries) for one in entries[key]]
        write_json(self.out_file_path, found, indent=None)
        print_log(f'Boxes were written to {self.out_file_path}', 'current')
        return {}
