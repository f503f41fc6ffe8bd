#!/usr/bin/env python
"""Divide a converted data set into train, val and test without leaks."""

import argparse
from pathlib import Path
from typing import Any

from spondylo_mmpose.converters.coco import SPLITS
from spondylo_mmpose.splits.checking import check_split
from spondylo_mmpose.splits.making import make_split, named_ratios, read_patients
from spondylo_mmpose.splits.methods import LEAVE_OUT
from spondylo_mmpose.utils.cli import run_cli


def parse_args() -> argparse.Namespace:
    """Read the command line."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument('root', metavar='ROOT', help='converted data set')
    common.add_argument(
        '--name', help='written to ROOT/annotations/NAME; default: the method'
    )
    common.add_argument(
        '--together',
        metavar='FILE',
        help='JSON list of lists of film names that belong together as well',
    )
    common.add_argument(
        '--force', action='store_true', help='replace a split of that name'
    )
    seed = argparse.ArgumentParser(add_help=False)
    seed.add_argument('--seed', type=int, default=0, help='default: %(default)s')

    parser = argparse.ArgumentParser(description=__doc__)
    methods = parser.add_subparsers(dest='method', required=True, metavar='METHOD')

    def add(name: str, text: str, *parents: Any) -> argparse.ArgumentParser:
        return methods.add_parser(name, help=text, description=text, parents=parents)

    add('official', 'the split as converted; refused where it leaks', common)
    sub = add('ratio', 'by shares of films, grouped and stratified', common, seed)
    sub.add_argument(
        '--ratios',
        nargs='+',
        metavar='SHARE',
        default=['0.7', '0.15', '0.15'],
        help='of train, val and, if wanted, test; default: 0.7 0.15 0.15',
    )
    sub = add('kfold', 'cross-validation, grouped and stratified', common, seed)
    sub.add_argument('--folds', type=int, default=5, help='default: %(default)s')
    sub.add_argument(
        '--test-share',
        default='0',
        metavar='SHARE',
        help='share of the films held out as test of every fold; default: none',
    )
    sub = add('manual', 'by lists of patients', common)
    for split in SPLITS:
        sub.add_argument(
            f'--{split}-patients',
            nargs='+',
            default=[],
            metavar='PATIENT',
            help='patient_id as in the annotation files, or @FILE with one a line',
        )
    sub.add_argument(
        '--rest',
        choices=[*SPLITS, LEAVE_OUT],
        help='where films go that no list names; an error when not given',
    )
    sub = add('check', 'verify a split: digest, leaks, films; status 1 if faulty')
    sub.add_argument(
        'folder', metavar='ROOT/annotations/NAME', type=Path, help='the split'
    )
    return parser.parse_args()


def main() -> int:
    """Divide and print the summary, or check."""
    options = vars(parse_args())
    if options['method'] == 'check':
        faults = check_split(options['folder'])
        print('\n'.join(faults) or f'{options["folder"]}: as it was written, no leaks')
        return int(bool(faults))
    if options['method'] == 'ratio':
        options['ratios'] = named_ratios(options['ratios'])
    if options['method'] == 'manual':
        options['patients'] = {
            split: read_patients(options.pop(f'{split}_patients')) for split in SPLITS
        }
    print('\n'.join(make_split(**options)))
    return 0


if __name__ == '__main__':
    run_cli(main)
