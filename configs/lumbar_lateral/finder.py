"""The shipped model's finder, second step: phantoms and the real films together.

The phantoms are to be labelled as readers do, who stop where they like; presence then
tells which vertebrae a reader would have labelled.
"""

_base_ = ['../maht_net_t_spondylo.py', '../_base_/spondylo_second_step.py']

model = dict(test_cfg=_base_.spondylo_second_test_cfg)

# Films also come as screenshots, on pages, with wide borders, copied badly.
train_pipeline = [
    *_base_.spondylo_film_load,
    *_base_.spondylo_film_flip,
    dict(type='RandomFrame', probability=0.25),
    dict(
        type='FilmAffine',
        input_size=_base_.input_size,
        **dict(_base_.spondylo_film_geometry, rotate=15),
    ),
    _base_.superposition,
    *_base_.spondylo_augment_appearance,
    dict(type='RandomCopy', probability=0.05),
    *_base_.spondylo_film_obstacles,
    dict(type='SlotTargets', slots=_base_.slots),
    *_base_.spondylo_film_pack,
]
films = dict(
    **_base_.spondylo_train_dataset
    | dict(data_mode='bottomup', pipeline=train_pipeline)
)
train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='ConcatDataset',
        datasets=[
            dict(films, **_base_.spondylo_second_phantoms, indices=500),
            dict(
                type='RepeatDataset',
                times=_base_.spondylo_second_repeats,
                dataset=films,
            ),
        ],
    )
)
del films  # a part; what is left here would be a setting

max_epochs = 2
train_cfg = dict(max_epochs=max_epochs, val_interval=1)
optim_wrapper = _base_.spondylo_second_optimizer
param_scheduler = [
    _base_.spondylo_second_warmup,
    dict(_base_.param_scheduler[1], T_max=max_epochs, end=max_epochs),
]
# The input has its full size from the start; the mean of all steps after the warm-up
# is kept, which depends less on the last films seen.
custom_hooks = [
    *_base_.spondylo_hooks,
    dict(
        type='EMAHook',
        ema_type='StochasticWeightAverage',
        begin_iter=_base_.spondylo_second_warmup['end'],
        update_buffers=True,
        priority=49,
    ),
]
default_hooks = _base_.spondylo_second_hooks
