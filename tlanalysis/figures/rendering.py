"""A chart as the bytes of a file that carries its facts: SVG, PNG, PDF, EPS; same chart, same bytes."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any

from matplotlib.artist import Artist
from matplotlib.collections import LineCollection
from matplotlib.colors import to_hex, to_rgba_array
from matplotlib.lines import Line2D
from matplotlib.patheffects import AbstractPathEffect
from matplotlib.text import Text

from tlanalysis.charts.kit.layout import figure_of, page_of
from tlanalysis.charts.kit.shapes import titles_of
from tlanalysis.charts.kit.style import HALO, SAVED_DPI, style
from tlanalysis.charts.kit.watching import unwatched
from tlanalysis.figures import marks, png, svg_canvas

if TYPE_CHECKING:
    from matplotlib.axes import Axes

KEY = "tlanalysis"  # name of the metadata entry that holds the facts
_HALO = "halo-"  # first letters of the name that a label with white around it has while an SVG is drawn
_LONGEST = 200  # characters of a comment line in an EPS file, which may have 255


def render(ax: Axes, kind: str, facts: dict[str, Any], dpi: float = SAVED_DPI) -> bytes:
    """Return a chart as the bytes of a file.

    Parameters
    ----------
    ax : Axes
    kind : {"svg", "png", "pdf", "eps"}
    facts : dict
        What the file says of itself.
    dpi : float
        Pixels per inch of a PNG.
    """
    with style(), unwatched(figure_of(ax)), _laid_out(ax):
        return {"svg": _svg, "png": _png, "pdf": _pdf, "eps": _eps}[kind](ax, facts, dpi)


@contextmanager
def _laid_out(ax: Axes) -> Iterator[None]:
    """Lay out a page of our own before it is drawn: matplotlib draws a figure twice when an engine lays it out."""
    figure, page = figure_of(ax), page_of(ax)
    if page is not None:
        page.execute(figure)
        figure.set_layout_engine(None)
    try:
        yield
    finally:
        if page is not None:
            figure.set_layout_engine(page)


def _svg(ax: Axes, facts: dict[str, Any], dpi: float) -> bytes:
    about = {"Date": None, "Title": facts["title"], "Source": facts["source"]}
    drawn = io.BytesIO()
    with _named_halos(ax) as halos, marks.named(ax, facts["lang"]) as said:
        figure_of(ax).savefig(drawn, format="svg", metadata=about, backend=svg_canvas.BACKEND)
    svg = marks.with_values(drawn.getvalue().decode("utf-8"), said)
    svg = _with_titles(_stroked(svg, halos), titles_of(ax))
    return _with_facts(svg, facts).encode("utf-8")


@contextmanager
def _named_halos(ax: Axes) -> Iterator[list[tuple[str, float]]]:
    """Name the labels that have a stroke around them, instead of drawing them as outlines; yield colours and widths.

    An SVG keeps text as text.
    """
    labels = [text for text in figure_of(ax).findobj(Text) if text.get_path_effects()]
    before = [text.get_path_effects() for text in labels]
    for rank, text in enumerate(labels):
        text.set(path_effects=[], gid=f"{_HALO}{rank}")
    try:
        yield [_stroke(effects[0]) for effects in before]
    finally:
        for text, effects in zip(labels, before, strict=True):
            text.set(path_effects=effects, gid=None)


def _stroke(effect: AbstractPathEffect) -> tuple[str, float]:
    """Return colour and width of a stroke around letters; matplotlib has no public way to ask."""
    given: dict[str, Any] = getattr(effect, "_gc", {})
    return to_hex(given.get("foreground", "white")), float(given.get("linewidth", HALO))


def _stroked(svg: str, halos: list[tuple[str, float]]) -> str:
    """Give the named labels their stroke, under their letters."""

    def look(group: re.Match[str]) -> str:
        colour, width = halos[int(group[1])]
        return f'<g stroke="{colour}" stroke-width="{width:g}" stroke-linejoin="round" paint-order="stroke">'

    return re.sub(rf'<g id="{_HALO}(\d+)">', look, svg)


def _with_titles(svg: str, titles: dict[str, str]) -> str:
    """Give each named shape of a map its title, as the first child of its group."""

    def titled(group: re.Match[str]) -> str:
        said = titles.get(group["name"])
        return group[0] if said is None else f"{group[0]}<title>{escape(said)}</title>"

    return re.sub(r'<g id="(?P<name>territoire-[A-Z0-9]+)">', titled, svg)


def _png(ax: Axes, facts: dict[str, Any], dpi: float) -> bytes:
    return png_of(_svg(ax, facts, dpi), facts, dpi)


def png_of(svg: bytes, facts: dict[str, Any], dpi: float = SAVED_DPI) -> bytes:
    """Return the PNG of a chart that has been drawn as SVG.

    Parameters
    ----------
    svg : bytes
        What `render` returned for it.
    facts : dict
        What the file says of itself.
    dpi : float
        Pixels per inch.
    """
    about = {
        "Title": facts["title"],
        "Description": facts["alt"],
        "Source": facts["source"],
        KEY: json.dumps(facts, ensure_ascii=False, separators=(",", ":")),
    }
    return png.png(svg.decode("utf-8"), dpi, about)


def _pdf(ax: Axes, facts: dict[str, Any], dpi: float) -> bytes:
    drawn = io.BytesIO()
    about = {
        "Title": facts["title"],
        "Subject": facts["alt"],
        "Keywords": f"{KEY} {json.dumps(facts)}",
        "Creator": f"tlanalysis {facts['version']}",
        "CreationDate": None,
    }
    figure_of(ax).savefig(drawn, format="pdf", metadata=about)
    return drawn.getvalue()


def _eps(ax: Axes, facts: dict[str, Any], dpi: float) -> bytes:
    drawn = io.BytesIO()
    with _opaque(ax):
        figure_of(ax).savefig(drawn, format="eps", metadata={"Creator": f"tlanalysis {facts['version']}"})
    text = re.sub(rb"%%CreationDate: [^\n]*\n", b"", drawn.getvalue())
    said = json.dumps(facts)
    lines = [f"%{KEY} {said[at : at + _LONGEST]}\n" for at in range(0, len(said), _LONGEST)]
    return text.replace(b"%%EndComments\n", "".join(lines).encode("ascii") + b"%%EndComments\n", 1)


@contextmanager
def _opaque(ax: Axes) -> Iterator[None]:
    """Draw what is half transparent in the colour that it has on white: PostScript knows no transparency."""
    pale: list[Any] = ax.findobj(_is_pale)
    before = [(artist.get_color(), artist.get_alpha()) for artist in pale]
    for artist, (colour, alpha) in zip(pale, before, strict=True):
        solid = [tuple(side * alpha + 1 - alpha for side in one[:3]) for one in to_rgba_array(colour)]
        artist.set(color=solid if isinstance(artist, LineCollection) else solid[0], alpha=None)
    try:
        yield
    finally:
        for artist, (colour, alpha) in zip(pale, before, strict=True):
            artist.set(color=colour, alpha=alpha)


def _is_pale(artist: Artist) -> bool:
    return isinstance(artist, Line2D | LineCollection) and artist.get_alpha() is not None


def _with_facts(svg: str, facts: dict[str, Any]) -> str:
    """Give an SVG its accessible name, its description and our facts, as the first children of the root."""
    opening = re.search(r"<svg\b[^>]*>", svg)
    if opening is None:
        raise AssertionError("matplotlib wrote an SVG without a root element")
    compact = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
    # Without `xml:space`, two spaces become one, and what follows them stands elsewhere than matplotlib put it.
    ours = f'role="img" aria-labelledby="titre alt" lang="{facts["lang"]}" xml:space="preserve"'
    root = opening.group().replace("<svg", f"<svg {ours}", 1)
    head = f'<title id="titre">{escape(facts["title"])}</title><desc id="alt">{escape(facts["alt"])}</desc>'
    held = f'<metadata id="{KEY}">{escape(compact)}</metadata>'
    return f"{svg[: opening.start()]}{root}\n {head}\n {held}{svg[opening.end() :]}"
