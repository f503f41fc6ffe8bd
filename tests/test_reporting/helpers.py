"""Runs made by hand."""

from spondylo_mmpose.reporting.run_record import RunRecord


def run_of(path, records, config=None, name='run', **fields):
    """A run with given boxes, of records."""
    return RunRecord(
        name=name,
        path=path,
        predictions=path / 'predictions.pkl',
        predictions_sha256='0' * 64,
        given_boxes=True,
        records=records,
        config=config,
        **fields,
    )
