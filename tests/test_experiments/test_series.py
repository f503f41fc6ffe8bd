import pytest

from spondylo_mmpose.engine.recipe import DETECTOR, WHOLE_FILM
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.experiments.series import FoundBy, Series, kinds_to_compare
from spondylo_mmpose.experiments.state import SeriesState
from spondylo_mmpose.experiments.steps import Steps
from tests.test_experiments.fakes import lines, recipe, write_tools


@pytest.fixture
def begin(tmp_path):
    """Start a series in the same folder, as often as wanted."""
    tools = write_tools(tmp_path / 'tools')
    out = tmp_path / 'out'
    out.mkdir()

    def start(*recipes, detector=None, options=None):
        with (out / '.lock').open('a') as lock:
            series = Series(
                folder=out,
                recipes=recipes,
                steps=Steps(tools, out / 'logs', lock.fileno()),
                state=SeriesState(out, options or {'amp': True}),
                train_options=['--amp'],
                test_options=[],
                detector=detector,
            )
            series.run()
        return series

    return start


def starts(series, name):
    return lines(series.folder / name / 'starts.txt')


def measured(series, name):
    return lines(series.folder / name / 'tests.txt')


def test_recipes_are_trained_and_tested_once(begin):
    one, other = recipe('one'), recipe('other', WHOLE_FILM)
    series = begin(one, other)
    assert series.failures == {}
    again = begin(one, other)
    for name in ('one', 'other'):
        folder = series.folder / name
        assert starts(again, name) == [f'--work-dir {folder} --amp']
        assert len(measured(again, name)) == 1
    assert [name for _, name, _ in again.tested()] == ['one', 'other']


def test_failure_is_told_does_not_stop_others_and_is_tried_again(begin, tmp_path):
    mark = tmp_path / 'out' / 'one.fails'
    one, other = recipe('one'), recipe('other')
    begin(other)
    mark.touch()
    series = begin(one, other)
    assert list(series.failures) == ['one, training']
    assert series.failures['one, training'].startswith('the loss is NaN (log: ')
    assert [name for _, name, _ in series.tested()] == ['other']
    assert series.state.entry(one)['status'] == 'failed'
    mark.unlink()
    series = begin(one, other)
    assert series.failures == {}
    # Its record is there, so it goes on instead of beginning in a folder in use.
    assert starts(series, 'one')[-1].endswith('--amp --resume')
    assert series.state.entry(one)['status'] == 'done'


def test_changed_checkpoint_or_films_are_tested_again(begin):
    series = begin(recipe('one'))
    (series.folder / 'one' / 'best.pth').write_text('other weights')
    assert series.tested() == []
    assert len(measured(begin(recipe('one')), 'one')) == 2
    assert len(measured(begin(recipe('one', testing='2')), 'one')) == 3
    assert len(measured(begin(recipe('one', testing='2')), 'one')) == 3
    (series.folder / 'one' / 'predictions.pkl').unlink()
    assert len(measured(begin(recipe('one', testing='2')), 'one')) == 4
    assert len(starts(series, 'one')) == 1


def test_changed_recipe_is_refused_by_the_name_of_what_changed(begin):
    begin(recipe('one'))
    series = begin(recipe('one', training='2'))
    (reason,) = series.failures.values()
    assert 'changed since its training began (model)' in reason


def test_recipe_that_never_came_to_a_checkpoint_may_change(begin, tmp_path):
    mark = tmp_path / 'out' / 'one.fails'
    begin(recipe('other'))
    mark.touch()
    assert begin(recipe('one')).failures
    mark.unlink()
    assert begin(recipe('one', training='2')).failures == {}


def test_end_to_end_with_the_detector_of_the_series(begin, tmp_path):
    finder, pose, film = (
        recipe('finder', DETECTOR),
        recipe('pose'),
        recipe('film', WHOLE_FILM),
    )
    found_by = FoundBy(finder.path)
    series = begin(finder, pose, film, detector=found_by)
    both = series.folder / 'pose' / 'end_to_end'
    weights = series.folder / 'finder' / 'best.pth'
    (told,) = lines(both / 'tests.txt')
    assert f'--detector finder.py {weights}' in told
    assert not (series.folder / 'film' / 'end_to_end').exists()
    assert kinds_to_compare(series.tested()) == [
        f'pose={series.folder / "pose"}',
        f'pose with finder={both}',
        f'film={series.folder / "film"}',
    ]
    assert kinds_to_compare(begin(finder).tested()) == [
        f'finder={series.folder / "finder"}'
    ]
    # Other weights of the detector: that test alone is done again.
    weights.write_text('better')
    begin(finder, pose, film, detector=found_by)
    assert len(lines(both / 'tests.txt')) == 2
    assert len(measured(series, 'pose')) == 1


def test_without_a_trained_detector_the_rest_is_done(begin, tmp_path):
    finder, pose = recipe('finder', DETECTOR), recipe('pose')
    begin(pose)
    (tmp_path / 'out' / 'finder.fails').touch()
    series = begin(finder, pose, detector=FoundBy(finder.path))
    assert list(series.failures) == ['finder, training', 'pose, end to end']
    assert 'finder is not trained' in series.failures['pose, end to end']
    assert [name for _, name, _ in series.tested()] == ['pose']


def test_other_options_are_refused_and_named(begin):
    begin(recipe('one'), options={'seed': 1, 'cfg_options': ['a=1', 'b=2']})
    with pytest.raises(SpondyloError) as caught:
        begin(recipe('one'), options={'seed': 2, 'amp': True, 'cfg_options': ['a=1']})
    assert (
        '--amp was not given, is given; --cfg-options was a=1 b=2, is a=1; '
        '--seed was 1, is 2; give the same ones'
    ) in str(caught.value)


def test_folder_of_somebody_else_is_left_alone(begin, tmp_path):
    (tmp_path / 'out' / 'letter.txt').write_text('mine')
    with pytest.raises(SpondyloError, match='is not empty and holds no experiments'):
        begin(recipe('one'))


@pytest.mark.parametrize('content', ['[]', '{"format": "x"}', 'no JSON'])
def test_damaged_state_is_one_line(begin, tmp_path, content):
    (tmp_path / 'out' / 'experiments.json').write_text(content)
    with pytest.raises(SpondyloError, match=r'experiments\.json: '):
        begin(recipe('one'))


def test_what_is_done_after_a_training_may_fail_it(begin, tmp_path):
    series = begin(recipe('other'))
    series.recipes = [recipe('one')]

    def refuse(recipe, folder):
        assert (folder / 'best.pth').is_file()
        raise SpondyloError('no good')

    series.after_training = refuse
    with (tmp_path / 'out' / '.lock').open('a') as lock:
        series.steps = Steps(series.steps.tools, series.steps.logs, lock.fileno())
        series.run()
    assert series.failures == {'one, check': 'no good'}
    assert measured(series, 'one') == []
