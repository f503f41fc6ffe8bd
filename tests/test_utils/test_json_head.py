"""What the program says of JSON files of another kind or version."""

import pytest

from spondylo_mmpose.utils.json_head import checked_head


def head(**changes):
    return {'format': 'a kind', 'format_version': '2.1', **changes}


@pytest.mark.parametrize('version', ['2', '2.0', '2.1', '2.10'])
def test_versions_of_the_same_first_number_are_read(version):
    content = head(format_version=version)
    assert checked_head(content, 'a kind', '2.1') is content


@pytest.mark.parametrize('content', [None, [], 'a kind', {}, head(format='another')])
def test_another_kind_is_refused(content):
    with pytest.raises(ValueError, match=r'^needs "format": "a kind"$'):
        checked_head(content, 'a kind', '2.1')


@pytest.mark.parametrize('version', [None, 2, '1.9', '3.0', '21', '', ['2.1']])
def test_another_version_is_refused(version):
    with pytest.raises(ValueError, match=r"this program reads '2\.1'$"):
        checked_head(head(format_version=version), 'a kind', '2.1')
