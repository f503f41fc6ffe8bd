"""Pictures, tables and pages: nothing here knows of models or metrics."""
