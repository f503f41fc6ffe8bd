"""From a config and command line options to a run of mmengine's Runner."""

import argparse
import http.client
import os
import urllib.error
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from mmengine.config import Config, ConfigDict
from mmengine.dist import init_dist, is_distributed
from mmengine.runner import Runner
from mmengine.utils import import_modules_from_strings

from spondylo_mmpose.engine.cfg_options import check_names
from spondylo_mmpose.engine.device import choose_device, uses_cuda
from spondylo_mmpose.engine.run_folder import run_folder_of
from spondylo_mmpose.errors import SpondyloError, one_line
from spondylo_mmpose.utils.io import make_folder
from spondylo_mmpose.utils.shipped import RECIPES, shipped

DATALOADERS = ('train_dataloader', 'val_dataloader', 'test_dataloader')


def read_config(path: str | Path, import_custom_modules: bool = True) -> Config:
    """Read a config file as it stands.

    Args:
        path: Config file.
        import_custom_modules: Whether to import what it names in ``custom_imports``.

    Raises:
        SpondyloError: If it is no valid config.
    """
    try:
        return Config.fromfile(str(path), import_custom_modules=import_custom_modules)
    # A config is a program and may raise anything.
    except Exception as error:
        raise SpondyloError(f'{path}: is no valid config: {one_line(error)}') from error


def load_config(path: str | Path, options: dict | None = None) -> Config:
    """Read a config and apply ``--cfg-options``.

    ``data_root`` among the options moves the data sets of all loaders that are at the
    config's ``data_root``, as one expects; mmengine alone would change a variable.

    Args:
        path: Config file.
        options: Dotted names and values.

    Raises:
        SpondyloError: If the file is missing or is no valid config, or an option names
            no setting.
    """
    if not Path(path).is_file():
        raise SpondyloError(f'{path}: no such config; {_where_recipes_are()}')
    config = read_config(path)
    if 'model' not in config:
        raise SpondyloError(
            f'{path}: is no recipe: it names no model; {_where_recipes_are()}'
        )
    check_names(config, options or {})
    default_root = config.get('data_root')
    try:
        config.merge_from_dict(options or {})
        if any(name.split('.')[0] == 'custom_imports' for name in options or ()):
            # mmengine imports what the file names, before this.
            import_modules_from_strings(**config.custom_imports)
    except (KeyError, TypeError, ValueError, AttributeError, ImportError) as error:
        raise SpondyloError(
            f'--cfg-options: do not fit {path}: {one_line(error)}'
        ) from error
    if options and 'data_root' in options:
        for name in DATALOADERS:
            for node in dataset_nodes((config.get(name) or {}).get('dataset') or {}):
                if node['data_root'] == default_root:
                    node['data_root'] = options['data_root']
    return config


def _where_recipes_are() -> str:
    """Those of an installed package lie where nobody looks."""
    folder = shipped(RECIPES)
    return f'the recipes are in {folder.resolve() if folder else "a checkout"}'


def dataset_nodes(node: dict) -> Iterator[dict]:
    """Walk through the data sets of a loader, joined and repeated ones too.

    Args:
        node: ``dataset`` of a loader's config.

    Yields:
        The configs that have an annotation file.
    """
    if 'ann_file' in node and 'data_root' in node:
        yield node
    for child in (node.get('dataset'), *(node.get('datasets') or ())):
        if child:
            yield from dataset_nodes(child)


def apply_common_options(config: Config, args: argparse.Namespace) -> None:
    """Apply the options that training and testing share.

    Args:
        config: Changed in place.
        args: Parsed options ``config, work_dir, launcher, show_dir, device``.

    Raises:
        SpondyloError: If the folder for pictures cannot be written, or there is no
            such device.
    """
    choose_device(config, args.device)
    config.launcher = args.launcher
    if args.launcher != 'none':
        prepare_distributed(config)
    if args.work_dir is not None:
        config.work_dir = args.work_dir
    elif config.get('work_dir') is None:
        # A test belongs to the run whose checkpoint it tests.
        run = run_folder_of(getattr(args, 'checkpoint', ''))
        config.work_dir = str(run or Path('work_dirs') / Path(args.config).stem)
    if args.show_dir is not None:
        make_folder(args.show_dir, '--show-dir')
        hook = config.default_hooks.visualization
        if hook.type.endswith('DetVisualizationHook'):  # of MMDet, with its own names
            hook.update(draw=True, test_out_dir=str(Path(args.show_dir).resolve()))
        else:
            hook.update(enable=True, out_dir=args.show_dir)
        hook.interval = 1


