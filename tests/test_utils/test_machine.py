import json

import torch

from spondylo_mmpose.utils.machine import describe_machine, torch_threads, usable_cores


def test_a_machine_is_told_as_json():
    told = describe_machine()
    assert told['cores'] == usable_cores() >= 1
    assert told['processor']
    assert told['torch'].startswith(torch.__version__.partition('+')[0])
    assert json.loads(json.dumps(told)) == told


def test_threads_are_set_back():
    before = torch.get_num_threads()
    with torch_threads(before + 1):
        assert torch.get_num_threads() == before + 1
    assert torch.get_num_threads() == before
