"""The evidence table: one row is one figure printed by one source, with its nature and its perimeter.

Two sources that disagree both stay, and `contradictions` lists them. A target is never a measure.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from datetime import date
from typing import TYPE_CHECKING, Any

from tlanalysis.core import periods, provenance, recorder
from tlanalysis.core.emptiness import say_why
from tlanalysis.core.errors import BadInput, did_you_mean
from tlanalysis.core.periods import When
from tlanalysis.data import documents, embedded, territories

if TYPE_CHECKING:
    import pandas as pd

NATURES = ("compte", "estime", "declare", "objectif", "prevision")
MEASURES = ("compte", "estime", "declare")

# The day the evidence was collected: what it holds was public by then, whatever its own date.
COLLECTED_ON = date(2026, 11, 21)


def observations(
    indicateur: str | None = None,
    territoire: str | int | Iterable[str | int] | None = None,
    *,
    nature: str | tuple[str, ...] | None = None,
    perimetre: str | None = None,
    annee: When | None = None,
    as_of: When | None = None,
    nommant: str | int | None = None,
) -> pd.DataFrame:
    """Return published figures: one row is one figure printed by one source.

    Parameters
    ----------
    indicateur : str, optional
        A code of the table `indicateurs`, e.g. ``"tiers_lieux"``, ``"personnes_formees"``.
    territoire : str or list of str, optional
        ``"FR"``, ``"R75"``, ``"D33"``, ``"Bretagne"``, or several. Figures for several territories together
        (column `territoires`) are left out.
    nature : str or tuple of str, optional
        ``"compte"``, ``"estime"``, ``"declare"``, ``"objectif"``, ``"prevision"``.
    perimetre : str, optional
        A code of the table `perimetres`, e.g. ``"ftl_2023"``.
    annee : int or str, optional
        Figures whose period touches that year: 2023, ``"2023"``.
    as_of : str, int or date, optional
        Only what was known to be public on that day (ISO date, or a year: its last day). A source without a date counts
        as public on the day the
        evidence was collected, one dated "2021" at the end of 2021.
    nommant : str, optional
        A territory code: figures that name it, alone (`territoire`) or among others (`territoires`).

    Returns
    -------
    DataFrame
        The columns that `describe("observations")` explains; the table carries its sources.

    Raises
    ------
    BadInput
        Unknown indicator, territory, nature or perimeter.

    See Also
    --------
    contradictions : Figures that cannot all hold.
    known_figures : Every figure of one territory.

    Examples
    --------
    >>> int(observations("personnes_formees", "FR", perimetre="ftl_2023")["valeur"].min())
    377000
    """
    places = None if territoire is None else territories.codes_for(territoire)
    day = None if as_of is None else periods.written(as_of)
    named = None if nommant is None else territories.territory(nommant).code
    query: dict[str, Any] = {
        "indicateur": indicateur,
        "territoire": places[0] if places and len(places) == 1 else places,
        "nature": nature,
        "perimetre": perimetre,
        "as_of": day,
        "nommant": named,
    } | ({} if annee is None else {"annee": periods.year(annee)})
    # A run that asks for these rows has read these rows, not the whole table.
    with recorder.record_rows("observations", embedded.path_of("observations"), query) as note:
        found = _select(indicateur, places, nature, perimetre, annee, day, named)
        note(found)
    found = provenance.stamp(found, found, inputs=["observations"])
    one = places[0] if places and len(places) == 1 else None
    found.attrs |= {"territoire": one, "indicateur": indicateur}
    return say_why(found, _why_empty(query) if found.empty else "")


def _why_empty(query: dict[str, Any]) -> str:
    """Return what was asked, and what is held of that indicator."""
    asked = ", ".join(f"{name}={value!r}" for name, value in query.items() if value is not None)
    table = embedded.load("observations")
    held = table[table["indicateur"] == query["indicateur"]] if query["indicateur"] else table
    if query["perimetre"]:
        held = held[held["perimetre"] == query["perimetre"]]
    places = held["territoire"].dropna().value_counts()
    years = sorted({periods.year(text) for text in held["periode"].dropna()})
    span = f", {years[0]} to {years[-1]}" if years else ""
    shown = ", ".join(f"{code} ({number})" for code, number in places.head(6).items())
    more = f" and {len(places) - 6} other territories" if len(places) > 6 else ""
    return f"no figure has {asked}; {len(held)} have its indicator or perimeter: {shown}{more}{span}."


def _select(
    indicateur: str | None,
    territoire: list[str] | None,
    nature: str | tuple[str, ...] | None,
    perimetre: str | None,
    annee: When | None,
    as_of: str | None,
    nommant: str | None,
) -> pd.DataFrame:
    table = embedded.load("observations")
    kept = table["id_observation"].notna()
    if indicateur is not None:
        kept &= table["indicateur"] == _check_listed(
            indicateur, embedded.load("indicateurs")["indicateur"], "indicator"
        )
    if territoire is not None:
        kept &= table["territoire"].isin(territoire)
    if nature is not None:
        wanted = (nature,) if isinstance(nature, str) else nature
        kept &= table["nature"].isin([_check_listed(name, NATURES, "nature") for name in wanted])
    if perimetre is not None:
        kept &= table["perimetre"] == _check_listed(perimetre, embedded.load("perimetres")["perimetre"], "perimeter")
    if annee is not None:
        asked = periods.year(annee)
        kept &= table["periode"].map(
            lambda text: isinstance(text, str) and periods.first_day(text).year <= asked <= periods.year(text)
        )
    if as_of is not None:
        day = periods.last_day(as_of)
        kept &= table["date_publication"].map(lambda text: public_since(text) <= day)
    if nommant is not None:
        among = table["territoires"].fillna("").map(lambda listed: nommant in listed.split(";"))
        kept &= (table["territoire"] == nommant) | among
    return table[kept].reset_index(drop=True)


def public_since(date_publication: object) -> date:
    """Return the day from which a figure counts as public.

    Examples
    --------
    >>> public_since("2021-08"), public_since(None)
    (datetime.date(2021, 8, 31), datetime.date(2026, 11, 21))
    """
    if not isinstance(date_publication, str):
        return COLLECTED_ON
    return min(periods.last_day(date_publication), COLLECTED_ON)


def _check_listed(value: str, listed: Iterable[object], what: str) -> str:
    codes = [str(item) for item in listed]
    if value not in codes:
        raise BadInput(f"no {what} called {value!r}{did_you_mean(value, codes)}.")
    return value


def one_row_per_claim(rows: pd.DataFrame, keys: list[str], **aggregations: tuple[str, Any]) -> pd.DataFrame:
    """Return one row per distinct claim: the keys, other aggregations, then `nb_sources` and `editeurs`.

    Parameters
    ----------
    rows : DataFrame
        Figures, with `editeur`.
    keys : list of str
        What makes two figures the same claim; missing is a value like any other.
    **aggregations
        Further columns, as `DataFrameGroupBy.agg` takes them.
    """
    return (
        rows.groupby(keys, dropna=False, sort=False)
        .agg(
            **aggregations,
            nb_sources=("source", documents.nb_documents),
            editeurs=("editeur", lambda names: " ; ".join(sorted(set(names)))),
        )
        .reset_index()
    )


def as_intervals(table: pd.DataFrame) -> pd.DataFrame:
    """Return `table` with `bas` and `haut`: the least and the most each row allows.

    A printed point is its own interval; a bound on one side leaves the other open (infinite); an interval is itself.
    """
    import numpy as np

    point = table["valeur"]
    one_sided = table["valeur_bas"].isna() ^ table["valeur_haut"].isna()
    low = table["valeur_bas"].fillna(point.where(~one_sided, -np.inf))
    high = table["valeur_haut"].fillna(point.where(~one_sided, np.inf))
    return table.assign(bas=low, haut=high)


def contradictions(
    territoire: str | int | Iterable[str | int] | None = None, *, as_of: When | None = None
) -> pd.DataFrame:
    """Return the figures that cannot, or may not, both be true.

    One row per territory, indicator and time on which sources disagree: the intervals that two measures (counted,
    estimated or declared) allow do not meet. A rounding or a "more than" is an interval, so 3,500 does not contradict
    "more than 3,500". `temps` says what the two have in common:

    - ``"meme_periode"``: they print the same period, whatever their perimeter;
    - ``"sans_periode"``: neither prints a period, and their perimeter is one;
    - ``"periode_couvrante"``: the period of one covers the date of the other, and their perimeter is one.

    In the last two a change in time may explain the gap.

    Parameters
    ----------
    territoire, as_of
        As for `observations`.

    Returns
    -------
    DataFrame
        `territoire, indicateur, periode` (the covering one; missing where no period is printed), `temps, nb_chiffres,
        valeur_min, valeur_max, rapport` (largest over smallest), `perimetres` (those involved, `;`-joined: more than
        one may explain the gap) and `editeurs`.

    See Also
    --------
    observations : The figures themselves.
    reconcile : Published figures beside those we compute.
    plot_contradictions : Chart of the answer.

    Examples
    --------
    >>> bool(contradictions("FR")["territoire"].eq("FR").all())
    True
    """
    import pandas as pd

    measures = as_intervals(observations(territoire=territoire, nature=MEASURES, as_of=as_of))
    measures = measures[measures["territoire"].notna()]
    # A printed 5 % means less than 5.5 %: roundings that only touch (5 % and 6 %) do not meet.
    rounded = (measures["unite"] == "part") & (measures["bas"] < measures["valeur"])
    rounded &= measures["valeur"] < measures["haut"]
    spans = measures.assign(haut=measures["haut"].where(~rounded, measures["haut"] - 1e-9))
    spans.attrs = {}  # pandas copies them to each part of a table, and there are thousands of parts
    groups = [(kind, group) for kind, group in _comparable(spans) if group["bas"].max() > group["haut"].min()]
    found = [_contradiction(kind, group) for kind, group in groups]
    table = pd.DataFrame(found, columns=list(_CONTRADICTION))
    return provenance.stamp(table, *(group for _, group in groups), inputs=["observations"])


_CONTRADICTION = (
    "territoire",
    "indicateur",
    "periode",
    "temps",
    "nb_chiffres",
    "valeur_min",
    "valeur_max",
    "rapport",
    "perimetres",
    "editeurs",
)


def _comparable(spans: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the groups of figures that speak of one object at one time, as far as their sources say."""
    import pandas as pd

    what = ["territoire", "indicateur"]
    dated = spans[spans["periode"].notna()]
    for _, group in dated.groupby([*what, "periode"], sort=True):
        yield "meme_periode", group
    for _, group in spans[spans["periode"].isna()].groupby([*what, "perimetre"], sort=True):
        yield "sans_periode", group
    for _, group in dated.groupby([*what, "perimetre"], sort=True):
        for period, wide in group.groupby("periode", sort=True):
            # A figure over another span of years (a growth, a running total) measures that span: it is not compared.
            inside = [name != period and "/" not in name and periods.covers(period, name) for name in group["periode"]]
            within = group[inside]
            # Only those that no figure of the wider period meets: the others agree with one of them.
            low, high = wide["bas"].min(), wide["haut"].max()
            apart = within[(within["bas"] > high) | (within["haut"] < low)]
            if len(apart):
                yield "periode_couvrante", pd.concat([wide, apart])


def _contradiction(kind: str, group: pd.DataFrame) -> dict[str, object]:
    import pandas as pd

    printed = group["valeur"].notna()
    ends = [group.loc[~printed, name] for name in ("valeur_bas", "valeur_haut")]
    values = pd.concat([group.loc[printed, "valeur"], *ends])
    first = group.iloc[0]
    return {
        "territoire": first["territoire"],
        "indicateur": first["indicateur"],
        "periode": first["periode"],
        "temps": kind,
        "nb_chiffres": len(group),
        "valeur_min": values.min(),
        "valeur_max": values.max(),
        "rapport": values.max() / values.min() if values.min() > 0 else math.inf,
        "perimetres": ";".join(sorted(set(group["perimetre"]))),
        "editeurs": " ; ".join(sorted(set(group["editeur"]))),
    }
