"""The demo's second step: go on with phantoms and a few real films together.

The schedule is fixed beforehand and the last weights are taken: with so few films,
choosing an epoch by their error would report the choice, not the model.
"""

_base_ = './hrnet_w16.py'

train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='ConcatDataset',
        datasets=[
            dict(
                **_base_.spondylo_train_dataset
                | dict(
                    data_root='{{$SPONDYLO_PHANTOMS:work_dirs/demo/phantoms}}',
                    # A split of the real films is none of the phantoms.
                    ann_file='annotations/train.json',
                ),
                pipeline=_base_.train_pipeline,
            ),
            dict(
                type='RepeatDataset',
                times=10,
                dataset=dict(
                    **_base_.spondylo_train_dataset, pipeline=_base_.train_pipeline
                ),
            ),
        ],
    )
)
max_epochs = 2
train_cfg = dict(max_epochs=max_epochs, val_interval=1)
optim_wrapper = dict(optimizer=dict(lr=5e-4))
param_scheduler = [
    dict(
        type='CosineAnnealingLR',
        T_max=max_epochs,
        eta_min_ratio=0.02,
        begin=0,
        end=max_epochs,
        by_epoch=True,
        convert_to_iter_based=True,
    ),
]
