"""Reports: tables, curves and overlays on one HTML page."""
