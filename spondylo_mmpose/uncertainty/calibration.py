"""What validation taught of a model's errors, ready to be used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.spine.anatomy import FloatArray
from spondylo_mmpose.spine.measurements import end_plate_lengths

Kind = Literal['S1', 'others']

Quantiles = Literal['conformal', 'normal']
"""Where quantiles come from: patients' errors, or errors taken for normal."""

KINDS: tuple[Kind, ...] = ('S1', 'others')
"""Kinds of vertebrae that are calibrated apart: of S1 the film shows one end plate."""

ALL = 'all'
"""Name of the quantiles of all vertebrae or pairs, whatever their kind."""

LEARNED = 'learned'
"""``std_origin`` of deviations that are the model's own word."""


def kind_of(level: str | None) -> Kind:
    """Kind of a vertebra; one whose level is not known is of the many others."""
    return 'S1' if level == 'S1' else 'others'


def vertebra_sizes(corners: ArrayLike) -> FloatArray:
    """Size of each vertebra, ``(N,)`` px: the mean length of its two end plates."""
    return np.asarray(end_plate_lengths(corners).mean(1), np.float64)


@dataclass(frozen=True)
class Calibration:
    """Corrected standard deviations, and quantiles that hold what they promise.

    Either ``scales`` is set, for a model that tells the deviations of its corners, or
    ``shares``, for one that does not.

    Attributes:
        coverages: Shares of true values for which there are quantiles, rising.
        scales: Factor of the learned deviations by kind.
        shares: Deviation of each corner as a share of its vertebra's size, by kind.
        size: Median size of a vertebra on the films of validation, px.
        corner_quantiles: By kind and :data:`ALL`, one for each coverage: so many
            deviations reach from the predicted corner to the rim of the disc that holds
            the true one.
        slip_quantiles: The same of slips, by the kind of the lower vertebra; see
            :func:`.slip_interval`.
        std_origin: How the model made the deviations that were calibrated.
        facts: What else the file tells: run, data, fits.
    """

    coverages: tuple[float, ...]
    scales: Mapping[Kind, float] | None
    shares: Mapping[Kind, tuple[float, ...]] | None
    size: float
    corner_quantiles: Mapping[str, tuple[float, ...]]
    slip_quantiles: Mapping[str, tuple[float, ...]]
    std_origin: str = LEARNED
    facts: Mapping[str, Any] = field(default_factory=dict)

    def stds(
        self,
        raw_stds: ArrayLike | None,
        levels: Sequence[str | None],
        corners: ArrayLike | None = None,
    ) -> FloatArray:
        """Calibrated standard deviations.

        Args:
            raw_stds: ``(N, 4)`` px, as the model told them; ``None`` for a model that
                tells none.
            levels: ``N`` level names, ``None`` where unknown.
            corners: ``(N, 4, 2)`` px as predicted. Where the model tells no deviations
                they go with the size of the vertebra; without corners, all have the
                size that was usual in validation.

        Returns:
            ``(N, 4)`` px, of x and of y.

        Raises:
            SpondyloError: If the calibration is of a model of the other sort.
        """
        kinds = [kind_of(level) for level in levels]
        if self.scales is not None:
            if raw_stds is None:
                raise SpondyloError(
                    'the calibration is of a model that tells standard deviations, but '
                    'there are none; calibrate this model by itself'
                )
            factors = np.array([self.scales[kind] for kind in kinds]).reshape(-1, 1)
            return np.asarray(raw_stds, np.float64).reshape(-1, 4) * factors
        assert self.shares is not None
        if raw_stds is not None:
            raise SpondyloError(
                'the calibration is of a model that tells no standard deviations, but '
                'there are some; calibrate this model by itself'
            )
        shares = np.array([self.shares[kind] for kind in kinds]).reshape(-1, 4)
        if corners is None:
            return shares * self.size
        return shares * vertebra_sizes(corners)[:, None]

    @property
    def few_patients(self) -> int | None:
        """So many patients, too few for quantiles: errors are taken for normal.

        ``None`` where the quantiles come from patients.
        """
        if not self.facts.get('assumed_normal'):
            return None
        return int(self.facts.get('observed', {}).get('patients', 0))

    @property
    def method(self) -> Quantiles:
        """What the quantiles are."""
        return 'conformal' if self.few_patients is None else 'normal'

    def corner_quantile(self, level: float, vertebra: str | None = None) -> float:
        """Deviations from a predicted corner within which the true one lies.

        Args:
            level: Share of true corners that do, one of ``coverages``.
            vertebra: Level name; ``None`` gives the quantile of all.

        Returns:
            Radius of the disc in standard deviations; infinite where validation had
            too few patients to tell.

        Raises:
            ValueError: If there is no quantile for the level.
        """
        return self._quantile(self.corner_quantiles, level, vertebra)

    def slip_quantile(self, level: float, lower: str | None = None) -> float:
        """Propagated deviations from a measured slip within which the true one lies.

        Args:
            level: Share of true slips that do, one of ``coverages``.
            lower: Level name of the lower vertebra; ``None`` gives the quantile of all
                pairs.

        Returns:
            See :meth:`corner_quantile`.

        Raises:
            ValueError: If there is no quantile for the level.
        """
        return self._quantile(self.slip_quantiles, level, lower)

    def _quantile(
        self, quantiles: Mapping[str, tuple[float, ...]], level: float, name: str | None
    ) -> float:
        near = np.flatnonzero(np.isclose(self.coverages, level, rtol=0, atol=1e-9))
        if not len(near):
            known = ', '.join(f'{coverage:g}' for coverage in self.coverages)
            raise ValueError(f'level={level:g}: the calibration knows {known}')
        return quantiles[ALL if name is None else kind_of(name)][near[0]]
