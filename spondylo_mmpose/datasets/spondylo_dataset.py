"""Top-down dataset: one vertebra, four corners."""

from pathlib import Path
from typing import Any

import mmcv
from mmpose.datasets.datasets.base import BaseCocoStyleDataset
from mmpose.registry import DATASETS

from spondylo_mmpose.datasets.annotation_file import check_annotation_file
from spondylo_mmpose.datasets.leak_check import check_leaks
from spondylo_mmpose.datasets.metainfo import vertebra_metainfo
from spondylo_mmpose.errors import SpondyloError

FILM_KEYS = (
    'file_name',
    'width',
    'height',
    'patient_id',
    'group',
    'source',
    'view',
    'pixel_spacing_mm',
    'original_size',
)
"""Image fields of the COCO contract that travel with each sample as ``film``."""

VERTEBRA_KEYS = ('level', 'level_origin', 'order')
"""Annotation fields that travel with each sample as ``vertebra``."""


@DATASETS.register_module()
class SpondyloDataset(BaseCocoStyleDataset):
    """Vertebrae of lateral lumbar films in COCO keypoint form.

    Each sample is one vertebra with four corners in the order of
    :data:`spondylo_mmpose.spine.anatomy.CORNERS`. Beside MMPose's fields a sample
    carries ``film`` (:data:`FILM_KEYS`) and ``vertebra`` (:data:`VERTEBRA_KEYS`), which
    the metrics need; list both in ``PackPoseInputs(meta_keys=...)``.

    Args:
        *args: Those of :class:`mmpose.datasets.BaseCocoStyleDataset`.
        allow_leaks: Only warn of patients in two splits; see
            :func:`spondylo_mmpose.datasets.leak_check.check_leaks`.
        **kwargs: As ``args``.

    Raises:
        SpondyloError: If the annotation file or a film is missing, the file is no COCO
            keypoint file of ours, it holds no vertebra, or its films leak.
    """

    METAINFO = vertebra_metainfo()

    def __init__(self, *args: Any, allow_leaks: bool = False, **kwargs: Any) -> None:
        self.allow_leaks = allow_leaks
        super().__init__(*args, **kwargs)

    def load_data_list(self) -> list[dict]:
        """Read the annotation file; see the base class."""
        check_annotation_file(Path(self.ann_file))
        check_leaks(self.ann_file, self.allow_leaks)
        data_list = super().load_data_list()
        if not data_list:
            raise SpondyloError(f'{self.ann_file}: holds no labelled vertebra')
        missing = {
            info['img_path']
            for info in data_list
            if not Path(info['img_path']).is_file()
        }
        if missing:
            raise SpondyloError(
                f'{self.ann_file}: {len(missing)} of its films are missing, the first '
                f'is {min(missing)}; convert the data set again'
            )
        return data_list

    def parse_data_info(self, raw_data_info: dict) -> dict | None:
        """Parse one annotation; see the base class."""
        info: dict[str, Any] | None = super().parse_data_info(raw_data_info)
        if info is not None:
            image = raw_data_info['raw_img_info']
            annotation = raw_data_info['raw_ann_info']
            info['film'] = {key: image.get(key) for key in FILM_KEYS}
            info['vertebra'] = {key: annotation.get(key) for key in VERTEBRA_KEYS}
        return info

    def prepare_data(self, idx: int) -> Any:
        """Run the pipeline on one sample; see the base class."""
        try:
            return super().prepare_data(idx)
        except Exception as error:
            path = self.get_data_info(idx)['img_path']
            # The pipeline's own reader: cv2.imread takes half a film.
            if mmcv.imfrombytes(Path(path).read_bytes()) is None:
                raise SpondyloError(
                    f'{path}: cannot be read as an image; convert the data set again'
                ) from error
            raise
