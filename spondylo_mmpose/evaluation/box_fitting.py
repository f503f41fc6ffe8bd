"""Predictions that take the boxes they were given for exact."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.spine.box_fit import fit_to_boxes


def with_corners_in_boxes(records: Sequence[VertebraRecord]) -> list[VertebraRecord]:
    """Fit predictions to their boxes, see :func:`.fit_to_boxes`.

    Args:
        records: Vertebrae. One with a corner that is not labelled stays as it is, since
            its box is no hull of corners; and so does one with a corner not predicted.
    """
    if not records:
        return []
    fitted = fit_to_boxes(
        np.stack([record.predicted for record in records]),
        np.stack([record.box for record in records]),
    )
    return [
        replace(record, predicted=quad)
        if np.isfinite(quad).all() and np.isfinite(record.true).all()
        else record
        for record, quad in zip(records, fitted, strict=True)
    ]
