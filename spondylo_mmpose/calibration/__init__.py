"""Pixel spacing of films: from their own tags, tables, known distances, anatomy."""
