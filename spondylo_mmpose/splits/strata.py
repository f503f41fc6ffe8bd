"""Strata of films: the source, and within it the number of vertebrae."""

from collections.abc import Sequence

import numpy as np

from spondylo_mmpose.splits.balance import IntArray
from spondylo_mmpose.splits.source import SourceFilm

QUANTILES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""Where the films of a source are divided by their number of vertebrae."""


def stratum_counts(
    films: Sequence[SourceFilm], groups: Sequence[Sequence[int]]
) -> IntArray:
    """Count the films of each group in each stratum.

    Sources differ in how many vertebrae are labelled, so that the bins of that number
    are deciles of the source's own films.

    Args:
        films: The films.
        groups: Places of the films that belong together.

    Returns:
        ``(groups, 1 + strata)``: films, films of each source, and films of each source
        and bin. For :func:`spondylo_mmpose.splits.balance.divide`.
    """
    names = np.array([film.source for film in films])
    vertebrae = np.array([len(film.annotations) for film in films])
    columns = [np.ones(len(films), np.int64)]
    for name in np.unique(names):
        inside = names == name
        columns.append(inside)
        # Quantiles that are numbers of vertebrae, no mean of two.
        edges = np.unique(
            np.quantile(vertebrae[inside], QUANTILES, method='inverted_cdf')
        )
        bins = np.searchsorted(edges, vertebrae)
        columns += [inside & (bins == number) for number in range(len(edges) + 1)]
    members = np.stack(columns, axis=1).astype(np.int64)
    return np.array([members[list(places)].sum(axis=0) for places in groups])
