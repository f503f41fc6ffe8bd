import argparse

from spondylo_mmpose.cli.options import add_threshold_options


def test_thresholds_are_those_of_the_package_unless_asked_for():
    parser = argparse.ArgumentParser()
    add_threshold_options(parser)
    assert vars(parser.parse_args([])) == {
        'score_threshold': None,
        'no_slip_threshold': 5.0,
    }
    asked = parser.parse_args(['--score-threshold', '.4', '--no-slip-threshold', '3'])
    assert (asked.score_threshold, asked.no_slip_threshold) == (0.4, 3.0)
