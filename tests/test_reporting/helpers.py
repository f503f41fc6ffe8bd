"""Runs made by hand."""

import cv2
import numpy as np
import torch
from mmengine.registry import init_default_scope
from mmpose.registry import MODELS

from spondylo_mmpose.reporting.run_record import RunRecord
from tests.test_evaluation.helpers import film_records

QUAD = np.array([[60, 50], [100, 50], [60, 80], [100, 80]], float)


def run_of(path, records, config=None, name='run', **fields):
    """A run with given boxes, of records."""
    return RunRecord(
        name=name,
        path=path,
        predictions=path / 'predictions.pkl',
        predictions_sha256='0' * 64,
        given_boxes=True,
        records=records,
        config=config,
        **fields,
    )


def untrained_run(folder, config, film_shape):
    """A run of an untrained model on one film, and its checkpoint."""
    init_default_scope('mmpose')
    torch.manual_seed(0)
    weights = MODELS.build(config.copy().model).state_dict()
    checkpoint = folder / 'epoch_1.pth'
    torch.save({'state_dict': weights, 'meta': {}}, checkpoint)
    film = folder / 'film.png'
    cv2.imwrite(str(film), np.random.default_rng(0).integers(0, 255, film_shape))
    records = film_records([QUAD], [QUAD + [3, 4]])
    run = run_of(folder, records, config, film_files={'1.png': film})
    return run, checkpoint
