"""One thread that measures films, so that a server answers meanwhile."""

import logging
import queue
import threading

from spondylo_mmpose.errors import SpondyloError, one_line
from spondylo_mmpose.film_report.reporter import FilmReporter
from spondylo_mmpose.film_report.spine_report import ReportOptions
from spondylo_mmpose.serving.entries import Entry
from spondylo_mmpose.serving.store import Store

_LOG = logging.getLogger(__name__)


class Worker:
    """Measures films of a store, one at a time, in the order in which they came.

    Args:
        store: Where films come from and reports go.
        reporter: What measures them; called from one thread only.
        options: For all films.
    """

    def __init__(
        self, store: Store, reporter: FilmReporter, options: ReportOptions
    ) -> None:
        self.store, self.reporter, self.options = store, reporter, options
        self.current: str | None = None
        self._is_ending = False
        self._queue: queue.Queue[str | None] = queue.Queue()
        self._thread = threading.Thread(target=self._run, name='films', daemon=True)
        for entry in store.entries():
            if entry.status == 'new':
                self._queue.put(entry.id)
        self._thread.start()

    def add(self, entry: Entry) -> None:
        """Have a film measured."""
        self._queue.put(entry.id)

    def stop(self, patience: float = 30.0) -> bool:
        """End after the film at hand.

        Args:
            patience: Seconds to wait for it.

        Returns:
            Whether it ended.
        """
        # What waits is found again by the next start.
        self._is_ending = True
        self._queue.put(None)
        self._thread.join(patience)
        return not self._thread.is_alive()

    def wait(self) -> None:
        """Return when all films that came until now are measured."""
        self._queue.join()

    def _run(self) -> None:
        while (key := self._queue.get()) is not None:
            entry = self.store.entry(key)
            try:
                if entry is not None and not self._is_ending:
                    self._measure(entry)
            finally:
                self._queue.task_done()

    def _measure(self, entry: Entry) -> None:
        if entry.film is None or entry.status != 'new':
            return
        self.current = entry.id
        try:
            (result,) = self.reporter.each([entry.film], self.options)
            self.store.finish(entry, result)
        except Exception as error:
            # Nothing of a film may end the thread that all others wait for.
            known = isinstance(error, SpondyloError)
            self.store.fail(entry, str(error) if known else one_line(error))
            _LOG.warning('film %s: %s', entry.id, type(error).__name__)
        finally:
            self.current = None
