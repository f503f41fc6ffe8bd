"""MAHT-Net, size t, for ablation: far vertebrae count like near ones."""

_base_ = './maht_net_whole.py'

model = dict(head=dict(anatomical_bias=False))
