"""One film in, an honest measurement out."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, overload

from spondylo_mmpose.apis.films import FilmInput
from spondylo_mmpose.apis.inputs import films_in
from spondylo_mmpose.apis.model_files import ModelFiles
from spondylo_mmpose.apis.named_models import find_model
from spondylo_mmpose.apis.reporter import FilmReporter
from spondylo_mmpose.apis.screening import FilmScreen
from spondylo_mmpose.apis.spine_report import ReportOptions, SpineReport
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.io import file_digest


class SpineInferencer(FilmReporter):
    """Finds vertebrae on lateral lumbar films and measures slips between them.

    ::

        inferencer = SpineInferencer('configs/maht_net_t_spondylo.py', 'best.pth')
        report = inferencer('film.dcm')
        report.pairs[0].slip_percent, report.pairs[0].grade

    Args:
        config: Recipe of a model of whole films or, with a detector, of a top-down pose
            model.
        checkpoint: Its weights.
        detector: Config and checkpoint of what finds the boxes.
        device: ``'auto'``, ``'cuda'``, ``'mps'`` or ``'cpu'``.
        batch_size: Films that go through the model together.
        calibration: File of what validation says of the model's errors; without it
            slips get no interval.
        passes: How often a pose model looks, see :class:`.DetectThenPose`.
        screen: What tells films that are no lateral lumbar films.
        name: What reports call the model.

    Raises:
        SpondyloError: If a file is missing or no such thing, files do not fit, or there
            is no such device.
    """

    def __init__(
        self,
        config: str | Path,
        checkpoint: str | Path,
        detector: tuple[str | Path, str | Path] | None = None,
        *,
        device: str = 'auto',
        batch_size: int = 4,
        calibration: str | Path | None = None,
        passes: int = 1,
        screen: FilmScreen | None = None,
        name: str | None = None,
    ) -> None:
        # Torch comes with this import, and reports are read without it.
        from spondylo_mmpose.apis.network import FilmNetwork

        known, digest = None, None
        if calibration is not None:
            from spondylo_mmpose.uncertainty import load_calibration

            known = load_calibration(calibration)
            digest = file_digest(Path(calibration))
        network = FilmNetwork(
            ModelFiles(config, checkpoint, name=name),
            None if detector is None else ModelFiles(*detector),
            device,
            passes,
        )
        network.facts = replace(network.facts, calibration_sha256=digest)
        super().__init__(network, batch_size, known, screen)

    @classmethod
    def from_model(cls, model: str | None = None, **settings: Any) -> 'SpineInferencer':
        """Take a model by its name, or out of its folder.

        Args:
            model: Name or folder of published weights, see :func:`.find_model`. A
                calibration in the folder is used unless another one is given.
            **settings: As for the class.

        Raises:
            SpondyloError: If there is no such model; see the class.
        """
        files = find_model(model)
        told = {'calibration': files.calibration, 'name': files.own_name, **settings}
        return cls(files.config, files.weights, **told)

    @overload
    def __call__(self, films: FilmInput, **options: Any) -> SpineReport: ...

    @overload
    def __call__(
        self, films: Sequence[FilmInput], **options: Any
    ) -> list[SpineReport]: ...

    def __call__(self, films: Any, **options: Any) -> Any:
        """Report on a film, or on several.

        Args:
            films: A file of any format that :mod:`spondylo_mmpose.imaging` reads, the
                content of one, an array (grey or RGB, uint8 or uint16); or a list of
                such, or a folder.
            **options: Of :class:`.ReportOptions`, e.g. ``facing='left'``.

        Returns:
            A report, or a list of them for a list or a folder. For many films use
            :meth:`each`, which goes on after a film that fails.

        Raises:
            SpondyloError: If a film cannot be read or measured.
            TypeError: If an option is none.
        """
        asked = ReportOptions(**options)
        if isinstance(films, (str, Path)) and Path(films).is_dir():
            films = films_in(films)
        several = isinstance(films, (list, tuple))
        reports = []
        for result in self.each(films if several else [films], asked):
            if result.report is None:
                raise SpondyloError(str(result.error))
            reports.append(result.report)
        return reports if several else reports[0]
