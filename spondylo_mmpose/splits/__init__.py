"""Dividing a converted data set into train, val and test without leaks."""
