"""Several trainings: one after another, side by side, and tidied up."""
