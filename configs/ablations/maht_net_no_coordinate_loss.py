"""MAHT-Net, size t, for ablation: heatmaps alone teach places."""

_base_ = './maht_net_whole.py'

model = dict(head=dict(coordinate_loss=None))
