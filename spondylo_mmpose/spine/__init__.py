"""Anatomy and measurement of the spine: pure NumPy, no framework."""
