import subprocess
import sys

import pytest

from spondylo_mmpose.benchmarks.fresh_process import (
    in_fresh_process,
    last_line,
    peak_mib,
)
from spondylo_mmpose.errors import SpondyloError

RUN = 'spondylo_mmpose.benchmarks.fresh_process:run_script'


def script(folder, code):
    path = folder / 'tool.py'
    path.write_text(code)
    return {'path': str(path), 'words': ['--films', '3']}


def test_a_function_is_called_elsewhere_and_its_memory_is_its_own(tmp_path):
    held = bytearray(300 * 2**20)
    small = in_fresh_process('builtins:dict', {'films': 3})
    assert small.value == {'films': 3}
    assert small.seconds > 0
    # Linux tells a child of what its parent held; this one has not held it.
    assert small.peak_mib < 200 < peak_mib()
    del held
    large = in_fresh_process(RUN, script(tmp_path, 'x = bytearray(200 * 2**20)'))
    assert 190 < large.peak_mib - small.peak_mib < 220


@pytest.mark.parametrize('ending', ['', 'sys.exit()', 'sys.exit(0)'])
def test_a_tool_gets_its_words(tmp_path, ending):
    code = f'import sys\nassert sys.argv[1:] == ["--films", "3"]\n{ending}'
    assert in_fresh_process(RUN, script(tmp_path, code)).value == 0


def test_what_a_tool_ends_with(tmp_path):
    verdict = script(tmp_path, 'import sys; sys.exit(1)')
    assert in_fresh_process(RUN, verdict).value == 1
    code = (
        'import sys; print("error: a.json: is no data", file=sys.stderr); sys.exit(2)'
    )
    with pytest.raises(SpondyloError, match=r'run_script: a\.json: is no data'):
        in_fresh_process(RUN, script(tmp_path, code))


def test_variables_reach_it(tmp_path):
    code = 'import os; assert os.environ["SPONDYLO_X"] == "7"'
    in_fresh_process(RUN, script(tmp_path, code), SPONDYLO_X='7')
    with pytest.raises(SpondyloError, match='AssertionError'):
        in_fresh_process(RUN, script(tmp_path, code), SPONDYLO_X='8')


def test_the_last_line_is_what_went_wrong():
    kind = f'{SpondyloError.__module__}.SpondyloError'
    assert last_line(f'Traceback\n  x\n{kind}: a: no such film\n') == 'a: no such film'
    assert last_line('') == 'ended without a word'


def test_it_needs_no_torch():
    code = (
        'import sys, spondylo_mmpose.benchmarks.fresh_process, '
        'spondylo_mmpose.benchmarks.film_run; assert "torch" not in sys.modules'
    )
    subprocess.run([sys.executable, '-c', code], check=True)
