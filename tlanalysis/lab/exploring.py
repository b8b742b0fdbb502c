"""Open the exploring panel (`tl.explore`), or raise an error that names what to install."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tlanalysis.core.errors import BadInput
from tlanalysis.core.extras import missing
from tlanalysis.data import territories
from tlanalysis.data.parameters import LANGS

if TYPE_CHECKING:
    from tlanalysis.lab.panel import Panel


def explore(territory: str = "FR", *, lang: str = "fr") -> Panel:
    """Return a panel of lists (territory, indicator, perimeter, year) above a chart and a table that follow them.

    Each list offers what sources have published for the choices above it. The panel shows the Python that gives the
    same result, and `panel.rows` is the table as a DataFrame.

    Parameters
    ----------
    territory : str
        The territory shown first: `FR`, `R75`, `D33`, or its name.
    lang : str
        `fr` or `en`.

    Returns
    -------
    Panel
        An ipywidgets box; a notebook shows it when it is the last line of a cell.

    Raises
    ------
    BadInput
        Unknown territory or language, or ipywidgets and itables are not installed.

    See Also
    --------
    known_figures : The rows of the panel.

    Examples
    --------
    >>> panel = explore("Bretagne", lang="en")  # doctest: +ELLIPSIS
    <...
    >>> panel.choice.territory
    'R53'
    """
    code = territories.territory(territory).code
    if lang not in LANGS:
        raise BadInput(f"lang is {lang!r}: it is one of {', '.join(LANGS)}.")
    try:
        from tlanalysis.lab.panel import Panel
    except ModuleNotFoundError as error:
        raise missing(error) from error
    return Panel(code, lang)
