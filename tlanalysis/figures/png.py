"""A PNG of an SVG: a figure is drawn once, and its PNG shows what its SVG says.

resvg draws it with the fonts that matplotlib finds for the families that the SVG names, and with no other font of the
machine. Where the first family of a text lacks a sign, resvg would write the whole text in another family: the signs
that it lacks are given to the next family that has them, at their places, as matplotlib and browsers do.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from html import escape, unescape
from itertools import groupby
from math import fsum
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.font_manager import FontProperties, findfont, get_font

from tlanalysis.charts.kit.fonts import register
from tlanalysis.charts.kit.letters import text_width

if TYPE_CHECKING:
    from resvg.usvg import Options

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_HEADER_END = len(_SIGNATURE) + 25  # the first chunk, IHDR, always has this length
_METRE = 1 / 0.0254  # inches
_TEXTS = {b"tEXt", b"iTXt", b"zTXt"}
_TEXT = re.compile(r'(?P<opening><text\b[^>]*style="(?P<style>[^"]*)"[^>]*>)(?P<said>[^<]*)</text>')
_FAMILY = re.compile(r"'([^']+)'")
_BOLD = re.compile(r"font-weight: (?:bold|[6-9]00)")
_POINTS = re.compile(r"font-size: ([\d.]+)px")
_ANCHOR = re.compile(r"text-anchor: (start|middle|end)")
_X = re.compile(r' x="(-?[\d.]+)"')
_BEFORE = {"start": 0.0, "middle": 0.5, "end": 1.0}  # part of a text that stands before its anchor
_SIZE = re.compile(r'(<svg\b[^>]*?) width="(?P<width>[\d.]+)pt" height="(?P<height>[\d.]+)pt"')


def png(svg: str, dpi: float, texts: Mapping[str, str]) -> bytes:
    """Return an SVG of matplotlib as PNG bytes: same SVG, same texts, same bytes.

    Parameters
    ----------
    svg : str
        Its root says its size in points.
    dpi : float
        Pixels per inch.
    texts : mapping
        What the file says about itself.
    """
    from resvg import render, usvg

    fonts = {face for text in _TEXT.finditer(svg) for face in _faces(text["style"])}
    options = _options(tuple(sorted(fonts)))
    tree = usvg.Tree.from_str(_TEXT.sub(_with_signs, _in_pixels(svg, dpi)), options)
    drawn = bytes(render(tree, (1, 0, 0, 0, 1, 0)))
    return drawn[:_HEADER_END] + _chunks(dpi, texts) + drawn[_HEADER_END:]


def _in_pixels(svg: str, dpi: float) -> str:
    """Return an SVG with its size in whole pixels, which its picture fills without an empty edge."""
    found = _SIZE.search(svg)
    if found is None:
        raise AssertionError("matplotlib wrote an SVG whose root has no size in points")
    width, height = (max(1, int(float(found[side]) / 72 * dpi + 1e-6)) for side in ("width", "height"))
    root = f'{found[1]} width="{width}" height="{height}" preserveAspectRatio="none"'
    return f"{svg[: found.start()]}{root}{svg[found.end() :]}"


@cache
def _options(fonts: tuple[str, ...]) -> Options:
    from resvg import usvg

    options = usvg.Options.default()
    beside = (Path(mpl.get_data_path()) / "fonts" / "ttf").glob("*.ttf")
    for path in (*map(Path, fonts), *sorted(beside)):
        options.load_font_data(path.read_bytes())  # resvg would open the file of a font again for each text
    return options


@cache
def _faces(style: str) -> dict[str, str]:
    """Return font file -> family, for the families that a style names and matplotlib finds, in their order."""
    register()
    weight = "bold" if _BOLD.search(style) else "normal"
    found: dict[str, str] = {}
    for family in _FAMILY.findall(style):
        with suppress(ValueError):  # no such font here: the next one serves, as in the SVG
            path = findfont(FontProperties(family=[family], weight=weight), fallback_to_default=False)
            found.setdefault(str(path), family)
    return found


def _with_signs(text: re.Match[str]) -> str:
    """Return a text whose signs that its first family lacks stand apart, each in the next family that has it."""
    faces = _faces(text["style"])
    if text["said"].isascii() or len(faces) < 2:
        return text[0]
    said = unescape(text["said"])
    first = next(iter(faces.values()))  # a sign that no family has stays in it
    families = [next((family for path, family in faces.items() if _has(path, letter)), first) for letter in said]
    letters = zip(families, said, strict=True)
    runs = [(family, "".join(letter for _, letter in run)) for family, run in groupby(letters, itemgetter(0))]
    size, place = _POINTS.search(text["style"]), _X.search(text["opening"])
    if len(runs) < 2 or size is None or place is None:
        return text[0]
    bold, anchor = bool(_BOLD.search(text["style"])), _ANCHOR.search(text["style"])
    widths = [72 * text_width(run, float(size[1]), bold, family) for family, run in runs]
    left = float(place[1]) - fsum(widths) * _BEFORE[anchor[1] if anchor else "start"]
    written = []
    for (family, run), width in zip(runs, widths, strict=True):
        written.append(f'<tspan x="{left:.3f}" style="font-family: \'{family}\'">{escape(run, quote=False)}</tspan>')
        left += width
    return f"{_ANCHOR.sub('text-anchor: start', text['opening'])}{''.join(written)}</text>"


@cache
def _has(path: str, letter: str) -> bool:
    return bool(get_font(path).get_char_index(ord(letter)))


def _chunks(dpi: float, texts: Mapping[str, str]) -> bytes:
    """Return the parts of a PNG that say its pixels per inch and its texts."""
    from PIL.PngImagePlugin import PngInfo, putchunk

    about, written = PngInfo(), io.BytesIO()
    for key, value in texts.items():
        about.add_text(key, value)
    per_metre = round(dpi * _METRE)
    putchunk(written, b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1))
    for kind, data, *_ in about.chunks:
        putchunk(written, kind, data)
    return written.getvalue()


def without_texts(data: bytes) -> bytes:
    """Return a PNG without what it says about itself: the same picture, and nothing that changes by commit."""
    kept, at = [_SIGNATURE], len(_SIGNATURE)
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        end = at + 12 + length
        if data[at + 4 : at + 8] not in _TEXTS:
            kept.append(data[at:end])
        at = end
    return b"".join(kept)
