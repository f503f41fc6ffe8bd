"""MAHT-Net, size t, for ablation: there where its heatmaps are sharp."""

_base_ = './maht_net_whole.py'

model = dict(head=dict(presence_loss=None))
