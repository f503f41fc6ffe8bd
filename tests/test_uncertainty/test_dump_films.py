"""What two dumps may share; refusals are tested with the tool."""

import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.uncertainty.dump_films import (
    check_films_once,
    check_not_learned,
    check_patients_apart,
)


def dump(*films, root='/data/', source='buu', labelled=True):
    return [
        {
            'img_path': root + name,
            'raw_ann_info': [{'id': 1}] if labelled else [],
            'film': dict(file_name=name, patient_id=patient, group=None, source=source),
        }
        for name, patient in films
    ]


def shares(one, other):
    """Whether they share a film, and a patient."""
    found = []
    for check in (check_films_once, check_patients_apart):
        try:
            check([('a.pkl', one), ('b.pkl', other)])
            found.append(False)
        except SpondyloError:
            found.append(True)
    return tuple(found)


@pytest.mark.parametrize(
    ('other', 'expected'),
    [
        (dump(('2.png', 'q')), (False, False)),
        (dump(('2.png', 'p')), (False, True)),
        (dump(('1.png', 'q')), (True, False)),
        # The same data set at another place.
        (dump(('1.png', None), root='/disk/'), (True, False)),
        # Another one with the same names and numbers.
        (dump(('1.png', 'p'), source='aasce'), (False, False)),
        # Nothing is learned from it.
        (dump(('1.png', 'p'), labelled=False), (False, False)),
    ],
)
def test_what_is_shared(other, expected):
    assert shares(dump(('1.png', 'p')), other) == expected


def test_phantoms_are_numbered_anew():
    one = dump(('0001_ab.png', 'p'), source='phantom')
    other = dump(('0001_cd.png', 'p'), source='phantom', root='/further/')
    assert shares(one, other) == (False, False)
    assert shares(one, one) == (True, True)


def test_numbers_are_told():
    one = dump(('1.png', 'p'), ('2.png', 'q'), ('3.png', 'r'))
    other = dump(('1.png', 'p'), ('2.png', 'x'), ('5.png', 'r'))
    with pytest.raises(SpondyloError, match=r'^a, b: 2 films are in more than one'):
        check_films_once([('a', one), ('b', other)])
    with pytest.raises(SpondyloError, match=r'^a, b: 2 patients or groups of copies'):
        check_patients_apart([('a', one), ('b', other)])
    with pytest.raises(SpondyloError, match=r'^b: 1 of its patients or groups'):
        check_not_learned([one[:2], one[2:]], 'b', other[2:])
    with pytest.raises(SpondyloError, match=r'^b: 2 of its films are also'):
        check_not_learned([one[:2], one[2:]], 'b', other)
