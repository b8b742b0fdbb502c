"""The names of notebooks, runs and figures: they become names of files, so none holds a separator or a pattern."""

from __future__ import annotations

import re

LONGEST = 150  # characters; a file system allows 255 bytes, with the extension and the mark of a temporary file
_SLUG = re.compile(r"\w[\w.-]*")


def is_slug(name: object) -> bool:
    """Return whether a name is made of letters, digits, `_`, `-` and `.`, does not start with a dot, and is not long.

    Such a name stays in its folder (it has no separator) and matches no other file (it has no `*`, `?` or `[`).

    Examples
    --------
    >>> is_slug("04_territory_profile--R75"), is_slug("../essai"), is_slug("*"), is_slug("")
    (True, False, False, False)
    """
    return isinstance(name, str) and len(name) <= LONGEST and _SLUG.fullmatch(name) is not None
