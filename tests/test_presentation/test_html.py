import base64

import cv2
import numpy as np

from spondylo_mmpose.presentation.html import data_url, jpeg_url, write_html


def test_picture_travels_in_its_address():
    assert data_url(b'ab') == 'data:image/png;base64,YWI='
    head, _, content = jpeg_url(np.full((8, 9), 120, np.uint8)).partition(',')
    assert head == 'data:image/jpeg;base64'
    data = np.frombuffer(base64.b64decode(content), np.uint8)
    assert cv2.imdecode(data, cv2.IMREAD_GRAYSCALE).shape == (8, 9)


def test_text_is_escaped(tmp_path):
    path = write_html(
        tmp_path / 'a.html', 'browse.html.jinja', title='<b>', lines=[], blocks=[]
    )
    assert '<title>&lt;b&gt;</title>' in path.read_text()
