"""Runs on the three small films of the offline tests."""

import json
import pickle

from spondylo_mmpose.reporting.run_record import load_runs
from spondylo_mmpose.utils.io import read_json
from tests.test_evaluation.offline_helpers import samples_of, shifted, write_truth


def truth_of(folder):
    """Annotation file of a/one.png, a/two.png (p1, p2) and b/three.png (p2, 0.5 mm)."""
    path = folder / 'test.json'
    return path if path.exists() else write_truth(folder)


def dump_of(folder, name, shift, films=3):
    """Dump of a run, given boxes, whose corners are all ``shift`` px off."""
    content = read_json(truth_of(folder))
    samples = samples_of(content, shifted(content, shift))
    names = [image['file_name'] for image in content['images']][:films]
    kept = [s for s in samples if s['film']['file_name'] in names]
    path = folder / f'{name}.pkl'
    path.write_bytes(pickle.dumps(kept, 5))
    return path


def results_of(folder, name, shift, missing=0, score=0.9):
    """COCO results of a run, end to end; the first ``missing`` vertebrae not found."""
    content = read_json(truth_of(folder))
    corners = shifted(content, shift)
    path = folder / f'{name}.json'
    path.write_text(
        json.dumps(
            [
                {
                    'image_id': a['image_id'],
                    'category_id': 1,
                    'keypoints': [
                        v for x, y in corners[a['id']].tolist() for v in (x, y, 1)
                    ],
                    'score': score,
                }
                for a in content['annotations'][missing:]
            ]
        )
    )
    return path


def given(folder, **shifts):
    """Runs with given boxes by their names."""
    paths = [dump_of(folder, name, shift) for name, shift in shifts.items()]
    return load_runs([str(path) for path in paths])


def found(folder, **options):
    """Runs end to end by their names, ``(shift, missing)`` each."""
    paths = [results_of(folder, name, *how) for name, how in options.items()]
    return load_runs([str(path) for path in paths], [truth_of(folder)])
