import logging
from types import SimpleNamespace

import pytest
from mmengine.config import Config

from spondylo_mmpose.engine.hooks import TrainedFilmsHook
from spondylo_mmpose.engine.hooks.trained_films_hook import TRAINED_FILMS
from spondylo_mmpose.engine.seen_films import check_run_leaks, film_keys
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.io import write_json

from ..test_splits.helpers import film, write_root

FILMS = (film('train/a.jpg', 'p1'), film('train/b.jpg', 'p2'), film('val/c.jpg', 'p3'))


def config(train, val, **more):
    return Config(
        {
            f'{name}_dataloader': {
                'dataset': {
                    'data_root': str(root),
                    'ann_file': f'annotations/{name}.json',
                    **more,
                }
            }
            for name, root in (('train', train), ('val', val))
        }
    )


@pytest.fixture
def root(tmp_path):
    return write_root(tmp_path / 'one', FILMS)


def test_loaders_of_one_split_pass(root):
    check_run_leaks(config(root, root))


def test_loaders_of_two_folders_that_share_a_patient(root, tmp_path, monkeypatch):
    other = write_root(tmp_path / 'two', [film('val/x.jpg', 'p2')])
    with pytest.raises(
        SpondyloError, match=r'val_dataloader: 1 patients .* are trained on'
    ):
        check_run_leaks(config(root, other))
    logged = []
    monkeypatch.setattr(
        'spondylo_mmpose.engine.seen_films.print_log',
        lambda text, logger, level: logged.append((text, level)),
    )
    check_run_leaks(config(root, other, allow_leaks=True))
    ((text, level),) = logged
    assert text.startswith('allow_leaks is set: val_dataloader: 1 patients')
    assert level == logging.WARNING


def test_patients_of_two_sources_are_two(root, tmp_path):
    other = write_root(tmp_path / 'two', [film('val/x.jpg', 'p2', source='korea')])
    check_run_leaks(config(root, other))


def test_phantoms_are_numbered_anew_but_named_once(tmp_path):
    phantom = dict(source='phantom')
    one = write_root(tmp_path / 'one', [film('train/a.jpg', '9000', **phantom)])
    two = write_root(tmp_path / 'two', [film('val/b.jpg', '9000', **phantom)])
    check_run_leaks(config(one, two))
    same = write_root(tmp_path / 'three', [film('val/a.jpg', '9000', **phantom)])
    with pytest.raises(SpondyloError, match='1 patients'):
        check_run_leaks(config(one, same))


def test_joined_data_sets(root, tmp_path):
    other = write_root(tmp_path / 'two', [film('val/x.jpg', 'p2')])
    joined = config(tmp_path / 'none', other)
    joined.train_dataloader.dataset = {
        'type': 'ConcatDataset',
        'datasets': [joined.train_dataloader.dataset, config(root, root)
                     .train_dataloader.dataset],
    }  # fmt: skip
    with pytest.raises(SpondyloError, match='1 patients'):
        check_run_leaks(joined)


def test_loaders_that_are_missing_or_unreadable(root, tmp_path):
    check_run_leaks(Config({'train_dataloader': None, 'val_dataloader': None}))
    check_run_leaks(config(root, tmp_path / 'none'))


def test_a_checkpoint_knows_its_films(root, tmp_path):
    first = config(root, root)
    assert [len(keys) for keys in film_keys(first, 'train_dataloader')] == [2, 2]
    warnings = []

    def run(cfg):
        logger = SimpleNamespace(warning=warnings.append)
        return SimpleNamespace(cfg=cfg, logger=logger)

    checkpoint = {}
    hook = TrainedFilmsHook()
    hook.before_train(run(first))
    hook.before_save_checkpoint(run(first), checkpoint)
    assert len(checkpoint[TRAINED_FILMS]) == 4
    assert 'p1' not in str(checkpoint)

    # A later run on other films does not make it forget them.
    other = write_root(tmp_path / 'two', [film('train/x.jpg', 'p9')])
    later = TrainedFilmsHook()
    later.after_load_checkpoint(run(None), checkpoint)
    later.before_train(run(config(other, other)))
    later.before_save_checkpoint(run(None), checkpoint)

    def tested(data, name):
        test = TrainedFilmsHook()
        test.after_load_checkpoint(run(None), checkpoint)
        cfg = config(data, data)
        cfg.test_dataloader = cfg[f'{name}_dataloader']
        test.before_test(run(cfg))

    tested(root, 'val')
    assert warnings == []
    tested(root, 'train')
    assert 'patients of 2 of the 2 films tested' in warnings.pop()
    tested(other, 'train')
    assert 'patients of 1 of the 1 films tested' in warnings.pop()


@pytest.fixture
def started(root, tmp_path):
    """Start on films that validate what a checkpoint was trained on; the warnings."""
    checkpoint = tmp_path / 'run' / 'epoch_1.pth'
    other = write_root(
        tmp_path / 'other',
        [film('train/x.jpg', 'p9'), film('val/y.jpg', 'p1'), film('val/z.jpg', 'p8')],
    )

    def start(resume, **more):
        told = []
        runner = SimpleNamespace(
            cfg=config(other, other, **more), _resume=resume,
            _load_from=str(checkpoint), logger=SimpleNamespace(warning=told.append),
        )  # fmt: skip
        hook = TrainedFilmsHook()
        learned = set().union(*film_keys(config(root, root), 'train_dataloader'))
        hook.after_load_checkpoint(runner, {TRAINED_FILMS: sorted(learned)})
        hook.before_train(runner)
        return told

    return start


SEEN = 'trained on the patients of 1 of the 2 films that are validated'


def test_weights_to_begin_with_that_know_a_validation_film(started):
    (told,) = started(resume=False)
    assert SEEN in told


def test_a_resume_on_validation_films_that_were_learned(started, tmp_path):
    with pytest.raises(SpondyloError, match=f'{SEEN}.*; set SPONDYLO_SPLIT'):
        started(resume=True)
    assert SEEN in started(resume=True, allow_leaks=True)[0]
    # Its record tells the data, which were compared: it began with such weights.
    entry = {'name': 'train.json', 'sha256': '1'}
    write_json(tmp_path / 'run' / 'training.json', {'data': {'train': [entry]}})
    assert SEEN in started(resume=True)[0]


def test_a_checkpoint_of_another_tool_claims_nothing(root):
    hook = TrainedFilmsHook()
    hook.after_load_checkpoint(None, {'state_dict': {}})
    assert hook.trained == set()
