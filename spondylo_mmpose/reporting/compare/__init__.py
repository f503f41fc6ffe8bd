"""Several runs side by side: one table for each question, and their differences."""
