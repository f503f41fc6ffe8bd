from argparse import Namespace

import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.reporting.paper.tool import run_paper


def options(runs, out, **more):
    given = {
        'runs': runs, 'out': out, 'annotations': [], 'films': 0,
        'score_threshold': None, 'no_slip_threshold': 5.0, **more,
    }  # fmt: skip
    return Namespace(**given)


@pytest.mark.parametrize(
    ('chosen', 'more', 'message'),
    [
        ([2], {}, r'theirs\.json: holds no truth; name the annotation files'),
        ([0, 0], {}, 'tell them apart with NAME='),
        ([0], {'films': -1}, '--films -1: must not be negative'),
        ([0], {'score_threshold': 0.5}, 'is for predictions end to end'),
        ([0], {'no_slip_threshold': 30.0}, 'must lie between 0 and'),
    ],
)
def test_bad_input_is_told_and_nothing_is_written(
    paper_data, tmp_path, chosen, more, message
):
    arguments = [paper_data[0][i] for i in chosen]
    out = tmp_path / 'paper'
    with pytest.raises(SpondyloError, match=message):
        run_paper(options(arguments, out, **more))
    assert not out.exists()


def test_a_run_is_never_written_over(paper_data):
    run = paper_data[0][0]
    for out in (run, f'{run}/..'):
        with pytest.raises(SpondyloError, match='choose another folder'):
            run_paper(options([run], out))
