"""Formats that can be written, by their name on the command line."""

from spondylo_mmpose.exporters.base import Exporter
from spondylo_mmpose.exporters.coco import CocoExporter
from spondylo_mmpose.exporters.csv_table import CsvExporter
from spondylo_mmpose.exporters.labelme import LabelmeExporter
from spondylo_mmpose.exporters.mendeley import MendeleyExporter
from spondylo_mmpose.exporters.yolo_pose import YoloPoseExporter

EXPORTERS: dict[str, Exporter] = {
    'coco': CocoExporter(),
    'mendeley': MendeleyExporter(),
    'yolo-pose': YoloPoseExporter(),
    'labelme': LabelmeExporter(),
    'csv': CsvExporter(),
}
