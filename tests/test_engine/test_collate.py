import pickle

import numpy as np
import torch
from mmengine.dataset import pseudo_collate
from mmengine.registry import FUNCTIONS
from mmengine.structures import InstanceData
from mmpose.structures import PoseDataSample
from torch.utils.data import DataLoader

from spondylo_mmpose.engine.collate import collate_in_band


def sample(number):
    """What PackPoseInputs gives."""
    packed = PoseDataSample(metainfo={'id': number, 'input_size': (4, 4)})
    packed.gt_instances = InstanceData(bboxes=np.full((1, 4), number, np.float32))
    packed.gt_instance_labels = InstanceData(
        keypoint_weights=torch.rand(1, 4), scalar=torch.tensor([number])
    )
    image = torch.arange(48, dtype=torch.uint8).reshape(4, 4, 3) + number
    return {'inputs': image.permute(2, 0, 1), 'data_samples': packed}


SAMPLES = [sample(number) for number in range(6)]


def assert_same(batch, expected):
    assert type(batch) is dict
    assert batch.keys() == expected.keys()
    for one, other in zip(batch['inputs'], expected['inputs'], strict=True):
        assert one.dtype == other.dtype
        assert torch.equal(one, other)
    for one, other in zip(batch['data_samples'], expected['data_samples'], strict=True):
        assert one.metainfo == other.metainfo
        assert (one.gt_instances.bboxes == other.gt_instances.bboxes).all()
        for name in ('keypoint_weights', 'scalar'):
            assert torch.equal(
                one.gt_instance_labels[name], other.gt_instance_labels[name]
            )


def test_it_is_known_by_name():
    assert FUNCTIONS.get('collate_in_band') is collate_in_band


def test_a_batch_comes_through_the_workers_as_it_is():
    loader = DataLoader(
        SAMPLES, batch_size=3, num_workers=2, collate_fn=collate_in_band
    )
    for batch, start in zip(loader, (0, 3), strict=True):
        assert_same(batch, pseudo_collate(SAMPLES[start : start + 3]))


def test_without_workers_it_is_a_dict_too():
    (batch,) = DataLoader(SAMPLES, batch_size=6, collate_fn=collate_in_band)
    assert isinstance(batch, dict)
    assert_same(dict(batch), pseudo_collate(SAMPLES))


def test_no_descriptor_is_passed():
    # The standard pickler alone can read it; descriptors would need torch's.
    batch = collate_in_band([{'inputs': torch.arange(5.0), 'odd': None}])
    back = pickle.loads(pickle.dumps(batch))
    assert back['inputs'][0].tolist() == [0, 1, 2, 3, 4]
    back['inputs'][0] += 1  # not read-only


def test_kinds_that_numpy_does_not_know():
    batch = collate_in_band(
        [{'a': torch.ones(2, dtype=torch.bfloat16), 'b': torch.eye(2).to_sparse()}]
    )
    back = pickle.loads(pickle.dumps(batch))
    assert torch.equal(back['a'][0], torch.ones(2, dtype=torch.bfloat16))
    assert torch.equal(back['b'][0].to_dense(), torch.eye(2))


def test_gradients_stay_behind():
    weight = torch.ones(2, requires_grad=True)
    back = pickle.loads(pickle.dumps(collate_in_band([{'a': weight}])))
    assert back['a'][0].tolist() == [1, 1]


def test_other_samples_are_collated_as_ever():
    assert collate_in_band([(1, 2), (3, 4)]) == pseudo_collate([(1, 2), (3, 4)])
