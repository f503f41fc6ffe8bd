"""The shipped model's other corners, second step: the look of crops varies more."""

_base_ = ['./corners.py', '../_base_/spondylo_varied_appearance.py']

train_changes = dict(**_base_.train_changes, **_base_.spondylo_varied_appearance)
phantoms, films = _base_.train_dataloader.dataset.datasets
phantoms.pipeline_changes = train_changes
films.dataset.pipeline_changes = train_changes
train_dataloader = dict(dataset=dict(datasets=[phantoms, films]))
del phantoms, films  # parts; what is left here would be settings
