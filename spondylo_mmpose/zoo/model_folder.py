"""Names in the folder of a published model."""

CALIBRATION = 'calibration.json'
"""What validation says of its errors."""

SCREEN = 'screen.json'
"""Limits that tell films of another kind."""

DETECTOR = 'detector'
"""Folder, of a top-down model: what finds the vertebrae for it."""
