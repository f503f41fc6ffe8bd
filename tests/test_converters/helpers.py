"""Hand-made spines, and label files and trees in the layout of the raw data."""

import io
import json
from pathlib import Path

import numpy as np
from PIL import Image

from spondylo_mmpose.converters.conversion import convert
from spondylo_mmpose.converters.encodings import ENCODINGS
from spondylo_mmpose.converters.registry import FORMATS
from spondylo_mmpose.spine import anatomy

BOX = {'json': 0.0, 'txt': 0.2}  # padding of the file's own boxes, as a share


def make_spine(number=6, sacral=40.0, stretch=1.0, facing='left', size=640):
    """Canonical integer corners upward; ``sacral`` is S1's tilt before the stretch."""
    quads = []
    for i in range(number):
        tilt = np.deg2rad(-sacral * max(1 - i / 3, -0.4))
        wide, high = 38.0, 22.0
        across = np.array([np.cos(tilt), np.sin(tilt)])
        down = np.array([-np.sin(tilt), np.cos(tilt)])
        bulge = 45 * np.sin(np.pi * (i + 0.5) / 7) * sacral / 50
        centre = np.array([330 - bulge - 4 * i, 560 - 72 * i])
        quads.append(
            [
                centre - wide * across - high * down,
                centre + wide * across - high * down,
                centre - wide * across + high * down,
                centre + wide * across + high * down,
            ]
        )
    spine = np.array(quads)
    spine[..., 0] = 320 + stretch * (spine[..., 0] - 320)
    if facing == 'right':
        spine = anatomy.mirror(spine, 640)
    return np.round(spine * size / 640)


def encode(spine, encoding):
    """Corners in a file's order."""
    raw = np.empty_like(spine)
    raw[:, list(ENCODINGS[encoding])] = spine
    return raw


def json_labels(raw):
    boxes = anatomy.hull_boxes(raw)
    return {
        'boxes': boxes.tolist(),
        'keypoints': [[[*p, 1] for p in quad] for quad in raw.tolist()],
        'labels': [0] * len(raw),
    }


def json_bytes(raw):
    return json.dumps(json_labels(raw)).encode()


def txt_bytes(raw, width=640, height=640):
    lines = []
    for quad, (x1, y1, x2, y2) in zip(raw, anatomy.hull_boxes(raw), strict=True):
        w, h = (x2 - x1) * (1 + BOX['txt']), (y2 - y1) * (1 + BOX['txt'])
        fields = [(x1 + x2) / 2 / width, (y1 + y2) / 2 / height, w / width, h / height]
        text = ' '.join(f'{v:.6f}' for v in fields)
        points = ' '.join(f'{x / width:.6f} {y / height:.6f} 2' for x, y in quad)
        lines.append(f'0 {text} {points}')
    return '\n'.join(lines).encode()


def jpeg(width=640, height=640, grey=90):
    buffer = io.BytesIO()
    Image.new('L', (width, height), grey).save(buffer, 'JPEG')
    return buffer.getvalue()


def usual_json(spine):
    """JSON bytes as the data set has them: top to bottom, BL BR TL TR."""
    return json_bytes(encode(spine[::-1], 'BL-BR-TL-TR'))


def usual_txt(spine):
    return txt_bytes(encode(spine[::-1], 'TL-BL-BR-TR'))


def write_tree(root: Path, files: dict[str, bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


def two_films():
    """One JSON film to train with and one TXT film to validate with."""
    base = 'Train/Keypointrcnn_data'
    spine = make_spine()
    return {
        f'{base}/images/train/3209-F-073Y1_jpg.rf.ab.jpg': jpeg(grey=91),
        f'{base}/labels/train/3209-F-073Y1_jpg.rf.ab.json': usual_json(spine),
        f'{base}/images/val/4411-M-029Y1_jpg.rf.cd.jpg': jpeg(grey=92),
        f'{base}/labels/val/4411-M-029Y1_jpg.rf.cd.txt': usual_txt(spine),
    }


IMAGES, LABELS = 'T/images/train/', 'T/labels/train/'
"""Folders of the train split in a hand-made tree."""


def load(out, split):
    """Read the annotation file of a split."""
    return json.loads((out / 'annotations' / f'{split}.json').read_text())


def convert_mendeley(src, out, **options):
    return convert(FORMATS['mendeley'], src, out, **options)
