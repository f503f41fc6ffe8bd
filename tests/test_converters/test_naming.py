import pytest

from spondylo_mmpose.converters.naming import FilmName, parse_name


def test_buu_name_with_export_mark():
    stem = '3209-F-073Y1_jpg.rf.b3686ffe92cdefd4f386611cd2115d2b'
    assert parse_name(stem) == FilmName(
        group='3209-F-073Y1',
        exported=True,
        patient_id='3209',
        source='buu',
        sex='F',
        age=73,
        view='lateral',
    )


def test_view_0_is_ap_and_a_plain_name_is_not_exported():
    name = parse_name('2662-M-008Y0')
    assert (name.view, name.exported, name.age, name.sex) == ('ap', False, 8, 'M')


def test_reserved_numbers_are_phantoms():
    assert parse_name('9001-F-050Y1').source == 'phantom'
    assert parse_name('8999-F-050Y1').source == 'buu'


@pytest.mark.parametrize(
    ('stem', 'levels', 'sex', 'age'),
    [
        ('N1-Olisthesis-L5-S1-F-34-yrs_jpg.rf.b6', ('L5-S1',), 'F', 34),
        ('N19-Olisthesis-L4-5-M-44-Yrs_jpg.rf.de', ('L4-L5',), 'M', 44),
        ('N2-Olisthesis-L4-5-F-64-yrs_png.rf.50', ('L4-L5',), 'F', 64),
        (
            'N30-Olisthesis-L3-4-and-L4-5-F-48-Yrs_jpg.rf.d2',
            ('L3-L4', 'L4-L5'),
            'F',
            48,
        ),
        (
            'N48-Olisthesis-L3-4-L4-5-L5-S1-F-55-Yrs_jpg.rf.f5',
            ('L3-L4', 'L4-L5', 'L5-S1'),
            'F',
            55,
        ),
    ],
)
def test_olisthesis_names_tell_levels_sex_and_age(stem, levels, sex, age):
    name = parse_name(stem)
    assert (name.named_levels, name.sex, name.age) == (levels, sex, age)
    assert (name.source, name.patient_id) == ('honduran', name.group)


@pytest.mark.parametrize(
    'group',
    [
        'Screenshot-2022-07-31-045959',
        '09bb684d412fe4a6ba1169bb254096fd',
        'PARS_19-3-2021-PNG1_jumbo_jpeg',
        'N24-S-64-M_1001_0',
        'spondylolithesis_jumbo_jpeg',
    ],
)
def test_honduran_families_and_their_copies(group):
    copies = {parse_name(f'{group}_jpg.rf.{h}').group for h in ('0a', '1b')}
    assert copies == {group}
    assert parse_name(f'{group}_jpg.rf.0a').source == 'honduran'


def test_any_other_name_is_of_unknown_source():
    assert parse_name('holiday') == FilmName('holiday', False, 'holiday', 'unknown')
