"""Render a page from a template: resolve its links and escape text from data."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tlanalysis import __version__
from tlanalysis.charts.labelling import publisher
from tlanalysis.core import files
from tlanalysis.core.languages import LANGS, Texts, read_texts
from tlanalysis.report import glossary, picture
from tlanalysis.report.addresses import FOLDER, HOMES
from tlanalysis.report.dates import in_words
from tlanalysis.report.results import Figure
from tlanalysis.runs.plan import Subject

HOME = "home"
HEAVY = 100_000  # bytes of a drawing in a page: a map of hundreds of communes has more
# Control characters are invisible; some reverse the text around them, and HTML does not allow some.
_INVISIBLE = re.compile("[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


@cache
def texts() -> Texts:
    """Return the texts of the site, by language."""
    return read_texts(Path(__file__).with_name("texts.toml"))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("tlanalysis.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_harmless,
    )
    environment.filters["sentence"] = lambda text: text[:1].upper() + text[1:]
    environment.filters["inline"] = _inline
    environment.tests["heavy"] = _heavy
    environment.filters["short"] = _short
    environment.filters["glossed"] = lambda note, lang, page: glossary.linked(_harmless(note), lang, page)
    environment.filters["day"] = in_words
    environment.filters["publisher"] = publisher
    environment.tests["address"] = lambda text: bool(re.fullmatch(r"https?://[^\s\"'<>]+", text))
    return environment


def _harmless(value: Any) -> Any:
    """Replace the control characters of a text; the environment escapes the other special characters."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return _INVISIBLE.sub("\ufffd", value)
    return value


def _inline(figure: Figure, phone: bool = False) -> Markup | None:
    """Return the drawing of a figure for a page that shows several; text in an image could not use the page's font."""
    path = figure.drawing_for_phones if phone else figure.path("svg")
    area = figure.phone_area if phone else figure.plot_area
    mark = files.sha256(f"{figure.name} {phone}".encode())[:12]
    return picture.inlined(_slim(path), area, prefix=f"i{mark}-")


def _heavy(figure: Figure) -> bool:
    """Return whether a page that shows several figures loads a drawing as a picture, when it comes into view."""
    return len(_slim(figure.path("svg"))) > HEAVY and "png" in figure.kinds


def _slim(path: Path) -> str:
    """Return a drawing as a page holds it."""
    return _read_slim(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _read_slim(path: Path, moment: int) -> str:
    """Read a drawing once for what pages ask of it, until it is written again."""
    return picture.slim(path.read_text(encoding="utf-8", errors="replace"))


def _short(address: str) -> str:
    """Return an address without its scheme, cut after 60 characters: a link needs no more."""
    bare = re.sub(r"^https?://(www\.)?", "", address).rstrip("/")
    return bare if len(bare) <= 60 else f"{bare[:59]}…"


def path_of(lang: str, slug: str) -> str:
    """Return the path of a page inside the reports folder."""
    return HOMES[lang] if slug == HOME else f"{FOLDER}/{lang}/{slug}"


@dataclass(frozen=True)
class Renderer:
    """Renders pages.

    `slugs` are the existing pages by language, `subjects` those of the plan by notebook, `base_url` the address that
    the reports folder will have (empty when it is not known).
    """

    slugs: dict[str, Collection[str]]
    subjects: dict[str, Subject]
    base_url: str = ""

    def title_of(self, notebook: str, lang: str) -> str:
        """Return the title of a notebook, or its name when the plan has no title for it."""
        found = self.subjects.get(notebook)
        return found.title[lang] if found else notebook

    def page(self, lang: str, slug: str, template: str, title: str, **values: Any) -> tuple[str, str]:
        """Return the path of a page inside the reports folder, and its HTML."""
        here = path_of(lang, slug)
        others = [(each, slug in self.slugs[each]) for each in LANGS if each != lang]

        def asset(path: str) -> str:
            return posixpath.relpath(path, posixpath.dirname(here) or ".")

        def to(target: str) -> str:
            if target.partition("#")[0] not in self.slugs[lang]:
                raise AssertionError(f"{here} links to {target}, which has no page")
            return asset(path_of(lang, target.partition("#")[0])) + target[len(target.partition("#")[0]) :]

        html = (
            _environment()
            .get_template(template)
            .render(
                lang=lang,
                slug=slug,
                title=title,
                text=texts()[lang],
                version=__version__,
                asset=asset,
                here=f"{self.base_url}/{here}" if self.base_url else "",
                absolute=lambda path: f"{self.base_url}/{path}" if self.base_url else asset(path),
                to=to,
                glossary=to(glossary.PAGE) if glossary.PAGE in self.slugs[lang] else "",
                has=lambda target: target in self.slugs[lang],
                others=[
                    (each, asset(path_of(each, slug if same else HOME)), texts()[each], same) for each, same in others
                ],
                subject_name=lambda notebook: self.title_of(notebook, lang),
                **values,
            )
        )
        return here, html
