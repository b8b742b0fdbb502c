"""Link the words of statistics in a note to the glossary: each word once, where it first stands."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from markupsafe import Markup, escape

from tlanalysis.report.docs import anchor

PAGE = "docs/glossary.html"


@cache
def terms(lang: str) -> dict[str, re.Pattern[str]]:
    """Return heading of the glossary -> the words of a note that it explains."""
    held = tomllib.loads(Path(__file__).with_name("glossary.toml").read_text(encoding="utf-8"))[lang]
    words = {heading: pattern.replace(" ", r"\s") for heading, pattern in held.items()}
    return {
        heading: re.compile(rf"(?<![\w-])(?:{pattern})(?![\w-])", re.IGNORECASE) for heading, pattern in words.items()
    }


def linked(note: str, lang: str, page: str) -> Markup:
    """Return a note as markup, in which the words that the glossary explains are links.

    Parameters
    ----------
    note : str
        Text from data: it is escaped.
    lang : {"fr", "en"}
    page : str
        Address of the glossary; empty when the site has none.
    """
    found = [(heading, match) for heading, pattern in terms(lang).items() if page and (match := pattern.search(note))]
    parts, at = [], 0
    # Where two words overlap, the one that begins first is linked, and of two that begin together the longer one.
    for heading, match in sorted(found, key=lambda one: (one[1].start(), -one[1].end())):
        if match.start() < at:
            continue
        word = Markup('<a class="term" href="{}#{}">{}</a>').format(page, anchor(heading), match.group())
        parts += [escape(note[at : match.start()]), word]
        at = match.end()
    return Markup("").join([*parts, escape(note[at:])])
