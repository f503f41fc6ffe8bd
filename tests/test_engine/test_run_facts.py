import dataclasses
import hashlib
import json
from types import SimpleNamespace

import pytest
import torch
from mmengine.config import Config
from torch import nn

from spondylo_mmpose.engine.model_facts import ModelFacts, model_facts
from spondylo_mmpose.engine.run_facts import (
    NamedDigest,
    RunFacts,
    TrainingFacts,
    collect_facts,
    read_facts,
    write_facts,
)
from spondylo_mmpose.errors import SpondyloError
from tests.test_evaluation.offline_helpers import write_truth


class Network(nn.Module):
    """3 x 3 convolution from 3 to 8 maps, as a model of mmengine is called."""

    def __init__(self, fails=False):
        super().__init__()
        self.backbone = nn.Conv2d(3, 8, 3, padding=1, bias=False)
        self.fails = fails

    def forward(self, inputs, data_samples, mode='loss'):
        assert (data_samples, mode) == (None, 'tensor')
        if self.fails:
            raise RuntimeError('no film\nno heatmap')
        return self.backbone(inputs)


def test_parameters_and_multiply_adds_of_a_convolution():
    model = Network().train()
    facts = model_facts(model, torch.zeros(3, 10, 20))
    # 3 * 3 * 3 weights a map, 8 maps; each is applied at 10 * 20 places.
    assert facts == ModelFacts(
        'Network', 'Conv2d', None, 216, (20, 10), 216 * 200, None
    )
    assert model.training


def test_input_is_padded_as_the_model_pads_it():
    model = Network()
    model.data_preprocessor = nn.Identity()
    model.data_preprocessor.pad_size_divisor = 32
    facts = model_facts(model, torch.zeros(3, 10, 40))
    assert facts.input_size == (64, 32)
    assert facts.flops == 216 * 64 * 32


def test_what_cannot_be_counted_says_why():
    facts = model_facts(Network(fails=True), torch.zeros(3, 8, 8))
    assert facts.flops is None
    assert facts.flops_reason == 'the model cannot be traced (RuntimeError: no film)'
    facts = model_facts(Network(), None)
    assert (facts.input_size, facts.flops) == (None, None)
    assert 'not known' in facts.flops_reason


def runner_of(folder, ann_file='test.json', train='none.json'):
    def loader(name):
        return {'dataset': {'data_root': str(folder), 'ann_file': name}}

    config = Config({'test_dataloader': loader(ann_file), 'seed': 1})
    config.train_dataloader = loader(train)
    dataset = [{'inputs': torch.zeros(3, 8, 8)}]
    return SimpleNamespace(
        cfg=config,
        model=Network(),
        seed=7,
        test_dataloader=SimpleNamespace(dataset=dataset),
    )


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_facts_of_a_test(tmp_path):
    truth = write_truth(tmp_path)
    train = write_truth(tmp_path, name='train.json')
    weights, dump = tmp_path / 'epoch_3.pth', tmp_path / 'dump.pkl'
    weights.write_bytes(b'weights')
    dump.write_bytes(b'dump')
    runner = runner_of(tmp_path, train='train.json')
    meta = {'meta': {'epoch': 3, 'iter': 30, 'seed': 5, 'cfg': 'secret/folder'}}
    facts = collect_facts(runner, weights, meta, dump)
    assert facts.checkpoint == NamedDigest('epoch_3.pth', digest(weights))
    assert facts.annotations == [NamedDigest('test.json', digest(truth))]
    assert facts.predictions == NamedDigest('dump.pkl', digest(dump))
    # Three films with 3, 3 and 2 vertebrae.
    assert facts.training == TrainingFacts(3, 30, 5, 3, 8)
    assert digest(train) == facts.annotations[0].sha256
    assert facts.seed == 7
    text = runner.cfg.pretty_text.encode()
    assert facts.config.sha256 == hashlib.sha256(text).hexdigest()
    path = write_facts(tmp_path / 'deep' / 'run.json', facts)
    assert read_facts(path) == facts
    # Folders may name people.
    assert str(tmp_path) not in path.read_text()


def test_what_is_not_known_is_none(tmp_path):
    write_truth(tmp_path)
    weights = tmp_path / 'weights.pth'
    weights.write_bytes(b'')
    facts = collect_facts(runner_of(tmp_path), weights, {'meta': None})
    assert facts.predictions is facts.boxes is None
    assert facts.training == TrainingFacts(None, None, None, None, None)
    assert read_facts(write_facts(tmp_path / 'run.json', facts)) == facts


def test_boxes_of_a_detector_are_told(tmp_path):
    write_truth(tmp_path)
    weights, boxes = tmp_path / 'weights.pth', tmp_path / 'boxes.json'
    weights.write_bytes(b'')
    boxes.write_text('[]')
    facts = collect_facts(runner_of(tmp_path), weights, {}, boxes=boxes)
    assert facts.boxes == NamedDigest('boxes.json', hashlib.sha256(b'[]').hexdigest())
    assert read_facts(write_facts(tmp_path / 'run.json', facts)) == facts


@pytest.mark.parametrize('change', ['drop', 'other', 'list', 'more', 'model'])
def test_damaged_facts_are_named(tmp_path, change):
    file = NamedDigest('a', 'b')
    facts = RunFacts(
        config=file,
        checkpoint=file,
        annotations=[file],
        predictions=file,
        model=ModelFacts('Network', None, None, 1, (2, 3), None, 'why'),
        training=TrainingFacts(1, 2, 3, 4, 5),
        seed=0,
        versions={'torch': '2'},
        device='cpu',
        created='2026-01-01T00:00:00+00:00',
    )
    path = write_facts(tmp_path / 'run.json', facts)
    assert read_facts(path) == facts
    value = json.loads(path.read_text())
    if change == 'drop':
        del value['seed']
    elif change == 'more':
        value['colour'] = 'red'
    elif change == 'other':
        value['format'] = 'COCO'
    elif change == 'model':
        value['model']['input_size'] = [1]
    else:
        value = dataclasses.astuple(facts)
    path.write_text(json.dumps(value))
    with pytest.raises(SpondyloError, match=r'run\.json: does not tell the facts'):
        read_facts(path)
