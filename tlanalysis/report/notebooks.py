"""Convert executed notebooks to HTML: code, tables, and pictures with their alternative texts, without scripts."""

from __future__ import annotations

import json
import re
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nh3
from markupsafe import Markup, escape

if TYPE_CHECKING:
    from nbconvert import HTMLExporter

_KEPT = ("text/html", "text/plain", "image/png")
_TABLES = {"div", "table", "thead", "tbody", "tfoot", "tr", "th", "td", "p", "span", "strong", "em", "code", "pre"}
_TABLES |= {"br", "ul", "ol", "li", "caption"}
_TAGS = _TABLES | {
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "a",
    "b",
    "i",
    "blockquote",
    "hr",
    "img",
    "del",
    "sub",
    "sup",
    "dl",
}
_TAGS |= {"dt", "dd", "kbd", "s", "small"}
_ATTRIBUTES = {"*": {"class", "title"}, "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan", "scope"}}
_OF_PAGES = _ATTRIBUTES | {"a": {"href"}, "img": {"src", "alt", "width", "height"}, "ol": {"start"}}
_PICTURE = "data:image/png;base64,"
_UNSEEN = {"script", "style", "template", "noscript", "title"}  # their content goes with them
_REGION = '<div class="rolls" role="region" tabindex="0" aria-label="{label}">'


@cache
def _exporter() -> HTMLExporter:
    from nbconvert import HTMLExporter

    return HTMLExporter(template_name="basic", exclude_anchor_links=True)


def to_html(path: Path, label: str) -> Markup | None:
    """Return the body of an executed notebook; None when the file is not a readable notebook.

    Parameters
    ----------
    path : Path
        The `.ipynb` file of a run.
    label : str
        The name of the tables for a screen reader.
    """
    from nbformat.v4 import to_notebook

    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        return None
    if not isinstance(content, dict) or content.get("nbformat") != 4 or "cells" not in content:
        return None
    notebook = to_notebook(content)  # without validation, which takes seconds: a run wrote the file
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "data" in output:
                output["data"] = _harmless(output["data"])
    body, _ = _exporter().from_notebook_node(notebook)
    body = nh3.clean(
        body,
        tags=_TAGS,
        clean_content_tags=_UNSEEN,
        attributes=_OF_PAGES,
        attribute_filter=_filtered,
        url_schemes={"http", "https", "mailto", "data"},
        link_rel="noopener noreferrer",
    )
    body = body.replace("<pre>", '<pre tabindex="0">')
    numbers = count(1)  # each region of a page needs a name of its own
    body = re.sub("<table(?=[ >])", lambda _: _REGION.format(label=f"{escape(label)} {next(numbers)}") + "<table", body)
    return Markup(body.replace("</table>", "</table></div>"))  # noqa: S704 - sanitised above


def _filtered(tag: str, name: str, value: str) -> str | None:
    """Keep a picture only when its bytes are in the page, and an address only when it leads to a page."""
    embedded = value.startswith(_PICTURE)
    if (tag, name) == ("img", "src"):
        return value if embedded else None
    if (tag, name) == ("a", "href") and value.strip().lower().startswith("data:"):
        return None
    return value


def _harmless(data: dict[str, Any]) -> dict[str, Any]:
    """Return the text, the tables and the picture of an output, and nothing else."""
    kept = {kind: data[kind] for kind in _KEPT if kind in data}
    if "text/html" in kept:
        html = nh3.clean("".join(kept["text/html"]), tags=_TABLES, clean_content_tags=_UNSEEN, attributes=_ATTRIBUTES)
        if html.strip():
            kept["text/html"] = html.replace("<th></th>", "<td></td>")
        else:
            del kept["text/html"]
    return kept
