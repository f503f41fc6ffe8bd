"""Building the project's virtual environment, with the standard library alone.

Runs under any Python from 3.8 on, before anything is installed; it therefore
imports nothing from the package it prepares.
"""
