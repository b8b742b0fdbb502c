"""Forecast published counts with a model, and keep the register of what others announced."""
