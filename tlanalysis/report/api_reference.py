"""The API reference: by question, the signature and the sections of the docstring of every public name."""

from __future__ import annotations

import inspect
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup, escape

from tlanalysis.core.languages import LANGS

_LISTS = frozenset(("Parameters", "Attributes", "Raises", "Returns", "Yields"))
_QUOTED = re.compile(r"(: |-> )'([^']*)'")  # annotations are strings in our modules
_COMMAND = re.compile(r"`(tlanalysis [a-z]+)")
_CODE = re.compile(r"``(.+?)``|`(.+?)`")


@dataclass(frozen=True)
class Section:
    """A section of a docstring: entries (term, text), paragraphs or an example. The description has an empty title."""

    title: str
    entries: tuple[tuple[str, Markup], ...] = ()
    paragraphs: tuple[Markup, ...] = ()
    example: str = ""


@dataclass(frozen=True)
class Documented:
    """A public name: its signature, the commands that its docstring names, and the sections of that docstring."""

    name: str
    signature: str
    commands: tuple[str, ...]
    sections: tuple[Section, ...]


@dataclass(frozen=True)
class Question:
    """A question in each language, and the public names that answer it."""

    words: dict[str, str]
    entries: tuple[Documented, ...]


def reference() -> list[Question]:
    """Return the public names by the question that they answer, in the order of `questions.toml`."""
    import tlanalysis

    held = tomllib.loads(Path(__file__).with_name("questions.toml").read_text(encoding="utf-8"))
    return [
        Question(
            {lang: one[lang] for lang in LANGS},
            tuple(_documented(name, getattr(tlanalysis, name)) for name in one["names"]),
        )
        for one in held["question"]
    ]


def _documented(name: str, thing: Any) -> Documented:
    signature = _QUOTED.sub(r"\1\2", str(inspect.signature(thing)))
    docstring = inspect.getdoc(thing) or ""
    commands = tuple(dict.fromkeys(_COMMAND.findall(docstring)))
    return Documented(name, f"tl.{name}{signature}", commands, tuple(sections(docstring)))


def sections(docstring: str) -> list[Section]:
    r"""Return the sections of a numpy docstring.

    Examples
    --------
    >>> [section.title for section in sections("Do it.\n\nReturns\n-------\nint\n    How many.")]
    ['', 'Returns']
    """
    parts = re.split(r"^(\w[\w ]*)\n-{3,}\n", docstring, flags=re.MULTILINE)
    found = [Section("", paragraphs=_paragraphs(parts[0]))]
    for title, body in zip(parts[1::2], parts[2::2], strict=True):
        if title in _LISTS:
            found.append(Section(title, entries=_entries(body)))
        elif title == "Examples":
            found.append(Section(title, example=body.strip()))
        else:
            found.append(Section(title, paragraphs=_paragraphs(body)))
    return found


def _entries(body: str) -> tuple[tuple[str, Markup], ...]:
    entries = re.findall(r"^(\S.*)\n?((?:[ \t]+.*\n?|\n)*)", body.strip() + "\n", flags=re.MULTILINE)
    return tuple((term.strip(), _words(inspect.cleandoc(text))) for term, text in entries)


def _paragraphs(text: str) -> tuple[Markup, ...]:
    return tuple(_words(part) for part in re.split(r"\n\s*\n", text.strip()) if part)


def _words(text: str) -> Markup:
    escaped = str(escape(" ".join(text.split())))
    return Markup(_CODE.sub(lambda found: f"<code>{found[1] or found[2]}</code>", escaped))  # noqa: S704 - escaped above
