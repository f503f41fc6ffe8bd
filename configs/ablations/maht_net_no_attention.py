"""MAHT-Net, size t, for ablation: queries never look at the film."""

_base_ = '../maht_net_t_spondylo.py'

model = dict(head=dict(layers=0))
