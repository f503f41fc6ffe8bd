"""MAHT-Net, size t, for ablation: anatomy is not asked for."""

_base_ = '../maht_net_t_spondylo.py'

model = dict(head=dict(anatomy_loss=None))
