"""Read data sets of labelling tools from memory."""

import json

from spondylo_mmpose.converters.archive import MemberError, Members
from spondylo_mmpose.converters.conversion_report import ConversionReport
from spondylo_mmpose.converters.reading import read_films
from spondylo_mmpose.converters.registry import FORMATS


class Memory(Members):
    """A data set that was never written."""

    unsafe: list[str] = []
    digests: dict[str, str] = {}

    def __init__(self, files):
        self.files = files
        self.names = sorted(files)

    def read(self, name):
        if name not in self.files:
            raise MemberError('member_corrupt', 'gone')
        return self.files[name]


def read(name, files):
    """Films by split and stem, and the report."""
    report = ConversionReport()
    kept = []
    done = read_films(
        FORMATS[name],
        Memory(files),
        'memory',
        report,
        lambda one, content, image: kept.append(one),
        workers=1,
    )
    films = {f'{one.raw.split}/{one.raw.stem}': one for one in done if one.film}
    assert len(kept) == len(films)
    return films, report


def dump(content):
    return json.dumps(content).encode()
