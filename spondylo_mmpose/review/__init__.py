"""Reports looked at and corrected by people: a page for each film, and a small server.

Nothing that is imported here needs torch.
"""
