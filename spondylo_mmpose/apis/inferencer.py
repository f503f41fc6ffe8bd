"""One film in, an honest measurement out."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, get_args, overload

from spondylo_mmpose.apis.exported_models import exported
from spondylo_mmpose.apis.inputs import films_in
from spondylo_mmpose.apis.model_files import ModelFiles
from spondylo_mmpose.apis.named_models import find_model
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.film_report.films import FilmInput
from spondylo_mmpose.film_report.reporter import FilmReporter
from spondylo_mmpose.film_report.screening import FilmScreen
from spondylo_mmpose.film_report.spine_report import ReportOptions, SpineReport
from spondylo_mmpose.uncertainty import load_calibration
from spondylo_mmpose.utils.io import file_digest

if TYPE_CHECKING:
    from spondylo_mmpose.apis.network import FilmNetwork
    from spondylo_mmpose.apis.onnx_network import OnnxFilmNetwork

Detector = tuple[str | Path | None, str | Path]

Backend = Literal['torch', 'onnx']
BACKENDS: tuple[Backend, ...] = get_args(Backend)


class SpineInferencer(FilmReporter):
    """Finds vertebrae on lateral lumbar films and measures slips between them.

    ::

        inferencer = SpineInferencer('configs/maht_net_t_spondylo.py', 'best.pth')
        report = inferencer('film.dcm')
        report.pairs[0].slip_percent, report.pairs[0].grade

    Args:
        config: Recipe of a model of whole films or, with a detector, of a top-down pose
            model. ``None`` with ``'onnx'``, whose files tell it themselves.
        checkpoint: Its weights, or what ``tools/export.py`` wrote.
        detector: Config and checkpoint of what finds the boxes; likewise.
        backend: ``'torch'``, or ``'onnx'`` for onnxruntime without torch.
        device: ``'auto'``, ``'cuda'``, ``'mps'`` or ``'cpu'``; the last with ONNX.
        batch_size: Films that go through the model together.
        calibration: File of what validation says of the model's errors; without it
            slips get no interval.
        passes: How often a pose model looks, see :class:`.DetectThenPose`; as its
            recipe says by default.
        screen: What tells films that are no lateral lumbar films: rules for all models
            (``True``), a file of limits learned for this one, an object of your own;
            ``False`` for nothing.
        name: What reports call the model.

    Raises:
        SpondyloError: If a file is missing or no such thing, files do not fit, or there
            is no such device.
    """

    def __init__(
        self,
        config: str | Path | None,
        checkpoint: str | Path,
        detector: Detector | None = None,
        *,
        backend: Backend = 'torch',
        device: str = 'auto',
        batch_size: int = 4,
        calibration: str | Path | None = None,
        passes: int | None = None,
        screen: FilmScreen | str | Path | bool = True,
        name: str | None = None,
    ) -> None:
        if backend not in BACKENDS:
            names = ' or '.join(map(repr, BACKENDS))
            raise SpondyloError(f'backend={backend!r}: must be {names}')
        if passes is not None and passes < 1:
            raise SpondyloError(f'passes={passes}: must be 1 or more')
        known, digest = None, None
        if calibration is not None:
            known = load_calibration(calibration)
            digest = file_digest(Path(calibration))
        # It builds on this package.
        from spondylo_mmpose.screening.screen import SpineScreen, make_screen

        asked = make_screen(screen)
        network: FilmNetwork | OnnxFilmNetwork
        if backend == 'onnx':
            network = _onnx_network(config, checkpoint, detector, device, passes, name)
        else:
            network = _torch_network(config, checkpoint, detector, device, passes, name)
        network.facts = replace(
            network.facts,
            calibration_sha256=digest,
            screen=asked.identity if isinstance(asked, SpineScreen) else None,
        )
        super().__init__(network, batch_size, known, asked)

    @classmethod
    def from_model(cls, model: str | None = None, **settings: Any) -> 'SpineInferencer':
        """Take a model by its name, or out of its folder.

        Args:
            model: Name or folder of published weights, see :func:`.find_model`. A
                calibration, a screen and a detector in the folder are used unless
                others are given.
            **settings: As for the class. With ``backend='onnx'`` the model is exported
                at its first use, see :func:`.exported`.

        Raises:
            SpondyloError: If there is no such model; see the class.
        """
        files = find_model(model)
        onnx = settings.get('backend') == 'onnx'
        if onnx:
            files = exported(files)
        told = {'calibration': files.calibration, 'name': files.own_name, **settings}
        if files.screen is not None:
            told.setdefault('screen', files.screen)
        if files.detector is not None and not told.get('detector'):
            config = None if onnx else files.detector.config
            told['detector'] = config, files.detector.weights
        return cls(None if onnx else files.config, files.weights, **told)

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


def _torch_network(
    config: str | Path | None,
    checkpoint: str | Path,
    detector: Detector | None,
    device: str,
    passes: int | None,
    name: str | None,
) -> 'FilmNetwork':
    # Torch comes with this import; reports are read without it.
    from spondylo_mmpose.apis.network import FilmNetwork

    if config is None or (detector is not None and detector[0] is None):
        raise SpondyloError(f'{checkpoint}: goes with a recipe; name its config too')
    return FilmNetwork(
        ModelFiles(config, checkpoint, name=name),
        None if detector is None else ModelFiles(detector[0] or '', detector[1]),
        device,
        passes,
    )


def _onnx_network(
    config: str | Path | None,
    checkpoint: str | Path,
    detector: Detector | None,
    device: str,
    passes: int | None,
    name: str | None,
) -> 'OnnxFilmNetwork':
    from spondylo_mmpose.apis.onnx_network import OnnxFilmNetwork

    if config is not None or (detector is not None and detector[0] is not None):
        raise SpondyloError(f'{checkpoint}: an exported model needs no config')
    if device not in ('auto', 'cpu'):
        raise SpondyloError(f'device={device!r}: exported models run on the CPU')
    return OnnxFilmNetwork(checkpoint, detector and detector[1], name, passes)
