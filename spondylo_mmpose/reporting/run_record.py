"""What a run left behind: predictions beside their truth, config, log and facts.

A run is a work directory of this package, or a file of predictions, whoever made it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from mmengine.config import Config

from spondylo_mmpose.engine.launch import read_config
from spondylo_mmpose.engine.run_facts import (
    RUN_FACTS,
    NamedDigest,
    RunFacts,
    annotation_paths,
    read_facts,
)
from spondylo_mmpose.engine.scalars import load_scalars
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.film_pairs import (
    SCORE_THRESHOLD,
    FilmPair,
    check_score_threshold,
    check_threshold_counts,
    least_score,
    threshold_note,
)
from spondylo_mmpose.evaluation.measuring import measure_pairs, measure_records
from spondylo_mmpose.evaluation.records import VertebraRecord
from spondylo_mmpose.evaluation.truth import Truth, read_truth
from spondylo_mmpose.reporting.run_predictions import read_run_predictions
from spondylo_mmpose.spine.measurements import NO_SLIP_THRESHOLD
from spondylo_mmpose.utils.io import file_digest

PREDICTIONS = 'predictions.pkl'
"""Name under which a report looks for a run's dump."""


@dataclass(frozen=True)
class RunRecord:
    """One run, as reports, comparisons and tables need it.

    Attributes:
        name: What it is called; unique among the runs loaded together.
        path: Work directory or file of predictions.
        predictions: File of the predictions.
        predictions_sha256: Its digest.
        given_boxes: Whether the model was told where the vertebrae are.
        records: Predicted vertebrae beside the true ones; end to end every true
            vertebra, NaN where none was matched.
        pairs: End to end truth and prediction of each film, else empty.
        config: Config that mmengine wrote into the work directory.
        scalars: Training log, a list of what each line holds; empty after a mere test.
        facts: What the test wrote of itself, if it belongs to these predictions.
        annotations: Files of the truth, as far as they are known.
        film_files: Image of each film by the ``film_id`` of its records.
        notes: What a reader must know about how the run was put together.
        score_threshold: Least score of a vertebra that counts as found.
        no_slip_threshold: |slip| in percent below which a pair has grade 0.
    """

    name: str
    path: Path
    predictions: Path
    predictions_sha256: str
    given_boxes: bool
    records: Sequence[VertebraRecord]
    pairs: Sequence[FilmPair] = ()
    config: Config | None = None
    scalars: Sequence[dict[str, Any]] = ()
    facts: RunFacts | None = None
    annotations: Sequence[NamedDigest] = ()
    film_files: Mapping[str, Path] = field(default_factory=dict)
    notes: Sequence[str] = ()
    score_threshold: float = SCORE_THRESHOLD
    no_slip_threshold: float = NO_SLIP_THRESHOLD
    _measured: dict[bool, dict[str, float]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    @property
    def folder(self) -> Path:
        """Work directory, or the folder of the predictions."""
        return self.path if self.path.is_dir() else self.path.parent

    @property
    def train_annotations(self) -> list[Path]:
        """Annotation files of the run's training set that are still there."""
        if self.config is None:
            return []
        return annotation_paths(self.config, 'train_dataloader')

    def film_file(self, film_id: str) -> Path:
        """Image of a film."""
        return self.film_files.get(film_id, Path(film_id))

    def metrics(self, intervals: bool = False) -> dict[str, float]:
        """Everything that can be measured, by full names; see :mod:`.measuring`.

        Args:
            intervals: With 95 % intervals by a bootstrap over patients; takes a moment
                the first time.
        """
        if intervals not in self._measured:
            self._measured[intervals] = (
                measure_records(
                    self.records,
                    no_slip_threshold=self.no_slip_threshold,
                    intervals=intervals,
                    detailed=True,
                )
                if self.given_boxes
                else measure_pairs(
                    self.pairs,
                    score_threshold=self.score_threshold,
                    no_slip_threshold=self.no_slip_threshold,
                    intervals=intervals,
                )
            )
        return dict(self._measured[intervals])


def load_runs(
    arguments: Sequence[str],
    annotations: Sequence[str | Path] = (),
    *,
    score_threshold: float | None = None,
    no_slip_threshold: float = NO_SLIP_THRESHOLD,
) -> list[RunRecord]:
    """Read the runs that a command line names.

    Args:
        arguments: ``PATH`` or ``NAME=PATH`` of each; see :func:`load_run`.
        annotations: Annotation files that all of them are measured with; without, each
            must bring its own truth.
        score_threshold: See :class:`RunRecord`; :data:`.film_pairs.SCORE_THRESHOLD`
            where none is asked for.
        no_slip_threshold: See :class:`RunRecord`.

    Raises:
        SpondyloError: If a run cannot be read, two have one name, or the score
            threshold is none or would count for no run.
    """
    threshold = check_score_threshold(score_threshold)
    named: dict[str, Path] = {}
    for argument in arguments:
        name, path = _name_and_path(argument)
        if name in named:
            raise SpondyloError(
                f'{path}: is called {name}, and so is {named[name]}; tell them apart '
                'with NAME=PATH'
            )
        named[name] = path
    truth = read_truth(annotations) if annotations else None
    runs = [
        load_run(
            path,
            truth,
            name,
            score_threshold=threshold,
            no_slip_threshold=no_slip_threshold,
        )
        for name, path in named.items()
    ]
    check_threshold_counts(score_threshold, all(run.given_boxes for run in runs))
    return [_with_threshold_note(run, score_threshold) for run in runs]


def load_run(
    path: str | Path,
    truth: Truth | None = None,
    name: str | None = None,
    *,
    score_threshold: float = SCORE_THRESHOLD,
    no_slip_threshold: float = NO_SLIP_THRESHOLD,
) -> RunRecord:
    """Read a run.

    Args:
        path: Work directory with a config, :data:`PREDICTIONS` and the logs, or a file
            that :func:`.read_predictions` reads.
        truth: Annotated films to measure with. A dump has its own; other files need it.
        name: Of the run; the folder's name or the file's without suffix if left out.
        score_threshold: See :class:`RunRecord`.
        no_slip_threshold: See :class:`RunRecord`.

    Raises:
        SpondyloError: If a part is missing, damaged, or of other films than the truth.
    """
    path = Path(path)
    is_folder = path.is_dir()
    if not path.exists():
        raise SpondyloError(
            f'{path}: no such run; name a work directory or a file of predictions'
        )
    config_file = _config_file(path) if is_folder else None
    predictions = path / PREDICTIONS if is_folder else path
    told = read_run_predictions(predictions, truth, score_threshold)
    digest = file_digest(predictions)
    facts, note = _facts_of(predictions, digest, wanted=is_folder)
    notes = [*told.notes, *([note] if note else [])]
    used = [NamedDigest.of(file) for file in truth.paths] if truth else []
    if facts and used and set(used) != set(facts.annotations):
        notes.append('measured with other annotation files than it was tested with')
    return RunRecord(
        name=name or _default_name(path),
        path=path,
        predictions=predictions,
        predictions_sha256=digest,
        given_boxes=told.given_boxes,
        records=told.records,
        pairs=told.pairs,
        config=None
        if config_file is None
        else read_config(config_file, import_custom_modules=False),
        scalars=load_scalars(path) if is_folder else [],
        facts=facts,
        annotations=used or (facts.annotations if facts else []),
        film_files=told.film_files,
        notes=notes,
        score_threshold=score_threshold,
        no_slip_threshold=no_slip_threshold,
    )


def _with_threshold_note(run: RunRecord, asked: float | None) -> RunRecord:
    least = least_score(told.scores for _, told in run.pairs if told is not None)
    note = threshold_note(asked, least)
    return replace(run, notes=[*run.notes, note]) if note else run


def _name_and_path(argument: str) -> tuple[str, Path]:
    path = Path(argument)
    if '=' not in argument or path.exists():
        return _default_name(path), path
    name, _, rest = argument.partition('=')
    if not name.strip() or not rest:
        raise SpondyloError(f'{argument}: name a run as PATH or NAME=PATH')
    return name.strip(), Path(rest)


def _default_name(path: Path) -> str:
    # '.' and '..' have no name of their own.
    return path.resolve().name if path.is_dir() else path.stem


def _config_file(folder: Path) -> Path:
    configs = sorted(folder.glob('*.py'), key=lambda path: path.stat().st_mtime)
    if not configs:
        raise SpondyloError(f'{folder}: holds no config; is it the folder of a run?')
    return configs[-1]


def _facts_of(
    predictions: Path, digest: str, wanted: bool
) -> tuple[RunFacts | None, str | None]:
    """Facts beside predictions, and what is to be said where there are none."""
    path = predictions.parent / RUN_FACTS
    mend = 'test again with tools/test.py --dump'
    if not path.is_file():
        return None, f'no facts of the run ({RUN_FACTS.name}); {mend}' * wanted or None
    facts = read_facts(path)
    if facts.predictions is None or facts.predictions.sha256 != digest:
        note = f'{RUN_FACTS.name} belongs to other predictions; {mend}'
        return None, note if wanted else None
    return facts, None
