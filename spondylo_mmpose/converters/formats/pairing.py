"""Which image a label file means, and in which split a film is."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import Any

from spondylo_mmpose.converters.archive import MemberError, RawSource
from spondylo_mmpose.converters.conversion_report import ConversionReport
from spondylo_mmpose.converters.formats.base import RawFilm
from spondylo_mmpose.converters.json_text import decode_json
from spondylo_mmpose.imaging import IMAGE_SUFFIXES

_SPLITS = {
    'train': 'train', 'training': 'train',
    'val': 'val', 'valid': 'val', 'validation': 'val',
    'test': 'test', 'testing': 'test',
}  # fmt: skip


def split_of(*places: str) -> str:
    """Split that the folders or words of the first telling place name.

    Args:
        places: Paths, or names of subsets; their last part counts like the others.

    Returns:
        ``'train'`` where none tells.
    """
    for place in places:
        for part in reversed(re.split(r'[/\\.]', place.lower())):
            if part in _SPLITS:
                return _SPLITS[part]
    return 'train'


def split_named(text: object) -> str | None:
    """The split that a field means, as "valid" or "Train"; ``None`` if it is none."""
    return _SPLITS.get(str(text).strip().lower())


def split_in_name(stem: str) -> str | None:
    """Split that a whole word of a file name names: of ``instances_val2017``, ``val``.

    Args:
        stem: File name without suffix; ``latest`` holds no word ``test``.
    """
    words = re.findall(r'[A-Z]?[a-z]+|[A-Z]+', stem)
    return next((_SPLITS[w.lower()] for w in words if w.lower() in _SPLITS), None)


class Images:
    """The images of a data set, found by what label files call them.

    Args:
        names: All members.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.paths = [
            path for n in names if (path := PurePosixPath(n)).suffix.lower()
            in IMAGE_SUFFIXES
        ]  # fmt: skip
        self._by_name: dict[str, list[PurePosixPath]] = defaultdict(list)
        self._by_stem: dict[str, list[PurePosixPath]] = defaultdict(list)
        for path in self.paths:
            self._by_name[path.name].append(path)
            self._by_stem[path.stem].append(path)

    def find(self, name: str, label: str) -> str | None:
        """The image that a label file names.

        Args:
            name: Path as the file has it, of any machine.
            label: Member of the label file.
        """
        path = PurePosixPath(re.sub(r'[\\/]+', '/', name))
        return _nearest(self._by_name[path.name], path.parts, label)

    def beside(self, label: str) -> str | None:
        """The image that has the label file's name but for the suffix."""
        stem = PurePosixPath(label).stem
        return _nearest(self._by_stem[stem], (), label)


def _nearest(
    images: Sequence[PurePosixPath], wanted: Sequence[str], label: str
) -> str | None:
    """The one that ends most like the wanted path, then the one nearest to a file."""
    if not images:
        return None
    folder = PurePosixPath(label).parent.parts

    def rank(path: PurePosixPath) -> tuple[int, int, int, bool]:
        alike = _common(path.parts[::-1], tuple(wanted)[::-1])
        near = _common(path.parent.parts, folder)
        # Folders like images/a beside labels/a.
        tail = _common(path.parent.parts[::-1], folder[::-1])
        return alike, near, tail, path.parent.parts == folder

    ranks = sorted(((rank(path), str(path)) for path in images), reverse=True)
    if len(ranks) > 1 and ranks[0][0] == ranks[1][0]:
        return None
    return ranks[0][1]


def _common(a: Sequence[str], b: Sequence[str]) -> int:
    number = 0
    while number < min(len(a), len(b)) and a[number] == b[number]:
        number += 1
    return number


def finish(
    films: Iterable[RawFilm], images: Images, report: ConversionReport
) -> list[RawFilm]:
    """Sort films, drop second labels of an image, add images without labels.

    Args:
        films: Films that have labels.
        images: All images.
        report: Told of the second labels.
    """
    taken: dict[str, RawFilm] = {}
    done = []
    # Of several who were given a film the one counts who labelled it.
    for film in sorted(films, key=lambda film: not film.labelled):
        if film.image is not None:
            if film.image in taken:
                if film.labelled:
                    report.add('file_duplicated', film.image, labels='a second time')
                continue
            taken[film.image] = film
        done.append(film)
    for path in images.paths:
        if str(path) not in taken:
            split = split_of(str(path.parent))
            done.append(RawFilm(split, path.stem, {'image': str(path)}))
    tell_apart(done)
    return sorted(done, key=lambda film: (film.split, film.stem, film.file))


def tell_apart(films: Iterable[RawFilm]) -> None:
    """Let films of one name in one split keep their folders in their target."""
    same = defaultdict(list)
    for film in films:
        if film.image is not None:
            name = film.target or PurePosixPath(film.image).name
            same[film.split, name.lower()].append(film)
    for group in same.values():
        if len(group) > 1:
            for film in group:
                assert film.image is not None
                path = PurePosixPath(film.image)
                name = PurePosixPath(film.target or path).name
                film.target = str(path.with_name(name))


def load_json(source: RawSource, member: str) -> Any:
    """Content of a JSON member.

    Raises:
        ValueError: One line: why it cannot be read.
    """
    try:
        return decode_json(source.read(member))
    except MemberError as error:
        raise ValueError(str(error)) from error


def sample_json(source: RawSource, number: int = 4) -> list[tuple[str, Any]]:
    """Some JSON members: those nearest to the root, and some from the middle.

    Enough to tell a format by, without reading thousands of files.
    """
    names = [n for n in source.names if n.lower().endswith('.json')]
    names.sort(key=lambda n: (n.count('/'), n))
    chosen = dict.fromkeys(names[:number] + names[len(names) // 2 :][:number])
    found = []
    for name in chosen:
        try:
            found.append((name, load_json(source, name)))
        except ValueError:
            continue
    return found
