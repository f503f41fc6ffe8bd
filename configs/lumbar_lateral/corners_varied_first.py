"""The shipped model's other corners, first step: the look of crops varies more."""

_base_ = [
    '../maht_net_topdown_t_spondylo.py',
    '../_base_/spondylo_varied_appearance.py',
]

train_changes = _base_.spondylo_varied_appearance
train_dataloader = dict(dataset=dict(pipeline_changes=train_changes))
