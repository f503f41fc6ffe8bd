"""Tables and figures of a paper from the records of runs."""
