from spondylo_mmpose.engine.training_figure import best_validation, training_curves
from tests.helpers import texts


def test_terms_of_the_loss_stand_beside_it_when_there_are_several():
    lines = [{'step': i, 'loss': 1.0, 'loss_a': 0.4, 'lr': 0.1} for i in (1, 2)]
    figure = training_curves(lines)
    assert [len(axes.lines) for axes in figure.axes] == [1, 1]
    both = [{**line, 'loss_b': 0.6} for line in lines]
    figure = training_curves(both)
    names = [line.get_label() for line in figure.axes[0].lines]
    assert names == ['loss', 'loss_a', 'loss_b']


def test_validations_and_the_best_of_them():
    lines = [
        {'step': 7, 'epoch': 1, 'loss': -0.5},
        *({'step': i, 'spine/MRE_px': e, 'spine/F1': f, 'spine/SDR@5px': 9.0}
          for i, e, f in ((1, 4.0, 50.0), (2, 3.0, 70.0), (3, 3.0, 90.0))),
    ]  # fmt: skip
    assert best_validation(lines) == 2
    assert best_validation(lines, 'spine/F1', greatest=True) == 3
    assert best_validation(lines, 'corner/MRE_px') == 2  # which is not logged
    assert best_validation([{'step': 1, 'corner/MRE_px': float('nan')}]) is None
    figure = training_curves(lines, floor=8.0, best_by='spine/F1', greatest=True)
    loss, errors, success = figure.axes
    # A negative loss has no logarithm.
    assert loss.get_yscale() == 'linear'
    assert errors.get_xlabel() == 'epoch'
    assert 'best: epoch 3' in texts(errors)
    assert 'within 5 px' in texts(success)
    assert training_curves([]) is None
