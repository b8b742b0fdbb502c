"""Answers as small tidy tables, intervals included."""
