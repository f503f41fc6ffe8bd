"""The one loader of radiographs: raster formats, 16 bit, DICOM."""

from spondylo_mmpose.imaging.radiograph import (
    IMAGE_SUFFIXES,
    Radiograph,
    RadiographError,
    read_radiograph,
)

__all__ = ['IMAGE_SUFFIXES', 'Radiograph', 'RadiographError', 'read_radiograph']
