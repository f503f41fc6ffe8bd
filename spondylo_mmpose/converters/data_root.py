"""Read a converted data set: its annotation files, its films, where its images are."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spondylo_mmpose.converters.annotation_file import (
    files_of_splits,
    read_annotation_file,
)
from spondylo_mmpose.converters.coco import SPLITS, DatasetInfo, Film
from spondylo_mmpose.converters.coco_reader import films_of_coco, info_of_coco
from spondylo_mmpose.errors import SpondyloError

CALIBRATION_REPORT_NAME = 'calibration_report.json'
"""File beside the annotation files whose spacings were measured."""

_FILES = ', '.join(f'{split}.json' for split in SPLITS)


@dataclass(frozen=True)
class DataRoot:
    """A converted data set.

    Attributes:
        files: The annotation files that were read.
        images: Folder that the films' ``file_name`` is relative to.
        films: The films, file by file, within a file by name.
        info: What is said of the whole set.
    """

    files: Sequence[Path]
    images: Path
    films: Sequence[Film]
    info: DatasetInfo

    def image(self, film: Film) -> Path:
        """Path of a film's image."""
        return self.images / film.file_name

    def check_images(self, mend: str) -> None:
        """Miss an image now and not after minutes of work.

        Args:
            mend: What to do where one is missing.

        Raises:
            SpondyloError: If one is missing.
        """
        missing = [film for film in self.films if not self.image(film).is_file()]
        if missing:
            number = '1 film is' if len(missing) == 1 else f'{len(missing)} films are'
            raise SpondyloError(
                f'{self.images}: {number} missing, the first is '
                f'{missing[0].file_name}; {mend}'
            )


def check_nothing_added(root: str | Path, mark: str) -> None:
    """Refuse to replace a data set to which something was added since it was written.

    Args:
        root: Its folder.
        mark: File in it that its writer left; a folder without is none of its own.

    Raises:
        SpondyloError: If splits or other sets of annotations, or a calibration in
            place, would be lost.
    """
    root = Path(root)
    folders = sorted(p for p in (root / 'annotations').glob('*') if p.is_dir())
    report = root / CALIBRATION_REPORT_NAME
    added = [*folders, *([report] if report.is_file() else [])]
    if added and (root / mark).is_file():
        names = ', '.join(path.relative_to(root).as_posix() for path in added)
        raise SpondyloError(
            f'{root}: is not replaced, since {names} would be lost, which was added '
            'later; move or remove it, or choose another folder'
        )


def annotation_files(root: str | Path, names: Sequence[str] = ()) -> list[Path]:
    """Annotation files of a converted data set.

    Args:
        root: Folder of the data set, or one annotation file below its
            ``annotations``.
        names: Files or folders below ``ROOT/annotations``, e.g. ``train`` or
            ``kfold/fold0``; the data set's own splits when left out.

    Raises:
        SpondyloError: If there is none, or a name leads out of the folder.
    """
    root = Path(root)
    if root.is_file():
        if names:
            raise SpondyloError(
                f'{root}: is one annotation file; --annotations chooses among those of '
                'a folder'
            )
        return [root]
    if not root.exists():
        raise SpondyloError(f'{root}: no such folder; name a converted data set')
    folder = root / 'annotations'
    if not folder.is_dir():
        raise SpondyloError(
            f'{root}: is no converted data set (no folder annotations in it); make one '
            'with tools/convert_dataset.py or tools/make_phantoms.py --layout coco'
        )
    files = [path for name in names or ('',) for path in _named(folder, name)]
    return list(dict.fromkeys(files))


def read_root(root: str | Path, names: Sequence[str] = ()) -> DataRoot:
    """Read a converted data set, or some of its annotation files.

    The split of a film is the name of its file where that is one of :data:`.SPLITS`
    (own splits need not repeat it in every entry), else the entry's.

    Args:
        root: See :func:`annotation_files`.
        names: See :func:`annotation_files`.

    Raises:
        SpondyloError: If a file is missing or malformed, a film stands in two files, or
            there is no film.
    """
    root = Path(root)
    files, images = annotation_files(root, names), images_folder(root)
    films: list[Film] = []
    infos: list[DatasetInfo] = []
    homes: dict[str, Path] = {}
    for path in files:
        content = read_annotation_file(path)
        infos.append(info_of_coco(content))
        own = films_of_coco(content, path.stem if path.stem in SPLITS else None)
        repeated = [homes[f.file_name] for f in own if f.file_name in homes]
        if repeated:
            raise SpondyloError(
                f'{path}: {len(repeated)} of its films stand in {repeated[0]} too; '
                'name annotation files without common films, or split the data set '
                'again with tools/split_dataset.py'
            )
        homes.update((film.file_name, path) for film in own)
        films += sorted(own, key=lambda film: film.file_name)
    if not films:
        raise SpondyloError(f'{root}: its annotations name no film')
    return DataRoot(files, images, films, infos[0])


def images_folder(root: str | Path) -> Path:
    """Folder that the ``file_name`` of films is relative to.

    Args:
        root: See :func:`annotation_files`.

    Raises:
        SpondyloError: If an annotation file does not lie below ``ROOT/annotations``.
    """
    root = Path(root)
    if root.is_dir():
        return root / 'images'
    folder = next((p for p in root.parents if p.name == 'annotations'), None)
    if folder is None:
        raise SpondyloError(
            f'{root}: does not lie below ROOT/annotations, so that its films cannot be '
            'found; move it there'
        )
    return folder.parent / 'images'


def _named(folder: Path, name: str) -> list[Path]:
    """Files that one name below the annotations folder stands for."""
    if Path(name).is_absolute() or '..' in Path(name).parts:
        raise SpondyloError(f'--annotations {name}: name a folder or file in {folder}')
    path = folder / name
    if path.is_dir():
        if not (found := files_of_splits(path)):
            raise SpondyloError(
                f'{path}: holds none of {_FILES}; make them with '
                'tools/convert_dataset.py, or tools/split_dataset.py for a split'
            )
        return found
    file = path if path.suffix == '.json' else path.with_name(path.name + '.json')
    if not file.is_file():
        raise SpondyloError(
            f'{file}: no such annotation file; --annotations takes names below {folder}'
        )
    return [file]
