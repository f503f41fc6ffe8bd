"""The shipped model's corners, second step: phantoms and the real films together.

The schedule is fixed beforehand and the last weights are taken: with so few films,
choosing an epoch by their error would report the choice, not the model.
"""

_base_ = '../maht_net_topdown_t_spondylo.py'

films = dict(
    **_base_.spondylo_train_dataset
    | dict(
        data_mode='topdown',
        pipeline=_base_.train_pipeline,
        pipeline_changes=_base_.smaller,
    )
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
                indices=3000,
            ),
            # Five or six films of six vertebrae: a third of what is seen.
            dict(type='RepeatDataset', times=50, dataset=films),
        ],
    )
)
del films  # a part; what is left here would be a setting

max_epochs = 1
train_cfg = dict(max_epochs=max_epochs)
optim_wrapper = dict(optimizer=dict(lr=3e-4))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.1, begin=0, end=30, by_epoch=False),
    dict(_base_.param_scheduler[1], T_max=max_epochs, end=max_epochs),
]
default_hooks = dict(checkpoint=dict(save_best=None))
