"""Dumps whose errors are known: true corners, and noise of a known deviation."""

import pickle

import numpy as np

from spondylo_mmpose.spine.anatomy import hull_boxes, levels_upward, mirror

TILTS = np.radians([35, 20, 8, 0, -8, -15])  # from S1 upward, anterior side left


def spine(random, vertebrae=6, plate=60.0):
    """A lordotic spine whose vertebrae have slipped by chance, ``(N, 4, 2)`` px."""
    quads, place = [], np.array([330.0, 480.0])
    half = np.array([[-1, -1], [1, -1], [-1, 1], [1, 1]]) * [plate / 2, plate / 3.2]
    for tilt in TILTS[:vertebrae]:
        along = np.array([np.cos(tilt), -np.sin(tilt)])
        up = np.array([-np.sin(tilt), -np.cos(tilt)])
        middle = place + random.normal(0, 0.08 * plate) * along
        quads.append(middle + half @ np.array([along, -up]))
        place = place + 0.85 * plate * up
    return np.array(quads)


def observed_film(number, random, noise, scale=1.0, told=True, freedom=None, gross=0.0):
    """A data sample of a whole film, as a dump has it.

    Args:
        number: Of the film and its patient.
        random: Generator.
        noise: Standard deviation of the corners' errors, px: from half to twice it.
        scale: The model says so many times too little.
        told: Whether the model tells deviations.
        freedom: Errors of Student's t instead of the Gaussian.
        gross: Share of corners that are anywhere within 15 px.
    """
    true = spine(random)
    if number % 2:
        true = mirror(true, 640)
    stds = noise * 2 ** random.uniform(-1, 1, true.shape[:2])
    error = random.normal(size=true.shape)
    if freedom:
        error /= np.sqrt(random.chisquare(freedom, (*stds.shape, 1)) / freedom)
    error *= stds[..., None]
    lost = random.random(stds.shape) < gross
    error[lost] = random.uniform(-15, 15, (lost.sum(), 2))
    name = f'{number}.png'
    levels = levels_upward(len(true))
    entry = dict(file_name=name, width=640, height=640, patient_id=f'p{number}')
    annotations = [
        dict(
            id=i + 1,
            image_id=1,
            keypoints=np.c_[quad, np.full(4, 2.0)].ravel().tolist(),
            bbox=[*box[:2].tolist(), *(box[2:] - box[:2]).tolist()],
            level=levels[i],
            order=i,
        )
        for i, (quad, box) in enumerate(zip(true, hull_boxes(true), strict=True))
    ]
    instances = dict(keypoints=true + error, bbox_scores=np.full(len(true), 0.9))
    if told:
        instances['keypoint_stds'] = stds / scale
    return dict(
        img_path=f'/films/{name}',
        raw_ann_info=annotations,
        film=[entry] * len(true),
        pred_instances=instances,
    )


def samples(films, seed=0, noise=1.0, first=0, **how):
    random = np.random.default_rng(seed)
    return [observed_film(first + i, random, noise, **how) for i in range(films)]


def write_dump(path, content):
    path.write_bytes(pickle.dumps(content, protocol=5))
    return path
