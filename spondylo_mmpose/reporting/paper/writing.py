"""Everything of a paper as files in one folder."""

from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure
from tqdm import tqdm

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.comparison import paired_records
from spondylo_mmpose.presentation.figure_style import to_png
from spondylo_mmpose.reporting.paper.architecture_table import architecture_table
from spondylo_mmpose.reporting.paper.document import (
    PDF,
    PNG,
    PaperFigure,
    document,
    readme,
)
from spondylo_mmpose.reporting.paper.error_analysis import error_analysis
from spondylo_mmpose.reporting.paper.performance_tables import (
    PaperTable,
    clinical_tables,
    landmark_tables,
)
from spondylo_mmpose.reporting.paper.provenance import KINDS, run_json
from spondylo_mmpose.reporting.paper.vertebra_errors import vertebra_errors
from spondylo_mmpose.reporting.paper.visual_comparison import (
    COLUMNS,
    visual_comparison,
)
from spondylo_mmpose.reporting.run_record import RunRecord
from spondylo_mmpose.utils.io import atomic_dir, file_digest, write_json

FORMAT = 'spondylo_mmpose paper'
PROVENANCE = 'provenance.json'
"""Tells that a folder was written by this module."""

_VISUAL = (
    'Visual comparison: {films} of the films from the best to the worst of {first}, as '
    'each run sees them. Lines: truth, prediction, and the error from each true corner '
    'to the predicted one.'
)
_ANALYSIS = (
    'Error analysis, {kind}: (a) share of the corners within a distance{misses}; (b) '
    'quartiles and median, whiskers at the 5th and 95th percentile; (c) slips after '
    'Bland and Altman, bias and limits of agreement; (d) mean absolute slip error of '
    'the measured pairs by true grade.'
)
_VERTEBRAE = (
    'Error by vertebra, {kind}: (a) mean by level{bars}; (b) mean by level and corner '
    '(S superior, I inferior, L and R left and right in the image){lost}.'
)


def write_paper(
    out: str | Path, runs: Sequence[RunRecord], films: int = 3
) -> list[Path]:
    """Write tables and figures; the folder appears whole or not at all.

    Args:
        out: Folder; one that an earlier call wrote is replaced.
        runs: Those given the boxes on the same films, those end to end likewise.
        films: Rows of the visual comparison; 0 leaves it out.

    Returns:
        The files.

    Raises:
        SpondyloError: If the films of runs of a kind differ, a film cannot be read, or
            the folder is somebody's own or cannot be written.
    """
    out = Path(out)
    with atomic_dir(out, force=True, known_by=[PROVENANCE]) as folder:
        kinds = [[r for r in runs if r.given_boxes is given] for given in KINDS]
        kinds = [own for own in kinds if own]
        for first, *others in kinds:
            _check_alike(first, others)
        for run in tqdm(runs, 'measuring', unit='run', leave=False, disable=None):
            run.metrics(intervals=True)  # Kept by the run.
        names = [run.name for run in runs]
        tables = [PaperTable('table1_architectures', architecture_table(runs), names)]
        for make in (landmark_tables, clinical_tables):
            tables += [table for own in kinds for table in make(own)]
        figures = _figures(runs, kinds, films)
        _write(folder, tables, figures, runs)
        written = sorted(path.name for path in folder.iterdir())
    return [out / name for name in written]


def _check_alike(first: RunRecord, others: Sequence[RunRecord]) -> None:
    """Numbers side by side must be of the same films and true corners."""
    for other in others:
        try:
            paired_records(first.records, other.records)
        except SpondyloError as error:
            raise SpondyloError(f'{first.name} and {other.name}: {error}') from error


def to_pdf(path: Path, figure: Figure) -> None:
    """Write a figure as PDF with its fonts embedded as TrueType.

    Journals refuse the Type 3 fonts that matplotlib would write.
    """
    with mpl.rc_context({'pdf.fonttype': 42, 'figure.facecolor': 'white'}):
        figure.savefig(path, bbox_inches='tight', metadata={'CreationDate': None})


def _figures(
    runs: Sequence[RunRecord], kinds: Sequence[Sequence[RunRecord]], films: int
) -> list[PaperFigure]:
    figures = []
    if films:
        drawings = visual_comparison(runs, films)
        text = _VISUAL.format(films=films, first=runs[0].name)
        for place, drawing in enumerate(drawings):
            own = runs[place * COLUMNS : (place + 1) * COLUMNS]
            number = f'_{place + 1}' if len(drawings) > 1 else ''
            stem = f'figure1_visual_comparison{number}'
            figures.append(PaperFigure(stem, drawing, text, [run.name for run in own]))
    for own in kinds:
        kind, given = KINDS[own[0].given_boxes], own[0].given_boxes
        names = [run.name for run in own]
        stem = kind.replace(' ', '_')
        misses = '' if given else ', every corner of a missed vertebra beyond all'
        bars = ', with 95 % intervals by a bootstrap over patients' if given else ''
        lost = '' if given else '; of the corners found, missed ones in brackets'
        for name, draw, text in (
            ('figure2_error_analysis', error_analysis, _ANALYSIS),
            ('figure3_vertebrae', vertebra_errors, _VERTEBRAE),
        ):
            caption = text.format(kind=kind, misses=misses, bars=bars, lost=lost)
            figures.append(PaperFigure(f'{name}_{stem}', draw(own), caption, names))
    return sorted(figures, key=lambda figure: figure.stem)


def _write(
    folder: Path,
    tables: Sequence[PaperTable],
    figures: Sequence[PaperFigure],
    runs: Sequence[RunRecord],
) -> None:
    texts = {
        'paper.tex': document(tables, figures, runs),
        'README.md': readme(tables, figures, runs),
    }
    for one in tables:
        label = f'tab:{one.stem}'
        texts[f'{one.stem}.tex'] = one.table.to_latex(label, stacked=True)
        texts[f'{one.stem}.csv'] = one.table.to_csv()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding='utf-8')
    for drawn in tqdm(figures, 'drawing', unit='figure', leave=False, disable=None):
        (folder / f'{drawn.stem}{PNG}').write_bytes(to_png(drawn.figure))
        to_pdf(folder / f'{drawn.stem}{PDF}', drawn.figure)
    write_json(
        folder / PROVENANCE,
        {
            'format': FORMAT,
            'version': metadata.version('spondylo_mmpose'),
            'runs': [run_json(run) for run in runs],
            'tables': {one.stem: list(one.runs) for one in tables},
            'figures': {one.stem: list(one.runs) for one in figures},
            'files': {
                path.name: file_digest(path) for path in sorted(folder.iterdir())
            },
        },
    )
