import numpy as np
import pytest

from spondylo_mmpose.engine.launch import load_config
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.reporting.film_heatmaps import (
    FilmHeatmapModel,
    FilmHeatmaps,
    attention_tiles,
    heatmaps_on_film,
)
from spondylo_mmpose.reporting.sections.film_heatmaps import film_heatmaps_part
from tests.conftest import ROOT
from tests.test_reporting.helpers import untrained_run
from tests.test_reporting.test_heatmaps import HEATMAP_HEAD, make_run


def make_film_run(folder, layers=1):
    """A run of an untrained MAHT-Net on one film, and its checkpoint."""
    config = load_config(ROOT / 'configs' / 'maht_net_t_spondylo.py')
    config.test_dataloader.dataset.pipeline[1].input_size = (128, 96)
    config.model.neck.layers = config.model.head.layers = layers
    config.model.test_cfg.presence_threshold = 0.0
    # Each corner for itself: at its heatmap's peak, which a test can look up.
    config.model.test_cfg.candidates = 1
    return untrained_run(folder, config, (480, 640))


def test_maps_of_every_vertebra_found(tmp_path):
    run, checkpoint = make_film_run(tmp_path)
    (film,) = FilmHeatmapModel(run, checkpoint).draw_from(['1.png'])
    assert film.slots.tolist() == list(range(12))
    assert film.pixels.shape == (96, 128, 3)
    assert film.heatmaps.shape == (12, 4, 24, 32)
    np.testing.assert_allclose(film.heatmaps.sum((2, 3)), 1, rtol=1e-4)
    # Rows and columns of cells as the input has them.
    assert film.attention.shape == (12, 4, 3, 4)
    np.testing.assert_allclose(film.attention.sum((2, 3)), 1, rtol=1e-4)
    # A corner is within reach of its heatmap's highest cell, in px of the input.
    for maps, corners in zip(film.heatmaps, film.corners, strict=True):
        peak = np.unravel_index(maps[0].argmax(), maps[0].shape)[::-1]
        assert np.abs(corners[0] - (np.array(peak) + 0.5) * 4 + 0.5).max() < 12


def test_each_vertebra_has_its_colour_at_its_peak():
    black = np.zeros((40, 80, 3), np.uint8)
    heatmaps = np.zeros((2, 4, 10, 20))
    heatmaps[0, :, 2, 3] = heatmaps[1, :, 7, 15] = 1
    corners = np.full((2, 4, 2), np.nan)
    corners[:] = [[[70, 2]] * 4, [[2, 38]] * 4]  # elsewhere, not over the peaks
    film = FilmHeatmaps('1.png', black, np.array([0, 1]), corners, heatmaps, None)
    drawn = heatmaps_on_film(film)
    one, other = drawn[10, 14].astype(int), drawn[30, 62].astype(int)
    assert one.max() > 100 < other.max()
    assert np.abs(one - other).max() > 60
    assert drawn[20, 40].max() == 0


def test_attention_is_drawn_relative_to_its_peak():
    grey = np.full((40, 80, 3), 100, np.uint8)
    attention = np.zeros((1, 4, 2, 4))
    attention[0, :, 1, 3] = 0.1
    corners = np.full((1, 4, 2), 1.0)
    film = FilmHeatmaps(
        '1.png', grey, np.array([0]), corners, np.zeros((1, 4, 5, 5)), attention
    )
    (tile,) = attention_tiles(film, width=160)
    assert tile.shape == (80, 160, 3)
    assert tile[75, 155].max() > 150  # the brightest of inferno is nearly white
    assert (tile[20, 60] == 100).all()


@pytest.mark.parametrize(('layers', 'pictures'), [(1, 2), (0, 1)])
def test_a_part_of_the_page(tmp_path, layers, pictures):
    run, checkpoint = make_film_run(tmp_path, layers)
    part = film_heatmaps_part(run, ['1.png'], checkpoint, films=3)
    assert 'epoch_1.pth' in part.items[0].text
    shown = part.items[2].pictures
    assert [one.caption for one in shown] == [
        'film 1 of 1: heatmaps', 'film 1 of 1: attention'
    ][:pictures]  # fmt: skip
    assert len(film_heatmaps_part(run, ['1.png'], checkpoint, films=0).items) == 1


def test_a_model_that_gives_none_is_told_in_one_line(tmp_path):
    run, checkpoint = make_run(tmp_path, HEATMAP_HEAD)
    with pytest.raises(SpondyloError, match='HeatmapHead gives no heatmaps'):
        film_heatmaps_part(run, ['1.png'], checkpoint, films=1)
