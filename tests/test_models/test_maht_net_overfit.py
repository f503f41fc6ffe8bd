"""Short and long spines learned by heart: nothing is missed, invented or misplaced."""

import copy

import numpy as np
import pytest
import torch
from mmengine.dataset import Compose, pseudo_collate
from mmengine.registry import init_default_scope
from mmpose.registry import MODELS

from spondylo_mmpose.datasets.metainfo import vertebra_metainfo
from spondylo_mmpose.engine.launch import load_config
from spondylo_mmpose.phantom.film import make_phantom
from spondylo_mmpose.spine.anatomy import SIDES_SWAPPED, mirror
from tests.conftest import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures('one_thread')]

STEPS = 250
# Of seed 0; the only one with eleven vertebrae is learned mirrored too.
THREE, ELEVEN = (23, 65), 5678


def sample(image, corners, pipeline):
    return pipeline(
        dict(
            img=image,
            keypoints=corners.astype(np.float32),
            keypoints_visible=np.ones(corners.shape[:2], np.float32),
            vertebra=[{'level': None}] * len(corners),
            dataset_name=vertebra_metainfo()['dataset_name'],
            flip_indices=SIDES_SWAPPED,
        )
    )


@pytest.fixture(scope='module')
def films():
    phantoms = [make_phantom(0, index) for index in (*THREE, ELEVEN)]
    made = [(one.image, one.truth.corners) for one in phantoms]
    image, corners = made[-1]
    mirrored = np.ascontiguousarray(image[:, ::-1])
    return [*made, (mirrored, mirror(corners, image.shape[1]))]


def test_spines_of_three_and_of_eleven_vertebrae_are_learned_by_heart(films):
    init_default_scope('mmpose')
    config = load_config(ROOT / 'configs' / 'maht_net_t_spondylo.py')
    pipeline = Compose(
        [
            config.val_dataloader.dataset.pipeline[0],
            # As in the first epochs of the recipe; 512 px would take long.
            dict(type='FilmAffine', input_size=(320, 320)),
            dict(type='SlotTargets', slots=config.slots),
            config.val_dataloader.dataset.pipeline[2],
        ]
    )
    batch = pseudo_collate([sample(*film, pipeline) for film in films])
    torch.manual_seed(0)
    model = MODELS.build(config.model)
    model.init_weights()
    data = model.data_preprocessor(copy.deepcopy(batch), True)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-3)
    rates = torch.optim.lr_scheduler.OneCycleLR(optimiser, 1e-3, STEPS, pct_start=0.1)
    model.train()
    for _ in range(STEPS):
        losses = model(**data, mode='loss')
        optimiser.zero_grad()
        sum(v for k, v in losses.items() if k.startswith('loss')).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5)
        optimiser.step()
        rates.step()
    model.eval()
    with torch.no_grad():
        told = model.val_step(batch)
    numbers = [len(one.pred_instances.slots) for one in told]
    assert numbers == [3, 3, 11, 11]
    for (_, corners), one in zip(films, told, strict=True):
        # Phantoms are told from S1 upward.
        found = one.pred_instances
        assert found.slots.tolist() == list(range(len(corners)))
        errors = np.linalg.norm(found.keypoints - corners, axis=-1)
        assert errors.mean() < 1.5  # px of the film, of which the input has half
