"""What a review page is told: the report, and every limit and text that it needs.

So limits and texts have one home, and the page's formulas none of their own.
"""

import json
from collections.abc import Mapping
from typing import Any

import spondylo_mmpose
from spondylo_mmpose.converters.coco import CATEGORY_ID, FORMAT_VERSION
from spondylo_mmpose.film_report import (
    facing,
    films,
    findings,
    levels,
    pairs,
    reasons,
    shapes,
)
from spondylo_mmpose.film_report.options import LARGEST_ASPECT, LARGEST_SPACING
from spondylo_mmpose.film_report.report_json import encode_report, report_digest
from spondylo_mmpose.film_report.spine_report import ASSUMED, GIVEN, SLOT, SpineReport
from spondylo_mmpose.film_report.texts import origin_text
from spondylo_mmpose.review.remeasuring import LONGEST_NAME, MOST_STD
from spondylo_mmpose.spine import anatomy, boxes, measurements
from spondylo_mmpose.uncertainty.normal_errors import normal_reach


def page_data(
    report: SpineReport,
    reviewed: SpineReport | None = None,
    stem: str = 'film',
    server: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Collect what a page is told.

    Args:
        report: What the model says of the film.
        reviewed: What a person made of it before, if one did.
        stem: Beginning of the names of files that the page saves.
        server: Addresses of the server that the page is from; ``None`` for a file.

    Returns:
        Ready for JSON.
    """
    return {
        'report': json.loads(encode_report(report)),
        'reviewed': reviewed and json.loads(encode_report(reviewed)),
        'digest': report_digest(report),
        'stem': stem,
        'server': server,
        'version': spondylo_mmpose.__version__,
        'limits': limits(report.options.interval_level),
        'texts': texts(),
        'coco': {
            'format_version': FORMAT_VERSION,
            'category_id': CATEGORY_ID,
            'keypoints': anatomy.CORNERS,
            'skeleton': anatomy.SKELETON,
            'assumed': anatomy.LEVEL_ASSUMED,
        },
    }


def limits(interval_level: float) -> dict[str, Any]:
    """Numbers that the formulas need.

    Args:
        interval_level: Share of slips that intervals hold.
    """
    return {
        'levels': anatomy.LEVELS,
        'bodyShare': anatomy.BODY_SHARE,
        'grades': measurements.GRADES,
        'gradeBorders': measurements.GRADE_BORDERS,
        'borderBand': pairs.BORDER_BAND,
        'normalQuantile': normal_reach(interval_level),
        'wedge': shapes.WEDGE,
        'disc': shapes.DISC,
        'plates': shapes.PLATES,
        'apart': levels.APART,
        'doubled': boxes.DOUBLED_IOU,
        's1Ratio': findings.S1_RATIO,
        'lowScore': findings.LOW_SCORE,
        'edge': findings.EDGE,
        'sure': facing.SURE,
        'mostStd': MOST_STD,
        'longestName': LONGEST_NAME,
        'largestSpacing': LARGEST_SPACING,
        'largestAspect': LARGEST_ASPECT,
        'sameAspect': films.SAME_ASPECT,
    }


def texts() -> dict[str, Any]:
    """What reports say, by what for."""
    return {
        'reasons': {k: v for k, v in vars(reasons).items() if k.isupper()},
        'findings': findings.TEXTS,
        'assumed': ASSUMED,
        'slot': SLOT,
        'given': GIVEN,
        'origins': {origin: origin_text(origin) for origin in (ASSUMED, SLOT, GIVEN)},
    }


def script_json(value: Any) -> str:
    """JSON that may stand in a ``<script>``: nothing in it ends the element."""
    text = json.dumps(value, allow_nan=False)
    return text.replace('<', r'\u003c').replace('>', r'\u003e').replace('&', r'\u0026')
