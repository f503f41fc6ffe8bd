"""Changes to the training pipeline of crops: what they look like varies twice as much.

Films differ from drawings more than drawings from each other.
"""

spondylo_varied_appearance = dict(
    RandomRadiographAppearance=dict(
        gamma=0.7,
        contrast=0.7,
        brightness=0.2,
        blur_sigma=2.5,
        blur_probability=0.5,
        noise=0.06,
    ),
    RandomSuperposition=dict(probability=0.9),
)
