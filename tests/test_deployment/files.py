"""ONNX files made by hand: constants for outputs, known to the last digit."""

import dataclasses

import numpy as np

from spondylo_mmpose.deployment.facts import ENTRY, ExportedFacts

FACTS = ExportedFacts(
    kind='detector',
    input_size=(64, 64),
    mean=(1.0, 2.0, 3.0),
    std=(4.0, 5.0, 6.0),
    rgb=False,
    keypoints=('a', 'b', 'c', 'd'),
    reading={
        'name': 'boxes', 'beside': [9, 9, 9], 'score_threshold': 0.001,
        'overlap': 0.3, 'most_kept': 4, 'least_score': 0.05, 'most': 3,
    },
    crop={},
    flip_test=False,
    counts_upward=None,
    config='recipe.py',
    config_sha256='c' * 64,
    weights='weights.pth',
    weights_sha256='d' * 64,
    package_version='0.1.0',
)  # fmt: skip


def write_model(path, outputs, facts=FACTS, **changes):
    """A model that says the same of any film.

    Args:
        path: File to write.
        outputs: Arrays of one film by name.
        facts: What the file tells of itself; ``None`` for nothing.
        **changes: Other facts.
    """
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    nodes, constants, values = [], [], []
    # Each output is repeated as often as there are films.
    nodes.append(helper.make_node('Shape', ['films'], ['count'], start=0, end=1))
    for name, array in outputs.items():
        array = np.asarray(array, np.float32)[None]
        constants.append(numpy_helper.from_array(array, f'{name}_of_one'))
        ones = np.ones(array.ndim - 1, np.int64)
        constants.append(numpy_helper.from_array(ones, f'{name}_ones'))
        nodes.append(
            helper.make_node(
                'Concat', ['count', f'{name}_ones'], [f'{name}_shape'], axis=0
            )
        )
        nodes.append(
            helper.make_node('Expand', [f'{name}_of_one', f'{name}_shape'], [name])
        )
        values.append(
            helper.make_tensor_value_info(
                name, TensorProto.FLOAT, ['batch', *array.shape[1:]]
            )
        )
    films = helper.make_tensor_value_info(
        'films', TensorProto.UINT8, ['batch', 'height', 'width', 3]
    )
    graph = helper.make_graph(nodes, 'constant', [films], values, constants)
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid('', 18)], ir_version=10
    )
    if facts is not None:
        text = dataclasses.replace(facts, **changes).to_text()
        helper.set_model_props(model, {ENTRY: text})
    onnx.save(model, str(path))
    return path
