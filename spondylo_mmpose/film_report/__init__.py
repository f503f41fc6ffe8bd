"""The report of one film: what is in it, and how it is made from what was found.

Nothing that is imported here needs torch.
"""
