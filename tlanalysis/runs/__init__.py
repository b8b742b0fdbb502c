"""Runs: parameters, the plan, execution through papermill, and the manifest of what happened."""
