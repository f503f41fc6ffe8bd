"""MAHT-Net t on the tall frontal films of AASCE 2019: T1 to L5."""

_base_ = '../maht_net_t_spondylo.py'

input_size = (256, 640)
slots = 18  # counted from S1, which the data set does not label
fitted = dict(FilmAffine=dict(input_size=input_size))
model = dict(head=dict(slots=slots), test_cfg=dict(flip_test=True))

train_dataloader = dict(
    dataset=dict(pipeline_changes=fitted | dict(SlotTargets=dict(slots=slots)))
)
val_dataloader = dict(dataset=dict(pipeline_changes=fitted))
test_dataloader = val_dataloader
test_evaluator = [
    dict(type='SpineDetectionMetric', intervals=True),
    dict(type='FilmCobbMetric', intervals=True),
]
val_evaluator = [dict(type='SpineDetectionMetric'), dict(type='FilmCobbMetric')]

# Some 340 films an epoch.
max_epochs = 40
train_cfg = dict(max_epochs=max_epochs, val_interval=5)
param_scheduler = [
    _base_.param_scheduler[0],
    dict(_base_.param_scheduler[1], T_max=max_epochs, end=max_epochs),
]
# The input has its full size from the start.
custom_hooks = _base_.spondylo_hooks
