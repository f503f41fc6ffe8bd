"""The one reader of predictions, whatever form they are in."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.evaluation.coco_results import decode_coco_results
from spondylo_mmpose.evaluation.dump import load_dump
from spondylo_mmpose.evaluation.dump_predictions import predictions_of_dump
from spondylo_mmpose.evaluation.film_predictions import PredictionSet
from spondylo_mmpose.evaluation.prediction_json import decode_predictions
from spondylo_mmpose.utils.io import read_json

_FORMS = (
    'our JSON (docs/predictions.md), COCO keypoint results or a dump of tools/test.py '
    '--dump'
)


def read_predictions(
    path: str | Path, contents: Sequence[Mapping[str, Any]] = ()
) -> PredictionSet:
    """Read predictions; the form is told by the content, not by the name.

    Args:
        path: JSON of ours, COCO keypoint results in JSON, or the pickle of a dump.
        contents: Decoded annotation files, needed for COCO results alone.

    Raises:
        SpondyloError: One line that names the file and what is wrong with it.
    """
    path = Path(path)
    if not path.is_file():
        raise SpondyloError(f'{path}: no such file; name {_FORMS}')
    try:
        with path.open('rb') as stream:
            start = stream.read(1024)
    except OSError as error:
        raise SpondyloError(f'{path}: cannot be read ({error.strerror})') from error
    try:
        if start[:1] == b'\x80':  # how pickles begin
            return predictions_of_dump(load_dump(path))
        if start.lstrip()[:1] in (b'{', b'['):
            return _decode(read_json(path), contents)
    except (SpondyloError, ValueError) as error:
        told = str(error)
        own = told.startswith(f'{path}: ')
        raise SpondyloError(told if own else f'{path}: {told}') from error
    raise SpondyloError(f'{path}: holds no predictions; name {_FORMS}')


def _decode(value: Any, contents: Sequence[Mapping[str, Any]]) -> PredictionSet:
    if isinstance(value, list):
        return decode_coco_results(value, contents)
    if 'annotations' in value and 'format' not in value:
        raise ValueError(
            'is a file of annotations, not of predictions, which come first'
        )
    return decode_predictions(value)
