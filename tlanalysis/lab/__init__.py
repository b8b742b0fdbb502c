"""Exploring in JupyterLab (`tlanalysis[lab]`): choices instead of typing, and the calls they stand for."""
