import argparse
import json

import pytest
import torch
from mmengine.config import Config

from spondylo_mmpose.engine.run_folder import TRAINING_RECORD
from spondylo_mmpose.engine.training import choose_folder, write_picture
from spondylo_mmpose.errors import SpondyloError

WEIGHTS = {'state_dict': {}}


def chosen(parent, fixed=False, **options):
    config = Config({'work_dir': str(parent), 'model': {}})
    args = argparse.Namespace(
        **{'resume': None, 'smoke': False, 'tensorboard': False} | options
    )
    choose_folder(config, args, fixed)
    return config


@pytest.fixture
def run(tmp_path):
    folder = tmp_path / '20260101_000000'
    folder.mkdir()
    (folder / TRAINING_RECORD).write_text('{}')
    return folder


def test_a_run_begins_in_a_folder_of_its_own_or_where_it_is_told(tmp_path):
    assert chosen(tmp_path).work_dir.startswith(f'{tmp_path}/2')
    config = chosen(tmp_path, fixed=True)
    assert config.work_dir == str(tmp_path)
    assert config.visualizer.vis_backends[-1].save_dir == str(tmp_path)
    assert 'resume' not in config


def test_resume_finds_the_newest_run_and_its_last_checkpoint(tmp_path, run):
    torch.save(WEIGHTS, run / 'epoch_3.pth')
    config = chosen(tmp_path, resume='auto')
    assert config.work_dir == str(run)
    assert config.resume
    assert config.load_from == str(run / 'epoch_3.pth')


def test_a_named_checkpoint_goes_on_in_its_run_or_in_a_new_one(tmp_path, run):
    torch.save(WEIGHTS, run / 'epoch_3.pth')
    torch.save(WEIGHTS, tmp_path / 'epoch_3.pth')
    config = chosen(tmp_path, resume=str(run / 'epoch_3.pth'))
    assert config.work_dir == str(run)
    config = chosen(tmp_path, resume=str(tmp_path / 'epoch_3.pth'))
    assert config.work_dir not in (str(run), str(tmp_path))
    assert config.load_from == str(tmp_path / 'epoch_3.pth')


def test_the_setting_of_mmengine_without_a_checkpoint_is_refused(tmp_path):
    config = Config({'work_dir': str(tmp_path), 'resume': True, 'load_from': None})
    args = argparse.Namespace(resume=None, smoke=False, tensorboard=False)
    with pytest.raises(SpondyloError, match='pass --resume'):
        choose_folder(config, args, True)


def test_a_run_killed_in_its_first_epoch_begins_anew(run):
    config = chosen(run, fixed=True, resume='auto')
    assert 'resume' not in config


def test_nothing_to_resume(tmp_path):
    with pytest.raises(SpondyloError, match='holds no run to resume'):
        chosen(tmp_path, resume='auto')
    with pytest.raises(SpondyloError, match='no checkpoint to resume from'):
        chosen(tmp_path, fixed=True, resume='auto')
    with pytest.raises(SpondyloError, match='no such checkpoint'):
        chosen(tmp_path, resume=str(tmp_path / 'epoch_9.pth'))


def test_a_folder_in_use_is_not_begun_anew(run):
    torch.save(WEIGHTS, run / 'epoch_3.pth')
    with pytest.raises(SpondyloError, match='holds a training already'):
        chosen(run, fixed=True)


def test_the_picture_shows_what_was_logged(tmp_path):
    assert write_picture(tmp_path, None, False) is None
    log = tmp_path / '20260101_000000' / 'vis_data' / 'scalars.json'
    log.parent.mkdir(parents=True)
    lines = [
        {'step': 1, 'loss': 2.0, 'lr': 0.1, 'epoch': 1},
        {'step': 2, 'loss': 1.0, 'lr': 0.1, 'epoch': 1},
        {'step': 1, 'corner/MRE_px': 5.0, 'corner/SDR@2px': 10.0},
    ]
    log.write_text('\n'.join(map(json.dumps, lines)))
    path = write_picture(tmp_path, 'corner/MRE_px', False)
    assert path.name == 'training.png'
    assert path.read_bytes().startswith(b'\x89PNG')
