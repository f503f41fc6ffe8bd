from spondylo_mmpose.benchmarks.codec_border import measure_codec_border, table


def test_near_the_border_and_far_from_it():
    near, far, *_ = measure_codec_border(distances=(0, 10), number=5)
    assert near['UDPHeatmap'] > 2 > 0.01 > near['GaussianFitHeatmap']
    assert far['UDPHeatmap'] < 0.05
    assert table([near]).splitlines()[2].startswith('| 0 to 1 | 128 | 32 | 1.5 | ')
