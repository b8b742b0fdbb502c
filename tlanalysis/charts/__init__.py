"""Charts: result tables drawn with matplotlib, texts computed from the table, figures published with provenance."""
