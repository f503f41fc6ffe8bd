"""One predicted vertebra beside its truth: the input of every metric."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.spine.anatomy import FloatArray


@dataclass(frozen=True)
class VertebraRecord:
    """Prediction and truth of one vertebra whose box was given.

    Attributes:
        film_id: Path of the image; image ids repeat in joined data sets.
        vertebra_id: Annotation id of the COCO file.
        order: Position along the spine, 0 is the lowest; ``None`` when not recorded.
        level: Level name or ``None``.
        film: Image fields of the COCO contract (file name, source, spacing, ...).
        box: Box given to the model, ``x1, y1, x2, y2`` px.
        predicted: ``(4, 2)`` px.
        true: ``(4, 2)`` px, NaN where a corner is not labelled.
    """

    film_id: str
    vertebra_id: int
    order: int | None
    level: str | None
    film: Mapping[str, Any]
    box: FloatArray
    predicted: FloatArray
    true: FloatArray

    @property
    def spacing(self) -> FloatArray | None:
        """Pixel spacing ``(x, y)`` in mm, ``None`` where it is not known."""
        spacing = self.film.get('pixel_spacing_mm')
        return None if spacing is None else np.asarray(spacing, dtype=np.float64)

    @property
    def estimated_spacing(self) -> FloatArray | None:
        """Estimated spacing ``(x, y)`` in mm of a film whose own is not known."""
        estimate = self.film.get('pixel_spacing_estimate')
        if estimate is None or self.spacing is not None:
            return None
        return np.asarray(estimate['mm'], dtype=np.float64)


def record_from_sample(sample: Mapping[str, Any]) -> VertebraRecord:
    """Read a record from a data sample in dictionary form.

    Args:
        sample: What MMPose hands to a metric and ``--dump`` writes: needs
            ``raw_ann_info``, ``pred_instances`` and, from :class:`.SpondyloDataset`,
            ``film`` and ``vertebra``.

    Raises:
        SpondyloError: If a field is missing or the prediction is not one quad.
    """
    try:
        annotation = sample['raw_ann_info']
        keypoints = np.asarray(annotation['keypoints'], np.float64).reshape(4, 3)
        predicted = np.asarray(sample['pred_instances']['keypoints'], np.float64)
        vertebra, film = sample['vertebra'], sample['film']
        x, y, width, height = annotation['bbox']
        predicted = predicted.reshape(4, 2)
        film_id, vertebra_id = str(sample['img_path']), int(sample['id'])
        order, level = vertebra['order'], vertebra['level']
    except (KeyError, TypeError, ValueError) as error:
        raise SpondyloError(
            f'a data sample is not one of SpondyloDataset ({error!r}); the test '
            "pipeline must pack 'film', 'vertebra' and 'raw_ann_info'"
        ) from error
    return VertebraRecord(
        film_id=film_id,
        vertebra_id=vertebra_id,
        order=order,
        level=level,
        film=film,
        box=np.array([x, y, x + width, y + height], dtype=np.float64),
        predicted=predicted,
        true=np.where(keypoints[:, 2:] > 0, keypoints[:, :2], np.nan),
    )


def unique_records(records: Iterable[VertebraRecord]) -> list[VertebraRecord]:
    """Drop repeated vertebrae and sort the rest.

    Samplers of several processes may hand out a vertebra twice to even their shares;
    it must count once.
    """
    unique = {(r.film_id, r.vertebra_id): r for r in records}
    return [unique[key] for key in sorted(unique)]
