"""Have pyarrow make arrays without pandas, for commands that show no table in a notebook."""

from __future__ import annotations

import sys
from importlib.abc import MetaPathFinder
from typing import Any


class _NoPandas(MetaPathFinder):
    """A finder of modules that makes an import of pandas fail and leaves the others to the next finder."""

    def find_spec(self, name: str, *_: Any) -> None:
        """Raise for pandas."""
        if name == "pandas":
            raise ModuleNotFoundError(name)


def leave_pandas_out() -> None:
    """Have pyarrow conclude that pandas is not there, unless it has been imported.

    pyarrow imports pandas when it makes its first array, in order to recognise pandas objects: that takes as long as
    all the rest of cleaning 2,000 rows. A later `to_pandas` looks for pandas again and finds it.
    """
    if "pandas" in sys.modules:
        return
    import pyarrow as pa

    finder = _NoPandas()
    sys.meta_path.insert(0, finder)
    try:
        pa.array([True])
    finally:
        sys.meta_path.remove(finder)
