"""Films of several dumps: none may stand in two, nor a patient on both sides."""

from collections.abc import Mapping, Sequence
from typing import Any

from spondylo_mmpose.converters.film_groups import comparable_image, divided_films
from spondylo_mmpose.errors import SpondyloError

Samples = Sequence[Mapping[str, Any]]
"""What :func:`.load_dump` returns."""

_FILM = ('file_name',)
_PATIENT = ('patient_id', 'group')


def check_films_once(dumps: Sequence[tuple[str, Samples]]) -> None:
    """Refuse dumps that share a film: it would count twice, or once of two answers.

    Args:
        dumps: Names and samples that :func:`.observe` can read.

    Raises:
        SpondyloError: If a film stands in two of them.
    """
    films = _films([samples for _, samples in dumps])
    if shared := _shared(films, _FILM):
        raise SpondyloError(
            f'{_names(dumps)}: {shared} films are in more than one of these dumps; '
            'give one prediction of each film'
        )


def check_patients_apart(dumps: Sequence[tuple[str, Samples]]) -> None:
    """Refuse dumps that are to check one another and share a patient.

    Args:
        dumps: See :func:`check_films_once`.

    Raises:
        SpondyloError: If a patient or a group of copies stands in two of them.
    """
    films = _films([samples for _, samples in dumps])
    if shared := _shared(films, _PATIENT):
        raise SpondyloError(
            f'{_names(dumps)}: {shared} patients or groups of copies have films in '
            'more than one of these dumps, which flatters the check; divide by '
            'patients'
        )


def check_not_learned(learned: Sequence[Samples], name: str, checked: Samples) -> None:
    """Refuse a check on films or patients that were learned from.

    Args:
        learned: Samples of the dumps to learn from.
        name: Of the dump to check on.
        checked: Its samples.

    Raises:
        SpondyloError: If they share a film, a patient or a group of copies.
    """
    films = _films([[s for part in learned for s in part], checked])
    told = 'also among those that the calibration is learned from; check it on others'
    if shared := _shared(films, _FILM):
        raise SpondyloError(f'{name}: {shared} of its films are {told}')
    if shared := _shared(films, _PATIENT):
        raise SpondyloError(
            f'{name}: {shared} of its patients or groups of copies are {told}'
        )


def _films(parts: Sequence[Samples]) -> dict[str, list[dict[str, Any]]]:
    """What names the labelled films of each part."""
    return {
        str(place): [_named(sample) for sample in part if sample.get('raw_ann_info')]
        for place, part in enumerate(parts)
    }


def _named(sample: Mapping[str, Any]) -> dict[str, Any]:
    entry = sample['film']
    image = entry if isinstance(entry, Mapping) else entry[0]
    path = str(sample['img_path'])
    name = str(image.get('file_name') or path)
    named = comparable_image({**image, 'file_name': name}, path.removesuffix(name))
    if image.get('source') != 'phantom':
        # Another dump may have been made where the same data set lies elsewhere.
        named['file_name'] = f'{image.get("source")}:{name}'
    return named


def _shared(
    films: Mapping[str, Sequence[Mapping[str, Any]]], fields: Sequence[str]
) -> int:
    """How many sets of films that share one of the fields stand in several parts."""
    told = {
        part: [{'file_name': '', **{f: film[f] for f in fields}} for film in members]
        for part, members in films.items()
    }
    return len(divided_films(told))


def _names(dumps: Sequence[tuple[str, Samples]]) -> str:
    return ', '.join(name for name, _ in dumps)
