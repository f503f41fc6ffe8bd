import json

from spondylo_mmpose.engine.scalars import load_scalars


def test_scalars_of_a_resumed_run_are_joined(tmp_path):
    logs = {
        '20260101_000000': [
            {'step': 1, 'loss': 3.0}, {'step': 1, 'corner/MRE_px': 9.0},
            {'step': 2, 'loss': 2.0}, {'lr': 1.0}, {'step': 2, 'spine/MRE_px': 7.0},
        ],
        '20260101_000100': [{'step': 2, 'loss': 1.5}],
    }  # fmt: skip
    for name, lines in logs.items():
        path = tmp_path / name / 'vis_data' / 'scalars.json'
        path.parent.mkdir(parents=True)
        path.write_text('\n'.join(map(json.dumps, lines)) + '\n7\n[1]\n{"step": 3, "lo')
    scalars = load_scalars(tmp_path)
    assert [s['loss'] for s in scalars if 'loss' in s] == [3.0, 1.5]
    assert [s['corner/MRE_px'] for s in scalars if 'corner/MRE_px' in s] == [9.0]
    assert [s['spine/MRE_px'] for s in scalars if 'spine/MRE_px' in s] == [7.0]
