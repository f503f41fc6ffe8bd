"""The shipped model's finder, second step: phantoms and the real films together.

The phantoms are to be labelled as readers do, who stop where they like; presence then
tells which vertebrae a reader would have labelled. For the schedule see ``corners.py``.
"""

_base_ = '../maht_net_t_spondylo.py'

films = dict(
    **_base_.spondylo_train_dataset
    | dict(data_mode='bottomup', pipeline=_base_.train_pipeline)
)
train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='ConcatDataset',
        datasets=[
            dict(
                films,
                data_root='{{$SPONDYLO_PHANTOMS:data/phantoms}}',
                # A split of the real films is none of the phantoms.
                ann_file='annotations/train.json',
                indices=500,
            ),
            # Five or six films: a third of what is seen.
            dict(type='RepeatDataset', times=50, dataset=films),
        ],
    )
)
del films  # a part; what is left here would be a setting

max_epochs = 1
train_cfg = dict(max_epochs=max_epochs, val_interval=1)
optim_wrapper = dict(optimizer=dict(lr=3e-4))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, begin=0, end=30, by_epoch=False),
    dict(_base_.param_scheduler[1], T_max=max_epochs, end=max_epochs),
]
# The input has its full size from the start.
custom_hooks = _base_.spondylo_hooks
default_hooks = dict(checkpoint=dict(save_best=None))
