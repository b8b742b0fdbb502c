"""Where the files of a figure lie in the folder `figures/` of a reports folder."""

from __future__ import annotations

KINDS = ("svg", "png", "csv", "json")
PHONE = "phone"  # folder of the drawings for narrow screens


def phone(name: str) -> str:
    """Return the place of the drawing of a figure for narrow screens.

    Examples
    --------
    >>> phone("formation-part--FR")
    'phone/formation-part--FR.svg'
    """
    return f"{PHONE}/{name}.svg"


def places(name: str) -> list[str]:
    """Return the places of every file that a figure may have; that for narrow screens is the last.

    Examples
    --------
    >>> places("a--FR")
    ['a--FR.svg', 'a--FR.png', 'a--FR.csv', 'a--FR.json', 'phone/a--FR.svg']
    """
    return [*(f"{name}.{kind}" for kind in KINDS), phone(name)]
