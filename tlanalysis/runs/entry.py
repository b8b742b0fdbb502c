"""The entry point of the engine `tlanalysis`, which imports the engine at its first use.

papermill loads the entry points of engines during its own import, and our engine needs papermill already imported.
"""

from __future__ import annotations

from typing import Any


class _LazyEngine:
    def __getattr__(self, name: str) -> Any:
        from tlanalysis.runs.engine import ForkEngine

        return getattr(ForkEngine, name)


engine = _LazyEngine()
