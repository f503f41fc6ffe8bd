"""Command line options that training and testing share."""

import argparse

from spondylo_mmpose.engine.cfg_options import CfgOptions
from spondylo_mmpose.engine.device import DEVICES


def add_run_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where, on what and with which settings.

    Args:
        parser: Parser of a tool that runs mmengine's Runner.
    """
    parser.add_argument(
        '--work-dir',
        help='folder of this run (default: work_dirs/<config>/<time> for a training, '
        "the checkpoint's run for a test)",
    )
    parser.add_argument('--show-dir', help='write pictures of the predictions here')
    parser.add_argument(
        '--cfg-options',
        nargs='+',
        action=CfgOptions,
        metavar='NAME=VALUE',
        help='override settings of the config, e.g. data_root=data/spondylo',
    )
    parser.add_argument(
        '--device',
        choices=DEVICES,
        default='auto',
        help='compute on this; auto (default) takes a GPU where there is one',
    )
    parser.add_argument(
        '--launcher',
        choices=['none', 'pytorch', 'slurm', 'mpi'],
        default='none',
        help='what started several processes; pytorch is torchrun (default: '
        '%(default)s, a single one)',
    )
    # torchrun sets the variable; older launchers pass the option.
    parser.add_argument(
        '--local_rank',
        '--local-rank',
        type=int,
        default=0,
        help='passed by older launchers, not by hand',
    )
