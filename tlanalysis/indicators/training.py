"""Training reach: people trained, places that train, and the part of each factor in the change."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tlanalysis.core import periods
from tlanalysis.core.emptiness import say_why
from tlanalysis.core.errors import BadInput
from tlanalysis.core.periods import When
from tlanalysis.core.provenance import stamp
from tlanalysis.data.evidence import MEASURES, observations, one_row_per_claim
from tlanalysis.indicators.intervals import rounding, wilson

if TYPE_CHECKING:
    import pandas as pd

# The three wordings that the sources print, widest first.
TRAINING_SHARES = ("part_formation", "part_formation_apprentissage", "part_formation_professionnelle")
# How the places of a year are read beside its people trained: of the same definition, or of the same year.
READINGS = ("perimetre", "annee")
FACTORS = ("lieux", "part_qui_forme", "personnes_par_lieu")

_Ranges = Mapping[tuple[str, str], tuple[float, float]]  # (figure, year) -> least and most


def people_trained(territory: str | int = "FR", *, as_of: When | None = None) -> pd.DataFrame:
    """Return the claims on people trained, one row per distinct claim (value, period, nature).

    Several publishers repeat one claim: `nb_sources` says how many, `editeurs` who. A claim without a period keeps a
    missing `periode`: its year is unknown.

    Parameters
    ----------
    territory : str
        Code or name of a territory.
    as_of : str, int or date, optional
        Known on that day, see `observations`.

    Returns
    -------
    DataFrame
        `periode, valeur` (people; possibly once per training followed), `nature, perimetre, nb_sources, editeurs`.

    See Also
    --------
    plot_people_trained : Chart of the answer.
    decompose_reach : What the change between two years is made of.

    Examples
    --------
    >>> bool(people_trained()["valeur"].gt(1000).any())
    True
    """
    rows = observations("personnes_formees", territory, nature=MEASURES, as_of=as_of)
    keys = ["periode", "valeur", "nature", "perimetre"]
    table = one_row_per_claim(rows, keys).sort_values(["periode", "valeur"], na_position="last", ignore_index=True)
    return say_why(stamp(table, rows, inputs=["observations"]), rows.attrs.get("vide", ""))


def share_training(territory: str | int = "FR", *, level: float = 0.95, as_of: When | None = None) -> pd.DataFrame:
    """Return the share of places that train, the definitions and the rounds apart, one row per distinct claim.

    Three intervals, each answering another doubt. `part_bas, part_haut`: the rounding of the printed percentage.
    `ic_bas, ic_haut`: Wilson interval around it, where the number of respondents is known, as if those who answered
    were a random sample. `borne_bas, borne_haut`: what all listed places could show if those who did not answer all
    trained, or none did (Manski bounds), where the number of listed places of the same perimeter is known too.

    Parameters
    ----------
    territory : str
        Code or name of a territory.
    level : float
        Confidence level of the Wilson interval.
    as_of : str, int or date, optional
        Known on that day.

    Returns
    -------
    DataFrame
        `indicateur, periode, perimetre, part, part_bas, part_haut, effectif, ic_bas, ic_haut, borne_bas, borne_haut,
        nb_sources, editeurs`.

    See Also
    --------
    plot_share_training : Chart of the answer.

    Examples
    --------
    >>> bool(share_training()["part"].between(0, 1).all())
    True
    """
    import pandas as pd

    rows = pd.concat(
        [observations(name, territory, nature=MEASURES, as_of=as_of) for name in TRAINING_SHARES],
        ignore_index=True,
    )
    keys = ["indicateur", "periode", "perimetre", "valeur"]
    bounds = {"part_bas": ("valeur_bas", "min"), "part_haut": ("valeur_haut", "max"), "effectif": ("effectif", "max")}
    table = one_row_per_claim(rows, keys, **bounds).rename(columns={"valeur": "part"})
    listed = _listed_places(territory, as_of)
    respondents = table["effectif"].astype("float64")
    spans = [
        _share_intervals(row.part_bas, row.part_haut, n, listed.get(row.perimetre, np.nan), level)
        for row, n in zip(table.itertuples(), respondents, strict=True)
    ]
    table = pd.concat(
        [
            table,
            pd.DataFrame(spans, index=table.index, columns=["ic_bas", "ic_haut", "borne_bas", "borne_haut"]),
        ],
        axis=1,
    )
    order = {name: rank for rank, name in enumerate(TRAINING_SHARES)}
    table = table.sort_values(
        ["indicateur", "periode"],
        key=lambda c: c.map(order) if c.name == "indicateur" else c,
        ignore_index=True,
    )
    columns = [
        *keys[:3],
        "part",
        "part_bas",
        "part_haut",
        "effectif",
        "ic_bas",
        "ic_haut",
        "borne_bas",
        "borne_haut",
        "nb_sources",
        "editeurs",
    ]
    table = stamp(table[columns], rows, inputs=["observations"])
    return say_why(
        table,
        f"no share of places that train is printed for {territory}: tl.share_training() has France's.",
    )


def _listed_places(territory: str | int, as_of: When | None) -> dict[str, float]:
    places = observations("tiers_lieux", territory, nature=("compte",), as_of=as_of)
    return places.groupby("perimetre")["valeur"].max().to_dict()


def _share_intervals(
    share_low: float, share_high: float, n: float, listed: float, level: float
) -> tuple[float, float, float, float]:
    """Return the Wilson interval and the bounds without assumption; missing where the respondents are unknown."""
    if np.isnan(n):
        return (np.nan, np.nan, np.nan, np.nan)
    low, high = wilson(share_low, n, level)[0], wilson(share_high, n, level)[1]
    if np.isnan(listed) or listed < n:
        return (low, high, np.nan, np.nan)
    answered = n / listed
    return (low, high, share_low * answered, share_high * answered + 1 - answered)


def decompose_reach(start: When = "2019", end: When = "2023", *, as_of: When | None = None) -> pd.DataFrame:
    """Return how much of the change in people trained comes from each factor, as intervals (log-mean Divisia).

    People trained = places x share of them that trains x people per place that trains. With L(a, b) = (a - b) /
    ln(a / b), the contribution of a factor x is L(P1, P0) ln(x1 / x0); the three add up to the change exactly. Every
    input is the whole range of what the sources print (a rounding counts as half its last digit), so every
    contribution is the range over all inputs in those ranges. People per place is not observed: it is what the other
    figures leave. Source of the method: B. W. Ang, Energy Policy 32 (2004), 1131-1139.

    People and shares of a year are of one perimeter. The places can be read in two ways, and both are returned:
    `perimetre`, the places of that same perimeter, in that year if a source counts them then, else at any date;
    `annee`, the places that sources count in that year, under any definition. The two perimeters of the two years
    differ, so part of "more places" is a wider definition under either reading.

    Parameters
    ----------
    start, end : str
        The two years.
    as_of : str, int or date, optional
        Known on that day.

    Returns
    -------
    DataFrame
        One row per reading and factor of `FACTORS` and `total`: `lecture_perimetre, facteur`, `perimetre_debut,
        perimetre_fin` (of the figures combined), `valeur_debut_bas, valeur_debut_haut, valeur_fin_bas,
        valeur_fin_haut`, `contribution_bas, contribution_haut` (people), `part_bas, part_haut` (of the change).

    Raises
    ------
    BadInput
        A factor has no figure in one of the years, or the figures of a year share no perimeter.

    See Also
    --------
    people_trained : The figures it starts from.
    plot_decomposition : Chart of the answer.

    Examples
    --------
    >>> sorted(set(decompose_reach()["lecture_perimetre"]))
    ['annee', 'perimetre']
    """
    import pandas as pd

    start, end = periods.written(start), periods.written(end)
    years = {year: _people_and_share(year, as_of) for year in (start, end)}
    parts, rows = [], [frame for found in years.values() for frame in found.rows]
    for reading in READINGS:
        inputs: dict[tuple[str, str], tuple[float, float]] = {}
        perimeters = []
        for year, found in years.items():
            places = _places_of(reading, year, found.perimeter, as_of)
            inputs |= {("personnes", year): found.people, ("part", year): found.share}
            inputs["lieux", year] = _range_of(places, "tiers_lieux", year)
            perimeters.append(" ; ".join(sorted({found.perimeter, *places["perimetre"]})))
            rows.append(places)
        split = _split(inputs, start, end)
        parts.append(
            split.assign(lecture_perimetre=reading, perimetre_debut=perimeters[0], perimetre_fin=perimeters[1])
        )
    table = pd.concat(parts, ignore_index=True)
    first = ["lecture_perimetre", "facteur", "perimetre_debut", "perimetre_fin"]
    return stamp(table[[*first, *table.columns.difference(first, sort=False)]], *rows, inputs=["observations"])


@dataclass(frozen=True)
class _Year:
    """People trained and the share of places that train, printed of one year for one perimeter."""

    perimeter: str
    people: tuple[float, float]
    share: tuple[float, float]
    rows: tuple[pd.DataFrame, pd.DataFrame]


def _people_and_share(year: str, as_of: When | None) -> _Year:
    people, shares = _printed("personnes_formees", year, as_of), _printed("part_formation", year, as_of)
    perimeters = sorted({*people["perimetre"], *shares["perimetre"]})
    if len(perimeters) > 1:
        raise BadInput(
            f"the people trained and the share of places that train in {year} are of several definitions "
            f"({', '.join(perimeters)}): figures that are combined share one."
        )
    ranges = _range_of(people, "personnes_formees", year), _range_of(shares, "part_formation", year)
    return _Year(perimeters[0], *ranges, (people, shares))


def _places_of(reading: str, year: str, perimeter: str, as_of: When | None) -> pd.DataFrame:
    if reading == "annee":
        return _printed("tiers_lieux", year, as_of)
    known = observations("tiers_lieux", "FR", nature=MEASURES, as_of=as_of)
    same = known[(known["perimetre"] == perimeter) & known["periode"].notna()]
    if same.empty:
        others = ", ".join(sorted(known["perimetre"].unique())) or "none"
        raise BadInput(
            f"no number of places has the definition {perimeter}, that of the people trained in {year} (known: "
            f"{others}): figures that are combined share one."
        )
    then = same[[periods.year(text) == int(year) for text in same["periode"]]]
    return same if then.empty else then


def _printed(indicator: str, year: str, as_of: When | None) -> pd.DataFrame:
    """Return the measures that sources print for a year."""
    rows = observations(indicator, "FR", nature=MEASURES, as_of=as_of)
    rows = rows[rows["periode"].notna()]
    rows = rows.loc[[periods.year(text) == int(year) for text in rows["periode"]]]
    if rows.empty:
        raise BadInput(f"no published figure of {indicator} for {year}: the change cannot be split.")
    return rows


def _range_of(rows: pd.DataFrame, indicator: str, year: str) -> tuple[float, float]:
    """Return the range of what some rows print."""
    # A "more than" or a "nearly" counts for the number it prints; a bare round number for its rounding.
    bare = rows["valeur_bas"].isna() & rows["valeur_haut"].isna()
    half = rows["valeur"].map(rounding, na_action="ignore").where(bare, 0)
    low = rows["valeur_bas"].fillna(rows["valeur"] - half).min()
    high = rows["valeur_haut"].fillna(rows["valeur"] + half).max()
    if np.isnan(low) or np.isnan(high):
        raise BadInput(f"no published figure of {indicator} for {year} has two ends: the change cannot be split.")
    return float(low), float(high)


def _split(inputs: _Ranges, start: str, end: str) -> pd.DataFrame:
    """Return one row per factor and the total, from the range of every figure in both years."""
    import pandas as pd

    draws = _contributions(inputs, start, end)
    change = draws["total"]
    moved = bool((np.abs(change) > 0).all())  # where there may be no change, no factor has a share of it
    start_end = {
        "lieux": (inputs["lieux", start], inputs["lieux", end]),
        "part_qui_forme": (inputs["part", start], inputs["part", end]),
        "personnes_par_lieu": (_per_place(inputs, start), _per_place(inputs, end)),
        "total": (inputs["personnes", start], inputs["personnes", end]),
    }
    return pd.DataFrame(
        [
            {
                "facteur": name,
                "valeur_debut_bas": first[0],
                "valeur_debut_haut": first[1],
                "valeur_fin_bas": last[0],
                "valeur_fin_haut": last[1],
                "contribution_bas": draws[name].min(),
                "contribution_haut": draws[name].max(),
                "part_bas": (draws[name] / change).min() if moved else np.nan,
                "part_haut": (draws[name] / change).max() if moved else np.nan,
            }
            for name, (first, last) in start_end.items()
        ]
    )


def _per_place(inputs: _Ranges, year: str) -> tuple[float, float]:
    people, places, share = (inputs[name, year] for name in ("personnes", "lieux", "part"))
    return people[0] / (places[1] * share[1]), people[1] / (places[0] * share[0])


def _contributions(inputs: _Ranges, start: str, end: str) -> dict[str, np.ndarray]:
    """Evaluate the decomposition on a grid over the box of inputs.

    Each contribution is monotone in the numbers of places and in the shares, so their ends suffice; the people trained
    enter through the log-mean too, so their ranges are walked.
    """
    people = [np.linspace(*inputs["personnes", year], 41) for year in (start, end)]
    ends = [inputs[name, year] for name in ("lieux", "part") for year in (start, end)]
    p0, p1, n0, n1, s0, s1 = (np.array(x) for x in zip(*itertools.product(*people, *ends), strict=True))
    ratio = np.log(p1 / p0)
    log_mean = np.where(np.isclose(ratio, 0), p0, (p1 - p0) / np.where(ratio == 0, 1, ratio))
    lieux, part = log_mean * np.log(n1 / n0), log_mean * np.log(s1 / s0)
    return {
        "lieux": lieux,
        "part_qui_forme": part,
        "personnes_par_lieu": (p1 - p0) - lieux - part,
        "total": p1 - p0,
    }
