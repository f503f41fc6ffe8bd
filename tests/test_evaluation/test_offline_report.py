import hashlib
import math

import pytest

from spondylo_mmpose.evaluation.film_predictions import PredictionSet
from spondylo_mmpose.evaluation.offline import Evaluation
from spondylo_mmpose.evaluation.offline_report import (
    evaluation_json,
    evaluation_text,
    value_text,
)

RESULT = Evaluation(
    {
        'corner/MRE_px': 4.25,
        'corner/MRE_px/S1': 5.0,
        'corner/MRE_mm': math.nan,
        'corner/p95_px': math.inf,
        'clinical/pairs': 3,
        'corner/MRE_px_low': 4.0,
        'corner/MRE_px_high': math.inf,
        'corner/MRE_mm_low': math.nan,
        'corner/MRE_mm_high': math.nan,
        'corner/x_low': 1.0,
    },
    {'films annotated': 2},
    True,
)


def test_text_has_the_pooled_values():
    assert evaluation_text(RESULT).splitlines() == [
        'predictions:',
        '  boxes            given',
        '  films annotated  2',
        'corners, given boxes:',
        '  corner/MRE_px    4.250  [4.000, inf]',
        '  corner/MRE_mm    not measured',
        '  corner/p95_px    inf',
        '  corner/x_low     1.000',
        'slip and grade, given boxes:',
        '  clinical/pairs   3',
    ]


def test_slips_are_told_with_how_vertebrae_were_found():
    found = Evaluation({'clinical/pairs': 3, 'spine/recall': 50.0}, {}, False)
    assert evaluation_text(found).splitlines()[2:] == [
        'slip and grade, end to end:',
        '  clinical/pairs  3',
        'vertebrae found, end to end:',
        '  spine/recall    50.000',
    ]


@pytest.mark.parametrize(
    ('value', 'text'),
    [(3, '3'), (3.0, '3.000'), (math.nan, 'not measured'), (-math.inf, '-inf')],
)
def test_values(value, text):
    assert value_text(value) == text


def test_json_names_its_files_and_what_is_infinite(tmp_path):
    for name in ('p.json', 't.json'):
        (tmp_path / name).write_text(name)
    made = evaluation_json(
        RESULT, PredictionSet(model='m'), [tmp_path / 'p.json'], [tmp_path / 't.json']
    )
    digest = hashlib.sha256(b'p.json').hexdigest()
    assert made['predictions'] == [{'name': 'p.json', 'sha256': digest}]
    assert [file['name'] for file in made['annotations']] == ['t.json']
    assert (made['model'], made['given_boxes']) == ('m', True)
    assert made['infinite'] == ['corner/p95_px', 'corner/MRE_px_high']
    assert made['metrics'] == RESULT.metrics
    assert made['counts'] == {'films annotated': 2}
