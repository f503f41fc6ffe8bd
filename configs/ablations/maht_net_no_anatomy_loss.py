"""MAHT-Net, size t, for ablation: anatomy is not asked for."""

_base_ = './maht_net_whole.py'

model = dict(head=dict(anatomy_loss=None))
