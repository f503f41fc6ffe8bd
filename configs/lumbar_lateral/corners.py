"""The shipped model's corners, second step: phantoms and the real films together."""

_base_ = [
    '../maht_net_topdown_t_spondylo.py',
    '../_base_/spondylo_second_step.py',
]

model = dict(test_cfg=_base_.spondylo_second_test_cfg)

films = dict(
    **_base_.spondylo_train_dataset
    | dict(
        data_mode='topdown',
        pipeline=_base_.train_pipeline,
        pipeline_changes=_base_.train_changes,
    )
)
train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='ConcatDataset',
        datasets=[
            dict(films, **_base_.spondylo_second_phantoms, indices=3000),
            dict(
                type='RepeatDataset',
                times=_base_.spondylo_second_repeats,
                dataset=films,
            ),
        ],
    )
)
del films  # a part; what is left here would be a setting

# The finder's boxes of films are worse than those that corners were learned from. In
# the hull of what it says first, the network sees a crop like those.
passes = 2

max_epochs = _base_.spondylo_second_epochs
train_cfg = dict(max_epochs=max_epochs)
optim_wrapper = _base_.spondylo_second_optimizer
param_scheduler = [
    _base_.spondylo_second_warmup,
    dict(_base_.param_scheduler[1], T_max=max_epochs, end=max_epochs),
]
default_hooks = _base_.spondylo_second_hooks
