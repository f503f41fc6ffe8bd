"""Real networks, however untrained, from films to reports."""

import cv2
import numpy as np
import pytest
import torch

from spondylo_mmpose.apis import SpineInferencer, SpineReport
from spondylo_mmpose.engine.launch import load_config
from spondylo_mmpose.engine.recipe import build_network
from spondylo_mmpose.engine.weights_file import write_weights
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.screening import RULES, write_screen
from spondylo_mmpose.screening.limits import RULES_VERSION
from spondylo_mmpose.uncertainty import Calibration
from spondylo_mmpose.uncertainty.calibration_file import write_calibration
from spondylo_mmpose.utils.io import file_digest
from spondylo_mmpose.zoo.published_config import published_text
from tests.conftest import ROOT
from tests.test_imaging.helpers import dicom

CONFIGS = ROOT / 'tests' / 'configs'
FILM, RCNN, POSE, DETECTOR = (
    CONFIGS / f'{name}.py'
    for name in ('tiny_maht_net', 'tiny_keypoint_rcnn', 'tiny', 'tiny_detector')
)


@pytest.fixture(scope='module')
def weights(tmp_path_factory):
    """Weights of each recipe that have learned nothing."""
    folder = tmp_path_factory.mktemp('weights')
    made = {}
    for config in (FILM, RCNN, POSE, DETECTOR):
        torch.manual_seed(0)
        network = build_network(load_config(config), 'cpu')
        made[config] = folder / f'{config.stem}.pth'
        torch.save({'state_dict': network.state_dict(), 'meta': {}}, made[config])
    return made


@pytest.fixture
def films(phantoms):
    return sorted((phantoms / 'images').rglob('*.jpg'))[:3]


def inferencer(weights, config, **settings):
    return SpineInferencer(config, weights[config], device='cpu', **settings)


@pytest.fixture(scope='module')
def maht(weights):
    return inferencer(weights, FILM, batch_size=2)


def test_a_film_in_every_form(maht, films):
    report = maht(films[0])
    assert isinstance(report, SpineReport)
    assert report.film.name == films[0].name
    assert report.film.sha256 == file_digest(films[0])
    grey = cv2.imread(str(films[0]), cv2.IMREAD_GRAYSCALE)
    for other in (str(films[0]), films[0].read_bytes(), grey):
        assert maht(other).vertebrae == report.vertebrae
    with_header = maht(dicom(grey, PixelSpacing=[0.5, 0.25]))
    assert with_header.vertebrae == report.vertebrae
    assert with_header.film.pixel_spacing_mm == (0.25, 0.5)


def test_several_films_at_once_and_one_by_one(maht, films, tmp_path):
    together = maht(films, facing='left')
    assert [one.film.name for one in together] == [path.name for path in films]
    for path, report in zip(films, together, strict=True):
        # What stands beside a film in a batch moves sums in their last bits.
        for one, other in zip(
            maht(path, facing='left').vertebrae, report.vertebrae, strict=True
        ):
            np.testing.assert_allclose(one.corners, other.corners, atol=0.01)
    for path in films:
        (tmp_path / path.name).write_bytes(path.read_bytes())
    assert maht(tmp_path, facing='left') == together


def test_maht_net_tells_all_that_it_knows(maht, weights, films):
    report = maht(films[0])
    assert report.vertebrae
    for vertebra in report.vertebrae:
        assert vertebra.level_origin == 'model slot'
        assert vertebra.presence == vertebra.score >= 0.3
        assert min(vertebra.corner_std) > 0
        assert vertebra.reasons.keys() == {'disputed'}
    (part,) = report.model.parts
    assert (part.role, part.config) == ('film', 'tiny_maht_net.py')
    assert part.weights_sha256 == file_digest(weights[FILM])
    assert SpineReport.from_json(report.to_json()) == report


def test_the_digest_of_a_recipe_does_not_depend_on_its_data(maht, weights, monkeypatch):
    monkeypatch.setenv('SPONDYLO_DATA', '/elsewhere')
    assert inferencer(weights, FILM).model.facts == maht.model.facts


