import json

import pytest
from mmengine.config import Config

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.reporting.page import Section, write_page
from spondylo_mmpose.reporting.run_record import RunRecord
from tests.test_evaluation.helpers import film_records

SQUARE = [[0.0, 0.0], [40.0, 0.0], [0.0, 30.0], [40.0, 30.0]]


@pytest.fixture
def section(tmp_path):
    """A run whose film is gone."""
    config = Config(
        {'train_dataloader': {'dataset': {'data_root': str(tmp_path), 'ann_file': 'a'}}}
    )
    run = RunRecord(tmp_path, config, [], film_records([SQUARE], [SQUARE]))
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
        write_page(tmp_path / page, 'title', [section], films)
    assert not (tmp_path / 'page.html').exists()
