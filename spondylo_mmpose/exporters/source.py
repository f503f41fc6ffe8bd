"""Read a converted data set: films with corners, and where their images are."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from spondylo_mmpose.converters.annotation_file import check_annotation_file
from spondylo_mmpose.converters.coco import SPLITS, DatasetInfo, Film
from spondylo_mmpose.converters.coco_reader import films_of_coco, info_of_coco
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.spine.anatomy import CORNERS
from spondylo_mmpose.utils.io import read_json


@dataclass(frozen=True)
class DataRoot:
    """A converted data set.

    Attributes:
        root: Its folder.
        films: Films of all splits, by split and file name.
        info: What is said of the whole set.
    """

    root: Path
    films: list[Film]
    info: DatasetInfo

    def image(self, film: Film) -> Path:
        """Path of a film's image."""
        return self.root / 'images' / film.file_name


def annotation_files(root: str | Path, name: str | None = None) -> dict[str, Path]:
    """Annotation file of each split that has one.

    Args:
        root: Folder of a converted data set.
        name: Annotation set ``ROOT/annotations/<name>``; the set's own when left out.

    Raises:
        SpondyloError: If there is none, or the name leads out of the folder.
    """
    root = Path(root)
    folder = root / 'annotations' / (name or '')
    if name and (Path(name).is_absolute() or '..' in Path(name).parts):
        raise SpondyloError(f'--annotations {name}: name a folder in {folder.parent}')
    if not root.is_dir():
        raise SpondyloError(f'{root}: no such folder; name a converted data set')
    files = {split: folder / f'{split}.json' for split in SPLITS}
    files = {split: path for split, path in files.items() if path.is_file()}
    if not files:
        raise SpondyloError(
            f'{folder}: holds no {", ".join(f"{s}.json" for s in SPLITS)}; make them '
            'with tools/convert_dataset.py, or tools/split_dataset.py for a split'
        )
    return files


def read_annotations(path: Path) -> dict[str, Any]:
    """Read one annotation file and check that it fulfils the contract.

    Raises:
        SpondyloError: If it does not.
    """
    check_annotation_file(path)
    content: dict[str, Any] = read_json(path)
    if tuple(content['categories'][0]['keypoints']) != CORNERS:
        raise SpondyloError(
            f'{path}: its corners are not {", ".join(CORNERS)}; convert it with '
            'tools/convert_dataset.py coco'
        )
    for image in content['images']:
        if fault := _image_fault(image):
            raise SpondyloError(
                f'{path}: image {image["file_name"]!r} {fault}; convert the data set '
                'again'
            )
    return content


def read_root(root: str | Path, name: str | None = None) -> DataRoot:
    """Read a converted data set.

    Args:
        root: Its folder.
        name: See :func:`annotation_files`.

    Returns:
        The films; ``split`` is that of the file in which a film stands.

    Raises:
        SpondyloError: If a file is missing or malformed, or a film stands in two
            splits.
    """
    films: list[Film] = []
    infos: list[DatasetInfo] = []
    split_of: dict[str, str] = {}
    for split, path in annotation_files(root, name).items():
        content = read_annotations(path)
        infos.append(info_of_coco(content))
        for film in sorted(films_of_coco(content, split), key=lambda f: f.file_name):
            first = split_of.setdefault(film.file_name, split)
            if first != split:
                raise SpondyloError(
                    f'{path}: {film.file_name} stands in {first}.json too; split the '
                    'data set again with tools/split_dataset.py'
                )
            films.append(film)
    if not films:
        raise SpondyloError(f'{root}: its annotations name no film')
    return DataRoot(Path(root), films, infos[0])


def _image_fault(image: Mapping[str, Any]) -> str | None:
    """Why an image entry cannot be exported or calibrated."""
    name = image['file_name']
    parts = PurePosixPath(name).parts
    if not parts or name.startswith('/') or '..' in parts or '\\' in name:
        return 'leads out of the folder of images'
    return None
