"""An exported network run by onnxruntime, in a process without torch."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from spondylo_mmpose.deployment import ExportedFacts, FilmVertebrae, OnnxSpineModel
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.film_report.disputes import disputed_corners
from spondylo_mmpose.film_report.found import FoundVertebrae
from spondylo_mmpose.film_report.model_facts import ModelFacts, ModelPart
from spondylo_mmpose.uncertainty.calibration import LEARNED
from spondylo_mmpose.utils.io import file_digest

FILMS_BESIDE = 2
"""Films that are worked on at a time; the network's threads are shared by them."""


class OnnxFilmNetwork:
    """Finds the vertebrae of films.

    Args:
        path: What ``tools/export.py`` wrote of a model of whole films or, with a
            detector, of a top-down pose model.
        detector: The same of a detector, or of another model of whole films.
        name: What reports call it; the recipe's name when left out.
        passes: How often a pose model looks; as its file says by default.

    Raises:
        SpondyloError: If a file is no such model, or the two do not go together.
    """

    def __init__(
        self,
        path: str | Path,
        detector: str | Path | None = None,
        name: str | None = None,
        passes: int | None = None,
    ) -> None:
        self.model = OnnxSpineModel(path, detector, passes=passes)
        told = self.model.facts
        if told.kind == 'top-down' and detector is None:
            raise SpondyloError(
                f'{path}: sees one vertebra at a time and needs a detector that finds '
                'them; name its file too'
            )
        parts = [_part('film' if detector is None else 'pose', path, told)]
        if self.model.detector is not None and detector is not None:
            parts.append(_part('detector', detector, self.model.detector.facts))
        self._finder = (self.model.detector or self.model).facts
        self.facts = ModelFacts(
            name or Path(told.config).stem, tuple(parts), self.model.passes
        )

    def find(
        self, films: Sequence[NDArray[np.uint8]], quick: bool = False
    ) -> list[FoundVertebrae]:
        """Find the vertebrae of each film; see :class:`.FilmModel`."""

        def of_one(film: NDArray[np.uint8]) -> FoundVertebrae:
            return self._found(*self.model.find([film], quick=quick))

        # Corners are read off one film's maps while the network looks at another.
        with ThreadPoolExecutor(FILMS_BESIDE) as pool:
            return list(pool.map(of_one, films))

    def _found(self, one: FilmVertebrae) -> FoundVertebrae:
        told: dict[str, Any] = {}
        stds, scores = one.keypoint_stds, one.bbox_scores.astype(np.float64)
        if stds is not None and np.isfinite(stds).all():
            told = {'corner_std': stds.astype(np.float64), 'std_origin': LEARNED}
        if one.finder_keypoints is not None:
            others = one.finder_keypoints.astype(np.float64)
            told['disputed'] = disputed_corners(one.keypoints, others)
            told['finder_corners'] = others
        named = None
        if self._finder.counts_upward and one.slots is not None:
            named = one.slots.astype(np.intp)
        return FoundVertebrae(
            corners=one.keypoints.astype(np.float64),
            scores=scores,
            corner_scores=one.keypoint_scores.astype(np.float64),
            presence=scores if self._finder.reading.get('has_presence') else None,
            slots=named,
            **told,
        )


def _part(
    role: Literal['film', 'detector', 'pose'], path: str | Path, told: ExportedFacts
) -> ModelPart:
    return ModelPart(
        role=role,
        config=told.config,
        config_sha256=told.config_sha256,
        weights=Path(path).name,
        weights_sha256=file_digest(Path(path)),
    )
