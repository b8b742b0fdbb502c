"""Shapes of a map that a page can link and read aloud: each has an id (`territoire-D33`) and a title in the SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

PREFIX = "territoire-"
_LETTER = {"region": "R", "departement": "D"}


def name_shape(ax: Axes, shape: Artist, level: str, code: str, title: str) -> None:
    """Give the shape of a territory its id and its title.

    Parameters
    ----------
    ax : Axes
        Axes that hold the shape.
    shape : Artist
        What is drawn.
    level : {"region", "departement"}
        Level of the territory.
    code : str
        Its INSEE code.
    title : str
        Its name, and what the map says of it.
    """
    name = f"{PREFIX}{_LETTER[level]}{code}"
    shape.set_gid(name)
    titles_of(ax)[name] = title


def titles_of(ax: Axes) -> dict[str, str]:
    """Return the titles of the shapes of these Axes, by id."""
    if not hasattr(ax, "shape_titles"):
        ax.shape_titles = {}  # type: ignore[attr-defined]
    found: dict[str, str] = ax.shape_titles  # type: ignore[attr-defined]
    return found
