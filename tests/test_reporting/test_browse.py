"""Crops of phantoms by the real recipes, checked against the labels."""

import json

import cv2
import numpy as np
import pytest

from spondylo_mmpose.engine.launch import load_config
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.phantom.writer import write_phantoms
from spondylo_mmpose.reporting import pipeline_samples
from spondylo_mmpose.reporting.browse import browse
from spondylo_mmpose.reporting.pipeline_samples import PipelineSamples

HRNET, RTMPOSE = 'configs/hrnet_w32_spondylo.py', 'configs/rtmpose_s_spondylo.py'


@pytest.fixture(scope='module')
def phantoms(tmp_path_factory):
    root = tmp_path_factory.mktemp('browse') / 'phantoms'
    write_phantoms(root, 3, 1, 'coco', val_share=0.34, workers=1)
    return root


@pytest.fixture
def config(phantoms):
    def load(path, **options):
        return load_config(path, {'data_root': str(phantoms), **options})

    return load


@pytest.mark.parametrize(('path', 'size'), [(HRNET, 192), (RTMPOSE, 192)])
def test_augmented_crops_come_back_to_the_labels(config, path, size):
    samples = PipelineSamples(config(path), 'train')
    draws = [samples.draw(index, 0, repeat) for index in (0, 3) for repeat in range(6)]
    assert {draw.geometry.flip for draw in draws} == {None, 'horizontal'}
    assert max(abs(draw.geometry.rotation) for draw in draws) > 5
    for draw in draws:
        assert draw.pixels.shape == (size, size, 3)
        assert draw.back_error < 0.01
        # Left stays left, also in a mirrored crop.
        assert draw.corners[0, 0] < draw.corners[1, 0]
        assert draw.target is not None
        assert draw.target.shape == (size, size)
        assert draw.target.max() == pytest.approx(1.0)
        for x, y in draw.corners.round().astype(int):
            if 0 <= x < size and 0 <= y < size:
                assert draw.target[y, x] > 0.4


def test_target_of_a_corner_away_from_the_border_decodes_to_it(config):
    for path, limit in ((HRNET, 0.01), (RTMPOSE, 0.36)):  # SimCC: half a bin each way
        samples = PipelineSamples(config(path), 'train')
        for repeat in range(12):
            draw = samples.draw(0, 0, repeat)
            size = draw.geometry.size[0]
            if draw.corners.min() > 20 and draw.corners.max() < size - 21:
                assert draw.target_error < limit
                break
        else:
            pytest.fail('no draw with all corners inside')


def test_a_draw_depends_on_seed_index_and_number_alone(config):
    samples = PipelineSamples(config(HRNET), 'train')
    first = samples.draw(2, 7, 1)
    samples.draw(0, 7, 0)
    again, other = samples.draw(2, 7, 1), samples.draw(2, 7, 2)
    assert (first.pixels == again.pixels).all()
    assert (first.pixels != other.pixels).any()


def test_validation_has_no_chance_and_no_target(config):
    samples = PipelineSamples(config(HRNET), 'val')
    a, b = samples.draw(0, 0, 0), samples.draw(0, 1, 5)
    assert (a.pixels == b.pixels).all()
    assert a.target is None
    assert (a.geometry.rotation, a.geometry.flip) == (0.0, None)
    assert a.back_error < 0.01


def test_a_corner_without_label_is_left_out(phantoms, tmp_path):
    (tmp_path / 'images').symlink_to(phantoms / 'images')
    content = json.loads((phantoms / 'annotations' / 'train.json').read_text())
    content['annotations'][0]['keypoints'][6:9] = [0, 0, 0]
    (tmp_path / 'annotations').mkdir()
    (tmp_path / 'annotations' / 'train.json').write_text(json.dumps(content))
    samples = PipelineSamples(load_config(HRNET, {'data_root': str(tmp_path)}), 'train')
    for repeat in range(4):
        draw = samples.draw(0, 0, repeat)
        assert np.isnan(draw.true[2]).all()
        # In a mirrored crop it is the other side's.
        missing = 3 if draw.geometry.flip else 2
        assert np.isnan(draw.corners).any(1).tolist() == [
            i == missing for i in range(4)
        ]
        assert draw.back_error < 0.01


