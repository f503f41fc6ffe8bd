"""Groups of measurements in a structured report: vertebrae, pairs, lordosis.

A value that was not measured is not there; a text says why.
"""

from collections.abc import Iterator, Sequence

from highdicom.sr import (
    AlgorithmIdentification,
    CodedConcept,
    FindingSite,
    Measurement,
    MeasurementsAndQualitativeEvaluations,
    PlanarROIMeasurementsAndQualitativeEvaluations,
    RelationshipTypeValues,
    SourceImageForMeasurementGroup,
    TextContentItem,
    TrackingIdentifier,
)
from pydicom import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from spondylo_mmpose.dicom_output import concepts
from spondylo_mmpose.dicom_output.equipment import new_uid, plain
from spondylo_mmpose.dicom_output.regions import slip_coordinates, vertebra_region
from spondylo_mmpose.film_report.spine_report import (
    Lordosis,
    Pair,
    SpineReport,
    Vertebra,
)
from spondylo_mmpose.film_report.texts import pair_text

Group = (
    PlanarROIMeasurementsAndQualitativeEvaluations
    | MeasurementsAndQualitativeEvaluations
)


def measurement_groups(
    report: SpineReport, header: Dataset, algorithm: AlgorithmIdentification
) -> Iterator[Group]:
    """All that a report has measured.

    Args:
        report: Of the film.
        header: Of the film.
        algorithm: What measured.
    """
    for vertebra in report.vertebrae:
        yield from _vertebra(vertebra, header, algorithm)
    for pair in report.pairs:
        yield _pair(pair, report, header, algorithm)
    if report.lordosis.degrees is not None:
        yield _lordosis(report.lordosis, header, algorithm)


def text_item(name: CodedConcept | Code, text: str) -> TextContentItem:
    """A text that a group or the report contains."""
    return TextContentItem(name, plain(text), RelationshipTypeValues.CONTAINS)


def grade_text(pair: Pair, report: SpineReport) -> str:
    """The grade of a pair and the interval that it follows from, in words."""
    share = f'{100 * report.options.interval_level:g} %'
    if pair.slip_interval is None:
        why = pair.reasons.get('slip_interval', 'not measured')
        return f'{pair.grade}; of the measured slip alone, no {share} interval: {why}'
    low, high = pair.slip_interval
    return f'{pair.grade}; {share} interval of the slip {low:+.1f} to {high:+.1f} %'


def _vertebra(
    vertebra: Vertebra, header: Dataset, algorithm: AlgorithmIdentification
) -> Iterator[Group]:
    found = vertebra_region(vertebra, header)
    if found is None:
        return
    region, corners = found
    score = []
    if vertebra.score is not None:
        score = [Measurement(concepts.SCORE, vertebra.score, concepts.NO_UNIT)]
    group = PlanarROIMeasurementsAndQualitativeEvaluations(
        _tracked(f'vertebra {vertebra.level or vertebra.order}'),
        referenced_region=region,
        finding_type=codes.SCT.Vertebra,
        finding_sites=[FindingSite(concepts.vertebra_code(vertebra.level))],
        algorithm_id=algorithm,
        measurements=score,
    )
    level = f'{vertebra.level or "not known"} ({vertebra.level_origin})'
    _add(group, [text_item(concepts.LEVEL, level)])
    _add(group, [text_item(concepts.CORNERS, corners)])
    yield group


def _pair(
    pair: Pair,
    report: SpineReport,
    header: Dataset,
    algorithm: AlgorithmIdentification,
) -> Group:
    group = MeasurementsAndQualitativeEvaluations(
        _tracked(f'slip {pair_text(pair)}'),
        finding_type=concepts.SLIP_VERTEBRAE,
        finding_sites=[FindingSite(concepts.disc_code(pair.upper, pair.lower))],
        algorithm_id=algorithm,
        measurements=list(_numbers(pair, report, header)),
        source_images=[_image(header)],
    )
    texts = []
    if pair.grade is not None:
        texts.append(text_item(concepts.GRADE, grade_text(pair, report)))
    for name in ('slip_percent', 'slip_mm', 'disc_angle'):
        if getattr(pair, name) is None and name in pair.reasons:
            words = f'{name.replace("_", " ")}: {pair.reasons[name]}'
            texts.append(text_item(concepts.NOT_MEASURED, words))
    _add(group, texts)
    return group


def _numbers(pair: Pair, report: SpineReport, header: Dataset) -> Iterator[Measurement]:
    if pair.slip_percent is not None:
        for value, unit in (
            (pair.slip_percent, concepts.PERCENT),
            (pair.slip_mm, concepts.MILLIMETRE),
        ):
            if value is not None:
                yield Measurement(
                    concepts.SLIP,
                    value,
                    unit,
                    referenced_coordinates=slip_coordinates(pair, report, header),
                )
    if pair.slip_std is not None:
        yield Measurement(
            concepts.SLIP,
            pair.slip_std,
            concepts.PERCENT,
            derivation=codes.SCT.StandardDeviation,
        )
    if pair.slip_interval is not None:
        low, high = pair.slip_interval
        yield Measurement(concepts.INTERVAL_LOW, low, concepts.PERCENT)
        yield Measurement(concepts.INTERVAL_HIGH, high, concepts.PERCENT)
    if pair.disc_angle is not None:
        yield Measurement(concepts.DISC_ANGLE, pair.disc_angle, concepts.DEGREE)


def _lordosis(
    lordosis: Lordosis, header: Dataset, algorithm: AlgorithmIdentification
) -> Group:
    assert lordosis.degrees is not None
    return MeasurementsAndQualitativeEvaluations(
        _tracked(f'lordosis {lordosis.upper}-{lordosis.lower}'),
        finding_type=concepts.LORDOSIS,
        finding_sites=[FindingSite(concepts.SPINE)],
        algorithm_id=algorithm,
        measurements=[
            Measurement(concepts.LORDOSIS, lordosis.degrees, concepts.DEGREE)
        ],
        source_images=[_image(header)],
    )


def _add(group: Group, items: Sequence[TextContentItem]) -> None:
    group[0].ContentSequence.extend(items)


def _tracked(name: str) -> TrackingIdentifier:
    return TrackingIdentifier(uid=new_uid(), identifier=plain(name))


def _image(header: Dataset) -> SourceImageForMeasurementGroup:
    return SourceImageForMeasurementGroup(header.SOPClassUID, header.SOPInstanceUID)
