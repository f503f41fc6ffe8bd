import hashlib
import re
import subprocess

import pytest
import torch
from mmengine.runner import load_checkpoint

from spondylo_mmpose.apis.named_models import model_in
from spondylo_mmpose.engine.checkpoint import check_fits, load_checkpoint_file
from spondylo_mmpose.engine.hooks.trained_films_hook import TRAINED_FILMS
from spondylo_mmpose.engine.launch import load_config
from spondylo_mmpose.engine.recipe import build_network
from spondylo_mmpose.engine.weights_file import rounded
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.screening import RULES, load_screen, write_screen
from spondylo_mmpose.utils.io import file_digest, read_json, write_json
from spondylo_mmpose.zoo.publishing import Beside, publish
from tests.test_zoo.runs import TINY, add_test, make_run


@pytest.fixture(scope='module')
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp('runs') / 'tiny'
    checkpoint = make_run(folder)
    add_test(
        folder,
        checkpoint,
        {
            'corner/MRE_px': 2.5,
            'corner/MRE_px_low': 2.25,
            'corner/MRE_px_high': 2.75,
            'corner/MRE_mm': None,
            'corner/vertebrae': 20,
        },
    )
    add_test(folder / 'end_to_end', checkpoint, {'spine/F1': 88.0}, boxes='det.pth')
    return folder


@pytest.fixture(scope='module')
def published(run, tmp_path_factory):
    return publish(run, tmp_path_factory.mktemp('out') / 'files')


def test_files_and_their_digests(published):
    folder = published.parent
    names = sorted(path.name for path in folder.iterdir())
    assert re.fullmatch(r'tiny_unet-[0-9a-f]{8}\.safetensors', published.name)
    assert names == ['SHA256SUMS', published.name, 'tiny_unet.md', 'tiny_unet.py']
    assert published.stem.endswith(file_digest(published)[:8])
    subprocess.run(
        ['sha256sum', '--check', '--quiet', 'SHA256SUMS'], cwd=folder, check=True
    )
    content = load_checkpoint_file(published)
    text = (folder / 'tiny_unet.py').read_bytes()
    assert content['config_sha256'] == hashlib.sha256(text).hexdigest()
    assert content['meta'] == {'epoch': 7, 'iter': 70, 'seed': 5}


def test_predictions_are_those_of_the_checkpoint_bit_by_bit(run, published):
    """Of the weights that were validated, not of those behind the average."""
    outputs = []
    for path in (run / 'best_corner_MRE_px_epoch_7.pth', published):
        network = build_network(load_config(published.parent / 'tiny_unet.py'), 'cpu')
        check_fits(path, network)
        # As tools/test.py has the Runner do it.
        load_checkpoint(network, str(path), map_location='cpu')
        network.eval()
        torch.manual_seed(0)
        with torch.no_grad():
            outputs.append(network(torch.rand(2, 3, 64, 64), None, mode='tensor'))
    assert outputs[0].abs().max() > 0
    assert torch.equal(*outputs)


def test_nothing_tells_where_or_of_whom(published):
    for path in published.parent.iterdir():
        content = path.read_bytes()
        for secret in (b'dr_who', b'patients/', b'0123456789abcdef'):
            assert secret not in content, path.name
    text = (published.parent / 'tiny_unet.py').read_text()
    assert text.count('{{$SPONDYLO_DATA:data/spondylo}}') == 4


def test_the_config_is_that_of_the_training(published, monkeypatch):
    monkeypatch.setenv('SPONDYLO_DATA', '/elsewhere')
    ours, theirs = load_config(published.parent / 'tiny_unet.py'), load_config(TINY)
    for name in ('model', 'optim_wrapper', 'val_dataloader', 'test_evaluator'):
        assert ours[name] == theirs[name], name
    assert ours.train_dataloader.dataset.data_root == '/elsewhere'


def test_the_card_states_what_was_measured_and_nothing_else(published):
    card = (published.parent / 'tiny_unet.md').read_text()
    assert '| MRE (px) | 2.50 | 2.25 to 2.75 |' in card
    assert '| F1 (%) | 88.0 |  |' in card
    assert 'End to end, boxes by `det.pth`' in card
    assert 'MRE (mm)' not in card
    assert (
        '| learned from: SHA-256 `aaaaaaaaaaaaaaaa` | 12 | -- | 60 | phantom (12) |'
        in card
    )
    assert 'All films are phantoms' in card
    # Validation and test were on one file.
    assert card.count('The epoch was chosen on the same films') == 2
    assert 'averaged over the training, as validations and tests take them' in card
    assert file_digest(published) in card
    assert 'For research only' in card


def test_results_of_other_weights_are_left_out(run, tmp_path):
    other = run / 'epoch_9.pth'
    content = torch.load(run / 'best_corner_MRE_px_epoch_7.pth', weights_only=True)
    content['state_dict'] = content.pop('ema_state_dict')
    torch.save(content, other)
    published = publish(other, tmp_path / 'out', keep_film_keys=True)
    other.unlink()
    card = (tmp_path / 'out' / 'tiny_unet.md').read_text()
    assert 'None were measured of these weights' in card
    assert 'of one step, as validations and tests take them' in card
    assert load_checkpoint_file(published)[TRAINED_FILMS] == ['0123456789abcdef']
    assert 'hashed keys of the training films' in card


