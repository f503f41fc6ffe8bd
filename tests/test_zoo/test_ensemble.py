import pytest
import torch

from spondylo_mmpose.engine.checkpoint import load_checkpoint_file, load_weights
from spondylo_mmpose.engine.hooks.trained_films_hook import TRAINED_FILMS
from spondylo_mmpose.engine.hooks.training_record_hook import FORMAT
from spondylo_mmpose.engine.launch import load_config
from spondylo_mmpose.engine.recipe import build_network
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.io import file_digest, read_json, write_json
from spondylo_mmpose.zoo.ensemble import WEIGHTS, make_ensemble
from spondylo_mmpose.zoo.publishing import publish
from tests.conftest import ROOT
from tests.test_zoo.runs import make_run as make_unet_run

TINY = ROOT / 'tests' / 'configs' / 'tiny_maht_net_topdown.py'
CREDIT = 'Films of somebody, CC BY 4.0'


def make_member(folder, seed, **changes):
    """A run as a training leaves it; ``changes`` are of the config."""
    folder.mkdir(parents=True)
    config = load_config(TINY, {'data_root': '/home/dr_who/films', **changes})
    torch.manual_seed(seed)
    network = build_network(config, 'cpu')
    torch.save(
        {
            'state_dict': network.state_dict(),
            'meta': {'epoch': 1},
            TRAINED_FILMS: [f'film{seed}', 'both'],
        },
        folder / 'epoch_1.pth',
    )
    phantoms = {'name': 'train.json', 'sha256': 'a' * 64, 'films': 7, 'credit': CREDIT}
    record = {
        'format': FORMAT,
        'status': 'completed',
        'config': {'name': 'tiny_maht_net_topdown.py', 'text': config.pretty_text},
        'data': {'train': [phantoms, {**phantoms, 'sha256': f'{seed}' * 64}]},
        'began_with': {'sha256': 'd' * 64, 'train': [phantoms]},
        'starts': [],
        'result': {},
    }
    write_json(folder / 'training.json', record)
    return folder


@pytest.fixture(scope='module')
def members(tmp_path_factory):
    folder = tmp_path_factory.mktemp('members')
    return [make_member(folder / str(seed), seed) for seed in (1, 2)]


@pytest.fixture(scope='module')
def made(members, tmp_path_factory):
    return make_ensemble(members, tmp_path_factory.mktemp('made') / 'both')


def outputs(config, checkpoint, pictures):
    network = build_network(config, 'cpu').eval()
    load_weights(checkpoint, network)
    with torch.no_grad():
        return network.head(network.extract_feat(pictures))


def test_it_answers_with_the_mean_of_its_members(members, made):
    pictures = torch.randn(2, 3, 128, 128)
    config = load_config(made.parent / 'tiny_maht_net_topdown.py')
    told = outputs(config, made, pictures)
    one, other = (
        outputs(load_config(TINY), run / 'epoch_1.pth', pictures) for run in members
    )
    assert (one.heatmaps - other.heatmaps).abs().max() > 1e-3
    torch.testing.assert_close(told.heatmaps, (one.heatmaps + other.heatmaps) / 2)
    assert config.test_dataloader.dataset.pipeline == (
        load_config(TINY).test_dataloader.dataset.pipeline
    )


def test_it_is_published_with_what_its_members_learned_from(members, made, tmp_path):
    assert load_checkpoint_file(made)[TRAINED_FILMS] == ['both', 'film1', 'film2']
    record = read_json(made.parent / 'training.json')
    assert [one['sha256'] for one in record['members']] == [
        file_digest(run / 'epoch_1.pth') for run in members
    ]
    weights = publish(made, tmp_path / 'out', half=True)
    card = (tmp_path / 'out' / 'tiny_maht_net_topdown.md').read_text()
    assert 'TopdownPoseEstimator, MemberTrunks, SlotEnsembleHead' in card
    digests = ', '.join(f'`{one["sha256"][:16]}`' for one in record['members'])
    assert f'Mean of 2 networks, trained apart: SHA-256 {digests}' in card
    assert card.count(CREDIT) == 1
    rows = [line for line in card.splitlines() if line.startswith('| learned from')]
    assert [row.split('`')[1] for row in rows] == [
        'a' * 16,
        'a' * 16,
        '1' * 16,
        '2' * 16,
    ]
    for path in (tmp_path / 'out').iterdir():
        assert b'dr_who' not in path.read_bytes()
    pictures = torch.randn(1, 3, 128, 128)
    told = [
        outputs(load_config(path.parent / 'tiny_maht_net_topdown.py'), path, pictures)
        for path in (made, weights)
    ]
    difference = (told[0].heatmaps - told[1].heatmaps).abs().max()
    assert 0 < difference < 0.05 * told[0].heatmaps.abs().max()


def test_three_are_put_together_too(members, tmp_path):
    third = make_member(tmp_path / '3', 3)
    made = make_ensemble([*members, third], tmp_path / 'all')
    assert (
        len(load_config(made.parent / 'tiny_maht_net_topdown.py').model.head.members)
        == 3
    )


def test_one_is_none(members, tmp_path):
    with pytest.raises(SpondyloError, match='two networks or more'):
        make_ensemble(members[:1], tmp_path / 'out')
    assert not (tmp_path / 'out').exists()


@pytest.mark.parametrize(
    ('changes', 'told'),
    [
        ({'model.test_cfg.flip_test': True}, 'model.test_cfg'),
        ({'passes': 2}, 'passes'),
        ({'model.data_preprocessor.mean': [1.0, 2.0, 3.0]}, 'model.data_preprocessor'),
        ({'test_dataloader.dataset.pipeline.1.padding': 1.75}, 'the pipeline of tests'),
    ],
)
def test_members_look_in_the_same_way(members, tmp_path, changes, told):
    other = make_member(tmp_path / 'other', 4, **changes)
    with pytest.raises(
        SpondyloError, match=rf'other/epoch_1.pth: differs .* in {told};'
    ):
        make_ensemble([members[0], other], tmp_path / 'out')
    assert not (tmp_path / 'out').exists()


def test_networks_without_slots_are_refused(members, tmp_path):
    make_unet_run(tmp_path / 'unet')
    with pytest.raises(SpondyloError, match='of networks of crops with slots'):
        make_ensemble([tmp_path / 'unet', members[0]], tmp_path / 'out')


def test_somebody_elses_folder_is_not_replaced(members, tmp_path):
    (tmp_path / 'own').mkdir()
    (tmp_path / 'own' / 'letter.txt').write_text('x')
    with pytest.raises(SpondyloError, match='own'):
        make_ensemble(members, tmp_path / 'own', force=True)
    made = make_ensemble(members, tmp_path / 'out')
    before = made.stat().st_mtime_ns
    with pytest.raises(SpondyloError, match='out'):
        make_ensemble(members, tmp_path / 'out')
    assert made.stat().st_mtime_ns == before
    assert make_ensemble(members, tmp_path / 'out', force=True).name == WEIGHTS
