import pytest
from mmengine.config import Config

from spondylo_mmpose.deployment.pipelines import PreparedInput, prepared_input
from spondylo_mmpose.errors import SpondyloError

CROP = [
    dict(type='LoadRadiograph'),
    dict(type='GetBBoxCenterScale', padding=1.5),
    dict(type='TopdownAffine', input_size=(48, 64), use_udp=True),
    dict(type='PackPoseInputs'),
]
FILM = [dict(type='mmpose.LoadRadiograph'), dict(type='FilmAffine', input_size=[9, 8])]
BOXES = [
    dict(type='LoadRadiograph'),
    dict(type='HullBoxes', targets=False),
    dict(type='Resize', scale=(64, 64), keep_ratio=True),
    dict(type='Pad', size=(64, 64), pad_val=dict(img=(1, 2, 3))),
    dict(type='PackDetInputs'),
]


def read(kind, steps):
    dataset = dict(ann_file='a', data_root='b', pipeline=steps)
    return prepared_input(Config(dict(test_dataloader=dict(dataset=dataset))), kind)


def test_known_pipelines():
    crop = {'padding': 1.5, 'udp': True}
    assert read('top-down', CROP) == PreparedInput((48, 64), crop)
    stock = [CROP[0], dict(type='GetBBoxCenterScale'), CROP[2]]
    assert read('top-down', stock).crop['padding'] == 1.25
    assert read('whole film', FILM) == PreparedInput((9, 8))
    assert read('detector', BOXES) == PreparedInput((64, 64), {}, (1, 2, 3))
    grey = [*BOXES[:3], dict(type='Pad', size=(64, 64), pad_val=114)]
    assert read('detector', grey).beside == (114,) * 3


@pytest.mark.parametrize(
    ('kind', 'steps', 'said'),
    [
        ('top-down', [CROP[0], dict(type='RadiographCLAHE'), *CROP[1:]], 'CLAHE'),
        ('top-down', CROP[:2], 'TopdownAffine, and this recipe'),
        ('whole film', [FILM[0], FILM[1] | dict(rotate=5)], 'rotate of FilmAffine'),
        ('detector', [*BOXES[:2], BOXES[2] | dict(keep_ratio=False), BOXES[3]],
         'with their aspect kept'),
        ('detector', [*BOXES[:2], BOXES[2] | dict(scale=(64, 32)), BOXES[3]],
         'into a square'),
    ],
)  # fmt: skip
def test_what_the_runtime_does_not_know_is_refused(kind, steps, said):
    with pytest.raises(SpondyloError, match=said) as caught:
        read(kind, steps)
    assert '\n' not in str(caught.value)
