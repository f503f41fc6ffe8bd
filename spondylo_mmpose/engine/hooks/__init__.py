"""Hooks, one a file."""

from spondylo_mmpose.engine.hooks.epoch_seed_hook import EpochSeedHook

__all__ = ['EpochSeedHook']
