"""Films through a model to reports, a few at a time; whatever runs the model."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from spondylo_mmpose.errors import SpondyloError, one_line
from spondylo_mmpose.film_report.building import build_report
from spondylo_mmpose.film_report.films import FilmInput, OpenFilm, open_film
from spondylo_mmpose.film_report.found import FilmModel, FoundVertebrae
from spondylo_mmpose.film_report.options import check_options
from spondylo_mmpose.film_report.screening import FilmScreen
from spondylo_mmpose.film_report.spine_report import ReportOptions, SpineReport
from spondylo_mmpose.film_report.turned import look_again

if TYPE_CHECKING:
    from spondylo_mmpose.uncertainty.calibration import Calibration


@dataclass(frozen=True, eq=False)
class FilmResult:
    """What came of one film.

    Attributes:
        source: What was handed over.
        film: The film; ``None`` where it could not be read.
        report: ``None`` where something failed.
        error: One line that says what failed.
    """

    source: FilmInput
    film: OpenFilm | None = None
    report: SpineReport | None = None
    error: str | None = None


class FilmReporter:
    """Reads films, has a model look at them and measures what it finds.

    Args:
        model: What finds vertebrae.
        batch_size: Films that go through the model together.
        calibration: What validation says of the model's errors.
        screen: What tells films that are no lateral lumbar films.

    Raises:
        SpondyloError: If the batch size is not positive.
    """

    def __init__(
        self,
        model: FilmModel,
        batch_size: int = 4,
        calibration: 'Calibration | None' = None,
        screen: FilmScreen | None = None,
    ) -> None:
        if batch_size < 1:
            raise SpondyloError(f'batch_size={batch_size}: must be 1 or more')
        self.model = model
        self.batch_size = batch_size
        self.calibration = calibration
        self.screen = screen

    def each(
        self, sources: Iterable[FilmInput], options: ReportOptions | None = None
    ) -> Iterator[FilmResult]:
        """Report on many films; no more than a batch of them is held in memory.

        Args:
            sources: The films.
            options: For all of them.

        Yields:
            A result for each film, in their order. A film that fails says so in its
            result and stops no other.

        Raises:
            SpondyloError: If the options make no sense, or a single film is given.
        """
        options = check_options(options or ReportOptions())
        if isinstance(sources, (str, Path, bytes, np.ndarray)):
            # Their letters, bytes and rows can be iterated over, but are no films.
            raise SpondyloError('each: takes many films; put a single one into a list')
        waiting = iter(sources)
        while batch := list(islice(waiting, self.batch_size)):
            opened = [_opened(source, options) for source in batch]
            films = [one.film for one in opened if one.film is not None]
            outcomes = iter(self._found(films, options))
            for result in opened:
                if result.film is None:
                    yield result
                else:
                    yield self._reported(result, next(outcomes), options)

    def _found(
        self, films: Sequence[OpenFilm], options: ReportOptions
    ) -> list[FoundVertebrae | Exception]:
        """What the model finds; where a batch fails, film by film."""
        if not films:
            return []
        try:
            shown = [film.pixels for film in films]
            found = list(self.model.find(shown))
            if self.screen is None:
                return [*found]
            return [*look_again(self.model, shown, found, options.score_threshold)]
        # A model may raise anything, running out of memory among it.
        except Exception as error:
            if len(films) == 1:
                return [error]
        return [outcome for film in films for outcome in self._found([film], options)]

    def _reported(
        self,
        result: FilmResult,
        outcome: FoundVertebrae | Exception,
        options: ReportOptions,
    ) -> FilmResult:
        source, film = result.source, result.film
        assert film is not None
        if isinstance(outcome, Exception):
            return FilmResult(source, film, error=f'the model failed: {_text(outcome)}')
        try:
            screened = (
                self.screen.screen(film.pixels, outcome.upward(options.score_threshold))
                if self.screen
                else None
            )
            report = build_report(
                outcome,
                film.facts,
                self.model.facts,
                options,
                self.calibration,
                screened,
            )
        except Exception as error:
            return FilmResult(source, film, error=f'cannot be measured: {_text(error)}')
        return FilmResult(source, film, report)


def _opened(source: FilmInput, options: ReportOptions) -> FilmResult:
    try:
        return FilmResult(source, open_film(source, options))
    except Exception as error:
        return FilmResult(source, error=_text(error))


def _text(error: Exception) -> str:
    return str(error) if isinstance(error, SpondyloError) else one_line(error)
