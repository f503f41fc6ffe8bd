"""DICOM outputs of a folder of films."""

import csv

import cv2
import pydicom
import pytest

from spondylo_mmpose.apis import predict_tool
from spondylo_mmpose.apis.batch import Batch, prepare
from spondylo_mmpose.dicom_output import kinds, parse_kinds
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.film_report.report_json import read_report
from spondylo_mmpose.film_report.reporter import FilmReporter
from spondylo_mmpose.film_report.spine_report import ReportOptions
from tests.test_dicom_output.films import GREY, SureModel, write_film


@pytest.fixture
def films(tmp_path):
    """Two films of a study, one of no study, and a picture."""
    root = tmp_path / 'films'
    root.mkdir()
    write_film(root / 'IM1', BurnedInAnnotation='NO')
    write_film(root / 'IM2.dcm', GREY[::-1])
    lost = pydicom.dcmread(write_film(root / 'IM3', GREY[:, ::-1]))
    del lost.StudyInstanceUID
    lost.save_as(root / 'IM3')
    cv2.imwrite(str(root / 'film.png'), GREY)
    return root


def run(films, out, dicom, again=None):
    named = prepare([films], out, again == 'skip', again == 'force')
    options = ReportOptions(facing='left')
    batch = Batch(FilmReporter(SureModel()), named, out, options, dicom)
    return batch.run(again == 'skip')


def rows(out):
    with (out / 'dicom.csv').open(encoding='utf-8-sig') as stream:
        return {row['film'].rpartition('/')[2]: row for row in csv.DictReader(stream)}


def test_a_folder_of_films(films, tmp_path):
    out = tmp_path / 'out'
    outcome = run(films, out, ('sc', 'sr'))
    assert (outcome.measured, outcome.failed) == (4, 0)
    assert not outcome.is_complete
    assert sorted(path.name for path in out.glob('*.dcm')) == [
        'IM1.sc.dcm', 'IM1.sr.dcm', 'IM2.sc.dcm', 'IM2.sr.dcm',
    ]  # fmt: skip
    found = rows(out)
    assert found['IM1'] | {'film': ''} == {
        'film': '', 'sc': 'written', 'sr': 'written', 'note': '',
    }  # fmt: skip
    assert found['film.png']['sc'] == found['film.png']['sr'] == ''
    assert found['film.png']['note'] == (
        'not a DICOM file: there is no study to attach outputs to'
    )
    assert 'StudyInstanceUID' in found['IM3']['note']
    lines = list(outcome.lines())
    assert 'DICOM: 2 x Secondary Capture of the overlay (*.sc.dcm)' in lines
    assert (
        'DICOM, 1 of 4 films: not a DICOM file: there is no study to attach outputs to'
    ) in lines
    (told,) = [line for line in lines if 'does not say whether text' in line]
    assert told.startswith('DICOM, 2 of 4 films: ')
    assert not any('IM' in line for line in lines)
    codes = [
        [w.code for w in read_report(out / f'{stem}.json').warnings]
        for stem in ('IM1', 'IM2', 'film')
    ]
    assert ['burned_in_unknown' in one for one in codes] == [False, True, False]


def test_all_done_is_complete_and_what_is_kept_stays(films, tmp_path):
    (films / 'film.png').unlink()
    (films / 'IM3').unlink()
    out = tmp_path / 'out'
    assert run(films, out, ('sc',)).is_complete
    first = (out / 'IM1.sc.dcm').read_bytes()
    again = run(films, out, ('sc',), 'skip')
    assert (again.measured, again.kept, again.is_complete) == (0, 2, True)
    assert (out / 'IM1.sc.dcm').read_bytes() == first
    assert [row['sc'] for row in rows(out).values()] == ['kept', 'kept']
    # The structured report is new: films are measured again for it.
    more = run(films, out, ('sc', 'sr'), 'skip')
    assert (more.measured, more.kept) == (2, 0)
    assert (out / 'IM1.sr.dcm').is_file()
    # Reports made anew without DICOM outputs leave none of the old ones behind.
    run(films, out, (), 'force')
    assert not list(out.glob('*.dcm'))
    assert not (out / 'dicom.csv').exists()


def test_a_picture_is_kept_although_it_has_no_study(films, tmp_path):
    for name in ('IM1', 'IM2.dcm', 'IM3'):
        (films / name).unlink()
    out = tmp_path / 'out'
    for again in (None, 'skip'):
        outcome = run(films, out, ('sc',), again)
        assert not outcome.is_complete
        assert rows(out)['film.png']['note'].startswith('not a DICOM file')
    assert outcome.kept == 1


def test_outputs_of_a_film_that_fails_now_are_removed(films, tmp_path):
    out = tmp_path / 'out'
    run(films, out, ('sc', 'sr'))
    (films / 'IM1').write_bytes((films / 'IM1').read_bytes()[:700])
    outcome = run(films, out, ('sc', 'sr'), 'force')
    assert outcome.failed == 1
    assert not list(out.glob('IM1.*'))


def test_no_output_replaces_a_film(films):
    (films / 'IM1').rename(films / 'a.sc.dcm')
    (films / 'IM2.dcm').rename(films / 'a.dcm')
    with pytest.raises(SpondyloError, match=r'a\.sc\.dcm: is one of the films'):
        prepare([films / 'a.dcm', films / 'a.sc.dcm'], films)


def test_kinds_as_they_are_typed(monkeypatch):
    assert parse_kinds(None) == ()
    assert parse_kinds('sr, SC') == ('sc', 'sr')
    assert parse_kinds('sr') == ('sr',)
    for told in ('', 'sc,', 'pdf', 'sc,seg'):
        with pytest.raises(SpondyloError, match='is unknown; write sc or sr'):
            parse_kinds(told)
    monkeypatch.setattr(kinds, 'LIBRARY', 'no_such_library')
    with pytest.raises(SpondyloError, match=r'"spondylo_mmpose\[dicom\]"'):
        parse_kinds('sc')


def test_an_unknown_kind_is_told_before_anything_is_done(films, tmp_path):
    import argparse

    parser = argparse.ArgumentParser()
    predict_tool.add_options(parser)
    out = tmp_path / 'out'
    args = parser.parse_args([str(films), '--out', str(out), '--dicom', 'pdf'])
    with pytest.raises(SpondyloError, match='--dicom pdf'):
        predict_tool.predict(args)
    assert not out.exists()
