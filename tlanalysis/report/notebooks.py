"""Convert executed notebooks to HTML: code, tables, and pictures with their alternative texts, without scripts."""

from __future__ import annotations

import json
import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

if TYPE_CHECKING:
    from nbconvert import HTMLExporter

_KEPT = ("text/html", "text/plain", "image/png")
_TAGS = frozenset(("div", "table", "thead", "tbody", "tfoot", "tr", "th", "td", "p", "span", "strong", "em", "code"))
_TAGS |= {"pre", "br", "ul", "ol", "li", "caption"}
_ATTRIBUTES = frozenset(("class", "colspan", "rowspan", "scope", "border", "title"))
_IDS = re.compile(r' id="cell-id=[^"]*"')
_STYLES = re.compile(r"<style scoped>.*?</style>", re.DOTALL)
_REGION = '<div class="rolls" role="region" tabindex="0" aria-label="{label}">'


class _Plain(HTMLParser):
    """A parser whose attribute `plain` is True as long as the HTML holds only tables and text."""

    plain = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS or any(name not in _ATTRIBUTES for name, _ in attrs):
            self.plain = False


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
    body = _IDS.sub("", body).replace("<pre>", '<pre tabindex="0">')
    body = body.replace("<table ", f"{_REGION.format(label=Markup.escape(label))}<table ")
    return Markup(body.replace("</table>", "</table></div>"))  # noqa: S704 - outputs were filtered, the rest is escaped


def _harmless(data: dict[str, Any]) -> dict[str, Any]:
    """Return the text, the tables and the picture of an output, and nothing else."""
    kept = {kind: data[kind] for kind in _KEPT if kind in data}
    if "text/html" in kept:
        html = _STYLES.sub("", "".join(kept["text/html"]))  # the page has its own style
        parser = _Plain()
        parser.feed(html)
        if parser.plain:
            kept["text/html"] = html.replace(' border="1"', "").replace("<th></th>", "<td></td>")
        else:
            del kept["text/html"]
    return kept
