"""The score of phantoms: named sets, seeds, and what is told of them."""

import pytest

from spondylo_mmpose.benchmarks.phantom_usefulness import (
    END_TO_END,
    GIVEN_BOXES,
    draw_set,
    measure_sets,
    measured_before,
    table,
    traits_of,
    usefulness,
)
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.phantom.traits import TRAITS
from spondylo_mmpose.utils.io import write_json
from tests.conftest import ROOT


def test_sets_are_named_by_their_traits():
    assert traits_of('plain') == ()
    assert traits_of('all') == TRAITS
    assert traits_of('sacrum+mottle') == ('sacrum', 'mottle')
    with pytest.raises(SpondyloError, match='hair: no such trait'):
        traits_of('sacrum+hair')


def test_a_set_is_drawn_once(tmp_path):
    root = draw_set(tmp_path, 'plates', 2, 3)
    before = (root / 'truth.json').stat().st_mtime_ns
    assert draw_set(tmp_path, 'plates', 2, 3) == root
    assert (root / 'truth.json').stat().st_mtime_ns == before


def test_what_was_measured_before_is_not_measured_again():
    asked, kept = [], []

    def run(name, seed):
        asked.append((name, seed))
        return {'MRE_px': 1.0}

    before = [{'phantoms': 'plain', 'seed': 0, 'MRE_px': 4.0}]
    rows = measure_sets(['plain', 'all'], [0, 1], run, before, kept.append)
    assert asked == [('all', 0), ('plain', 1), ('all', 1)]
    assert [row['MRE_px'] for row in rows] == [4.0, 1.0, 1.0, 1.0]
    assert len(kept) == 3


def test_other_settings_do_not_replace_what_was_measured(tmp_path):
    path = tmp_path / 'scores.json'
    assert measured_before(path, {'num': 5}) == []
    write_json(path, {'settings': {'num': 5}, 'rows': [{'seed': 1}]})
    assert measured_before(path, {'num': 5}) == [{'seed': 1}]
    with pytest.raises(SpondyloError, match=r'scores\.json: .*another --out'):
        measured_before(path, {'num': 6})


def test_the_table_gives_mean_and_spread():
    row = dict.fromkeys(GIVEN_BOXES, None) | {'phantoms': 'plain'}
    rows = [row | {'MRE_px': 4.0, 'seed': 0}, row | {'MRE_px': 6.0, 'seed': 1}]
    last = table(rows).splitlines()[-1]
    assert last.startswith('| plain | 2 | 5.00 ± 1.41 | - |')


def test_a_network_is_measured_on_other_films_than_it_learned_from(tmp_path):
    phantoms = draw_set(tmp_path, 'plain', 2, 3)
    films = draw_set(tmp_path, 'plain', 2, 4)
    tiny = ROOT / 'tests' / 'configs' / 'tiny.py'
    measured_on = (films, 'annotations/train.json')
    same = {'also': measured_on, 'pretrained': False}
    result = usefulness(tiny, phantoms, measured_on, 2, 0, **same)
    assert result['MRE_px'] > 0
    assert set(GIVEN_BOXES) <= set(result)
    # The same network on the same films, measured after the training again.
    assert result['also'] == pytest.approx(
        {m: result[m] for m in GIVEN_BOXES}, rel=1e-4
    )
    other = (phantoms, 'annotations/train.json')
    again = usefulness(tiny, phantoms, measured_on, 2, 0, **{**same, 'also': other})
    assert again['also']['MRE_px'] != pytest.approx(result['MRE_px'], rel=1e-4)


def test_settings_of_the_recipe_can_be_changed_and_misspelt_ones_are_named(tmp_path):
    films = (tmp_path, 'annotations/train.json')
    tiny = ROOT / 'tests' / 'configs' / 'tiny.py'
    with pytest.raises(SpondyloError, match='no setting train_dataloder; did you mean'):
        usefulness(tiny, tmp_path, films, 2, 0, options={'train_dataloder.x': 1})


def test_a_recipe_of_whole_films_is_measured_end_to_end(tmp_path):
    phantoms = draw_set(tmp_path, 'plain', 4, 3)
    tiny = ROOT / 'tests' / 'configs' / 'tiny_maht_net.py'
    row = usefulness(
        tiny, phantoms, (phantoms, 'annotations/train.json'), 2, 0, pretrained=False
    )
    assert list(row) == [*END_TO_END, 'seconds']
    # Two steps teach nothing; what is missed fails.
    assert 0 <= row['SDR@10px'] < 50
    head, _, last = table([row | {'phantoms': 'plain', 'seed': 0}]).splitlines()
    assert head.startswith('| phantoms | seeds | F1 | recall |')
    assert last.startswith('| plain | 1 | ')


def test_a_network_that_finds_no_corners_is_refused(tmp_path):
    recipe = ROOT / 'configs' / 'rtmdet_s_spondylo.py'
    films = (tmp_path, 'annotations/train.json')
    with pytest.raises(SpondyloError, match='measures no corners'):
        usefulness(recipe, tmp_path, films, 2, 0)
