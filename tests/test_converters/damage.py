"""Random damage to a data set in memory; each function returns new files, or None."""

import json
from xml.etree import ElementTree

LABELS = ('.json', '.txt', '.csv', '.xml')

GARBAGE = [float('nan'), float('inf'), 1e9, -5000, 'x', '', None, [], {}, True, 10**400]
TEXT_GARBAGE = ['nan', 'inf', '1e9', '-5000', 'x', '', '[]', '1,2', 'None', '9' * 400]


def pick(random, files, suffixes):
    return random.choice([n for n in sorted(files) if n.endswith(suffixes)])


def cut(random, files):
    """A file that ends early, as of a broken download."""
    name = random.choice(sorted(files))
    content = files[name]
    return {**files, name: content[: random.randrange(len(content))]}


def delete_bytes(random, files):
    name = pick(random, files, LABELS)
    content = files[name]
    at = random.randrange(len(content))
    return {**files, name: content[:at] + content[at + random.randint(1, 60) :]}


def insert_bytes(random, files):
    name = random.choice(sorted(files))
    content = files[name]
    at = random.randrange(len(content))
    junk = random.randbytes(random.randint(1, 8))
    return {**files, name: content[:at] + junk + content[at:]}


def flip_byte(random, files):
    name = pick(random, files, LABELS)
    content = bytearray(files[name])
    content[random.randrange(len(content))] ^= random.randint(1, 255)
    return {**files, name: bytes(content)}


def repeat_bytes(random, files):
    name = pick(random, files, LABELS)
    content = files[name]
    at = random.randrange(len(content))
    chunk = content[at : at + random.randint(1, 300)]
    return {**files, name: content[:at] + chunk + content[at:]}


def spoil_value(random, files):
    """One field of a label file is missing, or holds what cannot be."""
    name = pick(random, files, LABELS)
    content = files[name]
    if name.endswith('.json'):
        spoiled = _json(random, content)
    elif name.endswith('.xml'):
        spoiled = _xml(random, content)
    else:
        spoiled = _table(random, content, b' ' if name.endswith('.txt') else b',')
    return {**files, name: spoiled}


def _json(random, content):
    data = json.loads(content)
    spots = []

    def walk(value):
        keys = value if isinstance(value, dict) else range(len(value))
        for key in keys:
            spots.append((value, key))
            if isinstance(value[key], (dict, list)):
                walk(value[key])

    walk(data)
    parent, key = random.choice(spots)
    # Without one entry of a list of vertebrae or films a file is sound.
    entry = isinstance(parent, list) and not isinstance(parent[key], (int, float))
    if random.random() < 0.3 and not entry:
        del parent[key]
    else:
        parent[key] = random.choice(GARBAGE)
    return json.dumps(data).encode()


def _xml(random, content):
    root = ElementTree.fromstring(content)
    elements = [e for e in root.iter() if e.attrib]
    element = random.choice(elements)
    key = random.choice(sorted(element.attrib))
    if random.random() < 0.3:
        del element.attrib[key]
    elif key == 'points' and random.random() < 0.7:
        points = [p.split(',') for p in element.attrib[key].split(';')]
        random.choice(points)[random.randrange(2)] = random.choice(TEXT_GARBAGE)
        element.set(key, ';'.join(','.join(p) for p in points))
    else:
        element.set(key, random.choice(TEXT_GARBAGE))
    return ElementTree.tostring(root)


def _table(random, content, divider):
    lines = [line.split(divider) for line in content.split(b'\n')]
    line = random.choice([line for line in lines if line])
    place = random.randrange(len(line))
    if random.random() < 0.3:
        del line[place]
    else:
        line[place] = random.choice(TEXT_GARBAGE).encode()
    return b'\n'.join(divider.join(line) for line in lines)


def lose(random, files):
    name = random.choice(sorted(files))
    return {n: c for n, c in files.items() if n != name}


def empty(random, files):
    return {**files, random.choice(sorted(files)): b''}


def rename(random, files):
    name = random.choice(sorted(files))
    stem, _, suffix = name.rpartition('.')
    new = random.choice([f'{stem} (1).{suffix}', f'{stem}_.{suffix}', f'{stem}.bak'])
    return {new if n == name else n: c for n, c in files.items()}


def mix_up(random, files):
    """A file holds what should be in one of another kind."""
    one, other = pick(random, files, LABELS), pick(random, files, ('.png',))
    if random.random() < 0.5:
        return {**files, one: files[other]}
    return {**files, other: files[one]}


DAMAGES = [
    cut, delete_bytes, insert_bytes, flip_byte, repeat_bytes, spoil_value, spoil_value,
    spoil_value, lose, empty, rename, mix_up,
]  # fmt: skip

BYTES = (delete_bytes, insert_bytes, flip_byte, repeat_bytes, cut)
"""Damage that may by chance leave a sound file with a slightly different number."""
