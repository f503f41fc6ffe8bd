"""Shared by recipes that go on from trained weights with phantoms and a few films.

The schedule is fixed beforehand and the last weights are taken: with so few films,
choosing an epoch by their error would report the choice, not the model. The weights to
begin with are named by ``load_from``.
"""

spondylo_second_phantoms = dict(
    data_root='{{$SPONDYLO_PHANTOMS:data/phantoms}}',
    # A split of the real films is none of the phantoms.
    ann_file='annotations/train.json',
)
# Five or six films, so often that they are a third of what is seen.
spondylo_second_repeats = 50
spondylo_second_epochs = 1
spondylo_second_optimizer = dict(optimizer=dict(lr=3e-4))
spondylo_second_warmup = dict(
    type='LinearLR', start_factor=0.1, begin=0, end=30, by_epoch=False
)
spondylo_second_hooks = dict(checkpoint=dict(save_best=None))
# A network so small can afford to look at the mirrored picture too.
spondylo_second_test_cfg = dict(flip_test=True)
