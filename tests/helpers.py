"""What tests of several subpackages need: small converted data sets, and changes."""

import json

import cv2
import numpy as np

from spondylo_mmpose.converters.coco import DatasetInfo, write_coco


def write_coco_root(root, films, greys=(), info=None):
    """A converted data set; ``greys`` gives the image of each film its grey value."""
    write_coco(root, films, info or DatasetInfo('test'))
    for film, grey in zip(films, greys, strict=False):
        path = root / 'images' / film.file_name
        path.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.full((film.height, film.width), grey, np.uint8)
        assert cv2.imwrite(str(path), pixels)
    return root


def edit_json(path, change):
    """Change the content of a JSON file in place."""
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


def texts(figure):
    """Every text of a figure that is not a tick of an axis."""
    return [t.get_text() for t in figure.findobj(lambda o: hasattr(o, 'get_text'))]
