"""A checkpoint that knows which films it was trained on."""

from typing import Any

from mmengine.hooks import Hook
from mmengine.registry import HOOKS
from mmengine.runner import Runner

from spondylo_mmpose.engine.resuming import told_data
from spondylo_mmpose.engine.seen_films import film_keys, leaks_allowed
from spondylo_mmpose.errors import SpondyloError

TRAINED_FILMS = 'spondylo_trained_films'
"""Where a checkpoint keeps the hashed keys of its films."""


@HOOKS.register_module()
class TrainedFilmsHook(Hook):
    """Keep hashes of the training films' patients in checkpoints, and compare in tests.

    Which data a config names says nothing of the data a checkpoint has seen: a split
    forgotten in the test would measure a model on its own training films. Films of an
    earlier training, whose weights a run starts from, are kept too.
    """

    def __init__(self) -> None:
        self.trained: set[str] = set()

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Take over what the loaded weights were trained on."""
        self.trained |= set(checkpoint.get(TRAINED_FILMS) or ())

    def before_train(self, runner: Runner) -> None:
        """Compare with what is validated, then add the films of this run.

        Raises:
            SpondyloError: If a run of which no record tells its data goes on, and was
                trained on films that it validates now. One that began with weights
                that knew them is only warned, and so is ``allow_leaks``.
        """
        films = film_keys(runner.cfg, 'val_dataloader')
        if seen := self._seen(films):
            message = (
                f'the weights of the start were trained on the patients of {seen} of '
                f'the {len(films)} films that are validated, which flatters every '
                'number'
            )
            # Where the data are told they were compared: they have not changed.
            changed = runner._resume and not told_data(runner._load_from)
            if changed and not leaks_allowed(runner.cfg, 'val_dataloader'):
                raise SpondyloError(
                    f'{message}; set SPONDYLO_SPLIT as at the start of this run, or '
                    'allow_leaks=True of the validation data'
                )
            runner.logger.warning(message)
        self.trained.update(*film_keys(runner.cfg, 'train_dataloader'))

    def before_save_checkpoint(
        self, runner: Runner, checkpoint: dict[str, Any]
    ) -> None:
        """Write the keys."""
        checkpoint[TRAINED_FILMS] = sorted(self.trained)

    def before_test(self, runner: Runner) -> None:
        """Warn of films that the weights were trained on."""
        films = film_keys(runner.cfg, 'test_dataloader')
        if seen := self._seen(films):
            runner.logger.warning(
                f'this checkpoint was trained on the patients of {seen} of the '
                f'{len(films)} films tested: the numbers flatter it; is '
                'SPONDYLO_SPLIT set as in training?'
            )

    def _seen(self, films: list[set[str]]) -> int:
        """Number of films that the weights were trained on."""
        return sum(bool(keys & self.trained) for keys in films)
