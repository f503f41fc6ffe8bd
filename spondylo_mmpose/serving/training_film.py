"""A reviewed film as training data: an entry of the package's COCO files."""

from pathlib import PurePosixPath

import numpy as np

from spondylo_mmpose.converters.coco import DatasetInfo, Film
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.film_report.spine_report import ASSUMED, SpineReport
from spondylo_mmpose.spine.anatomy import LEVEL_ASSUMED, order_upward

SPLIT = 'train'

INFO = DatasetInfo(description='Films reviewed with spondylo_mmpose')


def training_film(report: SpineReport, file_name: str) -> Film:
    """Turn a reviewed report into an entry of training data.

    Levels are told as the report tells them, vertebrae with fewer than two corners are
    left out.

    Args:
        report: With its review.
        file_name: Of the film, relative to the split's folder of images.

    Raises:
        SpondyloError: If there is nothing to train on, one line.
    """
    review = report.review
    assert review is not None
    usable = [
        (one, reviewed)
        for one, reviewed in zip(report.vertebrae, review.vertebrae, strict=True)
        if sum(point is not None for point in one.corners) >= 2
    ]
    if not usable:
        raise SpondyloError('no vertebra has corners')
    lost = (np.nan, np.nan)
    corners = np.array([[p or lost for p in one.corners] for one, _ in usable])
    if (order_upward(corners) != np.arange(len(corners))).any():
        raise SpondyloError(
            'the vertebrae are not numbered in the order in which they stand'
        )
    origin = usable[0][0].level_origin
    film = report.film
    return Film(
        file_name=str(PurePosixPath(SPLIT, file_name)),
        width=film.width,
        height=film.height,
        split=SPLIT,
        corners=corners,
        levels=[one.level for one, _ in usable],
        level_origin=LEVEL_ASSUMED if origin == ASSUMED else origin,
        orders=[one.order for one, _ in usable],
        group=film.sha256,
        source='review',
        pixel_spacing_mm=film.pixel_spacing_mm,
        pixel_spacing_origin=film.spacing_origin,
        view=film.view,
        extra={
            'facing': film.facing,
            'review': {'status': review.status, 'when': review.when},
        },
        vertebra_extra=[{'review': reviewed.status} for _, reviewed in usable],
    )
