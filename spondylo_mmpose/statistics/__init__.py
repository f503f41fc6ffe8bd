"""What a converted data set holds: counts, sizes, grey values, people, slips."""
