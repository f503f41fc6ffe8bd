"""Which runs and files numbers came from."""

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from spondylo_mmpose.reporting.run_record import RunRecord

SHOWN_DIGITS = 12
"""Of a digest where it is printed; ``provenance.json`` has all of it."""

KINDS = {True: 'given boxes', False: 'end to end'}
"""The two questions, by whether the boxes were given."""


def digests_of(run: RunRecord) -> list[tuple[str, str, str]]:
    """What a run came from: kind of file, its name, its SHA-256."""
    files = [('predictions', run.predictions.name, run.predictions_sha256)]
    if run.facts:
        for kind in ('checkpoint', 'config'):
            file = getattr(run.facts, kind)
            files.append((kind, file.name, file.sha256))
    return files + [('annotations', file.name, file.sha256) for file in run.annotations]


def source_note(run: RunRecord) -> str:
    """One sentence on where a run's numbers come from, with short digests."""
    files = ', '.join(
        f'{kind} {name} {digest[:SHOWN_DIGITS]}'
        for kind, name, digest in digests_of(run)
    )
    return f'{run.name} ({KINDS[run.given_boxes]}): {files}.'


def source_lines(run: RunRecord) -> list[str]:
    """The same with whole digests, a line for each file."""
    return [
        f'{run.name}: {kind} {name}, SHA-256 {digest}'
        for kind, name, digest in digests_of(run)
    ]


def run_json(run: RunRecord) -> dict[str, Any]:
    """All that is known of a run and all that was measured, for JSON.

    Files are told by name and SHA-256. Neither NaN nor infinity is a number of JSON:
    both are ``null``, and ``infinite`` names the values that are the latter.
    """
    metrics = run.metrics(intervals=True)
    return {
        'name': run.name,
        'kind': KINDS[run.given_boxes],
        'files': [
            {'kind': kind, 'name': name, 'sha256': digest}
            for kind, name, digest in digests_of(run)
        ],
        'score_threshold': None if run.given_boxes else run.score_threshold,
        'no_slip_threshold': run.no_slip_threshold,
        'notes': list(run.notes),
        'facts': asdict(run.facts) if run.facts else None,
        'metrics': metrics,
        'infinite': [name for name, value in metrics.items() if math.isinf(value)],
    }


def run_notes(runs: Sequence[RunRecord]) -> list[str]:
    """What a reader must know of the runs, as sentences."""
    return [f'{run.name}: {note}.' for run in runs for note in run.notes]
