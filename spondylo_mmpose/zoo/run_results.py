"""The weights that a run ends in, and what was measured of just these."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from spondylo_mmpose.engine.end_to_end import END_TO_END_FOLDER
from spondylo_mmpose.engine.run_facts import RUN_FACTS, RunFacts, read_facts
from spondylo_mmpose.engine.run_folder import TRAINING_RECORD, last_checkpoint
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.io import read_json

METRICS = 'metrics.json'
"""Beside the facts of a test."""


@dataclass(frozen=True)
class TestResult:
    """One test of one checkpoint.

    Attributes:
        metrics: Values by full names; ``None`` for what could not be measured.
        facts: Of the test.
    """

    # Its name is no command to pytest.
    __test__ = False

    metrics: Mapping[str, float | None]
    facts: RunFacts


def best_checkpoint(run: str | Path) -> Path:
    """The weights of a run's best validation, or its last ones without any.

    Raises:
        SpondyloError: If the folder has no weights, or its record is damaged.
    """
    found = find_checkpoint(run)
    if found is None:
        raise SpondyloError(
            f'{run}: holds no weights; name the folder of a training, or a checkpoint'
        )
    return found


def find_checkpoint(run: str | Path) -> Path | None:
    """The same as :func:`best_checkpoint`, ``None`` where there are no weights yet.

    Raises:
        SpondyloError: If the run's record is damaged.
    """
    run = Path(run)
    if (run / TRAINING_RECORD).is_file():
        try:
            best = (read_json(run / TRAINING_RECORD).get('result') or {}).get('best')
            path = run / Path(best['checkpoint']).name if best else None
        except (AttributeError, KeyError, TypeError) as error:
            raise SpondyloError(
                f'{run / TRAINING_RECORD}: is no record of a training'
            ) from error
        if path is not None and path.is_file():
            return path
    found = sorted(run.glob('best_*.pth'), key=lambda path: path.stat().st_mtime)
    return found[-1] if found else last_checkpoint(run)


def results_of(run: str | Path, sha256: str) -> list[TestResult]:
    """Tests in a run's folder, with given boxes and end to end.

    Args:
        run: Its folder.
        sha256: Of the checkpoint; tests of other weights are left out.

    Raises:
        SpondyloError: If a file of one is damaged.
    """
    results = []
    for folder in (Path(run), Path(run) / END_TO_END_FOLDER):
        path = folder / RUN_FACTS
        if not path.is_file() or not path.with_name(METRICS).is_file():
            continue
        facts = read_facts(path)
        if facts.checkpoint.sha256 == sha256:
            results.append(TestResult(read_json(path.with_name(METRICS)), facts))
    return results
