"""Pages written in Markdown, and the tables of the data package, as pages of the site."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from tlanalysis.core.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Collection

    from markdown_it.token import Token

_FRENCH = ".fr"


def documents(folder: Path) -> dict[str, dict[str, Path]]:
    """Return the documents of a folder: name -> language -> file (`lists.md` is English, `lists.fr.md` French)."""
    found: dict[str, dict[str, Path]] = {}
    for path in sorted(folder.glob("*.md")):
        french = path.stem.endswith(_FRENCH)
        found.setdefault(path.stem.removesuffix(_FRENCH), {})["fr" if french else "en"] = path
    return found


def title(markdown: str, name: str) -> str:
    """Return the first heading of a document, or its name."""
    heading = re.search(r"^# +(.+)$", markdown, re.MULTILINE)
    return heading[1].replace("`", "").strip() if heading else name


def rendered(path: Path, known: Collection[str]) -> Markup:
    """Return a document as HTML.

    Raw HTML in it is shown as text. A link to another document leads to its page; a link to a file that is not part of
    the site stays as words.

    Parameters
    ----------
    path : Path
        The Markdown file.
    known : collection of str
        Names of the documents that have a page.

    Raises
    ------
    BadInput
        When the file is not UTF-8 text.
    """
    from markdown_it import MarkdownIt

    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise BadInput(f"docs/{path.name} is not UTF-8 text: save it again as UTF-8.") from None
    markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = markdown.parse(text)
    seen: dict[str, int] = {}
    for number, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", _anchor(tokens[number + 1].content, seen))
        if token.type == "fence" or token.type == "code_block":
            token.attrSet("tabindex", "0")
        if token.type == "inline":
            token.children = _linked(token.children or [], known)
    html = markdown.renderer.render(tokens, markdown.options, {})
    html = html.replace("<pre><code", '<pre tabindex="0"><code').replace('<code tabindex="0"', "<code")
    html = html.replace("<table>", '<div class="rolls" tabindex="0"><table>').replace("</table>", "</table></div>")
    html = html.replace("<th", '<th scope="col"').replace('<th scope="col"ead', "<thead")
    return Markup(html)  # noqa: S704 - markdown-it escapes what it reads when html is off


def _anchor(words: str, seen: dict[str, int]) -> str:
    slug = re.sub(r"[^\w]+", "-", words.lower()).strip("-") or "section"
    seen[slug] = seen.get(slug, 0) + 1
    return slug if seen[slug] == 1 else f"{slug}-{seen[slug]}"


def _linked(children: list[Token], known: Collection[str]) -> list[Token]:
    kept: list[Token] = []
    open_links: list[bool] = []
    for token in children:
        if token.type == "link_open":
            target = _target(str(token.attrGet("href")), known)
            open_links.append(target is not None)
            if target is None:
                continue
            token.attrSet("href", target)
        if token.type == "link_close" and not open_links.pop():
            continue
        if token.type == "image":  # pictures of documents are figures of the site: their words are enough here
            token.type, token.tag, token.content = "text", "", token.content
        kept.append(token)
    return kept


def _target(address: str, known: Collection[str]) -> str | None:
    if address.startswith(("https://", "http://", "#")):
        return address
    page, hash_mark, anchor = address.partition("#")
    name = Path(page).name.removesuffix(".md").removesuffix(_FRENCH)
    return f"{name}.html{hash_mark}{anchor}" if page.endswith(".md") and name in known else None
