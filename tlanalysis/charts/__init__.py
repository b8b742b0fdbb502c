"""Charts: result tables drawn with matplotlib, texts computed from the table, and figures published with their provenance."""
