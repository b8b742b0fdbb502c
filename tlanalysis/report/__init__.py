"""The gallery: an offline site in French and English, from what has run."""
