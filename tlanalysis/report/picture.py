"""Insert the SVG of a figure into a page: readers can select its text, and it contains no script and no address."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from xml.etree import ElementTree

from markupsafe import Markup

from tlanalysis.report.results import PlotArea

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_DRAWN = frozenset(("svg", "title", "desc", "defs", "style", "g", "path", "use", "clipPath", "rect", "text", "tspan"))
_DRAWN |= {"circle", "line", "pattern", "polygon", "polyline"}  # a pattern hatches the areas of unknown values
_METADATA = re.compile(r"<metadata.*?</metadata>", re.DOTALL)
_DATA = re.compile(r'\sd="([^"]*)"')
_DECIMALS = re.compile(r"-?\d+\.\d+")
_SAME = re.compile(r"( L -?\d+ -?\d+)(?:\1)+(?= )")  # points that rounding makes one
_CURVES = re.compile("[^MLz0-9. -]")
_MANY = 40  # lines in the path of an outline
_SAYS_NOTHING = re.compile(r' transform="rotate\(-?0 [^"]*"|(?<=>)\s*\n\s*(?=<)')
_FONT = "font-family: 'Source Sans Pro', 'DejaVu Sans', sans-serif; "  # as `.drawing text` of site.css
_ADDRESS = re.compile(r"url\(\s*['\"]?(?!#)|@import|expression", re.IGNORECASE)

ElementTree.register_namespace("", _SVG)
ElementTree.register_namespace("xlink", _XLINK)


def inlined(
    svg: str,
    area: PlotArea | None = None,
    *,
    said: Mapping[str, str] | None = None,
    link: Callable[[str], str | None] | None = None,
    prefix: str = "",
) -> Markup | None:
    """Return a drawing, or its plot area alone, as markup of a page; None when the text is not a readable SVG.

    The function removes elements that do not draw, event handlers and addresses outside the drawing. It keeps an
    embedded picture (`<image>`) only when its bytes are in the file.

    Parameters
    ----------
    svg : str
        The file of a figure.
    area : PlotArea, optional
        The area to show.
    said : mapping, optional
        Identifier of a shape -> what it says on hover and focus.
    link : callable, optional
        Identifier of a shape -> address of a page of ours, or None.
    prefix : str
        First letters of the identifiers, which differ between the drawings of a page.
    """
    try:
        root = ElementTree.fromstring(svg)  # noqa: S314 - we wrote the file, and expat limits the expansion of entities
    except ElementTree.ParseError:
        return None
    if root.tag != f"{{{_SVG}}}svg":
        return None
    _clean(root)
    root.attrib.pop("width", None)
    root.attrib.pop("height", None)
    _name(root)
    _speak(root, said or {}, link or (lambda _: None))
    if prefix:
        _rename(root, prefix)
    if area is not None:
        _crop(root, area)
        at = (0, area.top, area.width, area.bottom - area.top)
        root.set("viewBox", " ".join(f"{72 * inches:g}" for inches in at))
    return Markup(ElementTree.tostring(root, encoding="unicode"))  # noqa: S704 - cleaned above


def slim(svg: str) -> str:
    """Return a drawing without its facts and with rounded paths: a tenth of a point, or a point for an outline.

    What says nothing goes too: a turn by no degree, the space between tags, the font, which the page names.
    """
    bare = _SAYS_NOTHING.sub("", _METADATA.sub("", svg)).replace(_FONT, "")
    return _DATA.sub(lambda path: f' d="{_rounded(path[1])}"', bare)


def _rounded(data: str) -> str:
    outline = data.count("L") > _MANY
    digits = 0 if outline else 1
    rounded = _DECIMALS.sub(lambda number: f"{float(number.group()):.{digits}f}".removesuffix(".0"), data)
    words = " ".join(rounded.split())
    if outline:
        words = _SAME.sub(r"\1", words)
    # After M and L a pair of numbers is a line: the letter says nothing.
    return words if _CURVES.search(words) else words.replace(" L ", " ")


def _crop(root: ElementTree.Element, area: PlotArea) -> None:
    """Remove the texts above and below an area: the page prints them."""
    for figure in root.findall(f"{{{_SVG}}}g"):
        for group in figure.findall(f"{{{_SVG}}}g"):
            texts = group.findall(f"{{{_SVG}}}text")
            if len(texts) == len(group) == 1 and not area.holds(float(texts[0].get("y", "nan")) / 72):
                figure.remove(group)


def _name(root: ElementTree.Element) -> None:
    """Name the drawing by an attribute: a browser shows a `<title>` of the whole over each of its marks."""
    own = [child for child in root if child.tag in {f"{{{_SVG}}}title", f"{{{_SVG}}}desc"}]
    for child in own:
        root.remove(child)
    said = ". ".join(dict.fromkeys(child.text.strip().rstrip(".") for child in own if child.text))
    root.attrib.pop("aria-labelledby", None)
    root.set("role", "group" if root.find(f".//{{{_SVG}}}title") is not None else "img")
    if said:
        root.set("aria-label", said)


def _rename(root: ElementTree.Element, prefix: str) -> None:
    """Put a prefix before each identifier that something refers to, and in what refers to it.

    The other identifiers are removed.
    """
    values = [value for part in root.iter() for value in part.attrib.values()]
    meant = {name for value in values for name in re.findall(r"url\(#([^)]*)\)|^#(.*)$", value) for name in name}
    for part in root.iter():
        for name, value in list(part.attrib.items()):
            local = name.rpartition("}")[2]
            if local == "id" and value not in meant:
                del part.attrib[name]
            elif local == "id":
                part.set(name, f"{prefix}{value}")
            elif local == "href" and value.startswith("#"):
                part.set(name, f"#{prefix}{value[1:]}")
            elif "url(#" in value:
                part.set(name, value.replace("url(#", f"url(#{prefix}"))


def _speak(root: ElementTree.Element, said: Mapping[str, str], link: Callable[[str], str | None]) -> None:
    """Give each named shape its words, and a link where it has a page."""
    for parent in list(root.iter()):
        for at, shape in enumerate(list(parent)):
            name = shape.get("id", "")
            if name not in said:
                continue
            root.set("role", "group")
            title = ElementTree.Element(f"{{{_SVG}}}title")
            title.text = said[name]
            address = link(name)
            if address is None:
                shape.insert(0, title)
                continue
            anchor = ElementTree.Element(f"{{{_SVG}}}a", {"href": address, "aria-label": said[name]})
            anchor.append(title)
            anchor.append(shape)
            parent.remove(shape)
            parent.insert(at, anchor)


def _clean(element: ElementTree.Element) -> None:
    for name, value in list(element.attrib.items()):
        local = name.rpartition("}")[2].lower()
        leads_out = local == "href" and not value.startswith(("#", "data:image/png;base64,"))
        if local.startswith("on") or leads_out or _ADDRESS.search(value):
            del element.attrib[name]
    for child in list(element):
        name = child.tag.removeprefix(f"{{{_SVG}}}") if isinstance(child.tag, str) else ""
        unsafe_style = name == "style" and _ADDRESS.search(child.text or "")
        if (name not in _DRAWN and name != "image") or unsafe_style:
            element.remove(child)
        else:
            _clean(child)
