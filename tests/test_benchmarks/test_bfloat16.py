import torch
from torch import nn

from spondylo_mmpose.benchmarks.bfloat16 import bfloat16


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2)

    def forward(self, x):
        return (self.layer(x), [self.layer(x)])


class Detector(nn.Module):
    def __init__(self):
        super().__init__()
        self.neck = nn.Linear(2, 2)
        self.bbox_head = Head()


def test_all_but_the_boxes_are_in_bfloat16():
    network = nn.Sequential(Detector())
    detector, x = network[0], torch.ones(1, 2)
    with bfloat16(network):
        assert detector.neck(x).dtype == torch.bfloat16
        one, (two,) = detector.bbox_head(x)
        assert one.dtype == two.dtype == torch.float32
        # They were computed in bfloat16 all the same.
        assert torch.equal(one, one.bfloat16().float())
    assert detector.neck(x).dtype == torch.float32
    assert not detector.bbox_head._forward_hooks
    with bfloat16(network, enabled=False):
        assert detector.neck(x).dtype == torch.float32
