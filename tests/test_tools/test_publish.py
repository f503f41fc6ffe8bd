"""From a training to published weights and back, by the real tools."""

import numpy as np
import pytest

from spondylo_mmpose.engine.launch import load_config
from spondylo_mmpose.evaluation.dump import load_dump
from tests.conftest import ROOT

CONFIG = ROOT / 'tests' / 'configs' / 'tiny_unet.py'


@pytest.mark.slow
def test_published_weights_predict_what_the_checkpoint_does(
    phantoms, tmp_path, run_tool
):
    def run(*arguments):
        how = run_tool.fresh if arguments[0] == 'publish.py' else run_tool
        result = how(*arguments, SPONDYLO_DATA=str(phantoms), OMP_NUM_THREADS='1')
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout

    run('train.py', CONFIG, '--no-pretrained', '--ema', '0.1', '--work-dir',
        tmp_path / 'run', '--cfg-options', 'train_cfg.max_epochs=2')  # fmt: skip
    (best,) = (tmp_path / 'run').glob('best_*.pth')
    run('test.py', CONFIG, best, '--dump', tmp_path / 'run' / 'predictions.pkl')
    said = run('publish.py', tmp_path / 'run', '--out', tmp_path / 'out')
    (weights,) = (tmp_path / 'out').glob('*.safetensors')
    assert f'published: {weights}' in said
    assert '| MRE (px) |' in (tmp_path / 'out' / 'tiny_unet.md').read_text()
    run('test.py', tmp_path / 'out' / 'tiny_unet.py', weights,
        '--dump', tmp_path / 'again.pkl', '--work-dir', tmp_path / 'test')  # fmt: skip
    dumps = [
        [sample['pred_instances'] for sample in load_dump(path)]
        for path in (tmp_path / 'run' / 'predictions.pkl', tmp_path / 'again.pkl')
    ]
    assert len(dumps[0]) > 3
    for one, other in zip(*dumps, strict=True):
        for name in ('keypoints', 'keypoint_scores'):
            np.testing.assert_array_equal(one[name], other[name])

    weights.write_bytes(weights.read_bytes()[:-1])
    result = run_tool('test.py', tmp_path / 'out' / 'tiny_unet.py', weights)
    assert result.returncode == 2
    assert 'is not the file that was published' in result.stderr.splitlines()[-1]


def test_a_config_is_printed_whole_and_with_options(run_tool, tmp_path):
    result = run_tool.fresh(
        'print_config.py', CONFIG, '--cfg-options', 'optim_wrapper.optimizer.lr=0.125',
        SPONDYLO_DATA='/elsewhere',
    )  # fmt: skip
    assert result.returncode == 0, result.stderr
    path = tmp_path / 'printed.py'
    path.write_text(result.stdout)
    printed = load_config(path)
    assert not any(line.startswith('_base_') for line in result.stdout.splitlines())
    assert printed.optim_wrapper.optimizer == dict(type='Adam', lr=0.125)
    assert printed.test_dataloader.dataset.data_root == '/elsewhere'
    assert printed.model == load_config(CONFIG).model


def test_a_missing_config_is_one_line(run_tool):
    result = run_tool('print_config.py', 'configs/none.py')
    assert result.returncode == 2
    assert result.stderr.count('\n') == 1
    assert 'no such config' in result.stderr
