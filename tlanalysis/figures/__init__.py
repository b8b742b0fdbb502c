"""The files of a figure: publish, trace and cite."""
