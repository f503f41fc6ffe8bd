"""From a converted data set to the formats of other tools."""