@pytest.mark.parametrize('config', [RCNN, POSE], ids=lambda one: one.stem)
def test_models_that_name_no_level(weights, films, config, one_thread):
    detector = (DETECTOR, weights[DETECTOR]) if config == POSE else None
    ask = inferencer(weights, config, detector=detector)
    report = ask(films[0], score_threshold=0.0)
    assert report.vertebrae
    for vertebra in report.vertebrae:
        assert vertebra.level_origin == 'assumed: lowest found is S1'
        assert vertebra.presence is None
        assert vertebra.corner_std is None
        assert 'corner_std' in vertebra.reasons
    roles = [part.role for part in report.model.parts]
    assert roles == (['film'] if detector is None else ['pose', 'detector'])


def publish(weights, config, folder):
    folder.mkdir()
    (folder / config.name).write_text(published_text(load_config(config)))
    state = torch.load(weights[config], weights_only=True)['state_dict']
    path = write_weights(folder / 'new.safetensors', state, {})
    path.rename(folder / f'{config.stem}-{file_digest(path)[:8]}.safetensors')
    return folder


def test_published_weights(weights, films, maht, tmp_path):
    folder = publish(weights, FILM, tmp_path / 'small')
    ask = SpineInferencer.from_model(str(folder), device='cpu')
    assert ask.model.facts.name == 'small'
    assert ask(films[0]).vertebrae == maht(films[0]).vertebrae
    assert (
        ask.model.facts.parts[0].config_sha256
        == maht.model.facts.parts[0].config_sha256
    )


def test_published_weights_of_two_models(weights, films, tmp_path):
    folder = publish(weights, POSE, tmp_path / 'two')
    publish(weights, FILM, folder / 'detector')
    ask = SpineInferencer.from_model(str(folder), device='cpu')
    two = inferencer(weights, POSE, detector=(FILM, weights[FILM]))
    assert ask(films[0]).vertebrae == two(films[0]).vertebrae
    assert all(one.disputed is not None for one in two(films[0]).vertebrae)
    other = (DETECTOR, weights[DETECTOR])
    ask = SpineInferencer.from_model(str(folder), device='cpu', detector=other)
    assert ask.model.facts.parts[1].config == 'tiny_detector.py'


def test_a_calibration(weights, maht, films, tmp_path):
    quantiles = dict.fromkeys(('all', 'S1', 'others'), (2.0,))
    known = Calibration(
        coverages=(0.9,),
        scales={'S1': 3.0, 'others': 2.0},
        shares=None,
        size=50.0,
        corner_quantiles=quantiles,
        slip_quantiles=quantiles,
    )
    path = write_calibration(tmp_path / 'calibration.json', known)
    report = inferencer(weights, FILM, calibration=path)(films[0], facing='left')
    assert report.model.calibration_sha256 == file_digest(path)
    for one, other in zip(report.vertebrae, maht(films[0]).vertebrae, strict=True):
        scale = 3 if one.level == 'S1' else 2
        expected = np.multiply(other.corner_std, scale)
        np.testing.assert_allclose(one.corner_std, expected, atol=0.003)
    measured = [pair for pair in report.pairs if pair.slip_percent is not None]
    for pair in measured:
        low, high = pair.slip_interval
        assert (low + high) / 2 == pytest.approx(pair.slip_percent, abs=2e-3)
        assert high - low == pytest.approx(4 * pair.slip_std, abs=6e-3)
    with pytest.raises(SpondyloError, match=r'film_of\.json: needs "format"'):
        (tmp_path / 'film_of.json').write_text('{}')
        inferencer(weights, FILM, calibration=tmp_path / 'film_of.json')


