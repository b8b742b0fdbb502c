"""What a file says of its figure: the texts, the sources, the parameters, the data behind it."""

from __future__ import annotations

import os
import platform
import shlex
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from tlanalysis import __version__
from tlanalysis.charts.kit import caption as captions
from tlanalysis.charts.kit.drawings import Drawing, drawing_of, rows_drawn
from tlanalysis.charts.kit.layout import page_of
from tlanalysis.core import files
from tlanalysis.core.errors import BadInput
from tlanalysis.core.own_list import distinct_names
from tlanalysis.core.provenance import NOTEBOOK, commit
from tlanalysis.data import embedded, territories
from tlanalysis.data.documents import cited
from tlanalysis.data.parameters import SHARED, Params, params, run_key

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

LIBRARIES = ("matplotlib", "numpy", "pandas", "resvg", "scipy")


def digest_of(data: bytes) -> str:
    """Return the first sixteen hexadecimal digits of a sha256."""
    return files.sha256(data)[:16]


def drawn_table(ax: Axes, table: pd.DataFrame | None, figure: str) -> pd.DataFrame:
    """Return everything that some Axes show as a table.

    Parameters
    ----------
    ax : Axes
    table : DataFrame or None
        The table that the caller believes it is; None asks the Axes.
    figure : str
        Name of the figure, for messages.

    Raises
    ------
    BadInput
        When the Axes have no caption, or show another table.
    """
    captions.of(ax)
    drawing = drawing_of(ax)
    if drawing is None:
        raise BadInput("these Axes have no caption: draw them with one of the plot_ functions.")
    if table is not None and table is not drawing.table and files.to_csv(table) != files.to_csv(drawing.table):
        raise BadInput(
            f"{figure}: this table is not the one that {drawing.chart} drew, which has {len(drawing.table)} rows and "
            f"the columns {', '.join(map(str, drawing.table.columns[:6]))}: leave the table out, tl.publish(ax, "
            'id="...") finds it.'
        )
    return rows_drawn(drawing)


def parameters_of(ax: Axes, given: Params | Mapping[str, Any] | None) -> Params:
    """Return the parameters of a figure: those given if they are the chart's, or the chart's own.

    Raises
    ------
    BadInput
        When the chart is in another language, or shows another territory.
    """
    drawing = drawing_of(ax)
    if drawing is None:
        return given if isinstance(given, Params) else params(**(given or {}))
    if given is None:
        return params(**_own_parameters(drawing))
    run = given if isinstance(given, Params) else params(**given)
    if run.lang != drawing.lang:
        raise BadInput(
            f'the chart is drawn with lang="{drawing.lang}" and the parameters say lang="{run.lang}": draw it again, '
            f'or publish it with params={{"lang": "{drawing.lang}"}}.'
        )
    shown = _shown_territory(drawing)
    if not _related(shown, run.territory):
        raise BadInput(
            f'the chart shows {shown} and the parameters say territory="{run.territory}": draw it for '
            f'{run.territory}, or publish it with params={{"territory": "{shown}"}}.'
        )
    return run


def _own_parameters(drawing: Drawing) -> dict[str, Any]:
    own = {"territory": _shown_territory(drawing), "lang": drawing.lang}
    return {name: value for name, value in own.items() if value != getattr(Params, name)}


def _shown_territory(drawing: Drawing) -> str:
    """Return the territory that a chart sets off, or that its table is about."""
    shown = drawing.arguments.get("focus") or drawing.table.attrs.get("territoire") or territories.FRANCE
    return territories.territory(shown).code


def _related(one: str, other: str) -> bool:
    """Return whether two territories are the same, or one lies in the other."""
    if territories.FRANCE in {one, other} or one == other:
        return True
    first, second = (territories.territory(code) for code in (one, other))
    return second.insee in territories.within(one, second.level) or first.insee in territories.within(
        other, first.level
    )


def facts_of(
    ax: Axes, table: pd.DataFrame, figure: str, run: Params, digest: str, *, strict: bool = True
) -> dict[str, Any]:
    """Return the facts of a figure.

    Parameters
    ----------
    ax : Axes
    table : DataFrame
        What it shows; says in its `attrs` from which inputs it was computed.
    figure : str
        Id of the figure.
    run : Params
    digest : str
        Fingerprint of the table.
    strict : bool
        Refuse a table that names no input.

    Raises
    ------
    BadInput
        When the table does not say which inputs it was computed from.
    """
    text = captions.of(ax)
    inputs = table.attrs.get("inputs") or []
    if not inputs and strict:
        raise BadInput(
            f"the table of {figure} does not say what it was computed from: use the table an indicator returned."
        )
    origins = {name: embedded.input_facts(key) for name, key in distinct_names(inputs).items()}
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
        "plot": plot_of(ax),
        "params": run.as_dict(),
        "sources": cited(text.sources),
        "licence": " ; ".join(sorted({licence for _, licences in origins.values() for licence in licences})),
        "inputs": {name: digest for name, (digest, _) in origins.items()},
        "fingerprint": digest,
        "version": __version__,
    }


def plot_of(ax: Axes | None) -> dict[str, float] | None:
    """Return where the plot stands on the page of a figure; None without a page of our own."""
    page = page_of(ax) if ax is not None else None
    return page.zone() if page else None


def making_of(run: Params) -> dict[str, Any]:
    """Return what made a figure: `notebook`, `command`, `commit`, `versions` of libraries; in the sidecar only."""
    notebook = os.environ.get(NOTEBOOK, "")
    return {
        "notebook": notebook,
        "command": command_of(notebook, run) if notebook else "",
        "commit": commit(),
        "versions": _versions(),
    }


@cache
def _versions() -> dict[str, str]:
    return {"python": platform.python_version()} | {name: version(name) for name in LIBRARIES}


def command_of(notebook: str, run: Params) -> str:
    """Return the command that makes the figures of a run, without what changes no figure: engine, jobs, folder.

    Examples
    --------
    >>> command_of("04_territory_profile", Params(territory="R75", lang="fr"))
    'tlanalysis run 04_territory_profile -p territory=R75'
    """
    held = run.as_dict()
    shared = [name for name in SHARED if name in held and held[name] != getattr(Params, name)]
    own = sorted(name for name in held if name not in SHARED)
    given = [f"-p {shlex.quote(f'{name}={held[name]}')}" for name in (*shared, *own)]
    return " ".join(["tlanalysis", "run", notebook, *given])
