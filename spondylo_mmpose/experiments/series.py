"""Train and test recipes one after another, and go on where that was stopped."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from spondylo_mmpose.engine.end_to_end import END_TO_END_FOLDER
from spondylo_mmpose.engine.recipe import DETECTOR, TOP_DOWN
from spondylo_mmpose.engine.run_facts import RUN_FACTS, read_facts
from spondylo_mmpose.engine.run_folder import TRAINING_RECORD, epochs_saved
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.experiments.recipes import Digests, Recipe
from spondylo_mmpose.experiments.runs import best_text
from spondylo_mmpose.experiments.state import SeriesState
from spondylo_mmpose.experiments.steps import Steps
from spondylo_mmpose.reporting.run_record import PREDICTIONS
from spondylo_mmpose.utils.io import file_digest, read_json
from spondylo_mmpose.zoo.run_results import find_checkpoint

FINISHED = ('completed', 'stopped early')
"""What a training that came to its end says of itself."""


@dataclass(frozen=True)
class FoundBy:
    """What finds the vertebrae for the recipes that are given boxes.

    Attributes:
        config: Recipe of the detector.
        checkpoint: Its weights; ``None`` for those that the series itself trains.
    """

    config: Path
    checkpoint: Path | None = None

    @property
    def name(self) -> str:
        """File name of the recipe without suffix."""
        return self.config.stem


@dataclass
class Series:
    """A list of recipes and where its results are.

    Attributes:
        folder: Each recipe has its run in it, by its name.
        recipes: In the order in which they are trained.
        steps: Runs the tools.
        state: What was done.
        train_options: Options of ``tools/train.py``.
        test_options: Options of ``tools/test.py``.
        detector: For numbers end to end of the recipes that are given boxes.
        after_training: Called with a recipe and its run's folder after each training.
        failures: What failed: step and reason.
    """

    folder: Path
    recipes: Sequence[Recipe]
    steps: Steps
    state: SeriesState
    train_options: Sequence[str]
    test_options: Sequence[str]
    detector: FoundBy | None = None
    after_training: Callable[[Recipe, Path], None] | None = None
    failures: dict[str, str] = field(default_factory=dict)
    _began: float = field(default_factory=time.monotonic)
    _number: int = 0

    def run(self) -> None:
        """Do what is left to do; a recipe that fails is noted and passed over."""
        for recipe in self.recipes:
            self._number += 1
            entry = self.state.entry(recipe)
            self.state.save(recipe, status='running', failed=None)
            step = 'training'
            try:
                self._train(recipe)
                if self.after_training:
                    step = 'check'
                    self.after_training(recipe, self.run_of(recipe))
                step = 'test'
                self._test(recipe)
                if self.detector and recipe.kind == TOP_DOWN:
                    step = 'end to end'
                    self._test(recipe, self.detector)
            except SpondyloError as error:
                self.fail(recipe, step, str(error))
            except KeyboardInterrupt:
                self.state.save(recipe, status='interrupted')
                raise
            else:
                self.state.save(recipe, status='done')
            finally:
                if entry['status'] == 'running':  # by an error that is none of these
                    self.state.save(recipe, status='failed')

    def run_of(self, recipe: Recipe) -> Path:
        """Folder of a recipe's run."""
        return self.folder / recipe.name

    def fail(self, recipe: Recipe, step: str, reason: str) -> None:
        """Note a failure."""
        self.failures[f'{recipe.name}, {step}'] = reason
        self.state.save(recipe, status='failed', failed={step: reason})
        self.say(recipe, f'{step} FAILED: {reason}')

    def say(self, recipe: Recipe, text: str) -> None:
        """Tell how far the series has come."""
        elapsed = timedelta(seconds=round(time.monotonic() - self._began))
        place = f'{self._number}/{len(self.recipes)}'
        print(f'[{place} {elapsed}] {recipe.name}: {text}', flush=True)

    def tested(self) -> list[tuple[Recipe, str, Path]]:
        """Recipes, names and folders of the tests that are there and up to date."""
        found = []
        for recipe in self.recipes:
            folder = self.run_of(recipe)
            if self._is_tested(recipe, folder, None):
                found.append((recipe, recipe.name, folder))
            if self.detector and recipe.kind == TOP_DOWN:
                both = folder / END_TO_END_FOLDER
                if self._is_tested(recipe, both, self.detector):
                    name = f'{recipe.name} with {self.detector.name}'
                    found.append((recipe, name, both))
        return found

    def _train(self, recipe: Recipe) -> None:
        folder = self.run_of(recipe)
        self.state.check_unchanged(recipe, any(folder.glob('*.pth')))
        record = training_of(folder)
        if record.get('status') in FINISHED and find_checkpoint(folder):
            self.say(recipe, f'is trained already, {result_text(record)}')
            return
        resumed = (folder / TRAINING_RECORD).is_file() or bool(epochs_saved(folder))
        self.say(recipe, 'training goes on' if resumed else 'training begins')
        arguments = [recipe.path, '--work-dir', folder, *self.train_options]
        seconds = self.step(
            recipe, 'train', [*arguments, *(['--resume'] if resumed else [])]
        )
        text = result_text(training_of(folder))
        self.say(recipe, f'trained in {duration(seconds)}, {text}')

    def _test(self, recipe: Recipe, detector: FoundBy | None = None) -> None:
        folder = self.run_of(recipe)
        what = f'tested with {detector.name}' if detector else 'tested'
        step = 'end_to_end' if detector else 'test'
        checkpoint = find_checkpoint(folder)
        if checkpoint is None:
            raise SpondyloError(f'{folder}: the training left no checkpoint')
        found_by: list[object] = []
        if detector:
            found_by = ['--detector', detector.config, self._weights(detector)]
            folder = folder / END_TO_END_FOLDER
        if self._is_tested(recipe, folder, detector):
            self.say(recipe, f'is {what} already')
            return
        arguments = [recipe.path, checkpoint, '--work-dir', folder]
        arguments += ['--dump', folder / PREDICTIONS, '--out', folder / 'metrics.json']
        seconds = self.step(
            recipe, step, [*arguments, *found_by, *self.test_options], tool='test.py'
        )
        tests: dict[str, Digests] = self.state.entry(recipe)['tests']
        tests[step] = dict(recipe.testing)
        self.state.save()
        self.say(recipe, f'{what} in {duration(seconds)}')

    def step(
        self,
        recipe: Recipe,
        step: str,
        arguments: Sequence[Any],
        tool: str = 'train.py',
    ) -> float:
        """Run a tool and note the time it took.

        Raises:
            SpondyloError: If it fails.
        """
        seconds = self.steps.run(
            f'{recipe.name}_{step}', tool, arguments, recipe.epochs
        )
        times: dict[str, float] = self.state.entry(recipe)['seconds']
        times[step] = round(seconds, 1)
        self.state.save()
        return seconds

    def _weights(self, detector: FoundBy) -> Path:
        weights = detector.checkpoint or find_checkpoint(self.folder / detector.name)
        trained = training_of(self.folder / detector.name).get('status') in FINISHED
        if weights is None or not (detector.checkpoint or trained):
            raise SpondyloError(f'the detector {detector.name} is not trained')
        return weights

    def _is_tested(
        self, recipe: Recipe, folder: Path, detector: FoundBy | None
    ) -> bool:
        """Whether predictions of just this checkpoint on just these films are there."""
        step = 'end_to_end' if detector else 'test'
        checkpoint = find_checkpoint(self.run_of(recipe))
        predictions = folder / PREDICTIONS
        tests = self.state.entry(recipe)['tests']
        if tests.get(step) != recipe.testing or not predictions.is_file():
            return False
        try:
            facts = read_facts(folder / RUN_FACTS)
            boxes = self._weights(detector) if detector else None
        except SpondyloError:
            return False
        told = (
            (facts.checkpoint, checkpoint),
            (facts.predictions, predictions),
            (facts.boxes, boxes),
        )
        return all(
            (digest and digest.sha256) == (path and file_digest(path))
            for digest, path in told
        )


def training_of(folder: Path) -> dict[str, Any]:
    """What a training tells of itself; empty where nothing does."""
    try:
        record = read_json(folder / TRAINING_RECORD)
    except SpondyloError:
        return {}
    return record if isinstance(record, dict) else {}


def result_text(record: dict[str, Any]) -> str:
    """What came of a training, in a few words."""
    result = record.get('result') or {}
    text = f'{result.get("epochs", "?")} epochs'
    if record.get('status') == 'stopped early':
        text += ' (stopped early)'
    best = result.get('best')
    return f'{text}, best {best_text(best)}' if best else text


def duration(seconds: float) -> str:
    """Hours, minutes and seconds."""
    return str(timedelta(seconds=round(seconds)))


def kinds_to_compare(tested: Sequence[tuple[Recipe, str, Path]]) -> list[str]:
    """Arguments of a comparison: models of corners, or detectors if there are none.

    The corners of a detector's boxes stand in for those of vertebrae; beside models of
    corners they would be misleading.
    """
    models = [one for one in tested if one[0].kind != DETECTOR]
    return [f'{name}={path}' for _, name, path in models or tested]
