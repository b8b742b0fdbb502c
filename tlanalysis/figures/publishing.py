"""A figure leaves the house: SVG, PNG, CSV and a JSON sidecar, whole or not at all, same inputs same bytes.

The facts of the sidecar stand in the SVG and PNG metadata too, so that `tlanalysis trace`
works on a picture that travelled alone.
"""

from __future__ import annotations

import io
import json
import os
import platform
import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from importlib import metadata
from typing import TYPE_CHECKING, Any

from tlanalysis import __version__
from tlanalysis.charts.kit import caption as captions
from tlanalysis.charts.kit.layout import figure_of, page_of
from tlanalysis.charts.kit.style import DPI, SAVED_DPI, style
from tlanalysis.core import files, paths
from tlanalysis.core.errors import BadInput
from tlanalysis.core.provenance import commit
from tlanalysis.data import embedded
from tlanalysis.data.documents import cited
from tlanalysis.data.parameters import Params, params, run_key
from tlanalysis.figures import png

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

FORMATS = ("svg", "png", "csv", "json")
KEY = "tlanalysis"  # name of the metadata entry that holds the facts
OF_THE_DAY = ("commit", "command", "libraries")  # facts of the JSON that no picture carries
_DRAWING = ("matplotlib", "numpy", "pandas", "pillow", "scipy", "seaborn")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


@dataclass(frozen=True)
class Published:
    """A figure that has been written: its `name` (`<id>--<run_key>`), `fingerprint` of the plotted data, `facts`."""

    name: str
    fingerprint: str
    facts: dict[str, Any]


def publish(ax: Axes, table: pd.DataFrame, *, id: str, params: Params | Mapping[str, Any] | None = None) -> Published:
    """Write a figure's four files under `reports/figures/`, atomically and reproducibly; print the data fingerprint.

    Parameters
    ----------
    ax : Axes
        What a `plot_` function returned.
    table : DataFrame
        The result table it was drawn from; it carries its inputs and sources.
    id : str
        Slug of the figure, e.g. ``"formation-part"``.
    params : Params or mapping, optional
        The parameters of the run; the defaults when left out.

    Returns
    -------
    Published

    Raises
    ------
    BadInput
        When the id is not a slug, the Axes have no caption, or the table does not say
        which inputs it was computed from.
    """
    if not _ID.fullmatch(id):
        raise BadInput(f"{id!r} is not a figure id: write lower-case words joined by hyphens, e.g. formation-part.")
    data = _csv(table)
    facts = _facts(ax, table, id, _as_params(params), _fingerprint(data))
    name = f"{id}--{facts['run_key']}"
    written = _render(ax, facts) | {"csv": data, "json": files.to_json(facts).encode()}
    folder = paths.reports() / "figures"
    files.write_together({folder / f"{name}.{extension}": written[extension] for extension in FORMATS})
    print(f"{name}  {facts['fingerprint']}")
    _show(written["png"], facts["alt"], ax)
    return Published(name, facts["fingerprint"], facts)


def fingerprint(table: pd.DataFrame) -> str:
    """Return the first sixteen hexadecimal digits of the sha256 of a table's CSV: same data, same fingerprint."""
    return _fingerprint(_csv(table))


def _fingerprint(data: bytes) -> str:
    return files.sha256(data)[:16]


def _as_params(given: Params | Mapping[str, Any] | None) -> Params:
    return given if isinstance(given, Params) else params(**(given or {}))


def _csv(table: pd.DataFrame) -> bytes:
    return table.to_csv(index=False, lineterminator="\n", float_format="%.10g").encode("utf-8")


def _facts(ax: Axes, table: pd.DataFrame, figure: str, run: Params, digest: str) -> dict[str, Any]:
    text = captions.of(ax)
    inputs = table.attrs.get("inputs")
    if not inputs:
        raise BadInput(
            f"the table of {figure} does not say what it was computed from: use the table an indicator returned."
        )
    origins = {name: embedded.input_facts(name) for name in inputs}
    return {
        "id": figure,
        "run_key": run_key(run),
        "title": text.title,
        "subtitle": text.subtitle,
        "lecture": text.lecture,
        "champ": text.champ,
        "note": text.note,
        "alt": text.alt,
        "source": text.source_line,
        "lang": text.lang,
        "plot": page.zone() if (page := page_of(ax)) else None,
        "params": run.as_dict(),
        "sources": cited(text.sources),
        "licence": " ; ".join(sorted({licence for _, licences in origins.values() for licence in licences})),
        "inputs": {name: digest for name, (digest, _) in origins.items()},
        "fingerprint": digest,
        "version": __version__,
        "commit": commit(),
        "command": _command(run),
        "libraries": {name: metadata.version(name) for name in _DRAWING} | {"python": platform.python_version()},
    }


def _command(run: Params) -> str:
    """Return the command that makes the figure again; empty outside a run."""
    notebook = os.environ.get("TLANALYSIS_NOTEBOOK", "")
    if not notebook:
        return ""
    words = ["tlanalysis", "run", notebook, *(f"-p {name}={value}" for name, value in run.as_dict().items())]
    return " ".join(words)


def _render(ax: Axes, facts: dict[str, Any]) -> dict[str, bytes]:
    # What depends on the machine and on the day stands in the JSON alone: the same figure has the same picture.
    lasting = {key: value for key, value in facts.items() if key not in OF_THE_DAY}
    compact = json.dumps(lasting, ensure_ascii=False, separators=(",", ":"))
    svg = io.BytesIO()
    figure = figure_of(ax)
    with style():
        figure.savefig(svg, format="svg", metadata={"Date": None, "Title": facts["title"], "Source": facts["source"]})
        about = {
            "Title": facts["title"],
            "Description": facts["alt"],
            "Source": facts["source"],
            KEY: compact,
        }
        raster = png.png(figure, SAVED_DPI, about)
    return {
        "svg": _with_facts(svg.getvalue().decode("utf-8"), facts, compact).encode("utf-8"),
        "png": raster,
    }


def _with_facts(svg: str, facts: dict[str, Any], compact: str) -> str:
    """Give an SVG its accessible name, its description and our facts, as the first children of the root."""
    opening = re.search(r"<svg\b[^>]*>", svg)
    if opening is None:
        raise AssertionError("matplotlib wrote an SVG without a root element")
    root = opening.group().replace("<svg", f'<svg role="img" aria-labelledby="titre alt" lang="{facts["lang"]}"', 1)
    head = f'<title id="titre">{escape(facts["title"])}</title><desc id="alt">{escape(facts["alt"])}</desc>'
    ours = f'<metadata id="{KEY}">{escape(compact)}</metadata>'
    return f"{svg[: opening.start()]}{root}\n {head}\n {ours}{svg[opening.end() :]}"


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
