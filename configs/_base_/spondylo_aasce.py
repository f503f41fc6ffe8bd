"""Shared by the recipes of crops of AASCE's frontal films: what is measured."""

spondylo_aasce_val_evaluator = [
    dict(type='RadialErrorMetric'),
    dict(type='CobbMetric'),
]
spondylo_aasce_test_evaluator = [
    dict(type='RadialErrorMetric', intervals=True, detailed=True),
    dict(type='CobbMetric', intervals=True),
]
