"""Reviewed films as a converted data set, from which recipes train."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.converters.coco import Film, write_coco
from spondylo_mmpose.film_report.spine_report import SpineReport
from spondylo_mmpose.presentation.contact_sheet import write_image
from spondylo_mmpose.serving.training_film import INFO, SPLIT, training_film


class TrainingFolder:
    """``ROOT/images/train/*.png`` and ``ROOT/annotations/train.json``.

    Films are written as they are displayed, 8-bit grey PNG: that is what corners are
    px of, and nothing of a DICOM file's header comes along.

    Args:
        root: The folder; made when the first film comes.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.films: dict[str, Film] = {}
        self._written: str | None = None

    @property
    def annotations(self) -> Path:
        """The COCO file."""
        return self.root / 'annotations' / f'{SPLIT}.json'

    def add(
        self, key: str, report: SpineReport, pixels: Callable[[], NDArray[np.uint8]]
    ) -> None:
        """Take a film in, or take it in anew.

        Args:
            key: Of the film.
            report: With its review.
            pixels: Reads the film; not called where its picture is there already.

        Raises:
            SpondyloError: If it cannot be trained on; one line.
        """
        name = f'{report.film.sha256[:16]}-{key[:8]}.png'
        film = training_film(report, name)
        path = self.root / 'images' / film.file_name
        if not path.is_file():
            write_image(path, pixels())
        self.films[key] = film

    def remove(self, key: str) -> None:
        """Take a film out, its picture too."""
        film = self.films.pop(key, None)
        if film is not None:
            (self.root / 'images' / film.file_name).unlink(missing_ok=True)

    def write(self) -> None:
        """Bring the COCO file up to date.

        Raises:
            SpondyloError: If it cannot be written.
        """
        if self.films:
            write_coco(self.root, self.films.values(), INFO)
        else:
            self.annotations.unlink(missing_ok=True)
