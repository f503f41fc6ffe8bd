"""Recipes, their weights and what was measured of them, for those who look for one."""
