"""MAHT-Net, size t, for ablation: queries never look at the film."""

_base_ = './maht_net_whole.py'

model = dict(head=dict(layers=0))
