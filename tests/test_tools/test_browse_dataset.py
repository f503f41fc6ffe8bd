"""The tool end to end."""

from spondylo_mmpose.phantom.writer import write_phantoms


def test_browse_phantoms(tmp_path, run_tool):
    root, out = tmp_path / 'phantoms', tmp_path / 'out'
    write_phantoms(root, 2, 0, 'coco', workers=1)
    done = run_tool(
        'browse_dataset.py', 'configs/demo/hrnet_w16.py', '--out', out, '--num', 2,
        '--html', '--cfg-options', f'data_root={root}',
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert '2 vertebrae x 3 draws, crops of 128 x 128 px' in done.stdout
    assert [path.name for path in out.iterdir()] == ['browse.html']
