"""The feed of changes: an Atom file whose entries are the figures whose data have changed."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from tlanalysis.core import files
from tlanalysis.report.render import texts
from tlanalysis.report.results import Figure

_START = "1970-01-01"  # the day of a feed without an entry


def feed(changed: Sequence[tuple[Figure, str]], lang: str) -> bytes:
    """Return the feed of a language.

    Addresses are relative to the feed, because a site does not know its own address; identifiers come from the data.

    Parameters
    ----------
    changed : sequence of (Figure, str)
        Figures whose data have changed, each with the day of the change.
    lang : {"fr", "en"}
    """
    text = texts()[lang]
    last = max((day for _, day in changed), default=_START)
    entries = "".join(_entry(figure, day) for figure, day in changed)
    return (
        f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{lang}">\n'
        f"<title>{escape(text['short'])} · {escape(text['changes'])}</title>\n<id>urn:tlanalysis:{lang}</id>\n"
        f"<updated>{last}T00:00:00Z</updated>\n<author><name>tlanalysis</name></author>\n"
        f'<link rel="alternate" href="runs.html"/>\n{entries}</feed>\n'
    ).encode()


def _entry(figure: Figure, day: str) -> str:
    facts = figure.facts or {}
    mark = files.sha256(f"{figure.name} {facts['fingerprint']}".encode())[:32]
    return (
        f"<entry>\n<title>{escape(str(facts['title']))}</title>\n<id>urn:sha256:{mark}</id>\n"
        f'<updated>{day}T00:00:00Z</updated>\n<link href="{escape(figure.slug)}"/>\n'
        f"<summary>{escape(str(facts['lecture']))}</summary>\n</entry>\n"
    )
