"""Hand a notebook the function that shows a table: IPython only, and never over a formatter that somebody has set."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any


def running_shell() -> Any:
    """Return the shell of the notebook that is running; None in a script, which need not have IPython."""
    python = sys.modules.get("IPython")
    return python.get_ipython() if python is not None else None


def register(shell: Any, as_html: Callable[[Any], str | None]) -> None:
    """Make a shell show each table of pandas by a function, unless another one shows them already.

    Parameters
    ----------
    shell : InteractiveShell or None
        None: there is no notebook, and nothing is done.
    as_html : callable
        Takes a DataFrame, and returns HTML, or None for the plain text alone.
    """
    formatter = getattr(shell, "display_formatter", None)
    if formatter is None:
        return
    html = formatter.formatters["text/html"]
    pandas = sys.modules.get("pandas")
    if pandas is not None and hasattr(pandas, "DataFrame") and pandas.DataFrame in html.type_printers:
        return
    html.for_type_by_name("pandas", "DataFrame", as_html)
