"""What papermill loads under the name `tlanalysis`: the engine, imported when it is first used.

papermill loads every registered engine while it is itself being imported; the engine is built on papermill.
"""

from __future__ import annotations

from typing import Any


class _Late:
    def __getattr__(self, name: str) -> Any:
        from tlanalysis.runs.engine import ForkEngine

        return getattr(ForkEngine, name)


engine = _Late()
