"""The account of a conversion: every fault counted, and listed with its file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spondylo_mmpose.utils.text import aligned

REPORT_NAME = 'conversion_report.json'

FILM, VERTEBRA, KEPT = 'film left out', 'vertebra left out', 'kept'

KINDS: dict[str, tuple[str, str]] = {
    'member_unsafe': (FILM, 'link, path out of the folder, or unprintable name'),
    'member_corrupt': (FILM, 'file or archive member that cannot be read'),
    'member_too_large': (FILM, 'file larger than any film'),
    'file_duplicated': (FILM, 'second file of the same name and split'),
    'image_without_label': (FILM, 'training or validation image without label file'),
    'label_without_image': (FILM, 'label file without image'),
    'image_unreadable': (FILM, 'image cut short, or no image'),
    'labels_unreadable': (FILM, 'label file cut short, or not of its format'),
    'labels_empty': (FILM, 'label file without any vertebra'),
    'rows_miscounted': (FILM, 'another number of rows than the data set defines'),
    'size_disagrees': (FILM, 'the labels are of an image of another size'),
    'image_disagrees': (FILM, 'the labels name another image of the data set'),
    'view_rotated': (FILM, 'labels drawn on a turned view of the image'),
    'encoding_undecided': (FILM, 'no known corner order fits half the vertebrae'),
    'vertebrae_all_faulty': (FILM, 'not one usable vertebra'),
    'corner_missing': (VERTEBRA, 'not four corners'),
    'corner_malformed': (VERTEBRA, 'a corner that is no two or three sound numbers'),
    'not_finite': (VERTEBRA, 'NaN, null or infinity'),
    'vertebra_unlabelled': (VERTEBRA, 'fewer than two corners marked as labelled'),
    'corner_outside': (VERTEBRA, 'a corner outside the image'),
    'corners_coincide': (VERTEBRA, 'two corners in one place'),
    'stray_box': (VERTEBRA, 'far too small for a vertebra'),
    'vertebra_oversized': (VERTEBRA, 'far too large for a vertebra'),
    'vertebra_duplicated': (VERTEBRA, 'the same vertebra a second time'),
    'side_overlong': (VERTEBRA, 'an end plate or wall far longer than the others'),
    'bow_tie': (VERTEBRA, 'two sides of the quad cross'),
    'order_disagrees': (VERTEBRA, 'corners mirrored or upside down in their film'),
    'start_unclear': (VERTEBRA, 'a polygon whose first corner cannot be told'),
    'facing_unknown': (VERTEBRA, 'corners named anterior and posterior either way'),
    'corner_name_unclear': (VERTEBRA, 'corners named twice, or by no known name'),
    'vertebrae_overlap': (VERTEBRA, 'two bodies in one place; which is right is open'),
    'vertebrae_touch': (KEPT, 'two bodies overlap a little'),
    'quad_concave': (KEPT, 'one corner inside the triangle of the others'),
    'corner_clamped': (KEPT, 'corner just outside, moved onto the border'),
    'corner_unlabelled': (KEPT, 'corner marked as not labelled'),
    'encoding_unusual': (KEPT, 'corner order that the format does not usually have'),
    'corner_order_turned': (KEPT, 'drawn from another corner than the others; turned'),
    'unsorted_file': (KEPT, 'vertebrae not listed from top to bottom; sorted'),
    'box_disagrees': (KEPT, "the file's box is not around its corners; recomputed"),
    'vertebrae_miscounted': (KEPT, 'not as many as the data set defines; no levels'),
    'levels_disagree': (KEPT, 'level names contradict the places; names unused'),
    'level_unknown': (KEPT, 'level of no known name, or none among others named'),
    'class_unexpected': (KEPT, 'class other than 0'),
    'list_lengths_differ': (KEPT, 'boxes or labels do not match keypoints; unused'),
    'json_and_txt': (KEPT, 'both label formats; JSON taken'),
    'json_unusable': (KEPT, 'JSON labels faulty; text labels taken'),
    'view_disagrees': (KEPT, 'folder and name tell different views; the rows decide'),
    'spacing_unusable': (KEPT, 'entry of the spacing table that is no positive number'),
    'angles_unusable': (KEPT, 'not three Cobb angles for the film; left out'),
    'image_turned': (
        KEPT,
        'EXIF orientation; labels taken for those of the film as displayed',
    ),
    'image_renamed': (KEPT, 'the labels name an image that is not there'),
    'fact_malformed': (KEPT, 'sex, age, spacing or the like that cannot be; unused'),
    'shape_unused': (KEPT, 'a shape that is no vertebra; passed over'),
    'annotation_superseded': (KEPT, 'several annotations of a film; one was taken'),
    'image_contradictory': (KEPT, 'image file contradicts itself, or a tag is unused'),
    'image_repeated': (KEPT, 'same bytes as a film of another name'),
    'patient_in_two_splits': (KEPT, 'patient, or copies of a film, in train and val'),
    'test_film_seen': (KEPT, 'test film that is in train or val, or its patient'),
}
"""Kind of fault: what became of it, and what it is."""


@dataclass
class ConversionReport:
    """Collects faults.

    Attributes:
        items: Kind to its entries; each names the ``file`` and details.
        totals: Counts of what was converted.
        digests: SHA-256 of the sources.
        shared: SHA-256 of each member that was read to find the films, such as a label
            file of all of them.
    """

    items: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    totals: dict[str, Any] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)
    shared: dict[str, str] = field(default_factory=dict)

    def add(self, kind: str, file: str, **detail: Any) -> None:
        """Enter one fault.

        Raises:
            KeyError: If ``kind`` is none of :data:`KINDS`.
        """
        if kind not in KINDS:
            raise KeyError(kind)
        self.items.setdefault(kind, []).append({'file': file, **detail})

    def count(self, kind: str) -> int:
        """Number of entries of a kind."""
        return len(self.items.get(kind, []))

    def counts(self) -> dict[str, int]:
        """Kinds that occurred, with their numbers, in the order of :data:`KINDS`."""
        return {kind: len(self.items[kind]) for kind in KINDS if kind in self.items}

    def examples(self) -> str:
        """Number and first entry of each kind that occurred, in one line."""
        told = []
        for kind, number in self.counts().items():
            first = self.items[kind][0]
            reason = f' ({first["reason"]})' if first.get('reason') else ''
            told.append(f'{number} {kind}: {first["file"]}{reason}')
        return '; '.join(told)

    def as_dict(self) -> dict[str, Any]:
        """The report as it is written; the same films give the same report."""
        faults = {
            kind: {
                'count': number,
                'effect': KINDS[kind][0],
                'meaning': KINDS[kind][1],
                'items': sorted(
                    self.items[kind],
                    key=lambda item: (item['file'], item.get('vertebra', -1)),
                ),
            }
            for kind, number in self.counts().items()
        }
        return {'totals': self.totals, 'digests': self.digests, 'faults': faults}

    def summary(self, out: str | Path) -> str:
        """A table for the terminal; counts only, names stay in the report."""
        rows = []
        for name, value in self.totals.items():
            if isinstance(value, Mapping):
                value = ', '.join(f'{k} {_plain(v)}' for k, v in value.items()) or '-'
            rows.append((name, str(value)))
        faults = [
            (f'{number:5d}  {kind}', f'{KINDS[kind][1]} ({KINDS[kind][0]})')
            for kind, number in self.counts().items()
        ]
        totals, listed = aligned(rows, faults)
        lines = [*totals, 'faults:' if faults else 'faults: none', *listed]
        lines += [f'written to {out}', f'report: {Path(out) / REPORT_NAME}']
        return '\n'.join(lines)


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return '(' + ', '.join(f'{v} {k}' for k, v in value.items()) + ')'
    return str(value)
