"""What annotators call corners and vertebrae in labelling tools.

Names are taken apart at every change from letters to digits, to a capital, and at
every other sign, so that ``L5_superior-left``, ``l5 TL`` and ``L5SuperiorLeft`` are the
same. A corner is named by one word for its end plate and one for its side, in either
order, or by two letters:

=========  =====================================================
superior   superior, sup, upper, up, top, cranial, cephalad
inferior   inferior, inf, lower, low, bottom, bot, caudal, caudad
left       left, lt
right      right, rt
anterior   anterior, ant, ventral, front
posterior  posterior, post, dorsal, back, rear
letters    S T U, I B L; L R A P (``TL``, ``SA``, ``LA``, ``PI``)
=========  =====================================================

Two letters begin with the end plate, or with the side where that is not taken: ``AS``,
``PI``, ``LT``. Of ``LL`` and ``LR`` the first L is lower.
"""

import re
from dataclasses import dataclass

from spondylo_mmpose.spine import anatomy

_PLATE_WORDS = {
    'superior': ('superior', 'sup', 'upper', 'up', 'top', 'cranial', 'cephalad'),
    'inferior': (
        'inferior', 'inf', 'lower', 'low', 'bottom', 'bot', 'caudal', 'caudad',
    ),
}  # fmt: skip
_SIDE_WORDS = {
    'left': ('left', 'lt'),
    'right': ('right', 'rt'),
    'anterior': ('anterior', 'ant', 'ventral', 'front'),
    'posterior': ('posterior', 'post', 'dorsal', 'back', 'rear'),
}
_PLATES = {word: name for name, words in _PLATE_WORDS.items() for word in words}
_SIDES = {word: name for name, words in _SIDE_WORDS.items() for word in words}
_PLATE_LETTERS = {'s': 'superior', 't': 'superior', 'u': 'superior',
                  'i': 'inferior', 'b': 'inferior', 'l': 'inferior'}  # fmt: skip
_SIDE_LETTERS = {'l': 'left', 'r': 'right', 'a': 'anterior', 'p': 'posterior'}
_LETTERS = {p + s: (plate, side) for p, plate in _PLATE_LETTERS.items()
            for s, side in _SIDE_LETTERS.items()}  # fmt: skip
_LETTERS = {s + p: (plate, side) for p, plate in _PLATE_LETTERS.items()
            for s, side in _SIDE_LETTERS.items() if p != 'l'} | _LETTERS  # fmt: skip

_PARTS = re.compile(r'[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+')
_REGIONS = {
    'l': 'L', 'lv': 'L', 'lumbar': 'L', 't': 'T', 'th': 'T', 'd': 'T', 'thoracic': 'T',
    's': 'S', 'sv': 'S', 'sacral': 'S',
}  # fmt: skip
_NO_VERTEBRA = {'disc', 'disk', 'discs', 'disks', 'ivd', 'canal', 'femur', 'femoral'}
_PLAIN = {'vertebra', 'vertebrae', 'vertebral', 'body', 'corner', 'corners', 'quad',
          'polygon', 'point', 'points', 'keypoint', 'landmark', 'object'}  # fmt: skip


@dataclass(frozen=True)
class ParsedName:
    """What a label says.

    Attributes:
        level: One of ``anatomy.LEVELS``.
        corner: End plate, and ``'left'``, ``'right'``, ``'anterior'`` or
            ``'posterior'``.
        vertebra: ``False`` where it names something else, a disc or two levels.
        plain: Whether nothing is left that these do not tell.
    """

    level: str | None = None
    corner: tuple[str, str] | None = None
    vertebra: bool = True
    plain: bool = True


def parse_label(text: str) -> ParsedName:
    """Take a label apart.

    Args:
        text: Any text.
    """
    parts = [part.lower() for part in _PARTS.findall(text)]
    levels, words = _levels(parts)
    plates = [_PLATES[word] for word in words if word in _PLATES]
    sides = [_SIDES[word] for word in words if word in _SIDES]
    letters = [_LETTERS[word] for word in words if word in _LETTERS]
    if len(plates) == len(sides) == 1:
        letters = [(plates[0], sides[0])]
    known = {*_PLATES, *_SIDES, *_LETTERS, *_PLAIN}
    return ParsedName(
        level=levels[0] if len(levels) == 1 else None,
        corner=letters[0] if len(letters) == 1 else None,
        vertebra=len(levels) < 2 and not _NO_VERTEBRA & set(words),
        plain=not set(words) - known,
    )


def level_named(text: object) -> str | None:
    """The level in a field that is there to name one.

    Args:
        text: The field, ``None`` where there is none.

    Returns:
        One of ``anatomy.LEVELS``, else the text itself, which names none; ``None`` for
        an empty field.
    """
    given = '' if text is None else str(text).strip()
    return parse_label(given).level or given or None


def _levels(parts: list[str]) -> tuple[list[str], list[str]]:
    """Levels among the parts of a name, and the words left."""
    levels, words = [], []
    i = 0
    while i < len(parts):
        name = _REGIONS.get(parts[i], '') + ''.join(parts[i + 1 : i + 2])
        if name in anatomy.LEVELS:
            levels.append(name)
            i += 2
            continue
        if parts[i] == 'sacrum':
            levels.append('S1')
        else:
            words.append(parts[i])
        i += 1
    return levels, words
