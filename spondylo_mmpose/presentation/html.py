"""HTML pages that stand alone: pictures travel inside them."""

import base64
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from jinja2 import Environment, PackageLoader

import spondylo_mmpose
from spondylo_mmpose.utils.io import atomic_file


def data_url(data: bytes, kind: str = 'png') -> str:
    """Address of a picture that is its own content.

    Args:
        data: The encoded picture.
        kind: ``'png'`` or ``'jpeg'``.
    """
    return f'data:image/{kind};base64,{base64.b64encode(data).decode("ascii")}'


def jpeg_bytes(image: np.ndarray, quality: int = 88) -> bytes:
    """An image, encoded as JPEG.

    Args:
        image: ``(H, W)`` grey or ``(H, W, 3)`` BGR, uint8.
        quality: 0 to 100.
    """
    encoded = cv2.imencode('.jpg', image, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
    return encoded.tobytes()


def jpeg_url(image: np.ndarray, quality: int = 88) -> str:
    """Address of an image, encoded as JPEG; arguments as of :func:`jpeg_bytes`."""
    return data_url(jpeg_bytes(image, quality), 'jpeg')


def write_html(path: str | Path, template: str, **context: Any) -> Path:
    """Render a template of :mod:`spondylo_mmpose.presentation` and write it whole.

    Args:
        path: HTML file.
        template: Name of the template in ``presentation/templates``.
        **context: Names it uses; ``version`` is always there. Text is escaped.

    Returns:
        The path written.

    Raises:
        SpondyloError: If the page cannot be written.
    """
    environment = Environment(
        loader=PackageLoader('spondylo_mmpose.presentation'), autoescape=True
    )
    html = environment.get_template(template).render(
        version=spondylo_mmpose.__version__, **context
    )
    with atomic_file(path) as temporary:
        temporary.write_text(html, encoding='utf-8')
    return Path(path)
