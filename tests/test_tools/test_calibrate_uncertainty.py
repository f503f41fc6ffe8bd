"""tools/calibrate_uncertainty.py as a user runs it."""

import argparse

import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.uncertainty import load_calibration
from spondylo_mmpose.uncertainty.tool import run_calibration
from spondylo_mmpose.utils.io import file_digest, read_json
from tests.test_uncertainty.helpers import samples, write_dump

CHECK = dict(val_dump=None, out=None, calibration='u.json', check='test.pkl')


@pytest.fixture(scope='module')
def dumps(tmp_path_factory):
    folder = tmp_path_factory.mktemp('a_run')
    write_dump(folder / 'val.pkl', samples(25, seed=1))
    write_dump(folder / 'test.pkl', samples(20, seed=2, first=100))
    write_dump(folder / 'again.pkl', samples(30, seed=4))
    write_dump(folder / 'few.pkl', samples(2, seed=3, first=200))
    write_dump(folder / 'followed.pkl', followed_up(samples(20, seed=5, first=300)))
    write_dump(folder / 'given.pkl', given_boxes(samples(25, seed=1)))
    write_dump(folder / 'silent.pkl', samples(20, seed=2, first=100, told=False))
    return folder


def followed_up(content):
    """The first three films are new ones of patients of val.pkl."""
    for number, sample in enumerate(content[:3]):
        sample['film'] = [{**one, 'patient_id': f'p{number}'} for one in sample['film']]
    return content


def given_boxes(content):
    """A sample for each vertebra, as of a model that is told where they are."""
    return [
        {
            **sample,
            'id': annotation['id'],
            'raw_ann_info': annotation,
            'vertebra': annotation,
            'film': sample['film'][0],
            'pred_instances': {
                name: values[[place]]
                for name, values in sample['pred_instances'].items()
            },
        }
        for sample in content
        for place, annotation in enumerate(sample['raw_ann_info'])
    ]


def options(dumps, **given):
    values = dict(
        val_dump='val.pkl', out='u.json', calibration=None, check=None, figure=None,
        json=None, run=None, more=(), few_as_normal=False, coverages=None,
        score_threshold=None, cross_check=False,
    )  # fmt: skip
    values |= given
    for name in ('val_dump', 'out', 'calibration', 'check', 'figure', 'json'):
        if values[name]:
            values[name] = str(dumps / values[name])
    values['more'] = [str(dumps / name) for name in values['more']]
    return argparse.Namespace(**values)


