"""The demo's recipe, tested on both splits of a data set at once."""

_base_ = './hrnet_w16.py'

test_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='ConcatDataset',
        datasets=[
            dict(
                **_base_.spondylo_val_dataset
                | dict(ann_file=_base_.spondylo_train_dataset['ann_file']),
                pipeline=_base_.val_pipeline,
            ),
            dict(**_base_.spondylo_val_dataset, pipeline=_base_.val_pipeline),
        ],
    )
)
