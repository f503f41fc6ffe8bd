"""MAHT-Net, size t, for ablation: heatmaps of the finest level alone."""

_base_ = './maht_net_whole.py'

model = dict(head=dict(heatmap_levels=1))
