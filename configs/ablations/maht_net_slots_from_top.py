"""MAHT-Net, size t, for ablation: slots counted from the top, as published."""

_base_ = './maht_net_whole.py'

train_dataloader = dict(
    dataset=dict(pipeline_changes=dict(SlotTargets=dict(count_from='top')))
)
model = dict(
    # The next slot is then the one below.
    head=dict(anatomy_loss=dict(type='SpineAnatomyLoss', order_weight=0.0)),
    test_cfg=dict(count_from='top'),
)
