"""The tool end to end."""


def test_browse_phantoms(phantoms, tmp_path, run_tool):
    out = tmp_path / 'out'
    done = run_tool.fresh(
        'browse_dataset.py', 'configs/demo/hrnet_w16.py', '--out', out, '--num', 2,
        '--html', '--cfg-options', f'data_root={phantoms}',
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert '2 vertebrae x 3 draws, crops of 128 x 128 px' in done.stdout
    assert [path.name for path in out.iterdir()] == ['browse.html']
