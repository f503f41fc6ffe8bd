import zipfile
from pathlib import Path

import pytest
from bootstrap import mmcv_ops
from bootstrap.interpreter import Interpreter
from bootstrap.process import Runner, SetupError
from bootstrap.steps import read_requirement

GIB = 1024**3


class Recorder(Runner):
    """Stands for the real one: notes the steps, and 'builds' what it is told to."""

    def __init__(self, tmp_path, build):
        self.said = []
        super().__init__(tmp_path / 'setup.log', self.said.append)
        self.build = build
        self.steps = []

    def run(self, step, command, env, cwd=None, progress=None):
        self.steps.append(step.split()[0])
        self.env = env
        if 'download' in command:
            self.download(Path(command[command.index('--dest') + 1]))
        if 'bdist_wheel' in command:
            self.build(Path(command[command.index('--dist-dir') + 1]))

    @staticmethod
    def download(folder):
        import tarfile

        source = folder / 'mmcv-2.1.0'
        source.mkdir()
        (source / 'setup.py').touch()
        with tarfile.open(folder / 'mmcv-2.1.0.tar.gz', 'w:gz') as archive:
            archive.add(source, 'mmcv-2.1.0')


def wheel(folder, name='mmcv/_ext.cpython-311-x86_64-linux-gnu.so'):
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / 'mmcv-2.1.0-cp311-cp311-linux_x86_64.whl'
    with zipfile.ZipFile(path, 'w') as archive:
        archive.writestr(name, b'')
    return path


@pytest.fixture
def environ(tmp_path):
    compiler = tmp_path / 'bin' / 'c++'
    compiler.parent.mkdir()
    compiler.touch(mode=0o755)
    return {'PATH': str(compiler.parent), 'SPONDYLO_CACHE': str(tmp_path / 'cache')}


def wheel_for(runner, environ):
    venv = Path('/nonexistent/.venv')
    return mmcv_ops.wheel_for(runner, venv, 'mmcv==2.1.0', 'key', environ)


@pytest.mark.parametrize(
    ('environ', 'folder'),
    [
        ({'HOME': '/h'}, '/h/.cache/spondylo_mmpose'),
        ({'HOME': '/h', 'XDG_CACHE_HOME': '/x'}, '/x/spondylo_mmpose'),
        ({'XDG_CACHE_HOME': '/x', 'SPONDYLO_CACHE': '/s'}, '/s/spondylo_mmpose'),
        ({'HOME': '/h', 'XDG_CACHE_HOME': ''}, '/h/.cache/spondylo_mmpose'),
    ],
)
def test_cache_folder(environ, folder):
    assert mmcv_ops.cache_folder(environ) == Path(folder)


def test_cache_key_names_all_that_a_wheel_depends_on():
    key = mmcv_ops.cache_key('2.1.0', '3.11', '2.13.0+cpu', 'linux-x86_64-glibc2.36')
    assert key == 'mmcv2.1.0-cp311-torch2.13.0+cpu-linux-x86_64-glibc2.36-cpu'


def test_cache_key_is_a_plain_name():
    key = mmcv_ops.cache_key('2.1.0', '3.10', '2.13/..', 'a b')
    assert key == 'mmcv2.1.0-cp310-torch2.13_..-a_b-cpu'


@pytest.mark.parametrize(
    ('wanted', 'cores', 'memory', 'expected'),
    [('', 4, 16 * GIB, 4), ('', 8, 5 * GIB, 2), ('', 8, GIB, 1)]
    + [('3', 8, GIB, 3), ('0', 2, 8 * GIB, 2), ('many', 2, 8 * GIB, 2)],
)
def test_jobs(wanted, cores, memory, expected):
    assert mmcv_ops.jobs({'MAX_JOBS': wanted}, cores, memory) == expected


def test_progress():
    assert mmcv_ops.progress('running build_ext\n') == 'preparing'
    text = '[1/77] c++ -o a.o\n[12/77] c++ -o b.o\nwarning: [x]\n'
    assert mmcv_ops.progress(text) == 'compiled 12 of 77 files'


