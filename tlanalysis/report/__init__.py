"""The gallery: an offline site of the runs of a reports folder, in French and English."""
