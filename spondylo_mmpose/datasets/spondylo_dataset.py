"""Top-down dataset: one vertebra, four corners."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmengine.logging import print_log
from mmpose.datasets.datasets.base import BaseCocoStyleDataset
from mmpose.registry import DATASETS

from spondylo_mmpose.converters.annotation_file import read_annotation_file
from spondylo_mmpose.datasets.film_cache import DEFAULT_MIB, FilmCache
from spondylo_mmpose.datasets.leak_check import check_leaks
from spondylo_mmpose.datasets.metainfo import VERTEBRA_CLASS, vertebra_metainfo
from spondylo_mmpose.datasets.pipeline_changes import change_pipeline
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.imaging import RadiographError, read_radiograph

FILM_KEYS = (
    'file_name',
    'width',
    'height',
    'patient_id',
    'group',
    'source',
    'view',
    'pixel_spacing_mm',
    'pixel_spacing_origin',
    'pixel_spacing_estimate',
    'original_size',
    'cobb_angles_deg',
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
        film_cache_mib: Memory for decoded films that all workers share, MiB; 0 decodes
            a film anew for each of its vertebrae. See :class:`.film_cache.FilmCache`.
        pipeline_changes: Steps of the pipeline to switch off or to change, by type, as
            ``{'RandomFlip': None, 'RandomBBoxTransform': {'rotate_prob': 0}}``; see
            :func:`.pipeline_changes.change_pipeline`.
        **kwargs: As ``args``.

    Raises:
        SpondyloError: If the annotation file or a film is missing, the file is no COCO
            keypoint file of ours, it holds no vertebra, its films leak, or a step to be
            changed is not in the pipeline.
    """

    METAINFO = vertebra_metainfo()

    def __init__(
        self,
        *args: Any,
        allow_leaks: bool = False,
        film_cache_mib: float = DEFAULT_MIB,
        pipeline_changes: Mapping[str, Mapping[str, Any] | None] | None = None,
        **kwargs: Any,
    ) -> None:
        self.allow_leaks = allow_leaks
        self.film_cache_mib = film_cache_mib
        self.film_cache = FilmCache({})
        self._film_sizes: dict[str, tuple[int, int]] = {}
        if pipeline_changes:
            steps = kwargs.get('pipeline', ())
            kwargs['pipeline'] = change_pipeline(steps, pipeline_changes)
        super().__init__(*args, **kwargs)

    @classmethod
    def _load_metainfo(cls, metainfo: dict | None = None) -> dict:
        # MMDet's metrics and pictures ask for the names of the classes.
        return {**super()._load_metainfo(metainfo), 'classes': (VERTEBRA_CLASS,)}

    def load_data_list(self) -> list[dict]:
        """Read the annotation file; see the base class."""
        read_annotation_file(Path(self.ann_file))
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
        self._make_film_cache()
        return data_list

    def _make_film_cache(self) -> None:
        self.film_cache = FilmCache(self._film_sizes, self.film_cache_mib)
        room, films = len(self.film_cache), len(self._film_sizes)
        if 0 < room < films:
            print_log(
                f'{room} of {films} films fit into {self.film_cache_mib:g} MiB and are '
                'decoded once, the others for each vertebra; raise film_cache_mib of '
                'the data set if there is memory',
                'current',
            )

    def parse_data_info(self, raw_data_info: dict) -> dict | None:
        """Parse one annotation; see the base class."""
        info: dict[str, Any] | None = super().parse_data_info(raw_data_info)
        if info is not None:
            image = raw_data_info['raw_img_info']
            annotation = raw_data_info['raw_ann_info']
            info['film'] = {key: image.get(key) for key in FILM_KEYS}
            info['vertebra'] = {key: annotation.get(key) for key in VERTEBRA_KEYS}
            size = int(image['width']), int(image['height'])
            self._film_sizes[info['img_path']] = size
        return info

    def prepare_data(self, idx: int) -> Any:
        """Run the pipeline on one sample; see the base class."""
        try:
            return super().prepare_data(idx)
        except SpondyloError:
            raise
        except Exception as error:
            # Pipelines of others have readers that take half a film, or none at all.
            path = self.get_data_info(idx)['img_path']
            try:
                read_radiograph(path)
            except RadiographError as reason:
                raise SpondyloError(f'{path}: {reason}') from error
            raise
