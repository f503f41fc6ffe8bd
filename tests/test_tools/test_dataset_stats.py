"""The tool end to end."""

import json

from spondylo_mmpose.phantom.writer import write_phantoms


def test_statistics_of_phantoms(tmp_path, run_tool):
    root, out = tmp_path / 'phantoms', tmp_path / 'out'
    write_phantoms(root, 3, 0, 'coco', workers=1)
    done = run_tool.fresh('dataset_stats.py', root, '--out', out, '--workers', 2)
    assert done.returncode == 0, done.stderr
    assert 'vertebrae per film' in done.stdout
    assert done.stdout.strip().endswith(f'written to {out}')
    assert 'JPG' not in done.stdout.upper()

    truth = json.loads((root / 'truth.json').read_text())['films']
    statistics = json.loads((out / 'statistics.json').read_text())
    assert statistics['all']['films'] == len(truth) == 3
    slips = sorted(slip for film in truth for slip in film['slip_percent'])
    measured = statistics['all']['slip_percent']['as_stored']['all']
    assert measured['n'] == len(slips)
    assert abs(measured['min'] - slips[0]) < 0.01
    assert abs(measured['mean'] - sum(slips) / len(slips)) < 0.01
    true = [slip for film in truth for slip in film['slip_percent_mm']]
    known = statistics['all']['slip_percent']['true_aspect']['all']
    assert abs(known['mean'] - sum(true) / len(true)) < 0.01
