"""MAHT-Net, size t, for ablation: the coarsest map is not bridged."""

_base_ = './maht_net_whole.py'

model = dict(neck=dict(layers=0))
