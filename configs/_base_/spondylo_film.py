"""Shared by recipes whose model sees a whole film once and finds the vertebrae itself.

Data, loaders, evaluation and hooks; the rest is as for the top-down recipes. A recipe
puts its pipelines together from the lists here around a ``FilmAffine`` of its size.
"""

_base_ = './spondylo_topdown.py'

# The flip comes before the film meets the input: RandomFlip reads the sides of an
# input that is not square the wrong way round.
spondylo_film_load = [dict(type='LoadRadiograph')]
spondylo_film_flip = [dict(type='RandomFlip', direction='horizontal')]
# Arguments of FilmAffine in training. Exports of 640 x 640 px were stretched by a
# factor that varies from film to film by a third either way; vertebrae of zoomed films
# are half as large again as the others.
spondylo_film_geometry = dict(rotate=10, zoom=0.25, stretch=0.25, shift=0.08)
spondylo_film_obstacles = [
    dict(type='RandomCollimation', probability=0.2),
    dict(type='RandomMarkerOcclusion', probability=0.2, number=3, size=(0.02, 0.1)),
    dict(type='RandomInversion', probability=0.05),
]
spondylo_film_pack = [
    dict(
        type='PackPoseInputs',
        meta_keys=(
            'id',
            'img_id',
            'img_path',
            'category_id',
            'ori_shape',
            'img_shape',
            'input_size',
            'input_center',
            'input_scale',
            'warp_mat',
            'flip',
            'flip_direction',
            'flip_indices',
            'raw_ann_info',
            'dataset_name',
            'film',
            'vertebra',
        ),
    )
]

spondylo_train_dataset = dict(data_mode='bottomup')
spondylo_val_dataset = dict(data_mode='bottomup')
spondylo_val_loader = dict(batch_size=4)

spondylo_film_val_evaluator = [
    dict(type='SpineDetectionMetric'),
    dict(type='FilmClinicalMetric'),
    dict(type='PublishedSlotMetric'),
]
# Intervals take a moment, which the final numbers are worth.
spondylo_film_test_evaluator = [
    dict(type='SpineDetectionMetric', intervals=True),
    dict(type='FilmClinicalMetric', intervals=True),
    dict(type='PublishedSlotMetric'),
]
# The share of all true corners that were placed within 5 px, those of missed vertebrae
# failures: one number for finding and placing. F1 saturates, and the error of the
# matched alone gets better when hard vertebrae are missed.
spondylo_default_hooks = dict(
    checkpoint=dict(save_best='spine/SDR@5px', rule='greater'),
)
