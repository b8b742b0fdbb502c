"""Convert the Markdown documents of `docs/` to HTML."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from tlanalysis.core.errors import BadInput
from tlanalysis.core.public_names import HOME_OF
from tlanalysis.data.parameters import LANGS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from markdown_it.token import Token

_WITHOUT_SUFFIX = "en"  # `lists.md` is English, `lists.fr.md` French


def documents(folder: Path) -> dict[str, dict[str, Path]]:
    """Return the documents of a folder: name -> language -> file (`lists.md` is English, `lists.fr.md` French)."""
    found: dict[str, dict[str, Path]] = {}
    for path in sorted(folder.glob("*.md")):
        name, lang = _name_and_language(path.name)
        found.setdefault(name, {})[lang] = path
    return found


def _name_and_language(file: str) -> tuple[str, str]:
    stem = file.removesuffix(".md")
    name, _, suffix = stem.rpartition(".")
    return (name, suffix) if name and suffix in LANGS else (stem, _WITHOUT_SUFFIX)


def title(markdown: str, name: str) -> str:
    """Return the first heading of a document, or its name."""
    heading = re.search(r"^# +(.+)$", markdown, re.MULTILINE)
    return heading[1].replace("`", "").strip() if heading else name


def to_html(path: Path, known: Collection[str]) -> Markup:
    """Return a document as HTML.

    The page shows raw HTML as text. A link to another document leads to its page, and a link to a public function
    (`../tlanalysis/lists/cleaning.py#clean`) to its entry in the library reference. A link to a file outside the site
    becomes plain text.

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
    for name, rule in _RULES.items():
        markdown.add_render_rule(name, rule)
    tokens = markdown.parse(text)
    seen: dict[str, int] = {}
    for number, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", _anchor(tokens[number + 1].content, seen))
        if token.type == "inline":
            token.children = _linked(token.children or [], known)
    html = markdown.renderer.render(tokens, markdown.options, {})
    return Markup(html)  # noqa: S704 - markdown-it escapes its input when html is off


def _code(renderer: Any, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    """Write a block of code that the keyboard can scroll."""
    language = tokens[at].info.split()[0] if tokens[at].info.strip() else ""
    its = f' class="language-{escape(language)}"' if language else ""
    return f'<pre tabindex="0"><code{its}>{escape(tokens[at].content)}</code></pre>\n'


def _table(renderer: Any, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    """Open a table in a region that the keyboard can scroll."""
    return '<div class="rolls" tabindex="0"><table>\n'


def _end_of_table(renderer: Any, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    return "</table></div>\n"


def _heading_cell(renderer: Any, tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    tokens[at].attrSet("scope", "col")
    return renderer.renderToken(tokens, at, options, env)


_RULES = {
    "fence": _code,
    "code_block": _code,
    "table_open": _table,
    "table_close": _end_of_table,
    "th_open": _heading_cell,
}


def anchor(words: str) -> str:
    """Return the identifier of a heading, the first of its page with these words."""
    return re.sub(r"[^\w]+", "-", words.lower()).strip("-") or "section"


def _anchor(words: str, seen: dict[str, int]) -> str:
    slug = anchor(words)
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
        if token.type == "image":  # a picture of a document is a figure of the site: its alternative text replaces it
            token.type, token.tag, token.content = "text", "", token.content
        kept.append(token)
    return kept


def _target(address: str, known: Collection[str]) -> str | None:
    if address.startswith(("https://", "http://", "#")):
        return address
    page, hash_mark, anchor = address.partition("#")
    if page.endswith(".py") and anchor in HOME_OF:
        return f"api.html#{anchor}"
    name = _name_and_language(Path(page).name)[0]
    return f"{name}.html{hash_mark}{anchor}" if page.endswith(".md") and name in known else None
