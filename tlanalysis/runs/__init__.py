"""Runs: the plan, the runs that are due, their execution through papermill, and the manifest of their outcomes."""
