import subprocess
import sys

from tests.conftest import ROOT


def test_bench_runs_every_benchmark_unless_told_which():
    def planned(*given):
        command = ['make', '--dry-run', 'bench', f'PYTHON_ENV={sys.prefix}', *given]
        return subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout

    there = {path.stem for path in (ROOT / 'tools' / 'benchmarks').glob('*.py')}
    assert len(there) > 5
    assert f'for name in {" ".join(sorted(there))}; do' in planned()
    assert 'for name in decoding peers; do' in planned('BENCH=decoding peers')
