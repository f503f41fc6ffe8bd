"""Films in, vertebrae out, by exported networks and without torch."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spondylo_mmpose.deployment.crops import CropFrame
from spondylo_mmpose.deployment.detector import OnnxDetector
from spondylo_mmpose.deployment.film_model import OnnxFilmModel
from spondylo_mmpose.deployment.reading import read_outputs
from spondylo_mmpose.deployment.results import FilmVertebrae
from spondylo_mmpose.deployment.session import OnnxSession
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.imaging.channels import three_channels
from spondylo_mmpose.spine.boxes import FilmBoxes, look_in_boxes

CROPS_AT_ONCE = 8
"""In one run of a network that sees one vertebra: of more each takes longer."""


class OnnxSpineModel:
    """Finds vertebrae and their corners as the recipe's own test does.

    Args:
        path: A pose model that ``tools/export.py`` wrote.
        detector_path: A detector, or a model of whole films, for a top-down model that
            gets no boxes.
        threads: For one run of a network; as many as there are cores by default.
        passes: How often a top-down model looks where boxes are found, see
            :class:`.DetectThenPose`; as its file says by default.

    Attributes:
        facts: What the model's file tells of itself.
        passes: How often it looks.
        detector: What finds boxes for it, ``None`` without.

    Raises:
        SpondyloError: If onnxruntime is not installed, a file is no such model, or the
            two do not go together.
        ValueError: If it is to look less than once.
    """

    def __init__(
        self,
        path: str | Path,
        detector_path: str | Path | None = None,
        threads: int | None = None,
        passes: int | None = None,
    ) -> None:
        if passes is not None and passes < 1:
            raise ValueError(f'passes={passes}: the pose model must look once')
        self.session = OnnxSession(path, threads)
        self.facts = self.session.facts
        if self.facts.kind == 'detector':
            raise SpondyloError(
                f'{path}: finds boxes and no corners; name it as the detector of a '
                'top-down model'
            )
        self.whole: OnnxFilmModel | None = None
        if self.facts.kind == 'whole film':
            self.whole = OnnxFilmModel(self.session)
        self.detector: OnnxDetector | OnnxFilmModel | None = None
        if detector_path is not None:
            if self.whole is not None:
                raise SpondyloError(
                    f'{path}: finds vertebrae itself; leave the detector out'
                )
            self.detector = load_finder(detector_path, threads)
        # Given boxes are looked at once, as tests with given boxes do.
        self.passes = 1
        if self.detector is not None:
            self.passes = self.facts.passes if passes is None else passes

    def find(
        self,
        films: Sequence[NDArray[Any]],
        boxes: Sequence[ArrayLike] | None = None,
        quick: bool = False,
    ) -> list[FilmVertebrae]:
        """Find the vertebrae of each film.

        Args:
            films: ``(H, W)`` or ``(H, W, 3)`` BGR, whatever their sizes; more grey
                levels than 256 are shown as when a file is read.
            boxes: ``(N, 4)`` ``x1, y1, x2, y2`` of each film, px, for a top-down model;
                the detector's by default.
            quick: Look at crops once, and not at the mirrored ones, whatever the file
                says.

        Returns:
            For each film its vertebrae: those of given boxes in their order, a
            detector's best first, those of a whole-film model upward.

        Raises:
            SpondyloError: If a film is none, or boxes are missing or not wanted.
        """
        shown = [three_channels(np.asarray(film)) for film in films]
        if self.whole is not None:
            if boxes is not None:
                raise SpondyloError(
                    f'{self.session.path}: finds vertebrae itself; leave the boxes out'
                )
            return self.whole.find(shown)
        passes = self.passes if boxes is None and not quick else 1
        return self._in_boxes(shown, self._boxes(shown, boxes), passes, quick)

    def _boxes(
        self,
        films: Sequence[NDArray[np.uint8]],
        given: Sequence[ArrayLike] | None,
    ) -> list[FilmBoxes]:
        if given is None:
            if self.detector is None:
                raise SpondyloError(
                    f'{self.session.path}: sees one vertebra at a time; give boxes, or '
                    'name an exported detector'
                )
            return self.detector.worth_a_look(films)
        if len(given) != len(films):
            raise SpondyloError(f'{len(films)} films, but boxes of {len(given)}')
        arrays = [np.asarray(one, np.float32).reshape(-1, 4) for one in given]
        for one in arrays:
            if not (np.isfinite(one).all() and (one[:, 2:] > one[:, :2]).all()):
                raise SpondyloError('boxes: each needs x1 < x2 and y1 < y2, in px')
        return [FilmBoxes(one, np.ones(len(one), np.float32)) for one in arrays]

    def _in_boxes(
        self,
        films: Sequence[NDArray[np.uint8]],
        found: Sequence[FilmBoxes],
        passes: int,
        quick: bool,
    ) -> list[FilmVertebrae]:
        owners = np.repeat(np.arange(len(films)), [len(one.scores) for one in found])
        boxes = np.concatenate(
            [np.zeros((0, 4), np.float32), *(one.boxes for one in found)]
        )
        look = partial(self._look, [films[i] for i in owners], quick)
        told = look_in_boxes(look, boxes, passes)
        return [
            FilmVertebrae(
                **{name: values[owners == number] for name, values in told.items()},
                bboxes=one.boxes,
                bbox_scores=one.scores,
                slots=one.slots,
                finder_keypoints=one.corners,
            )
            for number, one in enumerate(found)
        ]

    def _look(
        self,
        films: Sequence[NDArray[np.uint8]],
        quick: bool,
        boxes: NDArray[np.float32],
        last: bool,
    ) -> dict[str, NDArray[np.float32]]:
        """What the model tells of each box, whose film stands beside it."""
        size, told = self.facts.input_size, self.facts.crop
        frame = CropFrame.around(boxes, told['padding'], size)
        seen = []
        for start in range(0, len(boxes), CROPS_AT_ONCE):
            part = range(start, min(start + CROPS_AT_ONCE, len(boxes)))
            crops = [frame.cut(films[i], i, size, told['udp']) for i in part]
            outputs = self.session.run(crops, quick or not last)
            seen.append(read_outputs(outputs, self.facts))
        corners, sides = frame.to_film(
            np.concatenate([one.corners[:, 0] for one in seen]), size
        )
        answers = {
            'keypoints': corners,
            'keypoint_scores': np.concatenate([one.scores[:, 0] for one in seen]),
        }
        stds = [one.stds[:, 0] for one in seen if one.stds is not None]
        if stds:
            answers['keypoint_stds'] = np.concatenate(stds) * sides[:, None]
        return {name: values.astype(np.float32) for name, values in answers.items()}


def load_finder(
    path: str | Path, threads: int | None = None
) -> OnnxDetector | OnnxFilmModel:
    """Load what finds boxes for a top-down model.

    Args:
        path: A detector, or a model of whole films, that ``tools/export.py`` wrote.
        threads: See :class:`.OnnxSession`.

    Raises:
        SpondyloError: If it is neither.
    """
    session = OnnxSession(path, threads)
    if session.facts.kind == 'whole film':
        return OnnxFilmModel(session)
    return OnnxDetector(session)
