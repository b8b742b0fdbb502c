"""References as text, BibTeX and CSL-JSON: what is cited, by whom, when, and where it can be read."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from tlanalysis.core.errors import BadInput, did_you_mean
from tlanalysis.core.languages import LANGS
from tlanalysis.data.evidence import COLLECTED_ON

STYLES = ("text", "bibtex", "csl")

WORDS = {
    "fr": {"open": "« ", "close": " »", "seen": "consulté le {day}", "undated": "sans date", "untitled": "Sans titre"},
    "en": {"open": "“", "close": "”", "seen": "accessed {day}", "undated": "no date", "untitled": "Untitled"},
}
_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


@dataclass(frozen=True)
class Reference:
    """One thing that is cited.

    Attributes
    ----------
    author : str
        Who published it: an institution, never a person.
    title : str
    date : str
        ISO date, month or year; empty when unknown.
    url : str
        Where it can be read; empty for a copy without an address.
    note : str
        Licence, version, fingerprint.
    kind : {"webpage", "dataset", "graphic", "software"}
        Type of CSL.
    """

    author: str
    title: str
    date: str = ""
    url: str = ""
    note: str = ""
    kind: str = "webpage"

    @property
    def year(self) -> str:
        """The year of the date, or of the vintage of a dataset ("COG 2026"); empty when unknown."""
        found = re.search(r"\d{4}", self.date)
        return found.group() if found else ""

    @property
    def parts(self) -> list[int]:
        """Year, month and day, as far as they are known."""
        dated = re.match(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?$", self.date)
        known = dated.groups() if dated else (self.year,)
        return [int(part) for part in known if part]

    @property
    def key(self) -> str:
        """A key such as `franceTiersLieux2023panorama`."""
        words = [*_words(self.author)[:3], self.year, *_words(self.title)[:2]]
        first, *rest = [word for word in words if word] or ["source"]
        return first + "".join(word[:1].upper() + word[1:] for word in rest)


def written(references: Iterable[Reference], style: str, lang: str) -> str:
    """Return references in a style.

    Parameters
    ----------
    references : iterable of Reference
        Each is written once.
    style : {"text", "bibtex", "csl"}
    lang : {"fr", "en"}
        Of the words between.

    Raises
    ------
    BadInput
        Unknown style or language.
    """
    for name, value, known in (("style", style, STYLES), ("lang", lang, LANGS)):
        if value not in known:
            raise BadInput(f"{name} is {value!r}: it is one of {', '.join(known)}{did_you_mean(str(value), known)}.")
    once = list(dict.fromkeys(references))
    if style == "text":
        return "\n".join(_text(one, lang) for one in once)
    keyed = dict(zip(_keys(once), once, strict=True))
    if style == "csl":
        return json.dumps([_csl(key, one, lang) for key, one in keyed.items()], ensure_ascii=False, indent=1)
    return "\n\n".join(_bibtex(key, one, lang) for key, one in keyed.items())


def _keys(references: list[Reference]) -> list[str]:
    """Return a key for each; those that would be the same get b, c, d..."""
    seen: dict[str, int] = {}
    keys = []
    for one in references:
        number = seen[one.key] = seen.get(one.key, 0) + 1
        keys.append(one.key if number == 1 else f"{one.key}{_letters(number)}")
    return keys


def _letters(number: int) -> str:
    text = ""
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(97 + rest) + text
    return text


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return [word for word in re.findall(r"[a-z0-9]+", plain.lower()) if len(word) > 2]


def _text(one: Reference, lang: str) -> str:
    words = WORDS[lang]
    title = f"{words['open']}{one.title or words['untitled']}{words['close']}"
    parts = [one.author, title, one.date or words["undated"], one.url]
    if one.url:
        parts.append(words["seen"].format(day=COLLECTED_ON.isoformat()))
    return ", ".join(part for part in [*parts, one.note] if part) + "."


def _bibtex(key: str, one: Reference, lang: str) -> str:
    fields = {
        "author": f"{{{_escaped(one.author)}}}",
        "title": f"{{{_escaped(one.title or WORDS[lang]['untitled'])}}}",
        "year": one.year,
        "month": str(one.parts[1]) if len(one.parts) > 1 else "",
        "howpublished": rf"\url{{{one.url}}}" if one.url else "",
        "url": one.url,
        "urldate": COLLECTED_ON.isoformat() if one.url else "",
        "note": _escaped(one.note),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{key},", *lines, "}"])


def _escaped(text: str) -> str:
    return "".join(_SPECIAL.get(letter, letter) for letter in text)


def _csl(key: str, one: Reference, lang: str) -> dict[str, Any]:
    seen = [COLLECTED_ON.year, COLLECTED_ON.month, COLLECTED_ON.day]
    entry = {
        "id": key,
        "type": one.kind,
        "author": [{"literal": one.author}] if one.author else [],
        "title": one.title or WORDS[lang]["untitled"],
        "issued": {"date-parts": [one.parts]} if one.parts else {},
        "URL": one.url,
        "accessed": {"date-parts": [seen]} if one.url else {},
        "note": one.note,
    }
    return {name: value for name, value in entry.items() if value}
