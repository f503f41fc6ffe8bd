"""Where a training's curves are written."""

from spondylo_mmpose.engine.visualization.csv_vis_backend import CsvVisBackend

__all__ = ['CsvVisBackend']
