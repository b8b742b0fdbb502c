"""Clean one cell that holds a web address; see `text` for what a `clean_*` returns."""

from __future__ import annotations

import re

from tlanalysis.lists.cells.text import Cell, clean_text

_ADDRESS = re.compile(
    r"(?:https?://)?(?:(?:[\w-]+\.)+[a-z]{2,}|\d{1,3}(?:\.\d{1,3}){3}(?=[:/]))(?::\d+)?(?:[/?#]\S*)?", re.IGNORECASE
)
WEB_IN_ORDER = r"^(?:https?://)?(?:[0-9A-Za-z_\-]+\.)+[A-Za-z]{2,}(?:[/?#][0-9A-Za-z_\-./?=%+~!*]*)?$"
_BETWEEN_SITES = re.compile(r"\s*[|;,]\s*(?=https?://|www\.|[\w-]+\.\w)|\s+", re.IGNORECASE)


def clean_web(text: str) -> Cell:
    """Return a web address as printed, or refuse the text when it is not one; of several addresses, the first.

    Examples
    --------
    >>> clean_web(" www.lelieu.fr/agenda "), clean_web("voir Facebook")
    (('www.lelieu.fr/agenda', ('blancs',)), (None, ('site_web_illisible',)))
    >>> clean_web("https://a.example/|https://b.example/"), clean_web("http://90.84.243.68/index.aspx")
    (('https://a.example/', ('plusieurs_sites',)), ('http://90.84.243.68/index.aspx', ()))
    """
    value, applied = clean_text(text)
    if value is None:
        return None, applied
    if "donnee_personnelle_retiree" in applied:
        return None, ("site_web_illisible",)
    several = [part for part in _BETWEEN_SITES.split(value) if part]
    if len(several) > 1 and all(_ADDRESS.fullmatch(part) for part in several):
        return several[0], tuple(sorted({*applied, "plusieurs_sites"}))
    if not _ADDRESS.fullmatch(value):
        return None, ("site_web_illisible",)
    return value, applied
