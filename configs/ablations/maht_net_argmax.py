"""MAHT-Net, size t, for ablation: corners are centres of cells."""

_base_ = './maht_net_whole.py'

model = dict(test_cfg=dict(subpixel=False, candidates=1))
