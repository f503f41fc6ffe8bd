"""How large errors are in standard deviations, by maximum likelihood.

A corner whose model says ``s`` px errs by ``scale * s`` in x and in y. Gross errors (a
corner on the wrong end plate, an osteophyte taken for the corner) are no draws from
that Gaussian; squared, a few of them would decide the scale alone. So a corner is
either located, with a Gaussian error, or gross, and then anywhere on its vertebra: a
mixture of the Gaussian with a uniform density over the vertebra's box. Its two
parameters, the scale and the share of gross errors, are found by expectation
maximisation (Dempster, Laird, Rubin, J R Stat Soc B 1977; 39: 1).

The Gaussian alone and Student's t, whose tails are heavy throughout, are fitted beside
it, so that their likelihoods tell which shape the errors have.
"""

from dataclasses import asdict, dataclass

import numpy as np
from scipy.optimize import minimize_scalar

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.spine.anatomy import FloatArray

_STEPS = 500
_TOLERANCE = 1e-9  # relative, of the squared scale


@dataclass(frozen=True)
class MixtureFit:
    """Located corners among gross errors.

    Attributes:
        scale: Standard deviation of located corners in x and in y, in units of what
            the model said.
        gross: Share of gross errors.
    """

    scale: float
    gross: float

    def log_likelihoods(self, errors: FloatArray, areas: FloatArray) -> FloatArray:
        """Of each error, nats.

        Args:
            errors: ``(N,)`` distances in standard deviations.
            areas: ``(N,)`` of the vertebrae's boxes, in squared deviations.
        """
        located = (1 - self.gross) * _gaussian(errors, self.scale)
        return np.asarray(np.log(located + self.gross / areas), np.float64)


@dataclass(frozen=True)
class ScaleFit:
    """The mixture, and what else could have been fitted.

    Attributes:
        number: Corners.
        scale: See :class:`MixtureFit`.
        gross: See :class:`MixtureFit`.
        nats: Mean log-likelihood of a corner under the mixture.
        gaussian_scale: Of the Gaussian alone.
        gaussian_nats: Its mean log-likelihood.
        student_scale: Of Student's t.
        student_freedom: Its degrees of freedom; few are heavy tails.
        student_nats: Its mean log-likelihood.
    """

    number: int
    scale: float
    gross: float
    nats: float
    gaussian_scale: float
    gaussian_nats: float
    student_scale: float
    student_freedom: float
    student_nats: float

    def as_dict(self) -> dict[str, float]:
        """The same for JSON."""
        return asdict(self)


def fit_scale(errors: FloatArray, areas: FloatArray) -> ScaleFit:
    """Fit all three models.

    Args:
        errors: ``(N,)`` distances in standard deviations, finite.
        areas: ``(N,)`` of the vertebrae's boxes, in squared deviations.

    Raises:
        SpondyloError: If there are no errors, or most of them are 0.
    """
    mixture = fit_mixture(errors, areas)
    gaussian = float(np.sqrt((errors**2).mean() / 2))
    student, freedom, student_nats = fit_student(errors)
    return ScaleFit(
        number=len(errors),
        scale=mixture.scale,
        gross=mixture.gross,
        nats=float(mixture.log_likelihoods(errors, areas).mean()),
        gaussian_scale=gaussian,
        # Far out its density is too small for a number, not the logarithm.
        gaussian_nats=float(-np.log(2 * np.pi * gaussian**2) - 1),
        student_scale=student,
        student_freedom=freedom,
        student_nats=student_nats,
    )


def fit_mixture(errors: FloatArray, areas: FloatArray) -> MixtureFit:
    """Fit the mixture, see the module's docstring.

    Args:
        errors: See :func:`fit_scale`.
        areas: See :func:`fit_scale`.

    Raises:
        SpondyloError: See :func:`fit_scale`.
    """
    squares = np.asarray(errors, np.float64) ** 2
    # Half of the errors of a Gaussian lie within sqrt(2 log 2) deviations.
    squared_scale = float(np.median(squares)) / (2 * np.log(2)) if len(squares) else 0.0
    if not squared_scale > 0:
        raise SpondyloError(
            'holds no errors to learn from: no corner was found, or most are those of '
            'the truth itself'
        )
    gross = 0.01
    for _ in range(_STEPS):
        located = (1 - gross) * _gaussian(errors, squared_scale**0.5)
        share = located / (located + gross / areas)
        before = squared_scale
        squared_scale = float((share * squares).sum() / (2 * share.sum()))
        # Half of one counts as seen: not to have met any makes none impossible.
        gross = float((1 - share).sum() + 0.5) / (len(share) + 1)
        if abs(squared_scale - before) <= _TOLERANCE * before:
            break
    return MixtureFit(squared_scale**0.5, gross)


def fit_student(errors: FloatArray) -> tuple[float, float, float]:
    """Fit Student's t in the plane, alike in all directions.

    With ``c = freedom * scale**2`` its density at distance ``r`` is
    ``freedom / (2 pi c) * (1 + r**2 / c) ** (-freedom / 2 - 1)``. For a given ``c`` the
    likelihood is largest at ``freedom = 2 / mean(log(1 + r**2 / c))``, so that ``c``
    alone has to be searched.

    Args:
        errors: ``(N,)`` distances, not all 0.

    Returns:
        Scale, degrees of freedom and mean log-likelihood in nats. For errors without
        heavy tails the freedom is in the thousands.
    """
    squares = np.asarray(errors, np.float64) ** 2

    def tail(log_c: float) -> float:
        return float(np.log1p(squares / np.exp(log_c)).mean())

    typical = float(np.log(squares.mean()))
    found = minimize_scalar(
        lambda log_c: log_c + np.log(tail(log_c)) + tail(log_c),
        bounds=(typical - 12, typical + 8),
        method='bounded',
    )
    freedom = 2 / tail(found.x)
    scale = float(np.sqrt(np.exp(found.x) / freedom))
    return scale, freedom, -float(found.fun) - float(np.log(np.pi)) - 1


def _gaussian(errors: FloatArray, scale: float) -> FloatArray:
    """Density in the plane at a distance."""
    squared = scale**2
    return np.asarray(
        np.exp(-(errors**2) / (2 * squared)) / (2 * np.pi * squared), np.float64
    )
