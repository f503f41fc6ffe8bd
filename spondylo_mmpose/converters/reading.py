"""Read and check every film of a raw data set; what to do with them is the caller's."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from tqdm import tqdm

from spondylo_mmpose.converters.archive import RawSource, Recorded
from spondylo_mmpose.converters.conversion_report import ConversionReport
from spondylo_mmpose.converters.formats.base import FilmResult, Format, RawFilm
from spondylo_mmpose.converters.formats.facts import tell_patients_apart
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.imaging import Radiograph, RadiographError, read_radiograph

Keep = Callable[[FilmResult, bytes, Radiograph], None]
"""Called in a worker thread for each film that came through: its image as it stands in
the file, and decoded."""


def read_films(
    raw_format: Format,
    source: RawSource,
    label: str,
    report: ConversionReport,
    keep: Keep,
    workers: int = 4,
) -> list[FilmResult]:
    """Read all films.

    Args:
        raw_format: Format of the data set.
        source: The data set.
        label: Its name for error messages.
        report: Told of the faults.
        keep: Called for each usable film.
        workers: Threads.

    Returns:
        Every film found, usable or not, in the format's order.

    Raises:
        SpondyloError: If there is no film at all.
    """
    finding = Recorded(source)
    raw = raw_format.find(finding, report)
    report.shared = finding.read_digests
    if not any(film.image for film in raw):
        links = len(source.unsafe)
        passed = f' ({links} links or unsafe paths passed over)' if links else ''
        why = f' ({told})' if (told := report.examples()) else ''
        raise SpondyloError(
            f'{label}: no films found{passed}{why}; expected {raw_format.layout}'
        )
    for name in source.unsafe:
        report.add('member_unsafe', name)
    tell_patients_apart(raw)
    work = partial(_read_film, raw_format, source, keep)
    with ThreadPoolExecutor(max(1, workers)) as pool:
        # None: no bar where nobody watches, so that an error stays one line.
        bar = tqdm(pool.map(work, raw), 'films', len(raw), leave=False, disable=None)
        done = list(bar)
    for one in done:
        for kind, detail in one.faults:
            report.add(kind, one.raw.file, split=one.raw.split, **detail)
    return done


def _read_film(
    raw_format: Format, source: RawSource, keep: Keep, raw: RawFilm
) -> FilmResult:
    done = FilmResult(raw, source)
    if raw.image is None:
        done.note('label_without_image', **_name_in(raw))
        return done
    if not raw.labelled and raw.split != 'test':
        done.note('image_without_label')
        return done
    content = done.read(raw.image)
    if content is None or (content := raw_format.picture(done, content)) is None:
        return done
    try:
        image = read_radiograph(content)
    except RadiographError as error:
        done.note('image_unreadable', reason=str(error))
        return done
    if image.turned:
        done.note('image_turned')
    done.film = raw_format.film(done, image)
    if done.film is not None:
        _add_image_facts(done, image)
        keep(done, content, image)
    return done


def _name_in(raw: RawFilm) -> dict[str, str]:
    """Name of the film where its label file holds several."""
    return {} if raw.entry is None else {'image': raw.target or raw.stem}


def _add_image_facts(done: FilmResult, image: Radiograph) -> None:
    """What the image itself tells, where the data set does not."""
    film = done.film
    assert film is not None
    if film.pixel_spacing_mm is None and image.pixel_spacing_mm is not None:
        film.pixel_spacing_mm = image.pixel_spacing_mm
        film.pixel_spacing_origin = image.spacing_origin
    film.view = film.view or image.view
    film.sex = film.sex or image.sex
    film.age = image.age if film.age is None else film.age
    for reason in image.notes:
        done.note('image_contradictory', reason=reason)
