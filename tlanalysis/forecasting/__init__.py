"""Forecasts of published counts: a model, and the register of what others announced."""
