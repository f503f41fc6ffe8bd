"""Small networks that see their input, and a session that runs them by torch."""

import numpy as np
import torch
from torch import nn

from spondylo_mmpose.deployment.describing import describe
from spondylo_mmpose.engine.launch import load_config
from spondylo_mmpose.engine.recipe import build_network
from tests.conftest import ROOT

CONFIGS = ROOT / 'tests' / 'configs'
KINDS = ('tiny', 'tiny_unet', 'tiny_maht_net', 'tiny_detector')


def see(network):
    """Random weights under which outputs depend on the picture.

    Those that networks start with hardly let it through.
    """
    torch.manual_seed(0)
    for layer in network.modules():
        if isinstance(layer, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(layer.weight)
    head = getattr(network, 'head', None)
    if getattr(head, 'to_presence', None) is not None:
        nn.init.constant_(head.to_presence[-1].bias, 1)
    if hasattr(network, 'bbox_head'):
        # Boxes so wide that there is something to see, and as different as they can be.
        for reach, score in zip(
            network.bbox_head.rtm_reg, network.bbox_head.rtm_cls, strict=True
        ):
            nn.init.normal_(reach.weight, std=0.05)
            nn.init.constant_(reach.bias, 1)
            nn.init.constant_(score.bias, 0)
    return network


def build(name, options=None):
    """Config and network of a recipe of the tests."""
    config = load_config(CONFIGS / f'{name}.py', options)
    torch.manual_seed(0)  # of the layers too that keep what they start with
    return config, see(build_network(config, 'cpu').eval())


def save(path, network):
    """A checkpoint."""
    torch.save({'state_dict': network.state_dict(), 'meta': {}}, path)
    return path


class TorchSession:
    """Instead of onnxruntime: the graph itself, before it is exported."""

    def __init__(self, described, path='model.onnx'):
        self.graph, self.facts, self.path = described.graph, described.facts, path

    def run(self, inputs, quick=False):
        looks = (torch.zeros(1 if quick else 2),) if self.facts.flip_test else ()
        with torch.inference_mode():
            told = self.graph(torch.from_numpy(np.stack(inputs)), *looks)
        return [one.numpy() for one in (told if isinstance(told, tuple) else (told,))]


def described(name, tmp_path, options=None):
    """Config, network and what would be exported."""
    config, network = build(name, options)
    path = save(tmp_path / f'{name}.pth', network)
    return config, network, describe(config, network, path)
