#!/usr/bin/env python
"""Measure slips on films: a report, a picture, a table and a page."""

import argparse

import spondylo_mmpose  # noqa: F401  (activates the compatibility hooks first)
from spondylo_mmpose.utils.cli import run_cli


def main() -> int:
    """Predict.

    Returns:
        1 if a film failed, or lacks an output that was asked for.
    """
    # Torch may come with this import; it must follow the settings of run_cli's module.
    from spondylo_mmpose.apis.predict_tool import add_options, predict

    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog='For research use only. Status: 0 all films have a report, 1 some '
        'failed (failures.csv) or have no DICOM output (dicom.csv), 2 nothing could '
        'be done.',
    )
    add_options(parser)
    outcome = predict(parser.parse_args())
    for line in outcome.lines():
        print(line)
    return int(not outcome.is_complete)


if __name__ == '__main__':
    run_cli(main)