def test_chosen_vertebrae_differ(config):
    joined = config('configs/demo/hrnet_w16_both_splits.py')
    samples = PipelineSamples(joined, 'test')
    number = len(samples._dataset)
    chosen = samples.choose(10_000, 0)
    assert sorted(chosen) == list(range(number))
    assert samples.choose(3, 0) == chosen[:3]
    assert samples.draw(number - 1, 0, 0).back_error < 0.01


def test_repeated_data_sets_give_each_vertebra_once(config, phantoms, monkeypatch):
    monkeypatch.setenv('SPONDYLO_PHANTOMS', str(phantoms))
    samples = PipelineSamples(config('configs/demo/hrnet_w16_continued.py'), 'train')
    chosen = samples.choose(10_000, 0)
    assert len(samples._dataset) == 11 * len(chosen)


def test_pictures(config, tmp_path):
    result = browse(config(RTMPOSE), tmp_path / 'out', number=2, repeats=2)
    names = sorted(path.name for path in (tmp_path / 'out').iterdir())
    assert names == ['vertebra_000.png', 'vertebra_001.png']
    picture = cv2.imread(str(tmp_path / 'out' / names[0]))
    # Film of 522 px, two crops of 256 px, gaps of 10 px.
    assert picture.shape[1] == 522 + 2 * 256 + 4 * 10
    assert result.failed == 0
    assert '2 vertebrae x 2 draws, crops of 192 x 192 px' in result.lines


def test_page_stands_alone(config, tmp_path):
    out = tmp_path / 'out'
    browse(config(HRNET), out, subset='val', number=2, as_html=True)
    html = (out / 'browse.html').read_text()
    assert html.count('<figure>') == 4
    assert html.count('src="data:image/jpeg;base64,') == 4
    assert 'http' not in html
    assert '.jpg' not in html  # file names may identify a patient


def test_corners_that_do_not_come_back_are_counted(config, tmp_path, monkeypatch):
    plain = pipeline_samples.corners_of
    monkeypatch.setattr(
        pipeline_samples, 'corners_of', lambda annotations: plain(annotations) + 0.3
    )
    result = browse(config(RTMPOSE), tmp_path / 'out', number=2, repeats=1)
    assert result.failed == 2
    assert any('2 crops beyond 0.05 px' in line for line in result.lines)


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        ({'number': 0}, '--num 0'),
        ({'repeats': 0}, '--repeats 0'),
        ({'seed': -1}, '--seed -1'),
    ],
)
def test_wrong_options(config, tmp_path, options, message):
    with pytest.raises(SpondyloError, match=message):
        browse(config(RTMPOSE), tmp_path / 'out', **options)
    assert not (tmp_path / 'out').exists()


def test_config_that_cannot_be_browsed(config, tmp_path):
    recipe = config(HRNET)
    recipe.test_dataloader = None
    with pytest.raises(SpondyloError, match='has no test_dataloader'):
        PipelineSamples(recipe, 'test')
    whole = [t for t in recipe.val_pipeline if t['type'] != 'TopdownAffine']
    recipe.val_dataloader.dataset.pipeline = whole
    with pytest.raises(SpondyloError, match='cuts no crops'):
        PipelineSamples(recipe, 'val')
    recipe = config(HRNET)
    recipe.val_dataloader.dataset.type = 'NoSuchDataset'
    with pytest.raises(SpondyloError, match='NoSuchDataset'):
        PipelineSamples(recipe, 'val')


def test_the_config_is_left_as_it_is(config):
    recipe = config(HRNET)
    before = recipe.to_dict()
    PipelineSamples(recipe, 'train')
    assert recipe.to_dict() == before
