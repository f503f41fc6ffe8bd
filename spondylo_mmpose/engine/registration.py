"""Importing this module registers the engine's parts in mmengine."""

import spondylo_mmpose.engine.backends
import spondylo_mmpose.engine.collate
import spondylo_mmpose.engine.hooks
import spondylo_mmpose.engine.optim
import spondylo_mmpose.engine.package_weights
import spondylo_mmpose.engine.visualization
import spondylo_mmpose.engine.weights_file
import spondylo_mmpose.engine.workers  # noqa: F401
