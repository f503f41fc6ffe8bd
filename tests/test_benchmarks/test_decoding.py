import numpy as np

from spondylo_mmpose.benchmarks.decoding import (
    NOISE,
    decoders_of,
    draw_maps,
    measure_decoding,
)


def test_maps_have_their_peaks_where_they_say():
    cells, maps = draw_maps(3, seed=1)
    assert maps.shape == (3, 4, 48, 48)
    flat = maps.flatten(2)
    rows, columns = np.divmod(flat.argmax(-1).numpy(), 48)
    assert np.abs(np.stack([columns, rows], -1) - cells).max() < 1.5
    assert abs(flat.amax(-1).numpy() - 1).max() < 0.1 + 4 * NOISE


def test_all_decoders_say_the_same_on_their_own_grids(one_thread):
    told = measure_decoding(vertebrae=(1, 3), repeats=2)
    names = list(decoders_of())
    assert [(r['vertebrae'], r['decoder']) for r in told['rows']] == [
        (number, name) for number in (1, 3) for name in names
    ]
    assert told['rows'][0]['difference_px'] == 0
    for row in told['rows']:
        # A tenth of a px each way; a wrong grid is off by half a cell, 2 px.
        assert row['difference_px'] < 0.2
        assert 0 < row['error_px'] < 0.4
        assert row['seconds']['number'] == 2
        per = 1e6 * row['seconds']['median'] / row['vertebrae']
        assert row['microseconds_per_vertebra'] == per


def test_both_of_ours_on_logits_are_one_fit(one_thread):
    rows = measure_decoding(vertebrae=(4,), repeats=1)['rows']
    assert rows[1]['error_px'] == rows[2]['error_px']
