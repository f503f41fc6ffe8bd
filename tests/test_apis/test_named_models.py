"""Models by name and by folder."""

import pytest

from spondylo_mmpose.apis import named_models as models
from spondylo_mmpose.errors import SpondyloError


@pytest.fixture(autouse=True)
def nothing_ships(monkeypatch, tmp_path):
    monkeypatch.delenv(models.FOLDER_VARIABLE, raising=False)
    monkeypatch.setattr(models, 'SHIPPED', tmp_path / 'shipped')


def publish(folder, *names):
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).touch()
    return folder


def test_a_folder_of_published_weights(tmp_path):
    folder = publish(tmp_path / 'best', 'net.py', 'net-0123abcd.safetensors', 'net.md')
    files = models.find_model(str(folder))
    assert files.config == folder / 'net.py'
    assert files.weights == folder / 'net-0123abcd.safetensors'
    assert files.calibration is None
    assert files.own_name == 'best'
    (folder / 'calibration.json').touch()
    assert models.model_in(folder).calibration == folder / 'calibration.json'
    assert files.screen is None
    (folder / 'screen.json').touch()
    assert models.model_in(folder).screen == folder / 'screen.json'


def test_a_top_down_model_and_what_finds_its_vertebrae(tmp_path):
    folder = publish(tmp_path / 'm', 'net.py', 'net-0123abcd.safetensors')
    assert models.model_in(folder).detector is None
    inner = publish(folder / 'detector', 'find.py', 'find-0123abcd.safetensors')
    found = models.model_in(folder).detector
    assert found.config == inner / 'find.py'
    (inner / 'find.py').unlink()
    with pytest.raises(SpondyloError, match='detector: holds 0 recipes'):
        models.model_in(folder)


def test_the_recipe_of_the_weights_among_others(tmp_path):
    folder = publish(tmp_path / 'm', 'net.py', 'other.py', 'net-0123abcd.safetensors')
    assert models.model_in(folder).config == folder / 'net.py'


@pytest.mark.parametrize(
    ('names', 'complaint'),
    [
        (['net.py'], r'0 files \*\.safetensors'),
        (['net.py', 'a.safetensors', 'b.safetensors'], '2 files'),
        (['net-0.safetensors'], '0 recipes'),
        (['a.py', 'b.py', 'net-0.safetensors'], '2 recipes'),
    ],
)
def test_a_folder_of_something_else(tmp_path, names, complaint):
    with pytest.raises(SpondyloError, match=complaint):
        models.find_model(str(publish(tmp_path / 'm', *names)))


def test_names(tmp_path, monkeypatch):
    publish(models.SHIPPED / 'small', 'net.py', 'net-0.safetensors')
    assert models.find_model('small').own_name == 'small'
    assert models.find_model().own_name == 'small'  # the only one there is
    own = tmp_path / 'own'
    publish(own / 'large', 'net.py', 'net-0.safetensors')
    publish(own / 'small', 'net.py', 'net-1.safetensors')
    publish(own / 'empty')
    monkeypatch.setenv(models.FOLDER_VARIABLE, str(own))
    assert list(models.known_models()) == ['small', 'large']
    assert models.find_model('small').weights.parent == own / 'small'
    with pytest.raises(SpondyloError, match=r'name one with --model \(small, large\)'):
        models.find_model()
    publish(own / models.DEFAULT, 'net.py', 'net-0.safetensors')
    assert models.find_model().own_name == models.DEFAULT


def test_a_recipe_without_weights_is_one_line():
    for name in ('maht_net_t', 'maht_net_t_spondylo'):
        with pytest.raises(SpondyloError, match='no weights of this recipe come') as e:
            models.find_model(name)
        assert '--config maht_net_t_spondylo.py' in str(e.value)


@pytest.mark.parametrize('name', ['unheard', '', '../x'])
def test_an_unknown_name_is_one_line(name):
    with pytest.raises(SpondyloError, match='neither a model that is known here'):
        models.find_model(name)


def test_nothing_to_choose_from():
    with pytest.raises(SpondyloError, match=r'no weights were installed.*--checkpoint'):
        models.find_model()