def test_calibration_and_check(run_tool, dumps, tmp_path):
    out, picture = tmp_path / 'new' / 'u.json', tmp_path / 'u.png'
    done = run_tool.fresh(
        *('calibrate_uncertainty.py', dumps / 'val.pkl', '--out', out, '--check'),
        *(dumps / 'test.pkl', '--figure', picture, '--json', tmp_path / 'check.json'),
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert 'learned from 150 vertebrae and 125 pairs of 25 films' in lines[0]
    assert f'calibration: {out}' == lines[-1]
    (slips,) = [line for line in lines if line.startswith('slips   all       90 %')]
    assert 'of 100 from 20 patients' in slips
    assert picture.read_bytes().startswith(b'\x89PNG')
    made = load_calibration(out)
    assert made.facts['run'] == dumps.name
    assert made.facts['dump'] == {
        'name': 'val.pkl',
        'sha256': file_digest(dumps / 'val.pkl'),
    }
    told = read_json(tmp_path / 'check.json')
    assert told['observed']['pairs'] == 100
    (row,) = [
        row
        for row in told['coverage']
        if (row['of'], row['kind'], row['method'], row['nominal'])
        == ('slips', 'all', 'conformal', 90)
    ]
    assert f'{row["actual"]:.1f} [{row["low"]:.1f}, {row["high"]:.1f}]' in slips


def test_a_calibration_can_be_checked_by_itself(dumps):
    run_calibration(options(dumps, out='mine.json', run='named'))
    assert load_calibration(dumps / 'mine.json').facts['run'] == 'named'
    alone = dict(val_dump=None, out=None, calibration='mine.json')
    lines = run_calibration(options(dumps, **alone, check='test.pkl'))
    assert lines[0].startswith('checked on 120 vertebrae and 100 pairs of 20 films')
    with pytest.raises(SpondyloError, match=r'val\.pkl: the calibration was learned'):
        run_calibration(options(dumps, **alone, check='val.pkl'))


def test_given_boxes_teach_as_whole_films_do(dumps):
    run_calibration(options(dumps, val_dump='given.pkl', out='boxes.json'))
    run_calibration(options(dumps, out='films.json'))
    boxes, films = (load_calibration(dumps / f'{n}.json') for n in ('boxes', 'films'))
    assert boxes.slip_quantiles == films.slip_quantiles


def test_folds_teach_together(dumps):
    write_dump(dumps / 'a.pkl', samples(25, seed=1)[:10])
    write_dump(dumps / 'b.pkl', samples(25, seed=1)[10:])
    known = []
    for name, given in (
        ('whole.json', {}), ('parts.json', {'val_dump': 'a.pkl', 'more': ['b.pkl']})
    ):  # fmt: skip
        lines = run_calibration(options(dumps, out=name, **given))
        assert lines[0].endswith('25 films (25 patients)')
        known.append(load_calibration(dumps / name))
    assert known[0].scales == known[1].scales
    assert known[0].slip_quantiles == known[1].slip_quantiles
    alone = dict(val_dump=None, out=None, calibration='parts.json')
    with pytest.raises(SpondyloError, match=r'b\.pkl: the calibration was learned'):
        run_calibration(options(dumps, **alone, check='b.pkl'))


def test_dumps_that_teach_together_may_share_patients(dumps):
    lines = run_calibration(options(dumps, out='m.json', more=['followed.pkl']))
    assert lines[0].endswith('45 films (42 patients)')


def test_few_are_taken_for_normal_when_asked_to(dumps):
    lines = run_calibration(options(dumps, out='few.json', few_as_normal=True))
    assert lines[1].startswith('25 patients are too few for quantiles')
    made = load_calibration(dumps / 'few.json')
    assert (made.few_patients, made.method) == (25, 'normal')
    lines = run_calibration(options(dumps, **CHECK | dict(calibration='few.json')))
    assert lines[1].endswith('taken for normal [95 % interval over patients]')
    (slips,) = [line for line in lines if line.startswith('slips   all       90 %')]
    # One share, its interval, and so on; nothing is called conformal.
    assert slips.split()[5].startswith('[')
    assert 'conformal' not in ' '.join(lines)


def test_each_fold_is_checked_by_what_the_others_teach(dumps):
    given = dict(val_dump='val.pkl', more=['test.pkl'], few_as_normal=True)
    lines = run_calibration(options(dumps, out='c.json', **given, cross_check=True))
    start = lines.index('each dump checked with what the others teach:')
    (told,) = [line for line in lines[start:] if line.startswith('slips      90 %')]
    held = 0
    for learn, check in (('val.pkl', 'test.pkl'), ('test.pkl', 'val.pkl')):
        run_calibration(
            options(
                dumps, val_dump=learn, out='d.json', few_as_normal=True,
                check=check, json='d_check.json',
            )
        )  # fmt: skip
        (row,) = [
            row
            for row in read_json(dumps / 'd_check.json')['coverage']
            if (row['of'], row['kind'], row['method'], row['nominal'])
            == ('slips', 'all', 'normal', 90)
        ]
        held += row['actual'] * row['number'] / 100
    assert f'({held:.0f} of 225)' in told


@pytest.mark.parametrize(
    ('given', 'message'),
    [
        (dict(val_dump=None), 'name either'),
        (dict(calibration='u.json'), 'name either'),
        (dict(out=None), '--out'),
        (dict(val_dump=None, more=['val.pkl']), '--more goes with'),
        (dict(cross_check=True), '--cross-check learns'),
        (dict(val_dump=None, calibration='u.json', out=None), 'goes with --check'),
        (dict(figure='u.png'), 'name a --check DUMP'),
        (dict(val_dump='no.pkl'), r'no\.pkl: no such file'),
        (dict(val_dump='few.pkl'), r'few\.pkl: holds 12 found vertebrae'),
        (dict(check='silent.pkl'), r'silent\.pkl: .* but there are none'),
        (dict(check='val.pkl'), r'val\.pkl: the calibration was learned from it'),
        (dict(check='again.pkl'), r'again\.pkl: 25 of its films'),
        (dict(check='followed.pkl'), r'followed\.pkl: 3 of its patients'),
        (dict(more=['val.pkl']), r'val\.pkl: 25 films are in more than one'),
        (dict(more=['again.pkl']), r'again\.pkl: 25 films are in more than one'),
        (
            dict(more=['followed.pkl'], cross_check=True),
            r'followed\.pkl: 3 patients or groups of copies have films',
        ),
        (dict(coverages=[2.0]), 'between 0 and 1'),
        (dict(score_threshold=7.0), 'score_threshold=7'),
        (dict(val_dump='given.pkl', score_threshold=0.5), r'given\.pkl: --score-thr'),
        (CHECK | dict(coverages=[0.9]), '--coverages is for learning'),
        (CHECK | dict(few_as_normal=True), '--few-as-normal is for learning'),
        (CHECK | dict(run='named'), '--run is for learning'),
    ],
)
def test_a_fault_is_one_line_and_nothing_is_written(dumps, given, message):
    before = sorted(dumps.iterdir())
    with pytest.raises(SpondyloError, match=message) as error:
        run_calibration(options(dumps, **given))
    assert '\n' not in str(error.value)
    assert sorted(dumps.iterdir()) == before
