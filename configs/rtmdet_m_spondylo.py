"""RTMDet-m finds the vertebrae of a film; the tiny recipe with a large network."""

_base_ = './rtmdet_spondylo.py'

model = dict(
    backbone=dict(
        deepen_factor=0.67,
        widen_factor=0.75,
        # The stock recipe has no pretrained weights for it either.
        init_cfg=None,
    ),
    neck=dict(in_channels=[192, 384, 768], out_channels=192, num_csp_blocks=2),
    bbox_head=dict(in_channels=192, feat_channels=192),
)
