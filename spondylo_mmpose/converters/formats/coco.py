"""COCO keypoint files of vertebrae: our own, and those of other tools."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any

from spondylo_mmpose.converters.annotation_file import version_fault
from spondylo_mmpose.converters.archive import MemberError, RawSource
from spondylo_mmpose.converters.coco import SPLITS, DatasetInfo, Film
from spondylo_mmpose.converters.coco_reader import info_of_coco, info_of_several
from spondylo_mmpose.converters.conversion_report import ConversionReport
from spondylo_mmpose.converters.formats.base import (
    FilmResult,
    Format,
    RawFilm,
    settle,
)
from spondylo_mmpose.converters.formats.coco_labels import (
    CocoEntry,
    coco_entries,
    coco_labels,
    keypoint_names,
)
from spondylo_mmpose.converters.formats.facts import film_of, size_agrees
from spondylo_mmpose.converters.formats.pairing import (
    split_in_name,
    split_named,
    split_of,
    tell_apart,
)
from spondylo_mmpose.converters.json_text import decode_json
from spondylo_mmpose.imaging import IMAGE_SUFFIXES, Radiograph


class Coco(Format):
    """Categories with four keypoints: of vertebrae, or one for each level.

    Args:
        annotations: Name of a folder below ``annotations`` whose files are read; those
            nearest to the root when left out.
    """

    name = 'coco'
    help = 'COCO keypoint files with four corners a vertebra, ours or of other tools'
    layout = (
        'annotations/*.json, categories with four keypoints, and the images that '
        'they name'
    )

    def __init__(self, annotations: str | None = None) -> None:
        self.annotations = annotations
        if annotations is not None:
            self.layout = self.layout.replace(
                'annotations/*', f'annotations/{annotations}/*'
            )

    def matches(self, source: RawSource) -> bool:
        """See the base class."""
        return any(content for _, content in self._files(source))

    def find(self, source: RawSource, report: ConversionReport) -> list[RawFilm]:
        """See the base class."""
        films: dict[tuple[str, str, str], RawFilm] = {}
        names = _Names(source.names)
        for member, content in self._files(source, report):
            entries = coco_entries(member, content, report)
            for raw in _films(member, entries, names, report):
                # A film without an image is the one that the file calls so.
                called = '' if raw.image else raw.target or ''
                key = (raw.split, raw.image or '', called)
                first = films.get(key)
                if first is not None and (first.labelled or not raw.labelled):
                    if raw.labelled:
                        report.add('file_duplicated', raw.file, taken=first.file)
                    continue
                films[key] = raw
        if self.annotations is None:
            _note_unnamed(source.names, films.values(), report)
        tell_apart(films.values())
        return sorted(films.values(), key=lambda f: (f.split, f.target or '', f.file))

    def film(self, done: FilmResult, image: Radiograph) -> Film | None:
        """See the base class."""
        entry: CocoEntry = done.raw.entry
        stated = entry.image.get('width'), entry.image.get('height')
        if not size_agrees(done, image, *stated):
            return None
        film = film_of(done, image, entry.image)
        labels = coco_labels(entry) if done.raw.labelled else None
        for vertebra in labels.vertebrae if labels else []:
            if vertebra.box is None:
                done.note('box_disagrees', vertebra=vertebra.index, reason='no box')
        return settle(done, film, labels)

    def info(self, source: RawSource) -> DatasetInfo:
        """See the base class."""
        return info_of_several([info_of_coco(c) for _, c in self._files(source)])

    def _files(
        self, source: RawSource, report: ConversionReport | None = None
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        """COCO files nearest to the root, or of the folder asked for."""
        paths = [PurePosixPath(n) for n in source.names if n.lower().endswith('.json')]
        if self.annotations is not None:
            wanted = PurePosixPath('annotations', self.annotations).parts
            paths = [p for p in paths if p.parts[-len(wanted) - 1 : -1] == wanted]
        images = {str(PurePosixPath(n).with_suffix('')) for n in source.names
                  if not n.lower().endswith('.json')}  # fmt: skip
        # A JSON beside an image of its name holds the labels of that one film.
        paths = [p for p in paths if str(p.with_suffix('')) not in images]
        depth = None
        for path in sorted(paths, key=lambda p: (len(p.parts), p)):
            if depth is not None and len(path.parts) > depth:
                return
            content = _load(source, str(path), report)
            if content is not None:
                depth = len(path.parts)
                yield str(path), content


def _note_unnamed(
    names: Sequence[str], films: Iterable[RawFilm], report: ConversionReport
) -> None:
    """Images that no annotation file names, in folders that hold some that are."""
    named = {film.image for film in films if film.image}
    folders = {str(PurePosixPath(image).parent) for image in named}
    for name in names:
        path = PurePosixPath(name)
        if (
            path.suffix.lower() in IMAGE_SUFFIXES
            and str(path.parent) in folders
            and name not in named
        ):
            report.add('image_without_label', name)


class _Names:
    """Finds the member that a ``file_name`` means."""

    def __init__(self, names: Sequence[str]) -> None:
        self.all = set(names)
        self.by_name: dict[str, list[str]] = defaultdict(list)
        for name in names:
            self.by_name[PurePosixPath(name).name].append(name)

    def find(self, member: str, file_name: str, split: str) -> str | None:
        """The member, beside the annotations or by a name that stands once."""
        for folder in PurePosixPath(member).parents:
            for place in ('images', '', f'images/{split}', split):
                path = str(folder / place / file_name)
                if path in self.all:
                    return path
        same = self.by_name[PurePosixPath(file_name).name]
        return same[0] if len(same) == 1 else None


def _load(
    source: RawSource, member: str, report: ConversionReport | None
) -> dict[str, Any] | None:
    """The content of a COCO keypoint file, ``None`` if it is something else."""
    try:
        content = decode_json(source.read(member))
    except (MemberError, ValueError) as error:
        if report is not None and 'annotations' in PurePosixPath(member).parts:
            report.add('labels_unreadable', member, reason=str(error))
        return None
    if not _is_coco(content):
        if report is not None and _split_of(member):
            report.add('labels_unreadable', member, reason='no COCO keypoint file')
        return None
    if report is not None and (fault := version_fault(content.get('info'))):
        report.add('labels_unreadable', member, reason=fault)
        return None
    loaded: dict[str, Any] = content
    return loaded


def _is_coco(content: Any) -> bool:
    if not isinstance(content, dict):
        return False
    lists = [content.get(key) for key in ('images', 'annotations', 'categories')]
    return all(
        isinstance(v, list) and all(isinstance(e, dict) for e in v) for v in lists
    ) and any(keypoint_names(c) for c in content['categories'])


def _split_of(member: str) -> str | None:
    """The split that a file is called after, as those of a converted data set."""
    path = PurePosixPath(member)
    own = 'annotations' in path.parts and path.stem in SPLITS
    return path.stem if own else None


def _films(
    member: str,
    entries: Sequence[CocoEntry],
    names: _Names,
    report: ConversionReport,
) -> Iterator[RawFilm]:
    of_file = split_in_name(PurePosixPath(member).stem)
    for entry in entries:
        file_name = PurePosixPath(entry.image['file_name'])
        given = entry.image.get('split')
        named = split_named(given)
        split = named or of_file
        if given is not None and named is None:
            report.add('fact_malformed', member, field='split', value=given)
        if (own := _split_of(member)) and split != own:
            # Data sets train on the file, whatever its entries say.
            report.add('fact_malformed', member, field='split', value=split)
            split = own
        folders = [str(file_name.parent), str(PurePosixPath(member).parent)]
        image = names.find(member, str(file_name), split or split_of(*folders))
        if split is None:
            split = split_of(*folders, str(PurePosixPath(image or '').parent))
        parts = [p for p in file_name.parts if p not in ('..', '/')]
        inner = parts[1:] if parts[0] == split and len(parts) > 1 else parts
        yield RawFilm(
            split,
            file_name.stem,
            {'image': image} if image else {'json': member},
            entry,
            '/'.join(inner),
            unlabelled=not entry.vertebrae,
        )
