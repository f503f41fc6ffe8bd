"""Reports looked at and corrected by people: a page for each film, measured anew.

Nothing that is imported here needs torch.
"""
