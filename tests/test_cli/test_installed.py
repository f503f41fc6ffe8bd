"""The console command of a package that was installed without a checkout."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(scope='module')
def installed(tmp_path_factory):
    """Folder into which a wheel was installed."""
    folder = tmp_path_factory.mktemp('installed')
    pip = [sys.executable, '-m', 'pip', '--quiet']
    subprocess.run(
        [*pip, 'wheel', '--no-deps', '--no-build-isolation', '--wheel-dir', folder,
         ROOT],
        check=True,
    )  # fmt: skip
    (wheel,) = folder.glob('*.whl')
    subprocess.run(
        [
            *pip,
            'install',
            '--no-deps',
            '--no-index',
            '--target',
            folder / 'site',
            wheel,
        ],
        check=True,
    )
    return folder / 'site'


def python(installed, *words):
    return subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        cwd=installed,
        env={**os.environ, 'PYTHONPATH': str(installed)},
    )


def spondylo(installed, *words):
    return python(installed, installed / 'bin' / 'spondylo', *words)


def test_it_finds_its_tools(installed):
    done = spondylo(installed, 'predict', '--help')
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith('usage: spondylo predict')
    done = spondylo(installed, 'predict', 'gone.png', '--out', 'out')
    assert done.returncode == 2
    assert done.stderr.startswith('error: gone.png: no such file')


def test_it_tells_where_its_recipes_are(installed):
    done = spondylo(installed, 'train', 'configs/rtmpose_s_spondylo.py')
    assert done.returncode == 2
    told = Path(done.stderr.strip().rpartition('the recipes are in ')[2])
    assert told.is_relative_to(installed)
    assert (told / 'rtmpose_s_spondylo.py').is_file()


def test_types_came_along(installed):
    assert (installed / 'spondylo_mmpose' / 'py.typed').is_file()


def test_the_review_page_came_along(installed):
    code = (
        'from spondylo_mmpose.review import page as p; '
        'print(p.ASSETS, len(p.script(p.SCRIPTS)), len(p.style("review.css")))'
    )
    done = python(installed, '-c', code)
    assert done.stdout.startswith(str(installed)), done.stderr


def test_the_schema_came_along(installed):
    module = 'spondylo_mmpose.film_report.report_json'
    code = f'import {module} as r; print(r.SCHEMA, r.schema())'
    done = python(installed, '-c', code)
    assert done.stdout.startswith(str(installed)), done.stderr