def test_wheel_without_ops_or_cut_short_does_not_count(tmp_path):
    assert mmcv_ops.has_ops(wheel(tmp_path / 'a'))
    assert not mmcv_ops.has_ops(wheel(tmp_path / 'b', 'mmcv/ops/nms.py'))
    cut = wheel(tmp_path / 'c')
    cut.write_bytes(cut.read_bytes()[:40])
    assert not mmcv_ops.has_ops(cut)


def test_kept_wheel_is_taken(tmp_path, environ):
    kept = wheel(tmp_path / 'cache/spondylo_mmpose/wheels/key')
    runner = Recorder(tmp_path, wheel)
    assert wheel_for(runner, environ) == (kept, True)
    assert runner.steps == []


def test_wheel_is_compiled_once_and_for_the_cpu(tmp_path, environ):
    runner = Recorder(tmp_path, wheel)
    path, was_there = wheel_for(runner, environ)
    assert path.parent == tmp_path / 'cache/spondylo_mmpose/wheels/key'
    assert not was_there
    assert runner.steps == ['fetching', 'compiling']
    assert runner.env['CUDA_VISIBLE_DEVICES'] == ''
    assert runner.env['CFLAGS'] == '-g0'
    assert not (tmp_path / 'cache/spondylo_mmpose/build/key').exists()
    assert wheel_for(runner, environ) == (path, True)
    assert runner.steps == ['fetching', 'compiling']


def test_interrupted_compile_is_continued(tmp_path, environ):
    def stop(dist):
        objects = dist.parent / 'mmcv-2.1.0/build/temp.linux/mmcv'
        objects.mkdir(parents=True)
        (objects / 'nms.o').touch()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        wheel_for(Recorder(tmp_path, stop), environ)
    runner = Recorder(tmp_path, wheel)
    wheel_for(runner, environ)
    assert runner.steps == ['compiling']
    assert 'an earlier compile is continued: 1 files are done' in runner.said


def test_interrupted_unpacking_is_repeated(tmp_path, environ):
    part = tmp_path / 'cache/spondylo_mmpose/build/key/part'
    part.mkdir(parents=True)
    (part / 'mmcv-2.1.0.tar.gz').write_bytes(b'cut')
    runner = Recorder(tmp_path, wheel)
    wheel_for(runner, environ)
    assert runner.steps == ['fetching', 'compiling']


def test_result_without_ops_is_refused(tmp_path, environ):
    runner = Recorder(tmp_path, lambda dist: wheel(dist, 'mmcv/ops/nms.py'))
    with pytest.raises(SetupError, match='the compiled mmcv has no ops in it'):
        wheel_for(runner, environ)
    assert not list(tmp_path.glob('cache/spondylo_mmpose/wheels/key/*'))


def test_missing_compiler(tmp_path, environ):
    with pytest.raises(SetupError, match='no C\\+\\+ compiler found'):
        wheel_for(Recorder(tmp_path, wheel), {**environ, 'PATH': ''})


def test_requirement_file(tmp_path):
    path = tmp_path / 'mmcv.txt'
    path.write_text('# why\n\nmmcv==2.1.0\n')
    assert read_requirement(path) == 'mmcv==2.1.0'
    path.write_text('mmcv>=2\n')
    with pytest.raises(SetupError, match='one line "name==version" is expected'):
        read_requirement(path)


def test_what_compiling_needs_is_missed_before_anything_is_fetched(tmp_path, environ):
    python = Interpreter('/usr/bin/python3.11', '3.11', venv=True, headers=False)
    with pytest.raises(SetupError, match=r'python3\.11-dev on Debian'):
        mmcv_ops.check_before(python, environ)
    with pytest.raises(SetupError, match='no C'):
        mmcv_ops.check_before(python, {**environ, 'PATH': ''})
    wheel(tmp_path / 'cache/spondylo_mmpose/wheels/mmcv2.1.0-cp311-torch2-cpu')
    mmcv_ops.check_before(python, {**environ, 'PATH': ''})
