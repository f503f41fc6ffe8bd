"""Export a converted data set."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath

from tqdm import tqdm

from spondylo_mmpose.converters.attribution import (
    EXPORT_REPORT_NAME,
    attribution_of,
)
from spondylo_mmpose.converters.coco import SPLITS
from spondylo_mmpose.converters.data_root import (
    DataRoot,
    check_nothing_added,
    read_root,
)
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.exporters.base import Exporter, PlacedFilm
from spondylo_mmpose.exporters.images import (
    IMAGE_MODES,
    ImageMode,
    must_convert,
    place_image,
    unique_names,
)
from spondylo_mmpose.exporters.registry import EXPORTERS
from spondylo_mmpose.utils.io import atomic_dir, check_apart, write_json


@dataclass(frozen=True)
class ExportReport:
    """What was written and what was not.

    Attributes:
        format: Name of the format.
        films: Films of each split.
        vertebrae: Vertebrae of each split.
        losses: What the format cannot hold, one line each.
        renamed: New name of each film that could not keep its own; both relative to
            their folders.
        converted: Films written as 8-bit PNG.
        attribution: Where the images come from and under which licence.
    """

    format: str
    films: dict[str, int]
    vertebrae: dict[str, int]
    losses: list[str]
    renamed: dict[str, str]
    converted: list[str]
    attribution: dict[str, str] = field(default_factory=dict)

    def summary(self, out: str | Path) -> str:
        """Lines for the user."""
        counts = ', '.join(
            f'{split} ({number} films, {self.vertebrae[split]} vertebrae)'
            for split, number in self.films.items()
        )
        lines = [f'{out}: wrote {counts} as {self.format}']
        lines += [f'note: {loss}' for loss in self.losses]
        if self.renamed:
            lines.append(
                f'note: {len(self.renamed)} films have new names, listed in '
                f'{EXPORT_REPORT_NAME}'
            )
        return '\n'.join(lines)


def export_dataset(
    name: str,
    root: str | Path,
    out: str | Path,
    annotations: str | None = None,
    force: bool = False,
    images: ImageMode = 'copy',
) -> ExportReport:
    """Write a converted data set in another format.

    Args:
        name: One of :data:`.EXPORTERS`.
        root: Folder of the converted data set.
        out: Folder to write; absent or empty unless ``force``.
        annotations: One of the names of :func:`.annotation_files`.
        force: Replace ``out``.
        images: Copy them, link them, or write labels only.

    Returns:
        The report, also written to ``OUT/export_report.json``.

    Raises:
        SpondyloError: If the data set is malformed, an image is missing or cannot be
            read, or ``out`` cannot be written or holds splits made from it.
    """
    if name not in EXPORTERS:
        raise SpondyloError(f'format {name!r}: choose one of {", ".join(EXPORTERS)}')
    if images not in IMAGE_MODES:
        raise SpondyloError(f'--images {images}: one of {", ".join(IMAGE_MODES)}')
    exporter = EXPORTERS[name]
    root, out = Path(root), Path(out)
    check_apart(root, out)
    if force:
        check_nothing_added(out, EXPORT_REPORT_NAME)
    source = read_root(root, [annotations] if annotations else ())
    placed, convert = _place(source, exporter, images)
    with atomic_dir(out, force, [EXPORT_REPORT_NAME]) as folder:
        for folder_of_images in {PurePosixPath(one.image).parent for one in placed}:
            (folder / folder_of_images).mkdir(parents=True, exist_ok=True)
        if images != 'none':
            bar = tqdm(placed, 'films', leave=False, disable=None)
            for one in bar:
                place_image(
                    source.image(one.film),
                    folder / one.image,
                    images,
                    one.film.file_name in convert,
                )
        exporter.write(folder, placed, source.info)
        report = _report(name, exporter, placed, sorted(convert), source)
        write_json(folder / EXPORT_REPORT_NAME, asdict(report))
    return report


def _place(
    source: DataRoot, exporter: Exporter, images: ImageMode
) -> tuple[list[PlacedFilm], set[str]]:
    """Names of the films in the output, and which films become PNG."""
    if images != 'none':
        source.check_images('convert the data set again, or use --images none')
    placed, convert = [], set()
    for film, name in zip(source.films, unique_names(source.films), strict=True):
        if images != 'none' and must_convert(source.image(film), exporter.pictures):
            convert.add(film.file_name)
            name = f'{PurePosixPath(name).stem}.png'
        placed.append(PlacedFilm(film, name, exporter.image_path(film, name)))
    return placed, convert


def _report(
    name: str,
    exporter: Exporter,
    placed: Sequence[PlacedFilm],
    converted: list[str],
    source: DataRoot,
) -> ExportReport:
    films = Counter(one.film.split for one in placed)
    vertebrae: Counter[str] = Counter()
    for one in placed:
        vertebrae[one.film.split] += len(one.film.corners)
    losses = exporter.losses(source.films)
    if converted:
        losses.append(
            f'{len(converted)} films of more than 8 bits or DICOM became 8-bit PNG'
        )
    return ExportReport(
        format=name,
        films={split: films[split] for split in SPLITS if films[split]},
        vertebrae={split: vertebrae[split] for split in SPLITS if films[split]},
        losses=losses,
        renamed={
            one.film.file_name: one.image
            for one in placed
            if one.name != PurePosixPath(one.film.file_name).name
        },
        converted=converted,
        attribution=attribution_of(source.info),
    )
