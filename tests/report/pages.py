"""Read the pages of a site with the standard library."""

from __future__ import annotations

import posixpath
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote


class Page(HTMLParser):
    """One page: its tags with their attributes, and its text."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.html = path.read_text(encoding="utf-8")
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.feed(self.html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {key: value or "" for key, value in attrs}))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        """The text of the page, without tags."""
        return " ".join(" ".join(self.texts).split())

    def values(self, attribute: str, tag: str | None = None) -> list[str]:
        """Return every value of an attribute."""
        return [attrs[attribute] for name, attrs in self.tags if attribute in attrs and tag in {None, name}]

    @property
    def headings(self) -> list[int]:
        """The levels of the headings, in order."""
        return [int(tag[1]) for tag, _ in self.tags if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit()]


def site(out: Path) -> dict[str, Page]:
    """Return every page of a reports folder by its path."""
    paths = [out / "index.html", out / "index.en.html", *sorted((out / "site").rglob("*.html"))]
    return {path.relative_to(out).as_posix(): Page(path) for path in paths}


def broken_links(out: Path, pages: dict[str, Page]) -> list[str]:
    """Return the links to a missing file, to a missing anchor, or to a file outside the folder."""
    broken = []
    for name, page in pages.items():
        for link in page.values("href") + page.values("src"):
            if link.startswith(("https://", "http://", "data:")):
                continue
            path, _, anchor = link.partition("#")
            path = path.partition("?")[0]
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(path))) if path else name
            missing = target.startswith("..") or not (out / target).is_file()
            if missing or (anchor and target in pages and anchor not in pages[target].values("id")):
                broken.append(f"{name} -> {link}")
    return broken
