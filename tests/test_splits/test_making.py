import pytest

from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.splits.making import named_ratios, read_patients


def test_patients_from_a_file(tmp_path):
    ids = tmp_path / 'val.txt'
    ids.write_bytes(b'\xef\xbb\xbf3729\r\n\r\n p4 \n')
    assert read_patients(['p2', f'@{ids}', 'p9']) == ['p2', '3729', 'p4', 'p9']


@pytest.mark.parametrize('content', [None, b'\xff\xfe\x00'])
def test_a_file_that_is_no_list(tmp_path, content):
    ids = tmp_path / 'val.txt'
    if content is not None:
        ids.write_bytes(content)
    with pytest.raises(SpondyloError, match=r'val\.txt: cannot be read as a list'):
        read_patients([f'@{ids}'])


def test_ratios_by_position():
    assert named_ratios(['0.8', '0.2']) == {'train': '0.8', 'val': '0.2'}
    assert list(named_ratios(['0.7', '0.2', '0.1'])) == ['train', 'val', 'test']
    for number in (1, 4):
        with pytest.raises(SpondyloError, match='give shares of train and val'):
            named_ratios(['0.5'] * number)
