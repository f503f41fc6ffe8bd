import json
import re

import numpy as np
import pytest
from mmengine.config import Config

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.reporting.page import Options, Section, write_page
from tests.test_evaluation.helpers import film_records
from tests.test_reporting.helpers import run_of

SQUARE = [[0.0, 0.0], [40.0, 0.0], [0.0, 30.0], [40.0, 30.0]]


@pytest.fixture
def section(tmp_path):
    """A run whose film is gone."""
    config = Config(
        {'train_dataloader': {'dataset': {'data_root': str(tmp_path), 'ann_file': 'a'}}}
    )
    run = run_of(tmp_path, film_records([SQUARE], [SQUARE]), config)
    return Section('run', '', run)


@pytest.mark.parametrize(
    ('page', 'films', 'annotations', 'message'),
    [
        ('page.html', -1, None, r'--films -1'),
        ('.', 1, None, 'is a folder'),
        ('page.html', 1, [], 'is no COCO file'),
        ('page.html', 1, None, r'1\.png: cannot be read'),
    ],
)
def test_what_stands_in_the_way_is_one_line(
    section, tmp_path, page, films, annotations, message
):
    if annotations is not None:
        (tmp_path / 'a').write_text(json.dumps(annotations))
    with pytest.raises(SpondyloError, match=message):
        write_page(tmp_path / page, 'title', [section], Options(films))
    assert not (tmp_path / 'page.html').exists()


def test_confusion_and_rules_stand_on_the_page(section, tmp_path):
    # Three vertebrae facing left with plates of 100 px. L5 stands 10 px before S1 (I),
    # L4 30 px before L5 (II); predicted 20 (I), and once without L4.
    s1 = [[100, 302], [200, 300], [150, 340], [200, 340]]
    l5 = np.array([[90, 230], [190, 230], [90, 290], [190, 290]])
    true = np.array([s1, l5, l5 - [30, 70]], float)
    near, lost = true.copy(), true.copy()
    near[2] += [10, 0]
    lost[2] = np.nan
    records = film_records(true, near, 1) + film_records(true, lost, 2)
    run = run_of(tmp_path, records, section.run.config)
    page = tmp_path / 'page.html'
    values = write_page(page, 'title', [Section('run', '', run)], Options(films=0))
    assert values['run']['model']['clinical/slip_unmeasured'] == 1
    html = page.read_text()
    table = re.search(r'<table class="confusion">.*?</table>', html, re.DOTALL)[0]
    cells = [
        re.findall(r'<t[dh][^>]*>(.*?)</t', row, re.DOTALL)
        for row in table.split('<tr>')[2:]
    ]
    assert cells[1] == ['I', '0', '2\n100 %', '0', '0', '0', '0', '0', '2']
    assert cells[2] == ['II', '0', '1\n50 %', '0', '0', '0', '0', '1\n50 %', '2']
    assert 'Grade 0 is a slip below 5 %' in html
    assert '5 % is grade 0' in html
    assert 'L4-L5' in re.search(r'<table class="pairs">.*?</table>', html, re.DOTALL)[0]
