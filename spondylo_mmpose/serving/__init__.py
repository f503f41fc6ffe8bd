"""A small server, on which people look at reports and correct them.

Nothing that is imported here needs torch.
"""
