import logging
from types import SimpleNamespace

import pytest
from mmengine.dataset import BaseDataset, RepeatDataset

from spondylo_mmpose.datasets.transforms.film_affine import FilmAffine
from spondylo_mmpose.engine.hooks import GrowingInputHook
from spondylo_mmpose.errors import SpondyloError


class Films(BaseDataset):
    def __init__(self, *transforms):
        super().__init__(serialize_data=False)
        self.pipeline.transforms = list(transforms)

    def load_data_list(self):
        return [{}, {}]


def sizes(dataset, affine, epochs):
    hook = GrowingInputHook(first_size=(320, 256), switch_epoch=2)
    seen = []
    for epoch in epochs:
        loader = SimpleNamespace(dataset=dataset)
        logger = logging.getLogger(__name__)
        hook.before_train_epoch(
            SimpleNamespace(epoch=epoch, train_dataloader=loader, logger=logger)
        )
        seen.append(affine.input_size)
    return seen


@pytest.mark.parametrize('wrap', [lambda films: films, lambda f: RepeatDataset(f, 2)])
def test_small_first_then_as_the_recipe_says(wrap):
    affine = FilmAffine((512, 384))
    films = wrap(Films(affine))
    small, large = (320, 256), (512, 384)
    assert sizes(films, affine, range(4)) == [small, small, large, large]


def test_a_resumed_training_goes_on_with_large_films():
    affine = FilmAffine((512, 384))
    assert sizes(Films(affine), affine, [2, 3]) == [(512, 384)] * 2


def test_a_pipeline_that_can_not_grow():
    with pytest.raises(SpondyloError, match='no FilmAffine'):
        sizes(Films(), None, [0])
