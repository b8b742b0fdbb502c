"""A figure leaves the house: SVG, PNG, CSV and a JSON sidecar, whole or not at all, same inputs same bytes.

A second SVG, in `phone/`, is the same chart drawn for narrow screens.

The facts of the sidecar stand in the SVG and PNG metadata too, so that `tlanalysis trace`
works on a picture that travelled alone; what made it (notebook, command, versions) stands in the sidecar alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tlanalysis.charts.kit.again import again
from tlanalysis.charts.kit.layout import figure_of, page_of
from tlanalysis.charts.kit.showing import forget
from tlanalysis.charts.kit.style import DPI
from tlanalysis.core import figure_places, files, paths
from tlanalysis.core.argument_checks import check_table
from tlanalysis.core.errors import BadInput, did_you_mean
from tlanalysis.figures import about, png
from tlanalysis.figures.rendering import png_of, render

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from tlanalysis.data.parameters import Params

_METADATA = re.compile(rb"<metadata.*?</metadata>", re.DOTALL)
SAVED = ("pdf", "svg", "png", "eps")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Published:
    """A figure that has been written: its `name` (`<id>--<run_key>`), `fingerprint` of the plotted data, `facts`."""

    name: str
    fingerprint: str
    facts: dict[str, Any]


def publish(
    ax: Axes, table: pd.DataFrame | None = None, *, id: str, params: Params | Mapping[str, Any] | None = None
) -> Published:
    """Write a figure's files under `reports/figures/`, atomically and reproducibly; print its fingerprints.

    They are SVG, PNG, CSV and JSON, and `phone/NAME.svg`, the chart drawn again for narrow screens. A chart that was
    changed since its `plot_` function returned it, or that stands in given Axes, has no drawing for narrow screens.

    The printed line holds the name, the fingerprint of the data and that of the picture: stored in a notebook, it tells
    a changed colour from a changed number.

    Parameters
    ----------
    ax : Axes
        What a `plot_` function returned.
    table : DataFrame, optional
        The table it was drawn from; the chart knows it, and refuses another.
    id : str
        Slug of the figure, e.g. ``"formation-part"``.
    params : Params or mapping, optional
        The parameters of the run; the chart's own language and territory when left out.

    Returns
    -------
    Published

    Raises
    ------
    BadInput
        When the id is not a slug, the Axes have no caption, the table, the language or the territory is not the
        chart's, or the table does not say which inputs it was computed from.

    See Also
    --------
    save : Write a chart to one file, anywhere.
    cite : How to cite the figure.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_holdings(tl.holdings(), lang="en")
    >>> tl.publish(ax, id="my-natures").name  # doctest: +SKIP
    'my-natures--FR-en'
    """
    name, facts, contents = files_of(ax, table, id=id, params=params)
    folder = paths.reports() / "figures"
    files.write_together({folder / place: held for place, held in contents.items()})
    if (phone := figure_places.phone(name)) not in contents:
        (folder / phone).unlink(missing_ok=True)
    forget(figure_of(ax))
    print(f"{name}  {facts['fingerprint']}  {_picture_fingerprint(contents[f'{name}.svg'])}")
    _show(contents[f"{name}.png"], facts["alt"], ax)
    return Published(name, facts["fingerprint"], facts)


def files_of(
    ax: Axes, table: pd.DataFrame | None, *, id: str, params: Params | Mapping[str, Any] | None
) -> tuple[str, dict[str, Any], dict[str, bytes]]:
    """Return the name of a figure, its facts, and place in the folder of figures -> bytes for each of its files.

    It takes what `publish` takes, raises what it raises, and writes nothing.
    """
    if not _ID.fullmatch(id):
        raise BadInput(f"{id!r} is not a figure id: write lower-case words joined by hyphens, e.g. formation-part.")
    rows = about.drawn_table(ax, table, id)
    data = files.to_csv(rows)
    run = about.parameters_of(ax, params)
    narrow = again(ax, "phone")
    try:
        for drawn in filter(None, (ax, narrow)):
            if page := page_of(drawn):
                page.shorten()
        facts = about.facts_of(ax, rows, id, run, about.digest_of(data)) | {"phone": about.plot_of(narrow)}
        name = f"{id}--{facts['run_key']}"
        svg = render(ax, "svg", facts)
        written = {"svg": svg, "png": png_of(svg, facts), "csv": data}
        written["json"] = files.to_json(facts | about.making_of(run)).encode()
        contents = {f"{name}.{extension}": written[extension] for extension in figure_places.KINDS}
        if narrow is not None:
            contents[figure_places.phone(name)] = render(narrow, "svg", facts)
    finally:
        if narrow is not None:
            forget(figure_of(narrow))
    return name, facts, contents


def save(ax: Axes, file: str | Path, *, dpi: float = 300) -> Path:
    """Write a chart to one file, with its facts inside: `tlanalysis trace` reads them. Same chart, same bytes.

    Parameters
    ----------
    ax : Axes
        What a `plot_` function returned.
    file : str or Path
        Where to write it: ``"figure.pdf"``, ``"figure.svg"``, ``"figure.png"``, ``"figure.eps"``.
    dpi : float
        Pixels per inch of a PNG.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    BadInput
        When the Axes have no caption, the name ends otherwise, or the folder does not exist.

    See Also
    --------
    publish : Write a figure with its data and where they come from.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> ax = tl.plot_holdings(tl.holdings(), lang="en", size="column")
    >>> tl.save(ax, "natures.pdf")  # doctest: +SKIP
    """
    if not isinstance(file, str | Path):
        raise BadInput(f'a {type(file).__name__} is no name of a file: write "figure.pdf".')
    path = Path(file)
    kind = path.suffix.removeprefix(".").lower()
    if kind not in SAVED:
        raise BadInput(
            f"{path.name}: a chart is saved as {', '.join(f'.{one}' for one in SAVED)}{did_you_mean(kind, SAVED)}."
        )
    if isinstance(dpi, bool) or not isinstance(dpi, int | float) or not 20 <= dpi <= 2400:
        raise BadInput(f"dpi is {dpi!r}: it is a number of pixels per inch, from 20 to 2400.")
    if not path.parent.is_dir():
        raise BadInput(f"{path.name}: the folder {path.parent} does not exist: make it first.")
    figure = re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "figure"
    rows = about.drawn_table(ax, None, figure)
    run = about.parameters_of(ax, None)
    facts = about.facts_of(ax, rows, figure, run, about.digest_of(files.to_csv(rows)), strict=False)
    files.write_bytes(path, render(ax, kind, facts, dpi))
    forget(figure_of(ax))
    return path


def fingerprint(table: pd.DataFrame) -> str:
    """Return the first sixteen hexadecimal digits of the sha256 of a table's CSV: same data, same fingerprint.

    Parameters
    ----------
    table : DataFrame
        Any table.

    Returns
    -------
    str
        Sixteen hexadecimal digits.

    See Also
    --------
    publish : Writes it beside a figure.

    Examples
    --------
    >>> import pandas as pd
    >>> fingerprint(pd.DataFrame({"a": [1]})) == fingerprint(pd.DataFrame({"a": [1]}))
    True
    """
    check_table(table, "a function of tlanalysis")
    return about.digest_of(files.to_csv(table))


def _picture_fingerprint(svg: bytes) -> str:
    """Return a digest of what an SVG draws, without the facts that it carries: a version changes those."""
    return files.sha256(_METADATA.sub(b"", svg))[:16]


def _show(raster: bytes, alt: str, ax: Axes) -> None:
    """In a notebook, show the picture that was saved, so that it is drawn once."""
    try:
        from IPython import get_ipython
    except ImportError:  # a plain script has nothing to show it in
        return
    if get_ipython() is None:
        return
    from IPython.display import Image, display

    width = int(figure_of(ax).get_size_inches()[0] * DPI)
    display(Image(data=png.without_texts(raster), format="png", width=width, alt=alt))
