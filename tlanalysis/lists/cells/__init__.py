"""Clean one cell: text, codes, coordinates, identifiers, personal data, and the rules that a refused cell names."""
