"""From a converted data set to its statistics: figures, tables, pictures."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

import spondylo_mmpose
from spondylo_mmpose.converters.data_root import DataRoot, read_root
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.presentation.contact_sheet import write_image
from spondylo_mmpose.spine.measurements import NO_SLIP_THRESHOLD
from spondylo_mmpose.statistics import grey_values, pictures, slip_pictures
from spondylo_mmpose.statistics.film_measures import (
    REASONS,
    FilmMeasures,
    FilmRow,
    PairRow,
    VertebraRow,
    measure_film,
)
from spondylo_mmpose.statistics.sample_sheet import choose_samples, sample_sheet
from spondylo_mmpose.statistics.summary import by_key, cells, summarise
from spondylo_mmpose.statistics.tables import (
    CONFIG_NAME,
    STRETCH_NOTE,
    pixel_config,
    summary_lines,
    write_rows,
)
from spondylo_mmpose.utils.io import atomic_dir, write_json

REPORT_NAME = 'statistics.json'


def write_statistics(
    root: str | Path,
    out: str | Path,
    names: Sequence[str] = (),
    *,
    max_films: int | None = None,
    samples: int = 12,
    seed: int = 0,
    no_slip_threshold: float = NO_SLIP_THRESHOLD,
    workers: int = 4,
    force: bool = False,
) -> list[str]:
    """Measure a converted data set and write all that was found.

    ``OUT`` gets ``statistics.json``, ``films.csv``, ``vertebrae.csv``, ``pairs.csv``,
    ``pixel_statistics.py`` for configs, figures, and ``sample_sheet.png``.

    Args:
        root: Root of the data set, or one annotation file.
        out: Folder to write; appears when it is complete.
        names: Annotation files or folders below ``ROOT/annotations``.
        max_films: Read the grey values of so many films only, drawn at random.
        samples: Films on the sample sheet; 0 leaves it out.
        seed: Of what is drawn at random.
        no_slip_threshold: |slip| in percent below which the grade is 0.
        workers: Threads that read films.
        force: Replace ``out`` if it is not empty.

    Returns:
        Lines of a short summary.

    Raises:
        SpondyloError: If an option or the data is faulty, or ``out`` cannot be written.
    """
    _check_options(max_films, samples, workers, no_slip_threshold)
    data = read_root(root, names)
    _check_films(data)
    measures = [measure_film(film, no_slip_threshold) for film in data.films]
    with atomic_dir(out, force, [REPORT_NAME]) as folder:
        histograms = _read_grey_values(data, max_films, seed, workers)
        sets = _grey_sets(data, histograms)
        statistics = {
            'tool': 'spondylo_mmpose',
            'tool_version': spondylo_mmpose.__version__,
            'annotation_files': [str(path) for path in data.files],
            'seed': seed,
            'no_slip_threshold_percent': no_slip_threshold,
            'note_on_slips': STRETCH_NOTE,
            'reasons': REASONS,
            'pixels': {
                name: {
                    'films': len(own),
                    **grey_values.describe_histogram(grey_values.pool(own)),
                }
                for name, own in sets.items()
            },
            **_figures(measures),
        }
        write_json(folder / REPORT_NAME, statistics)
        (folder / CONFIG_NAME).write_text(
            pixel_config(statistics['pixels'], len(measures)), encoding='utf-8'
        )
        _write_tables(folder, measures)
        _draw(folder, measures, sets, no_slip_threshold)
        if chosen := choose_samples(data.films, samples, seed):
            sheet = sample_sheet(data.images, chosen)
            write_image(folder / 'sample_sheet.png', sheet)
    return [*summary_lines(statistics, cells(measures)), f'written to {out}']


def _check_options(
    max_films: int | None, samples: int, workers: int, threshold: float
) -> None:
    for option, value, least in (
        ('--max-films', max_films, 1),
        ('--samples', samples, 0),
        ('--workers', workers, 1),
    ):
        if value is not None and value < least:
            raise SpondyloError(f'{option} {value}: must be {least} or more')
    if not 0 <= threshold <= 25:
        raise SpondyloError(
            f'--no-slip-threshold {threshold:g}: must be 0 to 25 %, where grade I ends'
        )


def _check_films(data: DataRoot) -> None:
    if not any(len(film.corners) for film in data.films):
        files = ', '.join(map(str, data.files))
        raise SpondyloError(
            f'{files}: no labelled vertebra; name annotation files with labels'
        )
    # All, though grey values may be read of few.
    data.check_images('put it there or convert the data set again')


def _read_grey_values(
    data: DataRoot, max_films: int | None, seed: int, workers: int
) -> list[grey_values.Histogram | None]:
    """Histogram of each film, ``None`` for those that are not read."""
    chosen = grey_values.choose_films(data.films, max_films, seed)
    read = grey_values.iterate_histograms(
        data.images, [data.films[i] for i in chosen], workers
    )
    histograms: list[grey_values.Histogram | None] = [None] * len(data.films)
    for i, histogram in tqdm(
        zip(chosen, read, strict=True), 'films', len(chosen), leave=False, disable=None
    ):
        histograms[i] = histogram
    return histograms


def _grey_sets(
    data: DataRoot, histograms: Sequence[grey_values.Histogram | None]
) -> dict[str, list[grey_values.Histogram]]:
    """Histograms that were read, in all, by split, by source, and by both."""
    sets: dict[str, list[grey_values.Histogram]] = {'all': []}
    for film in data.films:
        split, source = film.split or 'unknown', film.source or 'unknown'
        for name in (split, f'source:{source}', f'{split}:{source}'):
            sets.setdefault(name, [])
    for film, histogram in zip(data.films, histograms, strict=True):
        split, source = film.split or 'unknown', film.source or 'unknown'
        for name in ('all', split, f'source:{source}', f'{split}:{source}'):
            if histogram is not None:
                sets[name].append(histogram)
    order = ('all', *sorted(n for n in sets if ':' not in n and n != 'all'))
    return {n: sets[n] for n in (*order, *sorted(n for n in sets if ':' in n))}


def _figures(measures: Sequence[FilmMeasures]) -> dict[str, Any]:
    """Everything in all, by split, by source, and by both."""
    return {
        'all': summarise(measures),
        'by_split': {
            name: summarise(own)
            for name, own in by_key(measures, lambda m: m.film.split).items()
        },
        'by_source': {
            name: summarise(own)
            for name, own in by_key(measures, lambda m: m.film.source).items()
        },
        'by_split_and_source': {
            f'{split}:{source}': summarise(own)
            for split, source, own in cells(measures)
        },
    }


def _write_tables(folder: Path, measures: Sequence[FilmMeasures]) -> None:
    write_rows(folder / 'films.csv', (m.film for m in measures), FilmRow)
    vertebrae = (row for m in measures for row in m.vertebrae)
    write_rows(folder / 'vertebrae.csv', vertebrae, VertebraRow)
    pairs = (row for m in measures for row in m.pairs)
    write_rows(folder / 'pairs.csv', pairs, PairRow)


def _draw(
    folder: Path,
    measures: Sequence[FilmMeasures],
    sets: dict[str, list[grey_values.Histogram]],
    threshold: float,
) -> None:
    pictures.draw_counts(measures, folder / 'counts.png')
    pictures.draw_ages(measures, folder / 'ages.png')
    pictures.draw_sizes(measures, folder / 'sizes.png')
    pictures.draw_positions(measures, folder / 'positions.png')
    sources: dict[str, np.ndarray] = {
        name.removeprefix('source:'): grey_values.pool(own)
        for name, own in sets.items()
        if name.startswith('source:')
    }
    pictures.draw_grey_values(sources, folder / 'grey_values.png')
    slip_pictures.draw_slips(measures, folder / 'slips.png', threshold)
    slip_pictures.draw_grades(measures, folder / 'grades.png', threshold)
