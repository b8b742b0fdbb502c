"""The API reference: the signature and the sections of the docstring of every public name."""

from __future__ import annotations

import inspect
import re
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

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


def reference() -> list[tuple[str, list[Documented]]]:
    """Return the public names by the module that defines them, in the order of the package."""
    import tlanalysis
    from tlanalysis.core.public_names import HOMES

    return [
        (module, [_documented(name, getattr(tlanalysis, name)) for name in names]) for module, names in HOMES.items()
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
