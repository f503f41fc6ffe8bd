"""Recipes and tools that only pretend, so that a series takes a moment."""

import json
import textwrap
from dataclasses import fields
from pathlib import Path

from spondylo_mmpose.engine.model_facts import ModelFacts
from spondylo_mmpose.engine.recipe import TOP_DOWN
from spondylo_mmpose.experiments.recipes import Recipe

TRAIN = """
    import json, pathlib, sys
    folder = pathlib.Path(sys.argv[sys.argv.index('--work-dir') + 1])
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / 'starts.txt').open('a') as stream:
        print(*sys.argv[2:], file=stream)
    name = pathlib.Path(sys.argv[1]).stem
    def record(status):
        best = {'metric': 'm', 'value': 1.25, 'epoch': 2, 'checkpoint': 'best.pth'}
        (folder / 'training.json').write_text(json.dumps({
            'format': 'spondylo_mmpose training', 'status': status,
            'result': {'epochs': 2, 'best': best},
        }))
    if (folder.parent / f'{name}.fails').exists():
        record('failed')
        print('error: the loss is NaN')
        print('and more')
        sys.exit(2)
    (folder / 'epoch_2.pth').write_text('state')
    (folder / 'best.pth').write_text(f'weights of {name}')
    record('completed')
"""

TEST = """
    import hashlib, json, pathlib, sys
    def after(option):
        return pathlib.Path(sys.argv[sys.argv.index(option) + 1])
    def told(path):
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return {'name': path.name, 'sha256': digest}
    folder, dump = after('--work-dir'), after('--dump')
    checkpoint = pathlib.Path(sys.argv[2])
    (folder / 'evaluation' / 'test').mkdir(parents=True, exist_ok=True)
    dump.write_text('predictions')
    with (folder / 'tests.txt').open('a') as stream:
        print(*sys.argv[3:], file=stream)
    boxes = None
    if '--detector' in sys.argv:
        boxes = told(pathlib.Path(sys.argv[sys.argv.index('--detector') + 2]))
    model = dict.fromkeys(MODEL_FIELDS)
    (folder / 'evaluation' / 'test' / 'run.json').write_text(json.dumps({
        'format': 'spondylo_mmpose run', 'config': {'name': 'c', 'sha256': '0'},
        'checkpoint': told(checkpoint), 'annotations': [], 'predictions': told(dump),
        'model': model, 'training': dict.fromkeys(
            ['epochs', 'iterations', 'seed', 'films', 'vertebrae']),
        'seed': 0, 'versions': {}, 'device': 'cpu', 'created': '', 'boxes': boxes,
    }))
"""


def write_tools(folder: Path) -> Path:
    folder.mkdir()
    names = [field.name for field in fields(ModelFacts)]
    (folder / 'train.py').write_text(textwrap.dedent(TRAIN))
    test = textwrap.dedent(TEST).replace('MODEL_FIELDS', repr(names))
    (folder / 'test.py').write_text(test)
    return folder


def recipe(name, kind=TOP_DOWN, training='1', testing='1'):
    return Recipe(
        name, Path(f'{name}.py'), kind, 2, {'model': training}, {'films': testing}
    )


def lines(path):
    return path.read_text().splitlines() if path.is_file() else []


def write_run(folder, began, status='completed', smoke=False, config='unet', epochs=3):
    """A run's folder as a training leaves it, without what is large."""
    folder.mkdir(parents=True)
    best = {'metric': 'MRE', 'value': 2.5, 'epoch': 2, 'checkpoint': 'best_MRE.pth'}
    command = 'python tools/train.py' + ' --smoke' * smoke
    record = {
        'format': 'spondylo_mmpose training',
        'status': status,
        'config': {'name': f'{config}.py'},
        'starts': [{'time': began, 'command': command, 'epoch': 0}],
        'result': {'epochs': epochs, 'best': best},
    }
    (folder / 'training.json').write_text(json.dumps(record))
    for name in ('epoch_2', 'epoch_3', 'best_MRE_epoch_2', 'top_MRE_epoch_3'):
        (folder / f'{name}.pth').write_bytes(b'x' * 100)
    (folder / 'evaluation').mkdir()
    (folder / 'evaluation' / 'metrics.json').write_text('{}')
    return folder