def test_what_a_model_needs_is_published_with_it(run, tmp_path):
    screen = write_screen(tmp_path / 'limits.json', RULES)
    beside = Beside(detector=run, screen=screen)
    published = publish(run, tmp_path / 'out', keep_film_keys=True, beside=beside)
    files = model_in(tmp_path / 'out')
    assert files.weights == published
    assert files.detector.weights.parent == tmp_path / 'out' / 'detector'
    assert load_checkpoint_file(files.detector.weights)[TRAINED_FILMS]
    assert load_screen(files.screen) == RULES
    for folder in (tmp_path / 'out', tmp_path / 'out' / 'detector'):
        subprocess.run(
            ['sha256sum', '--check', '--quiet', 'SHA256SUMS'], cwd=folder, check=True
        )
    assert ' screen.json' in (tmp_path / 'out' / 'SHA256SUMS').read_text()
    card = (tmp_path / 'out' / 'tiny_unet.md').read_text()
    assert f'| beside it | `detector/{published.name}`: what finds' in card
    assert '`screen.json`: limits' in card


def test_weights_in_16_bits(run, published, tmp_path):
    small = publish(run, tmp_path / 'out', half=True)
    assert small.stat().st_size < 0.6 * published.stat().st_size
    whole = load_checkpoint_file(published)['state_dict']
    halves = load_checkpoint_file(small)['state_dict']
    for name, value in whole.items():
        kept = halves[name].to(value)
        if value.ndim < 2:
            assert torch.equal(kept, value), name
        else:
            torch.testing.assert_close(kept, value, rtol=5e-4, atol=1e-7)
    network = build_network(load_config(TINY), 'cpu')
    load_checkpoint(network, str(small), map_location='cpu', strict=True)
    assert {value.dtype for value in network.parameters()} == {torch.float32}
    card = (tmp_path / 'out' / 'tiny_unet.md').read_text()
    assert 'rounded to 16 bits' in card


def test_weights_that_16_bits_cannot_hold_are_told():
    with pytest.raises(SpondyloError, match=r'head\.weight: has weights too large'):
        rounded({'head.weight': torch.full((1, 1), 1e6)})
    assert rounded({'norm.var': torch.tensor([1e6])})['norm.var'] == 1e6


def test_a_detector_may_have_a_config_of_its_own(run, tmp_path):
    config = tmp_path / 'other.py'
    config.write_text(
        f"_base_ = '{TINY}'\nmodel = dict(test_cfg=dict(flip_test=True))\n"
    )
    publish(run, tmp_path / 'out', beside=Beside(run, config))
    detector = model_in(tmp_path / 'out').detector
    assert detector.config.name == 'other.py'
    assert load_config(detector.config).model.test_cfg.flip_test


def test_a_damaged_calibration_leaves_nothing(run, tmp_path):
    (tmp_path / 'u.json').write_text('{}')
    with pytest.raises(SpondyloError, match=r'u\.json'):
        publish(run, tmp_path / 'out', beside=Beside(calibration=tmp_path / 'u.json'))
    assert not (tmp_path / 'out').exists()


def test_a_data_set_is_credited_as_its_licence_asks(tmp_path):
    folder = tmp_path / 'run'
    make_run(folder)
    record = read_json(folder / 'training.json')
    credit = 'Films, Reyes, doi 10.17632/5jdfdgp762.1, CC BY 4.0'
    record['data']['train'][0] |= {'sources': {'buu': 6}, 'credit': credit}
    drawn = {'sha256': 'e' * 64, 'films': 2000, 'sources': {'phantom': 2000}}
    record['began_with'] = {'name': 'a.pth', 'sha256': 'f' * 64, 'train': [drawn]}
    write_json(folder / 'training.json', record)
    published = publish(folder, tmp_path / 'out')
    card = (published.parent / 'tiny_unet.md').read_text()
    assert f'* Films and labels of: {credit}.' in card
    assert f'| learned from, in an earlier training: SHA-256 `{"e" * 16}` |' in card
    assert '* Began with the weights of an earlier training: SHA-256 `ffff' in card
    assert 'All films are phantoms' not in card


def test_a_trunk_of_others_is_credited(run, tmp_path):
    config = tmp_path / 'other.py'
    config.write_text(f"_base_ = '{TINY}'\npretrained_credit = 'Trunk by Who, MIT'\n")
    published = publish(run, tmp_path / 'out', config)
    assert (
        '* Its trunk began as: Trunk by Who, MIT.'
        in (published.parent / 'other.md').read_text()
    )


def test_a_checkpoint_alone_needs_its_config(run, tmp_path):
    alone = tmp_path / 'weights.pth'
    alone.write_bytes((run / 'best_corner_MRE_px_epoch_7.pth').read_bytes())
    with pytest.raises(SpondyloError, match='name the config with --config'):
        publish(alone, tmp_path / 'out')
    assert not (tmp_path / 'out').exists()
    published = publish(alone, tmp_path / 'out', TINY)
    assert (
        'record of the training is not at hand'
        in (published.parent / 'tiny_unet.md').read_text()
    )
    with pytest.raises(SpondyloError, match='--force'):
        publish(alone, tmp_path / 'out', TINY)
    assert publish(alone, tmp_path / 'out', TINY, force=True) == published
    with pytest.raises(SpondyloError, match='is published already'):
        publish(published, tmp_path / 'again')


def test_weights_that_do_not_fit_are_not_published(run, tmp_path):
    with pytest.raises(SpondyloError, match='does not fit the config'):
        publish(run / 'best_older_epoch_1.pth', tmp_path / 'out')
    with pytest.raises(SpondyloError, match='no such run or checkpoint'):
        publish(tmp_path / 'none', tmp_path / 'out')
    with pytest.raises(SpondyloError, match='holds no weights'):
        (tmp_path / 'empty').mkdir()
        publish(tmp_path / 'empty', tmp_path / 'out')
    assert not (tmp_path / 'out').exists()
