"""The shipped model's finder, second step without real films, to measure it alone.

What readers label is still learned, from phantoms that are labelled as readers do.
"""

_base_ = './finder.py'

train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        **dict(_base_.train_dataloader.dataset.datasets[0], indices=None),
    )
)
