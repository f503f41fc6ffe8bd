"""What the metafiles state is what is there and what is measured."""

import subprocess
import sys
import zipfile

import pytest
import yaml

from spondylo_mmpose.engine.launch import load_config
from spondylo_mmpose.engine.model_facts import ModelFacts
from spondylo_mmpose.engine.recipe import (
    build_network,
    count_parameters,
    find_recipes,
    input_size,
    measure_recipe,
    recipe_kind,
)
from spondylo_mmpose.zoo.listing import Listed
from spondylo_mmpose.zoo.metafiles import FOLDER, INDEX, write_metafiles
from tests.conftest import ROOT

# In millions, as the families are known: Keypoint R-CNN is torchvision's with one class
# of vertebrae, the first network of RTMDet is "tiny".
MILLIONS = {
    'hrnet_w32': 28.5,
    'resnet50': 34.0,
    'unet': 7.6,
    'rtmpose_s': 5.1,
    'rtmpose_m': 13.1,
    'rtmdet': 4.9,
    'rtmdet_320': 4.9,
    'rtmdet_s': 8.9,
    'rtmdet_m': 24.7,
    'keypoint_rcnn': 59.1,
    'keypoint_rcnn_r18': 14.3,
}


def models():
    index = yaml.safe_load((ROOT / INDEX).read_text())
    return [
        model
        for path in index['Import']
        for model in yaml.safe_load((ROOT / path).read_text())['Models']
    ]


MODELS = models()


def test_each_recipe_has_one_metafile_and_each_metafile_a_recipe():
    mend = 'recipes were added or removed: run tools/list_models.py --metafiles'
    recipes = [f'configs/{path.name}' for path in find_recipes(ROOT / 'configs')]
    assert [model['Config'] for model in MODELS] == recipes, mend
    assert len({model['Name'] for model in MODELS}) == len(MODELS)
    listed = yaml.safe_load((ROOT / INDEX).read_text())['Import']
    there = sorted((ROOT / FOLDER).glob('*.yml'))
    assert listed == [path.relative_to(ROOT).as_posix() for path in there], mend


@pytest.mark.parametrize('model', MODELS, ids=lambda model: model['Name'])
def test_sizes_are_those_of_the_network(model):
    config = load_config(ROOT / model['Config'])
    parameters = count_parameters(build_network(config))
    told = model['Metadata']
    mend = 'a recipe was changed: run tools/list_models.py --metafiles'
    assert told['Parameters'] == parameters, mend
    assert told['Input Size'] == '{}x{}'.format(*input_size(config)), mend
    assert told['Kind'] == recipe_kind(config)
    expected = MILLIONS.get(model['Name'].removesuffix('_spondylo'))
    if expected is not None:
        assert parameters / 1e6 == pytest.approx(expected, abs=0.06)


@pytest.mark.parametrize(
    'name',
    [
        'rtmpose_s_spondylo',
        'rtmdet_320_spondylo',
        *(
            pytest.param(model['Name'], marks=pytest.mark.slow)
            for model in MODELS
            if model['Name'] not in ('rtmpose_s_spondylo', 'rtmdet_320_spondylo')
        ),
    ],
)
def test_flops_are_those_of_the_network(name):
    (model,) = (one for one in MODELS if one['Name'] == name)
    _, facts = measure_recipe(ROOT / model['Config'])
    assert model['Metadata']['FLOPs'] == facts.flops > 1e8


def test_no_result_is_stated():
    """There are no published weights that one could be measured of."""
    for model in MODELS:
        assert 'Weights' not in model
        for result in model['Results']:
            assert result.keys() == {'Task', 'Dataset'}


def test_files_of_recipes_that_are_gone_go_too(tmp_path):
    def listed(name):
        facts = ModelFacts('T', None, None, 5, None, None, 'no input')
        return Listed(tmp_path / name, 'whole film', 'T', facts, None, {})

    write_metafiles(tmp_path, [listed('a_spondylo.py'), listed('b_spondylo.py')])
    write_metafiles(tmp_path, [listed('b_spondylo.py')])
    assert [path.name for path in (tmp_path / FOLDER).iterdir()] == ['b_spondylo.yml']
    content = yaml.safe_load((tmp_path / FOLDER / 'b_spondylo.yml').read_text())
    assert content['Models'][0]['Metadata']['FLOPs'] is None
    index = yaml.safe_load((tmp_path / INDEX).read_text())
    assert index == {'Import': ['configs/metafiles/b_spondylo.yml']}


def test_mim_finds_them_in_a_checkout():
    mim = ROOT / 'spondylo_mmpose' / '.mim'
    for name in (INDEX, 'configs', 'tools'):
        assert (mim / name).resolve() == ROOT / name
    assert (mim / MODELS[0]['Config']).is_file()


@pytest.mark.slow
def test_mim_finds_them_in_an_installed_package(tmp_path):
    subprocess.run(
        [sys.executable, '-m', 'pip', 'wheel', '--no-deps', '--no-build-isolation',
         '--quiet', '--wheel-dir', tmp_path, ROOT],
        check=True,
    )  # fmt: skip
    (wheel,) = tmp_path.glob('*.whl')
    names = set(zipfile.ZipFile(wheel).namelist())
    index = yaml.safe_load((ROOT / INDEX).read_text())
    for path in (INDEX, 'tools/train.py', 'configs/_base_/spondylo_film.py',
                 *index['Import'], *(model['Config'] for model in MODELS)):  # fmt: skip
        assert f'spondylo_mmpose/.mim/{path}' in names
