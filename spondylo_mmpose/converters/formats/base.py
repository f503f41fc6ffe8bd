"""What a raw format has to know: which films there are, and what their labels say."""

import argparse
import hashlib
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, ClassVar

from spondylo_mmpose.converters.archive import MemberError, RawSource
from spondylo_mmpose.converters.cleaning import CleanSpine, Note, clean
from spondylo_mmpose.converters.coco import DatasetInfo, Film
from spondylo_mmpose.converters.conversion_report import ConversionReport
from spondylo_mmpose.converters.labels import RawLabels
from spondylo_mmpose.imaging import Radiograph


@dataclass
class RawFilm:
    """One film of a raw data set.

    Attributes:
        split: ``'train'``, ``'val'`` or ``'test'``.
        stem: File name without suffix.
        members: Files that belong to it: ``'image'``, and those of labels by role.
        entry: What a label file that holds many films says of this one.
        target: Path of the image below ``images/<split>``; its file name if ``None``.
        source: Short name of where the film comes from, if the data set tells.
        unlabelled: Whether ``entry`` says nothing of vertebrae.
        untouched: Whether the image is as it was taken, and went through no export.
        known_as: Patient and group where the data set has films of other patients
            under the same name; see :func:`.tell_patients_apart`.
    """

    split: str
    stem: str
    members: dict[str, str] = field(default_factory=dict)
    entry: Any = None
    target: str | None = None
    source: str | None = None
    unlabelled: bool = False
    untouched: bool = False
    known_as: str | None = None

    @property
    def image(self) -> str | None:
        """Member of the image."""
        return self.members.get('image')

    @property
    def labelled(self) -> bool:
        """Whether there are labels, sound or not."""
        if self.unlabelled:
            return False
        return self.entry is not None or bool(self.members.keys() - {'image'})

    @property
    def file(self) -> str:
        """Name under which reports list the film."""
        return self.image or next(iter(self.members.values()), self.stem)


@dataclass
class FilmResult:
    """One film: what was read, what was found, what went wrong.

    Attributes:
        raw: Its members.
        source: Where they are read from.
        film: The film, ``None`` if it is left out.
        labels: Its labels as read, each vertebra with its fault.
        encoding: Order of the corners in its labels.
        digests: SHA-256 of each member read.
        faults: Kind and details of each fault.
    """

    raw: RawFilm
    source: RawSource
    film: Film | None = None
    labels: RawLabels | None = None
    encoding: str | None = None
    digests: dict[str, str] = field(default_factory=dict)
    faults: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def note(self, kind: str, **detail: Any) -> None:
        """Enter a fault."""
        self.faults.append((kind, detail))

    def read(self, member: str, note: Note | None = None) -> bytes | None:
        """Content of a member; ``None``, and a fault, if it cannot be read."""
        try:
            content = self.source.read(member)
        except MemberError as error:
            (note or self.note)(error.kind, member=member, reason=str(error))
            return None
        self.digests[member] = hashlib.sha256(content).hexdigest()
        return content


class Format(ABC):
    """One raw format.

    Attributes:
        name: Name on the command line.
        help: One line for ``--help``.
        layout: What a folder of this format looks like, for error messages.
    """

    name: ClassVar[str]
    help: ClassVar[str]
    layout: str

    @classmethod  # noqa: B027
    def add_arguments(cls, parser: argparse.ArgumentParser) -> None:
        """Add the options that only this format has; none by default."""

    @classmethod
    def from_arguments(cls, args: argparse.Namespace) -> 'Format':
        """Make the format as the options of the command line say.

        Raises:
            SpondyloError: If an option is of no use.
        """
        return cls()

    @abstractmethod
    def matches(self, source: RawSource) -> bool:
        """Whether a data set looks like one of this format; reads little."""

    @abstractmethod
    def find(self, source: RawSource, report: ConversionReport) -> list[RawFilm]:
        """List the films, sorted, and pair them with their labels.

        Args:
            source: The data set.
            report: Told of faults that are not of a single film.
        """

    def picture(self, done: FilmResult, content: bytes) -> bytes | None:
        """The image in the member that holds it.

        Args:
            done: The film; told of faults.
            content: The member.

        Returns:
            The image file, ``None`` if a fault costs it.
        """
        return content

    @abstractmethod
    def film(self, done: FilmResult, image: Radiograph) -> Film | None:
        """What is known of a film, its vertebrae included.

        May run in several threads at once.

        Args:
            done: The film; told of faults.
            image: Its decoded image.

        Returns:
            The film, ``None`` if a fault costs it.
        """

    @abstractmethod
    def info(self, source: RawSource) -> DatasetInfo:
        """What holds for the whole data set; digests are added later."""


def settle(done: FilmResult, film: Film, labels: RawLabels | None) -> Film | None:
    """Clean the labels of a film and put them in.

    Args:
        done: Told of faults, and of the corner order.
        film: The film without vertebrae.
        labels: Its labels, ``None`` if it has none.

    Returns:
        The film, or ``None`` if no vertebra of its labels is usable.
    """
    if labels is None:
        return film
    done.labels = labels
    spine = clean(labels, film.width, film.height, done.note)
    return None if spine is None else with_spine(done, film, spine)


def with_spine(done: FilmResult, film: Film, spine: CleanSpine) -> Film:
    """Put clean vertebrae into a film."""
    done.encoding = spine.encoding
    film.corners, film.orders, film.levels = spine.corners, spine.orders, spine.levels
    film.level_origin = spine.level_origin
    film.vertebra_extra = spine.extra
    return film


def target_of(raw: RawFilm) -> str:
    """Path of the film's image in the converted data set, below ``images``."""
    assert raw.image is not None
    return f'{raw.split}/{raw.target or PurePosixPath(raw.image).name}'
