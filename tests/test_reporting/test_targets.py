import pytest

from spondylo_mmpose.evaluation.slots import SLOT_SIZE, UNIT, summarise_slots
from spondylo_mmpose.reporting.targets import SLOT_TARGETS, TARGETS, targets_of


def test_the_numbers():
    values = {name: [t.value for t in own] for name, own in TARGETS.items()}
    assert values['corner/MRE_mm'] == values['spine/MRE_mm'] == [2, 5]
    assert targets_of('corner/MRE_mm')[0].upper == 3
    assert values['corner/SDR@2mm'] == values['spine/SDR@2mm'] == [70, 85]
    assert values['clinical/grade_accuracy'] == [80, 90]
    assert values['published_slot/MRE_px512'] == [35, 40, 43.85, 48.41, 51.06]


def test_published_values_name_their_model():
    published = {t.label: t.value for t in SLOT_TARGETS if t.is_published}
    assert published == {
        'published HRNet-W32, 43.85': 43.85,
        'published U-Net, 48.41': 48.41,
        'published ResNet-50, 51.06': 51.06,
    }
    assert all(f'{SLOT_SIZE} px' in t.source for t in SLOT_TARGETS if t.is_published)


@pytest.mark.parametrize(
    'name', ['corner/MRE_px', 'spine/MRE_px', 'corner/MRE_mm_estimated', 'MRE_px']
)
def test_no_other_px_value_has_a_target(name):
    assert targets_of(name) == ()


def test_the_slot_metric_has_the_values_that_targets_name():
    metrics = {f'published_slot/{name}' for name in summarise_slots([])}
    named = {name for name in TARGETS if name.startswith('published_slot/')}
    assert named <= metrics
    assert all(name.endswith(UNIT) for name in named)
