"""Shared by all heatmap recipes: codec, pipelines and loaders of 192 px crops.

A recipe with another codec puts its own training pipeline together; the rest stays.
"""

_base_ = './spondylo_topdown.py'

spondylo_codec = dict(
    type='GaussianFitHeatmap', input_size=(192, 192), heatmap_size=(48, 48), sigma=2
)
spondylo_crop = dict(
    type='TopdownAffine', input_size=spondylo_codec['input_size'], use_udp=True
)

spondylo_augmented_crops = [
    *_base_.spondylo_train_load,
    *_base_.spondylo_augment_geometry,
    spondylo_crop,
    *_base_.spondylo_augment_appearance,
    *_base_.spondylo_augment_obstacles,
]
spondylo_train_pipeline = [
    *spondylo_augmented_crops,
    dict(type='GenerateTarget', encoder=spondylo_codec),
    *_base_.spondylo_pack,
]
spondylo_val_pipeline = [*_base_.spondylo_load, spondylo_crop, *_base_.spondylo_pack]

# The recipe names the batch size of training.
spondylo_train_dataloader = dict(
    **_base_.spondylo_train_loader,
    dataset=dict(**_base_.spondylo_train_dataset, pipeline=spondylo_train_pipeline),
)
spondylo_val_dataloader = dict(
    **_base_.spondylo_val_loader,
    dataset=dict(**_base_.spondylo_val_dataset, pipeline=spondylo_val_pipeline),
)
