"""Recognition: which column of a list holds which field, decided for all columns at once."""
