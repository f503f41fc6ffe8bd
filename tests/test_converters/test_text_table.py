import pytest

from spondylo_mmpose.converters.text_table import (
    csv_records,
    csv_rows,
    delimiter_of,
    finite_number,
    number,
)


def test_commas_or_the_semicolons_of_spreadsheets():
    text = 'a,b\r\n"1,5",2\r\n\r\n3,"x\ny"\n'
    rows = [(1, ['a', 'b']), (2, ['1,5', '2']), (5, ['3', 'x\ny'])]
    assert csv_rows(text.encode('utf-8-sig')) == rows
    assert csv_rows(b'a;b\n1,5;2\n') == [(1, ['a', 'b']), (2, ['1,5', '2'])]
    assert csv_rows(b'') == []


@pytest.mark.parametrize('content', [b'a\n"1', b'\xff\xfe'])
def test_what_is_no_table_is_told_in_one_line(content):
    with pytest.raises(ValueError, match=r'^no CSV table in UTF-8: .*$'):
        csv_rows(content)


def test_delimiter_is_that_of_the_header():
    assert delimiter_of(b'a;b\n1,2,3') == ';'
    assert delimiter_of(b'a,b;c,d\n;;;') == delimiter_of(b'') == ','


def test_rows_by_column():
    records = csv_records(b' A;b\n1\n\n2;3;4\n')
    assert records == [(2, {'a': '1', 'b': ''}), (4, {'a': '2', 'b': '3'})]
    assert csv_records(b'a,b\n') == csv_records(b'') == []


def test_decimal_commas_between_semicolons():
    records = csv_records(b'a;b\n1,5;x,y\n', numbers=['a', 'c'])
    assert records == [(2, {'a': '1.5', 'b': 'x,y'})]
    assert csv_records(b'a,b\n"1,5",2\n', numbers=['a'])[0][1]['a'] == '1,5'


def test_numbers():
    assert number(' 1e2 ') == 100
    assert number('inf') == float('inf')
    assert number('1,5') is None
    assert finite_number('inf') is None
    assert finite_number('nan') is None
    assert finite_number('') is None
