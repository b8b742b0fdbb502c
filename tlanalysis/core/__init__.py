"""Errors, files, paths, periods, provenance and the recorder; importing this room does not import pandas."""
