"""The ground: errors, files, paths, periods, provenance and the recorder of what a run reads; no pandas at import."""
