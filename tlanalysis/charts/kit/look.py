"""How a caller bends a chart: its size, title, caption, palette and font, the same keywords on every chart.

`chart` gives a `plot_` function these keywords, so that a function says only what it draws.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any, Literal, ParamSpec, TypedDict, get_args

from matplotlib.axes import Axes

from tlanalysis.charts.kit import again, recolour, showing
from tlanalysis.charts.kit.drawings import Drawing, drawing_of, remember
from tlanalysis.charts.kit.style import PHONE, WIDTH
from tlanalysis.core.errors import BadInput, did_you_mean

Size = Literal["column", "page", "phone", "slide"] | tuple[float, float]
Shown = Literal["full", "short", "source", "none"]
P = ParamSpec("P")

# Name -> inches; a height of None follows the chart.
SIZES: dict[str, tuple[float, float | None]] = {
    "column": (3.35, None),
    "page": (WIDTH, None),
    "phone": (PHONE, None),
    "slide": (13.333, 7.5),
}
SMALLEST, LARGEST = 1.5, 60.0  # inches


class Look(TypedDict, total=False):
    """The keywords that every `plot_` function takes besides its own; `DOC` says what each does."""

    size: Size | None
    title: str | None
    caption: Shown | None
    palette: str | Sequence[str] | None
    font: str | None


DOC = """\
size : {"column", "page", "phone", "slide"} or (width, height), optional
    Size of a figure of its own: 8.5 cm wide, 18.3 cm wide (the default), 340 px for a phone, a 16:9 slide, or inches.
    Letters shrink until everything fits; on a phone they stay larger, and lines are shorter.
title : str, optional
    A title instead of the finding; ``""`` leaves title and subtitle out.
caption : {"full", "short", "source", "none"}, optional
    What stands under the plot: reading sentence, scope, note and source; one line and the source; the source; nothing.
    By default all of it on a figure of its own, the source on Axes of yours; `publish` writes the short one, and the
    page of the site says the rest.
palette : str or list of str, optional
    Colours instead of blue, orange and the others, in this order, each in its own light and dark tints; or the name of
    a palette of matplotlib.
font : str, optional
    Name of an installed font.
"""
RETURNS = """\
Returns
-------
Axes
    What was drawn on: shows itself as the last line of a cell; `save` and `publish` write it to files.