@pytest.mark.parametrize(
    ('config', 'detector', 'complaint'),
    [
        (POSE, None, 'needs a detector'),
        (DETECTOR, None, 'finds boxes and no corners'),
        (FILM, DETECTOR, 'finds vertebrae itself'),
        (POSE, POSE, 'sees one vertebra at a time and finds none'),
    ],
)
def test_models_in_the_wrong_place(weights, config, detector, complaint):
    other = None if detector is None else (detector, weights[detector])
    with pytest.raises(SpondyloError, match=complaint):
        inferencer(weights, config, detector=other)


def test_a_model_of_whole_films_finds_and_names_for_another(weights, maht, films):
    two = inferencer(weights, POSE, detector=(FILM, weights[FILM]))
    found, named = (model(films[0], score_threshold=0.05) for model in (two, maht))
    # An untrained network is sure of half the slots; those outside the film go.
    assert 0 < len(found.vertebrae) <= len(named.vertebrae)
    by_level = {one.level: one for one in named.vertebrae}
    for one in found.vertebrae:
        assert one.level_origin == 'model slot'
        assert one.presence == by_level[one.level].presence
        assert one.corners != by_level[one.level].corners
    roles = [(part.role, part.config) for part in two.model.facts.parts]
    assert roles == [('pose', 'tiny.py'), ('detector', 'tiny_maht_net.py')]


def test_weights_of_another_model(weights):
    with pytest.raises(SpondyloError, match='does not fit the config'):
        SpineInferencer(FILM, weights[RCNN], device='cpu')


def test_no_such_files(weights, tmp_path):
    with pytest.raises(SpondyloError, match=r'gone\.pth: no such checkpoint'):
        SpineInferencer(FILM, tmp_path / 'gone.pth')
    with pytest.raises(SpondyloError, match=r'gone\.py: no such config'):
        SpineInferencer(tmp_path / 'gone.py', weights[FILM])
    with pytest.raises(SpondyloError, match="device='gpu'"):
        SpineInferencer(FILM, weights[FILM], device='gpu')


def test_a_single_film_that_fails_is_an_error(maht, tmp_path):
    path = tmp_path / 'film.png'
    path.write_text('no film')
    with pytest.raises(SpondyloError, match=r'film\.png: cannot be read'):
        maht(path)
    with pytest.raises(SpondyloError, match="'': an empty name"):
        maht('')
    with pytest.raises(TypeError, match='colour'):
        maht(np.zeros((9, 9), np.uint8), colour='red')


@pytest.mark.parametrize(
    ('settings', 'complaint'),
    [
        ({'config': 'a.py'}, 'needs no config'),
        ({'detector': ('a.py', 'b.onnx')}, 'needs no config'),
        ({'device': 'cuda'}, 'run on the CPU'),
        ({'backend': 'onnxruntime'}, "must be 'torch' or 'onnx'"),
        ({'passes': 0}, 'passes=0: must be 1 or more'),
    ],
)
def test_what_exported_models_cannot(settings, complaint):
    told = {'config': None, 'backend': 'onnx', **settings}
    with pytest.raises(SpondyloError, match=complaint):
        SpineInferencer(checkpoint='a.onnx', **told)


def test_weights_of_torch_need_a_config(weights):
    with pytest.raises(SpondyloError, match='goes with a recipe'):
        SpineInferencer(None, weights[FILM])


def test_films_are_screened(weights, films, tmp_path):
    path = write_screen(tmp_path / 'screen.json', RULES)
    by = {}
    for screen in (True, path, False):
        report = inferencer(weights, FILM, screen=screen)(films[0], facing='left')
        by[screen] = report.model.screen, report.screen and report.screen.by
        assert SpineReport.from_json(report.to_json()) == report
        if screen is not False:
            # What has learned nothing finds nothing that is like a spine.
            assert report.refused or not report.vertebrae
            assert all(pair.grade is None for pair in report.pairs)
    assert by == {
        True: (f'rules {RULES_VERSION}', 'rules'),
        path: (file_digest(path), 'file'),
        False: (None, None),
    }
    with pytest.raises(SpondyloError, match=r'none\.json'):
        inferencer(weights, FILM, screen=tmp_path / 'none.json')
