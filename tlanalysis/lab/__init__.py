"""Explore in JupyterLab (`tlanalysis[lab]`): choose from lists, and see the calls that give the same result."""
