"""The table of what ran: one row per run, with its state and its seconds."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from tlanalysis.data import territories
from tlanalysis.report.results import Run

if TYPE_CHECKING:
    import pandas as pd


def table_of_runs(runs: Sequence[Run], title: Callable[[str, str], str], states: Mapping[str, str]) -> pd.DataFrame:
    """Return one row per run: `carnet, territoire, etat, secondes, figures` (how many).

    Parameters
    ----------
    runs : sequence of Run
    title : callable
        Gives the title of a notebook in a language.
    states : mapping
        State of a run -> its words.
    """
    import pandas as pd

    rows = [
        (
            title(run.notebook, run.lang),
            territories.territory(run.territory).name,
            states.get(run.status, run.status),
            round(run.seconds, 1),
            len(run.figures),
        )
        for run in runs
    ]
    return pd.DataFrame(rows, columns=["carnet", "territoire", "etat", "secondes", "figures"])
