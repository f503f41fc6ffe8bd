"""The review page of a film: one file that needs neither a network nor a server."""

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from jinja2 import ChoiceLoader, Environment, PackageLoader, Template
from markupsafe import Markup
from numpy.typing import NDArray

import spondylo_mmpose
from spondylo_mmpose.film_report.spine_report import NOTICE, SpineReport
from spondylo_mmpose.presentation.escaping import one_line
from spondylo_mmpose.presentation.html import jpeg_url
from spondylo_mmpose.review.page_data import page_data, script_json
from spondylo_mmpose.utils.io import atomic_file

ASSETS = Path(__file__).with_name('assets')

FORMULAS = ('geometry', 'measures', 'shapes', 'pairs', 'report', 'coco')
"""Scripts that compute, in the order in which they are loaded."""

SCRIPTS = (
    *FORMULAS, 'edits', 'view', 'overlay', 'panel', 'input', 'saving', 'main',
    'settings',
)  # fmt: skip
"""All scripts of the page."""

QUALITY = 92
"""Of the picture (JPEG): what is drawn on it is not measured on it."""


def review_page(
    report: SpineReport,
    picture: str,
    reviewed: SpineReport | None = None,
    stem: str = 'film',
    server: Mapping[str, Any] | None = None,
) -> str:
    """Make the page.

    Args:
        report: What the model says of the film.
        picture: Address of the film's picture, :func:`film_picture`.
        reviewed: What a person made of it before, if one did.
        stem: Beginning of the names of files that the page saves.
        server: Addresses of the server that the page is from; ``None`` for a file.

    Returns:
        HTML.
    """
    code = script(SCRIPTS)
    return _template('review.html.jinja').render(
        name=report.film.name or 'film',
        film=report.film,
        model=report.model.name,
        notice=report.notice,
        interval=f'{report.options.interval_level:.0%}',
        server=server,
        picture=picture,
        style=Markup(style('review.css')),
        script=Markup(code),
        data=Markup(script_json(page_data(report, reviewed, stem, server))),
        policy=_policy(code, server is not None),
    )


def list_page(folder: str, training: str, model: str | None, takes_films: bool) -> str:
    """Make the list of films of a server.

    Args:
        folder: Name of the folder.
        training: Where in it the training data are.
        model: Name of the model, if there is one.
        takes_films: Whether films can be uploaded.

    Returns:
        HTML.
    """
    code = script(('panel', 'saving', 'list'))
    return _template('list.html.jinja').render(
        folder=folder,
        training=training,
        model=model,
        takes_films=takes_films,
        notice=NOTICE,
        version=spondylo_mmpose.__version__,
        style=Markup(style('list.css')),
        script=Markup(code),
        policy=_policy(code, True),
    )


def write_review_page(
    path: str | Path, pixels: NDArray[np.uint8], report: SpineReport
) -> Path:
    """Write the page of a film as a file, never half.

    Args:
        path: HTML file.
        pixels: ``(H, W)`` grey values.
        report: Of this film.

    Raises:
        SpondyloError: If it cannot be written.
    """
    stem = one_line(Path(path).stem)
    page = review_page(report, film_picture(pixels), stem=stem)
    with atomic_file(path) as temporary:
        temporary.write_text(page, encoding='utf-8', newline='')
    return Path(path)


def film_picture(pixels: NDArray[np.uint8]) -> str:
    """Address of a film's picture, which is its own content.

    Args:
        pixels: ``(H, W)`` grey values.
    """
    return jpeg_url(pixels, QUALITY)


def _policy(code: str, is_served: bool) -> str:
    """What a page may do: run its own script, and speak to its server alone."""
    digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
    own = " 'self'" if is_served else ''
    parts = [
        "default-src 'none'",
        f'img-src data:{own}',
        "style-src 'unsafe-inline'",
        f"script-src 'sha256-{digest}'",
        f'connect-src{own}' if own else "connect-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    return '; '.join(parts)


@cache
def script(names: tuple[str, ...]) -> str:
    """Scripts of the package in one.

    Args:
        names: Without their ending.
    """
    texts = [(ASSETS / f'{n}.js').read_text(encoding='utf-8') for n in names]
    return '\n'.join(texts)


@cache
def style(name: str) -> str:
    """Style of a page: those of all pages, of these two, and its own."""
    shared = _template('_page.css.jinja').render()
    own = [(ASSETS / n).read_text(encoding='utf-8') for n in ('common.css', name)]
    return '\n'.join([shared, *own])


@cache
def _template(name: str) -> Template:
    loaders = [
        PackageLoader(f'spondylo_mmpose.{p}') for p in ('review', 'presentation')
    ]
    return Environment(loader=ChoiceLoader(loaders), autoescape=True).get_template(name)
