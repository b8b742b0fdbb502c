"""Open, reproducible analysis of French tiers-lieux and of vocational training in them.

Everything a researcher types hangs off this module; names are loaded when first used, so
that importing it costs next to nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from tlanalysis.core.notebook_tables import register, running_shell
from tlanalysis.core.public_names import HOME_OF

__version__ = "0.1.0"

__all__ = [*HOME_OF]


def __getattr__(name: str) -> Any:
    if name not in HOME_OF:
        from tlanalysis.core.errors import did_you_mean

        near = "" if name.startswith("_") else did_you_mean(name, HOME_OF)  # Python itself asks for many such names
        raise AttributeError(f"module 'tlanalysis' has no attribute {name!r}{near}")
    value = getattr(import_module(f"tlanalysis.{HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*HOME_OF, "__version__"])


def _as_html(table: Any) -> str | None:
    """Return how a notebook shows a table; what knows it is loaded with the first table that is shown."""
    shown: str | None = import_module("tlanalysis.charts.on_screen").as_html(table)
    return shown


register(running_shell(), _as_html)
