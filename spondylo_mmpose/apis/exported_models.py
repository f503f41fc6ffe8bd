"""Named models for onnxruntime: exported once, then kept in the user's cache."""

import hashlib
import os
import sys
from dataclasses import replace
from pathlib import Path

import spondylo_mmpose
from spondylo_mmpose.apis.model_files import ModelFiles
from spondylo_mmpose.utils.io import file_digest, make_folder

CACHE_VARIABLES = ('SPONDYLO_CACHE', 'XDG_CACHE_HOME')
"""Name the folder of caches; the first that is set goes before ``~/.cache``."""

ENDING = '.onnx'


def cache_folder() -> Path:
    """Where exported models are kept."""
    named = next((os.environ[n] for n in CACHE_VARIABLES if os.environ.get(n)), None)
    base = Path(named or '~/.cache').expanduser()
    return base / 'spondylo_mmpose' / 'onnx'


def exported(files: ModelFiles) -> ModelFiles:
    """The same model as files for onnxruntime.

    What is not in the cache yet is exported, compared with torch on phantoms and kept
    there, which takes some twenty seconds and needs torch. A file is found again by the
    digests of weights and recipe and the version of the package.

    Args:
        files: Of a published model.

    Returns:
        Weights are ONNX files; the recipe stays, for its name.

    Raises:
        SpondyloError: If it cannot be exported or the cache cannot be written.
    """
    detector = None if files.detector is None else exported(files.detector)
    return replace(files, weights=_exported(files), detector=detector)


def _exported(files: ModelFiles) -> Path:
    weights = Path(files.weights)
    digests = file_digest(weights), file_digest(Path(files.config))
    text = '\n'.join([*digests, spondylo_mmpose.__version__])
    key = hashlib.sha256(text.encode()).hexdigest()[:16]
    path = cache_folder() / f'{weights.stem}-{key}{ENDING}'
    if not path.is_file():
        # Torch comes with it.
        from spondylo_mmpose.deployment.exporting import export_model

        make_folder(path.parent, f'{CACHE_VARIABLES[0]}=FOLDER')
        print(f'exporting {weights.stem} for onnxruntime, once', file=sys.stderr)
        done = export_model(files.config, weights, path, check=True)
        print(f'kept in {done.path}', file=sys.stderr)
    return path
