"""The shipped model's corners, first step: phantoms alone.

Films differ from drawings more than drawings from each other, so that what a crop looks
like varies about twice as much as where a network learns from films, for twice as long.
"""

_base_ = '../maht_net_topdown_t_spondylo.py'

train_changes = dict(
    RandomRadiographAppearance=dict(
        gamma=0.7,
        contrast=0.7,
        brightness=0.2,
        blur_sigma=2.5,
        blur_probability=0.5,
        noise=0.06,
    ),
    RandomSuperposition=dict(probability=0.9),
)
train_dataloader = dict(dataset=dict(pipeline_changes=train_changes))

# Boxes are found by a network that errs on films more than on drawings: a second look,
# in the hull of what the first one said, sees a crop like those it learned from.
passes = 2

max_epochs = 12
train_cfg = dict(max_epochs=max_epochs)
param_scheduler = [
    _base_.param_scheduler[0],
    dict(_base_.param_scheduler[1], T_max=max_epochs, end=max_epochs),
]
