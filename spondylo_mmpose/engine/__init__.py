"""Training engine: hooks, optimiser wrappers, launching.

Import :mod:`spondylo_mmpose.engine.registration` to register what configs name.
"""