See Also
--------
save : Write a chart to one file: pdf, svg, png or eps.
publish : Write a figure with its data and where they come from.
"""


@dataclass(frozen=True)
class Asked:
    """The look of one call, checked: `width` and `height` in inches, the latter None where it follows the chart."""

    width: float = WIDTH
    height: float | None = None
    title: str | None = None
    caption: Shown | None = None
    font: str | None = None
    palette: tuple[str, ...] = ()


_DEFAULT = Asked()
_ASKED: ContextVar[Asked] = ContextVar("asked", default=_DEFAULT)


def asked() -> Asked:
    """Return the look of the chart being drawn."""
    return _ASKED.get()


@contextmanager
def _asking(look: Asked) -> Iterator[None]:
    token = _ASKED.set(look)
    try:
        yield
    finally:
        _ASKED.reset(token)


def chart(draw: Callable[P, Axes]) -> Callable[P, Axes]:
    """Give a `plot_` function the keywords of `Look`; its Axes remember what they show, and show themselves."""
    own = [name for name, one in inspect.signature(draw).parameters.items() if one.kind is not one.VAR_KEYWORD]

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> Axes:
        look: Any = {name: kwargs.pop(name) for name in Look.__annotations__ if name in kwargs}
        given = kwargs.get("ax")
        if given is not None and look.get("size") is not None:
            raise BadInput("size is for a figure of its own, and ax has a size already: give one of the two.")
        _check_call(draw, own, given, kwargs)
        bound = inspect.signature(draw).bind(*args, **kwargs)
        with _asking(_checked(look, of_yours=given is not None)):
            try:
                ax = draw(*args, **kwargs)
            except BadInput:
                raise
            except (KeyError, AttributeError, IndexError, ValueError, TypeError) as error:
                if said := _lacking(draw, next(iter(bound.arguments.values())), error):
                    raise said from error
                raise
        remember(ax, draw.__name__, bound.arguments)
        showing.show_itself(ax, of_yours=given is not None)
        if given is None:
            again.keep(ax, partial(_drawn_again, drawn, bound.arguments, look, drawing_of(ax)))
        return ax

    _document(drawn, draw)
    return drawn


def _drawn_again(
    drawn: Callable[..., Axes], arguments: dict[str, Any], look: Look, drawing: Drawing | None, size: Any
) -> Axes:
    """Draw a chart in another size, from the copy of its table that its Axes keep."""
    first, *rest = arguments
    table = drawing.table if drawing and hasattr(arguments[first], "columns") else arguments[first]
    return drawn(table, **{name: arguments[name] for name in rest if name != "ax"} | look | {"size": size})


def _check_call(draw: Callable[..., Axes], own: list[str], ax: Any, given: dict[str, Any]) -> None:
    """Refuse a misspelled keyword, and Axes that are none."""
    known = [*own, *Look.__annotations__]
    for name in given:
        if name not in known:
            raise TypeError(f"{draw.__name__}() takes no argument {name!r}{did_you_mean(name, known)}.")
    if ax is not None and not isinstance(ax, Axes):
        raise BadInput(
            f"ax is a {type(ax).__name__}: give one Axes of matplotlib, e.g. axes[0, 1] of plt.subplots(2, 2)."
        )


def _lacking(draw: Callable[..., Axes], table: Any, error: Exception) -> BadInput | None:
    """Return what to say of a table that a chart cannot draw; None where the table is not the reason."""
    origin = re.search(r"From (.+?)\.\n", inspect.getdoc(draw) or "")
    wanted = re.sub(r"`([\w.]+)`", r"tl.\1", origin.group(1)) if origin else "its indicator returns"
    draws = f"{draw.__name__} draws what comes from {wanted}"
    if not hasattr(table, "columns"):
        return BadInput(f"a {type(table).__name__} is no table: {draws}.")
    if not len(table):
        why = table.attrs.get("vide", "").rstrip(".")
        return BadInput(f"this table has no row: {why or draws}.")
    if isinstance(error, IndexError):
        return BadInput(f"{draws}, and rows that it needs are not among these {len(table)}: give it whole.")
    if isinstance(error, KeyError):
        name = str(error.args[0]) if error.args else ""
    else:
        found = re.search(r"object has no attribute '(\w+)'", str(error))
        name = found.group(1) if found and isinstance(error, AttributeError) else ""
    if not name or name in table.columns:
        return None
    name = " ".join(name.split())[:90]
    return BadInput(f"{draws}, and this table has no {name} (a column or a row): give it whole, as it was returned.")


def _checked(look: Look, *, of_yours: bool) -> Asked:
    width, height = _inches(look.get("size"))
    shown = look.get("caption")
    if shown is not None and shown not in get_args(Shown):
        near = did_you_mean(str(shown), get_args(Shown))
        raise BadInput(f"caption is {shown!r}; it is one of {', '.join(get_args(Shown))}{near}.")
    title = look.get("title")
    if title is not None and not isinstance(title, str):
        raise BadInput(f"title is {title!r}; it is text.")
    return Asked(
        width=width,
        height=height,
        title=title,
        caption=shown,
        font=recolour.font(look.get("font"), of_yours=of_yours),
        palette=recolour.palette(look.get("palette"), of_yours=of_yours),
    )


def _inches(size: Any) -> tuple[float, float | None]:
    if size is None:
        return SIZES["page"]
    if isinstance(size, str):
        if size not in SIZES:
            raise BadInput(
                f"size is {size!r}; it is one of {', '.join(SIZES)}, or (width, height) in inches"
                f"{did_you_mean(size, list(SIZES))}."
            )
        return SIZES[size]
    try:
        width, height = (float(side) for side in size)
    except (TypeError, ValueError):
        raise BadInput(f"size is {size!r}; it is one of {', '.join(SIZES)}, or (width, height) in inches.") from None
    if not all(SMALLEST <= side <= LARGEST for side in (width, height)):
        raise BadInput(f"size is {size!r}; width and height lie between {SMALLEST:g} and {LARGEST:g} inches.")
    return width, height


def _document(drawn: Callable[..., Axes], draw: Callable[..., Axes]) -> None:
    """Write the keywords into the signature, for Tab, and into the docstring, for `help`."""
    signature = inspect.signature(draw)
    own = [one for one in signature.parameters.values() if one.kind is not inspect.Parameter.VAR_KEYWORD]
    shared = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation)
        for name, annotation in Look.__annotations__.items()
    ]
    drawn.__signature__ = signature.replace(parameters=[*own, *shared])  # type: ignore[attr-defined]
    head, *rest = re.split(r"\n\n(?=\w+\n---)", inspect.cleandoc(draw.__doc__ or ""))
    if not rest:
        return
    parameters, *others = rest
    drawn.__doc__ = "\n\n".join([head, f"{parameters}\n{DOC.rstrip()}", RETURNS.rstrip(), *others]) + "\n"
