"""Checkpoints that a kill at any moment leaves whole and resumable."""

import math
import re
from pathlib import Path
from typing import Any

from mmengine.dist import is_main_process
from mmengine.hooks import CheckpointHook
from mmengine.registry import HOOKS
from mmengine.runner import BaseLoop, Runner

from spondylo_mmpose.engine.run_folder import LAST_CHECKPOINT, epochs_saved
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.utils.io import atomic_file

SCORES = 'spondylo_scores'
"""Where a checkpoint keeps the best validations of its run."""


@HOOKS.register_module()
class ResumableCheckpointHook(CheckpointHook):
    """Write an epoch's checkpoint when its validation is over, and then tidy up.

    mmengine's hook writes before the validation and again only if it was the best so
    far: a run that is stopped in between resumes without that validation, and what
    schedules, early stopping or the choice of the best made of it is lost. It also
    removes old files before it writes new ones. Here a checkpoint is the state from
    which the next epoch starts, and nothing is removed before it is there.

    In the work directory lie ``epoch_<N>.pth`` to resume from,
    ``best_<metric>_epoch_<N>.pth`` and, for the runners-up,
    ``top_<metric>_epoch_<N>.pth``, which hold weights alone.

    Args:
        keep_best: How many of the best validations' weights are kept.
        keep_every: Keep each checkpoint whose epoch is a multiple of this; 0 keeps
            ``max_keep_ckpts`` only.
        **kwargs: ``interval``, ``max_keep_ckpts``, ``save_best``, ``rule``, ... of
            mmengine's hook, ``by_epoch`` and one metric only.

    Raises:
        ValueError: If an argument asks for what this hook cannot do.
    """

    # After all that changes the state that is saved.
    priority = 'LOWEST'

    def __init__(self, keep_best: int = 3, keep_every: int = 0, **kwargs: Any) -> None:
        kwargs['backend_args'] = kwargs.get('backend_args') or {'backend': 'atomic'}
        super().__init__(**kwargs)
        if not self.by_epoch or self.published_keys:
            raise ValueError(
                'ResumableCheckpointHook counts epochs and publishes nothing'
            )
        if self.save_best is not None and (
            len(self.save_best) != 1 or self.save_best == ['auto']
        ):
            raise ValueError('save_best must be the name of one metric')
        if keep_best < 1 or keep_every < 0:
            raise ValueError('keep_best must be 1 or more, keep_every 0 or more')
        self.keep_best = keep_best
        self.keep_every = keep_every
        self.metric = None if self.save_best is None else self.save_best[0]
        self.scores: list[tuple[float, int]] = []
        self._saved_epoch = 0

    @property
    def best(self) -> tuple[float, int] | None:
        """Value and epoch of the best validation."""
        return self.scores[0] if self.scores else None

    def weights_name(self, rank: int) -> str:
        """File of the weights of the best (0), second (1), ... validation."""
        return self._weights_name('top' if rank else 'best', self.scores[rank][1])

    def before_train(self, runner: Runner) -> None:
        """Note where the run stands, and remove what a kill left half written."""
        self.out_dir = runner.work_dir
        self._saved_epoch = runner.epoch
        if is_main_process():
            for kind in ('epoch', 'best', 'top'):
                for path in Path(runner.work_dir).glob(f'.{kind}_*.pth'):
                    path.unlink(missing_ok=True)
        runner.logger.info(f'Checkpoints will be saved to {self.out_dir}.')

    def before_save_checkpoint(
        self, runner: Runner, checkpoint: dict[str, Any]
    ) -> None:
        """Write the best validations."""
        if self.scores:
            checkpoint[SCORES] = {'metric': self.metric, 'scores': self.scores}

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Take over the best validations of the run that goes on."""
        told = checkpoint.get(SCORES)
        if runner._resume and told and told['metric'] == self.metric:
            self.scores = [(float(s), int(epoch)) for s, epoch in told['scores']]

    def after_val_epoch(
        self, runner: Runner, metrics: dict[str, float] | None = None
    ) -> None:
        """Keep the weights if they are among the best."""
        if not metrics or not isinstance(runner._train_loop, BaseLoop):
            return
        if self.metric is None:
            return
        score = metrics.get(self.metric)
        if self.metric not in metrics:
            raise SpondyloError(
                f'the validation measures no {self.metric}, by which the best '
                f'checkpoint is chosen; it measures {", ".join(sorted(metrics))}: '
                'choose with --cfg-options default_hooks.checkpoint.save_best=NAME'
            )
        epoch = runner.epoch
        if score is None or not math.isfinite(score):
            return
        sign = -1 if self.rules[0] == 'greater' else 1
        others = [one for one in self.scores if one[1] != epoch]
        ranked = sorted(
            [*others, (float(score), epoch)], key=lambda one: (sign * one[0], one[1])
        )
        self.scores = ranked[: self.keep_best]
        rank = next((i for i, one in enumerate(self.scores) if one[1] == epoch), None)
        if rank is None:
            return
        self._write(runner, self.weights_name(rank), weights_only=True)
        if rank == 0:
            runner.logger.info(
                f'The best {self.metric} so far, {score:0.4f}, is saved to '
                f'{self.weights_name(rank)}.'
            )

    def before_train_epoch(self, runner: Runner) -> None:
        """Write the state that the epoch starts from, unless it lies there."""
        if runner.epoch % max(self.interval, 1) == 0 and self.interval > 0:
            self._save(runner)

    def after_train_epoch(self, runner: Runner) -> None:
        """Wait for the validation."""

    def after_train_iter(self, runner: Runner, *args: Any, **kwargs: Any) -> None:
        """Do nothing: epochs are counted."""

    def after_train(self, runner: Runner) -> None:
        """Write the last state."""
        if self.save_last:
            self._save(runner)

    def _save(self, runner: Runner) -> None:
        epoch = runner.epoch
        if epoch <= self._saved_epoch or epoch < self.save_begin:
            return
        runner.logger.info(f'Saving checkpoint at {epoch} epochs')
        name = self.filename_tmpl.format(epoch)
        self._write(runner, name, weights_only=False)
        self._saved_epoch = epoch
        if not is_main_process():
            return
        path = Path(runner.work_dir) / name
        with atomic_file(Path(runner.work_dir) / LAST_CHECKPOINT) as temporary:
            temporary.write_text(str(path))
        self._tidy(Path(runner.work_dir), epoch)

    def _write(self, runner: Runner, name: str, weights_only: bool) -> None:
        runner.save_checkpoint(
            runner.work_dir,
            name,
            save_optimizer=self.save_optimizer and not weights_only,
            save_param_scheduler=self.save_param_scheduler and not weights_only,
            meta={'epoch': runner.epoch, 'iter': runner.iter},
            by_epoch=False,
            backend_args=self.backend_args,
            **self.args,
        )

    def _tidy(self, folder: Path, epoch: int) -> None:
        """Remove what is no longer kept; files of later epochs are not touched."""
        saved = [number for number in epochs_saved(folder) if number <= epoch]
        outdated = saved[: -self.max_keep_ckpts] if self.max_keep_ckpts > 0 else []
        for number in outdated:
            if not self.keep_every or number % self.keep_every:
                path = folder / self.filename_tmpl.format(number)
                path.unlink(missing_ok=True)
        if self.metric is None:
            return
        wanted = {one[1]: rank for rank, one in enumerate(self.scores)}
        pattern = re.compile(
            re.escape(self._weights_name('KIND', 0))
            .replace('KIND', '(best|top)')
            .replace('epoch_0', r'epoch_(\d+)')
        )
        for path in sorted(folder.glob('*.pth')):
            found = pattern.fullmatch(path.name)
            if not found or int(found[2]) > epoch:
                continue
            if int(found[2]) in wanted:
                path.replace(folder / self.weights_name(wanted[int(found[2])]))
            else:
                path.unlink(missing_ok=True)

    def _weights_name(self, kind: str, epoch: int) -> str:
        metric = str(self.metric).replace('/', '_')
        return f'{kind}_{metric}_{self.filename_tmpl.format(epoch)}'
