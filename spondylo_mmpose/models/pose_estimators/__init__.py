"""Models that see whole films; importing this package registers them in MMPose."""

from spondylo_mmpose.models.pose_estimators.detect_then_pose import DetectThenPose
from spondylo_mmpose.models.pose_estimators.file_boxes import FileBoxes
from spondylo_mmpose.models.pose_estimators.film_detector import FilmDetector
from spondylo_mmpose.models.pose_estimators.film_pose_estimator import FilmPoseEstimator

__all__ = ['DetectThenPose', 'FileBoxes', 'FilmDetector', 'FilmPoseEstimator']
