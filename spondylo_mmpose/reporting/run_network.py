"""The network of a run, made anew from its config and weights."""

from pathlib import Path
from typing import Any

from mmengine.dataset import Compose
from mmengine.registry import init_default_scope
from mmengine.utils import import_modules_from_strings
from mmpose.datasets.datasets.utils import parse_pose_metainfo
from mmpose.registry import MODELS

from spondylo_mmpose.datasets.spondylo_dataset import SpondyloDataset
from spondylo_mmpose.engine.checkpoint import load_checkpoint_file, load_weights
from spondylo_mmpose.engine.end_to_end import tested_pipeline
from spondylo_mmpose.engine.launch import explain_config_errors, forget_pretrained
from spondylo_mmpose.errors import SpondyloError
from spondylo_mmpose.reporting.run_record import RunRecord
from spondylo_mmpose.utils.io import file_digest

NO_IMPORTS: dict[str, list[str]] = {'imports': []}


class RunNetwork:
    """The network of a run, ready to give its heatmaps.

    Args:
        run: A run with a config.
        checkpoint: Its weights.

    Attributes:
        model: In evaluation mode, told to give heatmaps.
        pipeline: That of the run's test.
        meta: What a data set adds to each sample.
        run: As it came.

    Raises:
        SpondyloError: If there is no config, the model cannot be built, or the
            checkpoint is damaged, of another model, or not the one that the run's
            predictions were made with.
    """

    def __init__(self, run: RunRecord, checkpoint: str | Path) -> None:
        if run.config is None:
            raise SpondyloError(
                f'{run.path}: has no config; heatmaps need the work directory of a run'
            )
        content = load_checkpoint_file(checkpoint)
        told = run.facts and run.facts.checkpoint
        if told and told.sha256 != file_digest(Path(checkpoint)):
            raise SpondyloError(
                f'{checkpoint}: is not the checkpoint of these predictions, which is '
                f'{told.name} (SHA-256 {told.sha256[:16]}...)'
            )
        config = run.config.copy()
        init_default_scope('mmpose')
        # The checkpoint has all the weights; do not fetch pretrained ones first.
        forget_pretrained(config)
        config.model.setdefault('test_cfg', {})
        config.model.test_cfg.output_heatmaps = True
        with explain_config_errors(config):
            # The run was read without them, as a report needs no network.
            import_modules_from_strings(**config.get('custom_imports', NO_IMPORTS))
            self.model: Any = MODELS.build(config.model)
            self.pipeline = Compose(tested_pipeline(config))
        load_weights(checkpoint, self.model, content)
        self.model.eval()
        self.meta = parse_pose_metainfo(dict(SpondyloDataset.METAINFO))
        self.run = run

    def no_heatmaps(self) -> SpondyloError:
        """An error that says so."""
        head = type(getattr(self.model, 'head', self.model)).__name__
        return SpondyloError(
            f'{self.run.name}: {head} gives no heatmaps; leave --heatmaps out'
        )
