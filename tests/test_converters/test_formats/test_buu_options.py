"""Options of the BUU reader: views, patients to leave out, the table of spacings."""

import argparse
import json

import pytest

from spondylo_mmpose.converters.formats.buu import Buu, patients_of
from spondylo_mmpose.errors import SpondyloError

from ..helpers import jpeg, load
from ..spine_sets import BODIES, buu_films, convert_buu, plate_rows, rows_csv


def test_spacing_table(tmp_path):
    table = 'filename,pixel_spacing_mm\n3209-F-073Y.jpg,0.15\n3209-f-073Y1,0.2\n'
    files = buu_films() | {'buu-lspine/pixel_spacing.csv': table.encode()}
    assert convert_buu(tmp_path, files).items == {}
    ap, la = load(tmp_path / 'buu', 'train')['images']
    # The film's own entry goes before that of both views.
    assert (ap['pixel_spacing_mm'], la['pixel_spacing_mm']) == ([0.15] * 2, [0.2] * 2)
    assert ap['pixel_spacing_origin'] == 'table:pixel_spacing.csv'


@pytest.mark.parametrize(
    ('lines', 'number'),
    [
        (['3209-F-073Y1,0'], 1),
        (['3209-F-073Y1,-0.1'], 1),
        (['3209-F-073Y1,nan'], 1),
        (['3209-F-073Y1,about 0.2'], 1),
        (['3209-F-073Y1'], 1),
        (['3209-F-073Y1,0.2', '3209-F-073Y1,0.3'], 1),
        (['3209-F-073Y1,0.2', '3209-F-073Y1,0.2'], 0),
    ],
)
def test_a_spacing_that_is_doubtful_is_not_used(tmp_path, lines, number):
    table = '\n'.join(['filename,pixel_spacing_mm', *lines]).encode()
    report = convert_buu(tmp_path, buu_films() | {'pixel_spacing.csv': table})
    assert report.count('spacing_unusable') == number
    la = load(tmp_path / 'buu', 'train')['images'][1]
    assert la['pixel_spacing_mm'] == (None if number else [0.2, 0.2])


def test_views(tmp_path):
    report = convert_buu(tmp_path, buu_films(), views=['la'])
    assert report.totals['films'] == report.totals['films of other views'] == 1
    assert load(tmp_path / 'buu', 'train')['images'][0]['view'] == 'lateral'


def test_patients_of_another_data_set_are_left_out(tmp_path):
    other = {f'LA/{n}-M-050Y1.{s}': c for n in ('0012', '4400') for s, c in
             (('jpg', jpeg()), ('csv', rows_csv(plate_rows(BODIES))))}  # fmt: skip
    convert_buu(tmp_path, other, 'first')
    assert patients_of(tmp_path / 'first') == {'12', '4400'}
    listed = tmp_path / 'ids.txt'
    listed.write_text('# known\n3208 - 3209  # a range\n\n0007\n')
    assert patients_of(listed) == {'3208', '3209', '7'}

    exclude = patients_of(tmp_path / 'first')
    report = convert_buu(tmp_path, buu_films() | other, 'second', exclude=exclude)
    assert report.totals['films of excluded patients'] == 2
    films = load(tmp_path / 'second', 'train')['images']
    assert {film['patient_id'] for film in films} == {'3209'}


def test_options_that_leave_no_film_are_named(tmp_path):
    with pytest.raises(SpondyloError, match='0 of other views, 2 of excluded'):
        convert_buu(tmp_path, buu_films(), exclude={'3209'})


@pytest.mark.parametrize('text', ['', '# none\n', 'F-12\n', '12, 13\n'])
def test_a_list_that_excludes_nobody_is_refused(tmp_path, text):
    listed = tmp_path / 'ids.txt'
    listed.write_text(text)
    with pytest.raises(SpondyloError, match=r'ids\.txt'):
        patients_of(listed)


def test_nothing_to_exclude_in_a_folder_is_refused(tmp_path):
    (tmp_path / 'annotations').mkdir()
    content = {'images': [{'source': 'aasce', 'patient_id': '12'}]}
    (tmp_path / 'annotations/train.json').write_text(json.dumps(content))
    with pytest.raises(SpondyloError, match='no patient of BUU'):
        patients_of(tmp_path)
    with pytest.raises(SpondyloError, match='cannot be read'):
        patients_of(tmp_path / 'missing')


def test_options_of_the_command_line(tmp_path):
    (tmp_path / 'ids').write_text('12\n')
    parser = argparse.ArgumentParser()
    Buu.add_arguments(parser)
    args = ['--views', 'la', '--exclude', str(tmp_path / 'ids')]
    chosen = Buu.from_arguments(parser.parse_args(args))
    assert (chosen.views, chosen.exclude) == ({'la'}, {'12'})
    plain = Buu.from_arguments(parser.parse_args([]))
    assert (plain.views, plain.exclude) == ({'la', 'ap'}, set())
