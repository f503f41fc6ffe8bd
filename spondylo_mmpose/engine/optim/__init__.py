"""Optimiser wrappers that mmengine lacks."""

from spondylo_mmpose.engine.optim.cpu_amp_optim_wrapper import CpuAmpOptimWrapper

__all__ = ['CpuAmpOptimWrapper']
