"""Hand-made files in the layouts of BUU-LSPINE and AASCE 2019."""

import numpy as np

from spondylo_mmpose.converters.conversion import convert
from spondylo_mmpose.converters.formats.aasce import Aasce
from spondylo_mmpose.converters.formats.buu import Buu

from .helpers import jpeg, make_spine, write_tree

LA, AP = 'buu-lspine/LA/3209-F-073Y1', 'buu-lspine/AP/3209-F-073Y0'

BODIES = make_spine(6)
"""S1 to L1, facing left."""

FRONTAL = make_spine(5, sacral=0)
"""L5 to L1 as an AP film shows them."""


def plate_rows(spine, partial=True, classes=0):
    """Rows of a BUU label file, upward spine; ``partial`` leaves S1 its upper plate."""
    plates = spine[::-1].reshape(-1, 4)
    plates = plates[:-1] if partial else plates
    return [[*plate, classes] for plate in plates.tolist()]


def rows_csv(rows):
    return '\n'.join(','.join(str(field) for field in row) for row in rows).encode()


def buu_films(lateral=None, frontal=None):
    """The two films of one patient; each argument replaces the rows of a label file."""
    lateral = plate_rows(BODIES) if lateral is None else lateral
    frontal = plate_rows(FRONTAL, partial=False) if frontal is None else frontal
    return {
        f'{LA}.jpg': jpeg(grey=90),
        f'{LA}.csv': rows_csv(lateral),
        f'{AP}.jpg': jpeg(grey=91),
        f'{AP}.csv': rows_csv(frontal),
    }


def convert_buu(tmp_path, files, name='buu', **options):
    src = write_tree(tmp_path / f'{name}_raw', files)
    return convert(Buu(**options), src, tmp_path / name)


SIZE = (400, 1000)
"""Width and height of a hand-made AASCE film, px."""


def frontal_spine():
    """T1 to L5 listed as the tables do, ``(17, 4, 2)`` px, gently curved."""
    middle = np.stack(
        [200 + 40 * np.sin(np.arange(17) / 3), 60 + 55.0 * np.arange(17)], axis=1
    )
    corners = np.array([[-40, -20], [40, -20], [-40, 20], [40, 20]], dtype=float)
    return middle[:, None] + corners


def landmark_row(listed):
    """One line of ``landmarks.csv``: all x, then all y, as shares."""
    shares = (listed / SIZE).reshape(-1, 2)
    return ','.join(f'{v:.6f}' for v in [*shares[:, 0], *shares[:, 1]])


def aasce_files(films, angles=None):
    """Files of a data set; ``films`` maps image names to their line of landmarks."""
    width, height = SIZE
    names = list(films)
    angles = ['30.5,20,10'] * len(films) if angles is None else angles
    files = {
        'labels/training/filenames.csv': '\n'.join(names).encode(),
        'labels/training/landmarks.csv': '\n'.join(films.values()).encode(),
        'labels/training/angles.csv': '\n'.join(angles).encode(),
    }
    for i, name in enumerate(names):
        files[f'data/training/{name}'] = jpeg(width, height, grey=60 + i)
    return files


def convert_aasce(tmp_path, files):
    src = write_tree(tmp_path / 'aasce_raw', files)
    return convert(Aasce(), src, tmp_path / 'aasce')
