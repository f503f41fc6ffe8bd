"""What is wrong with a data set, whatever its format."""
