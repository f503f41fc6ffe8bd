"""Vertebrae of a film by slot: for models that tell which vertebra is which."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from mmcv.transforms import BaseTransform
from mmpose.registry import TRANSFORMS
from numpy.typing import NDArray

from spondylo_mmpose.datasets.transforms.film_targets import visibility
from spondylo_mmpose.spine.anatomy import LEVEL_ASSUMED, LEVELS, order_upward

LABELS = {
    name: name
    for name in (
        'slot_corners',
        'slot_corner_weights',
        'slot_presence',
        'slot_presence_weights',
        'slot_known',
    )
}


@TRANSFORMS.register_module()
class SlotTargets(BaseTransform):
    """Put vertebrae into slots counted upward from S1 by their levels.

    Films whose vertebrae have no levels are counted from the lowest. Where the lowest
    vertebra isn't on the input - its film was shifted or zoomed, or it was never
    labelled and no level named - nothing shows which vertebra is the lowest visible
    one: it goes to slot 0 and ``slot_known`` is 0, so that the loss may move all of the
    film's vertebrae upward.

    A vertebra that the input's border cuts is neither present nor absent, since labels
    of films are of whole vertebrae; its corners on the input are to be found all the
    same. Where it isn't known which vertebrae are seen nothing is taught of the cut
    ones, but they keep their slots: the lowest whole one stands above a cut one.

    Vertebrae beyond the last slot are left out; of those above the topmost labelled one
    nobody said anything, which counts as absent, as it does in the metrics.

    Required Keys:

        - transformed_keypoints: ``(N, 4, 2)`` px of the input
        - keypoints_visible: ``(N, 4)``
        - input_size
        - vertebra (optional): ``level`` and ``level_origin`` of each, see
          :class:`.SpondyloDataset`

    Added Keys:

        - slot_corners: ``(slots, 4, 2)`` px of the input, float32
        - slot_corner_weights: ``(slots, 4)``, 0 for a corner without label or outside
        - slot_presence, slot_presence_weights: ``(slots,)``
        - slot_known: ``(slots,)``, the same for all
        - label_mapping_table: packs all these into ``gt_instance_labels``

    Args:
        slots: Their number. With 1 the input is a crop of one vertebra, whichever.
        count_from: ``'lowest'``, or ``'top'`` for the published models' way, to
            show what it costs.
        least_visible: Share of a vertebra's hull box on the input from which it is
            there, and shows which vertebra is which.
        whole: Share from which it is present.

    Raises:
        ValueError: If ``count_from`` is something else.
    """

    def __init__(
        self,
        slots: int = 12,
        count_from: str = 'lowest',
        least_visible: float = 0.5,
        whole: float = 0.95,
    ) -> None:
        if count_from not in ('lowest', 'top'):
            raise ValueError(f"count_from must be 'lowest' or 'top', not {count_from}")
        self.slots = slots
        self.count_from = count_from
        self.least_visible = least_visible
        self.whole = whole

    def transform(self, results: dict) -> dict:
        """Add the targets; a film without vertebrae gets empty slots."""
        corners = np.asarray(results.get('transformed_keypoints', ()), np.float64)
        corners = corners.reshape(-1, 4, 2)
        labelled = np.asarray(results.get('keypoints_visible', ())).reshape(-1, 4) > 0
        places, floor = self._places(results.get('vertebra'), corners, labelled)
        visible, inside, _ = visibility(corners, labelled, results['input_size'])
        present = visible >= self.least_visible
        known = self.slots == 1 or bool(present[places == floor].any())
        if self.count_from == 'top':
            places, floor, known = places.max(initial=0) - places, 0, True
        if self.count_from == 'top' or not known:
            seen = present if self.count_from == 'top' else visible > 0
            places, floor = places - min(places[seen], default=0), 0
        kept = (places >= 0) & (places < self.slots) & (visible > 0)
        # Moving films up to fit, a cut vertebra must not count.
        taught = inside & labelled & (present | known)[:, None]
        where = places[kept]

        def spread(values: NDArray[Any], empty: float) -> NDArray[np.float32]:
            filled = np.full((self.slots, *values.shape[1:]), empty, np.float32)
            filled[where] = values[kept]
            return filled

        results['slot_corners'] = spread(corners, 0)
        results['slot_corner_weights'] = spread(taught, 0)
        results['slot_presence'] = spread(present, 0)
        results['slot_presence_weights'] = spread(visible >= self.whole, 1)
        # Named levels without those below: the lower ones may well be on the film.
        results['slot_presence_weights'][:floor] = 0
        results['slot_known'] = np.full(self.slots, known, np.float32)
        results['label_mapping_table'] = LABELS
        return results

    def _places(
        self,
        vertebrae: Sequence[Mapping[str, Any]] | Mapping[str, Any] | None,
        corners: NDArray[np.float64],
        labelled: NDArray[np.bool_],
    ) -> tuple[NDArray[np.intp], int]:
        """Slot ``(N,)`` of each vertebra, and that of the lowest if it was named."""
        number = len(corners)
        if self.slots == 1:
            return np.zeros(number, np.intp), 0
        entries = [vertebrae] if isinstance(vertebrae, Mapping) else (vertebrae or [])
        levels = [entry.get('level') for entry in entries]
        if len(levels) == number and all(level in LEVELS for level in levels):
            places = np.array([LEVELS.index(str(level)) for level in levels], np.intp)
            named = all(e.get('level_origin') != LEVEL_ASSUMED for e in entries)
            return places, int(places.min()) if named and number else 0
        places = np.empty(number, np.intp)
        places[order_upward(np.where(labelled[..., None], corners, np.nan))] = (
            np.arange(number)
        )
        return places, 0

    def __repr__(self) -> str:
        return (
            f'{type(self).__name__}(slots={self.slots}, '
            f'count_from={self.count_from!r}, least_visible={self.least_visible}, '
            f'whole={self.whole})'
        )