def prepare_distributed(config: Config) -> None:
    """Join the processes; without a GPU by gloo, and with no device for each model.

    mmengine's own start-up selects a GPU by rank without asking whether there is one,
    and joins the processes later than the name of the run's folder is agreed on.
    """
    if uses_cuda(config):
        if not is_distributed():
            init_dist(config.launcher, **config.env_cfg.get('dist_cfg', {}))
        return
    config.env_cfg.dist_cfg = ConfigDict(backend='gloo')
    config.model_wrapper_cfg = ConfigDict(
        type='MMDistributedDataParallel', device_ids=None, broadcast_buffers=False
    )
    if not is_distributed():
        if config.launcher != 'pytorch' or 'RANK' not in os.environ:
            raise SpondyloError(
                'without a GPU only "torchrun ... --launcher pytorch" can start '
                'several processes'
            )
        torch.distributed.init_process_group('gloo')


def enable_amp(config: Config) -> None:
    """Switch on mixed precision: fp16 with a scaler on a GPU, bf16 on a CPU.

    Raises:
        SpondyloError: If the config uses another optimiser wrapper.
    """
    known = ('OptimWrapper', 'AmpOptimWrapper', 'CpuAmpOptimWrapper')
    kind = config.optim_wrapper.get('type', 'OptimWrapper')
    if kind not in known:
        raise SpondyloError(f'--amp does not go with the optimiser wrapper {kind}')
    if uses_cuda(config):
        config.optim_wrapper.type = 'AmpOptimWrapper'
        config.optim_wrapper.setdefault('loss_scale', 'dynamic')
    else:
        config.optim_wrapper.type = 'CpuAmpOptimWrapper'
        config.optim_wrapper.pop('loss_scale', None)


def fuse_optimizer(config: Config) -> None:
    """Have Adam update all weights in one pass over them, where torch can.

    The same update to within rounding; otherwise a step moves the weights and moments
    of a network through memory a dozen times.
    """
    optimizer = config.optim_wrapper.get('optimizer') or {}
    kind = optimizer.get('type')
    if kind in ('Adam', 'AdamW') and _can_fuse(kind):
        optimizer.setdefault('fused', True)


def _can_fuse(kind: str) -> bool:
    try:
        getattr(torch.optim, kind)([torch.nn.Parameter(torch.zeros(1))], fused=True)
    except (RuntimeError, TypeError):  # torch before 2.4, on a CPU
        return False
    return True


def forget_pretrained(config: Config) -> None:
    """Remove every ``init_cfg`` of type ``Pretrained``, so that nothing is fetched."""

    def walk(node: object) -> None:
        if isinstance(node, dict):
            init = node.get('init_cfg')
            if isinstance(init, dict) and init.get('type') == 'Pretrained':
                node['init_cfg'] = None
            for child in node.values():
                walk(child)
        elif isinstance(node, (list, tuple)):
            for child in node:
                walk(child)

    walk(config.model)


def start_from_scratch(config: Config) -> None:
    """Start from random weights.

    Applies the config's ``from_scratch`` overrides too: a backbone that starts at
    random needs another learning rate than one that is fine-tuned.
    """
    forget_pretrained(config)
    config.merge_from_dict(dict(config.get('from_scratch') or {}))


@contextmanager
def explain_download_failure() -> Iterator[None]:
    """Turn a failed download of pretrained weights into one line.

    Raises:
        SpondyloError: Instead of the network's error.
    """
    try:
        yield
    except (
        urllib.error.URLError,
        http.client.HTTPException,
        ConnectionError,
        TimeoutError,
    ) as error:
        reason = getattr(error, 'reason', error)
        raise SpondyloError(
            f'the pretrained weights cannot be downloaded ({reason}); connect to the '
            'network or train from random weights with --no-pretrained'
        ) from error


@contextmanager
def explain_config_errors(config: Config) -> Iterator[None]:
    """Turn what goes wrong while a run is put together into one line.

    Up to here nothing but the config and its options decide what is built, so that a
    wrong type, name or value stands there. ``SPONDYLO_TRACEBACK=1`` shows the rest.

    Raises:
        SpondyloError: Instead of whatever the parts raise.
    """
    try:
        yield
    except (SpondyloError, OSError):
        raise
    except Exception as error:
        raise SpondyloError(
            f'{config.filename}: a part of the run cannot be built; correct the config '
            f'or --cfg-options ({one_line(error)})'
        ) from error


def build_runner(config: Config) -> Runner:
    """Build the Runner.

    Raises:
        SpondyloError: If the work directory cannot be written or a part cannot be
            built.
    """
    make_folder(config.work_dir, '--work-dir')
    with explain_config_errors(config):
        return Runner.from_cfg(config)
