import re

from spondylo_mmpose.apis.gallery import Card, write_gallery
from tests.test_film_report.helpers import MODEL

GRADES = ('0', '--', 'I', '0-I, uncertain', 'I-II, uncertain', '0-I, uncertain')


def test_films_are_counted_by_the_grade_that_is_told(tmp_path):
    cards = [Card('a', 'a.png', 'a.json', None, 'L5/S1', g, 6, ()) for g in GRADES]
    page = write_gallery(tmp_path / 'index.html', cards, [], MODEL).read_text()
    counts = re.findall(r'<dt>greatest slip:? ([^<]*)</dt><dd>(\d)</dd>', page)
    assert counts == [
        ('grade 0', '1'),
        ('grade 0-I, uncertain', '2'),
        ('grade I', '1'),
        ('grade I-II, uncertain', '1'),
        ('not measured', '1'),
    ]
