import hashlib

import pytest

from spondylo_mmpose.deployment.facts import ExportedFacts, Kind
from spondylo_mmpose.engine.recipe import DETECTOR, TOP_DOWN, WHOLE_FILM
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.spine.anatomy import CORNERS
from tests.test_deployment.networks import described

IMAGENET = (123.675, 116.28, 103.53)


def facts(tmp_path, name, **options):
    options = {key.replace('__', '.'): value for key, value in options.items()}
    return described(name, tmp_path, options)[2].facts


def test_kinds_are_those_of_recipes():
    assert set(Kind.__args__) == {TOP_DOWN, WHOLE_FILM, DETECTOR}


def test_a_simcc_model(tmp_path):
    told = facts(tmp_path, 'tiny')
    assert isinstance(told, ExportedFacts)
    assert (told.kind, told.input_size) == ('top-down', (64, 64))
    assert told.reading == {'name': 'simcc', 'sigma': [2.0, 2.0], 'split_ratio': 2.0}
    assert told.crop == {'padding': 1.5, 'udp': False}
    assert told.mean == pytest.approx(IMAGENET)
    assert told.rgb
    assert told.keypoints == CORNERS
    assert not told.flip_test
    assert told.counts_upward is None
    assert (told.config, told.weights) == ('tiny.py', 'tiny.pth')
    digest = hashlib.sha256((tmp_path / 'tiny.pth').read_bytes()).hexdigest()
    assert told.weights_sha256 == digest


def test_a_heatmap_model(tmp_path):
    told = facts(tmp_path, 'tiny_unet')
    assert told.reading == {'name': 'heatmaps', 'sigma': 1.5}
    assert told.crop == {'padding': 1.5, 'udp': True}
    assert told.flip_test


def test_a_whole_film_model(tmp_path):
    told = facts(tmp_path, 'tiny_maht_net', model__test_cfg__presence_threshold=0.4)
    assert (told.kind, told.crop) == ('whole film', {})
    assert told.reading == {
        'name': 'slots', 'stride': 4, 'subpixel': True, 'candidates': 3,
        'presence_threshold': 0.4,
        'has_presence': True,
    }  # fmt: skip
    assert told.counts_upward


def test_a_detector(tmp_path):
    told = facts(tmp_path, 'tiny_detector')
    assert (told.kind, told.input_size) == ('detector', (256, 256))
    assert told.reading == {
        'name': 'boxes', 'beside': [0, 0, 0], 'score_threshold': 0.001, 'overlap': 0.3,
        'most_kept': 30, 'least_score': 0.05, 'most': 24,
    }  # fmt: skip
    assert not told.rgb
    assert told.mean == pytest.approx(IMAGENET[::-1])


STOCK = dict(type='UDPHeatmap', input_size=(64, 64), heatmap_size=(32, 32))


@pytest.mark.parametrize(
    ('name', 'options', 'said'),
    [
        ('tiny_keypoint_rcnn', {}, 'KeypointRCNN is not exported'),
        ('tiny_unet', {'model.head.decoder': STOCK}, 'UDPHeatmap is not exported'),
        ('tiny_detector', {'model.bbox_head.num_classes': 2}, '2 classes'),
        ('tiny_detector', {'model.test_cfg.nms.type': 'soft_nms'}, 'soft_nms'),
        ('tiny_maht_net', {'model.test_cfg.mc_dropout': 3}, 'mc_dropout'),
        ('tiny_maht_net', {'model.test_cfg.uncertainty': 'u.json'}, 'uncertainty'),
    ],
)
def test_others_are_refused_in_a_line(name, options, said, tmp_path):
    with pytest.raises(SpondyloError, match=said) as caught:
        described(name, tmp_path, options)
    assert '\n' not in str(caught.value)
    assert f'{name}.py' in str(caught.value)
