"""The parts of a report's page, one kind a module; see :mod:`.items`."""
