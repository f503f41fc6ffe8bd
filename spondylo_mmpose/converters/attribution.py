"""Where exported films come from: told by the export, and read again."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from spondylo_mmpose import __version__
from spondylo_mmpose.converters.archive import MemberError, RawSource
from spondylo_mmpose.converters.coco import DatasetInfo, Licence
from spondylo_mmpose.converters.json_text import decode_json

EXPORT_REPORT_NAME = 'export_report.json'
"""File beside exported films that has their attribution."""


def attribution_of(info: DatasetInfo) -> dict[str, str]:
    """The attribution that goes with an export."""
    return {
        'description': info.description,
        'url': info.url,
        'contributor': info.contributor,
        'licence': info.licence.name if info.licence else '',
        'licence_url': info.licence.url if info.licence else '',
        'exported_by': f'spondylo_mmpose {__version__}',
    }


def exported_info(source: RawSource) -> DatasetInfo | None:
    """What an export says of its films; ``None`` where the source is none.

    Args:
        source: A raw data set.
    """
    names = [n for n in source.names if PurePosixPath(n).name == EXPORT_REPORT_NAME]
    for name in sorted(names, key=lambda n: (n.count('/'), n)):
        try:
            report = decode_json(source.read(name))
        except (MemberError, ValueError):
            continue
        told = report.get('attribution') if isinstance(report, dict) else None
        if isinstance(told, Mapping):
            text = {key: str(value or '') for key, value in told.items()}
            licence = Licence(text.get('licence', ''), text.get('licence_url', ''))
            return DatasetInfo(
                text.get('description', ''),
                text.get('url', ''),
                text.get('contributor', ''),
                licence if licence.name else None,
            )
    return None
