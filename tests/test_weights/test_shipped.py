"""The model that comes with the package, as it lies there."""

import subprocess

import numpy as np
import pytest

from spondylo_mmpose.apis import SpineInferencer
from spondylo_mmpose.apis.named_models import DEFAULT, SHIPPED, known_models
from spondylo_mmpose.phantom.film import make_phantom

LARGEST = 20e6
"""Bytes of all weights together."""


@pytest.fixture(scope='module')
def inferencer():
    return SpineInferencer.from_model(device='cpu')


def test_there_is_one_without_a_name():
    assert DEFAULT in known_models()


def test_all_weights_together_are_small():
    sizes = [path.stat().st_size for path in SHIPPED.rglob('*') if path.is_file()]
    assert 0 < sum(sizes) < LARGEST


@pytest.mark.parametrize('sums', sorted(SHIPPED.rglob('SHA256SUMS')), ids=str)
def test_files_are_as_they_were_published(sums):
    subprocess.run(
        ['sha256sum', '--check', '--quiet', '--strict', sums.name],
        cwd=sums.parent,
        check=True,
    )
    listed = {line.split()[1] for line in sums.read_text().splitlines()}
    there = {path.name for path in sums.parent.iterdir() if path.is_file()}
    assert listed == there - {sums.name}
    assert any(name.endswith('.md') for name in listed)


def test_no_licence_is_broken():
    """Only sources whose films may be learned from by what is given away."""
    for card in SHIPPED.rglob('*.md'):
        rows = [
            line for line in card.read_text().splitlines() if 'learned from' in line
        ]
        assert rows
        sources = {
            source.split()[0]
            for row in rows
            for source in row.strip('|').split('|')[-1].split(',')
        }
        assert sources <= {'phantom', 'buu'}
        credits = [line for line in card.read_text().splitlines() if 'CC BY' in line]
        assert ('buu' in sources) == bool(credits)
        assert all('Spondylolisthesis Vertebral Landmark' in c for c in credits)


def test_whoever_made_the_trunk_is_credited():
    for config in SHIPPED.rglob('*.py'):
        card = config.with_suffix('.md').read_text()
        assert ('EfficientNetLite' in config.read_text()) == ('Google' in card)


def test_it_measures_films_that_it_has_not_seen(inferencer):
    """Phantoms of another seed than those it learned from."""
    errors, slips = [], []
    for index in range(4):
        phantom = make_phantom(977, index)
        truth = phantom.truth
        report = inferencer(phantom.image)
        # Readers stop where they like.
        assert abs(len(report.vertebrae) - len(truth.corners)) <= 2
        for vertebra, corners in zip(report.vertebrae, truth.corners, strict=False):
            errors += list(np.hypot(*(np.array(vertebra.corners) - corners).T))
        pair = report.pairs[0]
        if pair.slip_percent is not None:
            slips.append(abs(pair.slip_percent - truth.slip_percent[0]))
    assert np.median(errors) < 2
    assert len(slips) >= 3
    assert np.median(slips) < 6


@pytest.mark.slow
def test_onnxruntime_says_the_same(inferencer, tmp_path, monkeypatch):
    pytest.importorskip('onnxruntime')
    pytest.importorskip('onnxscript')
    monkeypatch.setenv('SPONDYLO_CACHE', str(tmp_path))
    other = SpineInferencer.from_model(backend='onnx')
    assert other.model.facts.name == inferencer.model.facts.name
    film = make_phantom(977, 0).image
    ours, theirs = inferencer(film), other(film)
    assert len(ours.vertebrae) == len(theirs.vertebrae) > 3
    for one, two in zip(ours.vertebrae, theirs.vertebrae, strict=True):
        assert one.level == two.level
        np.testing.assert_allclose(one.corners, two.corners, atol=0.05)
    assert ours.pairs[0].slip_interval == pytest.approx(
        theirs.pairs[0].slip_interval, abs=0.1
    )
