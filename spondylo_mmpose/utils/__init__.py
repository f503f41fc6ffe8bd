"""Helpers without a subject of their own: files and command lines."""
