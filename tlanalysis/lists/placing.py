"""Where the rows of one batch are: their points, their département, and the evidence that lost."""

from __future__ import annotations

from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tlanalysis.lists import departement_vote
from tlanalysis.lists.cells import codes, commune_names, coordinates
from tlanalysis.lists.cells.rules import REPAIR, RULES
from tlanalysis.lists.columns import Column, indices_of
from tlanalysis.lists.refusals import Judge, RowNumbers


def points_of(given: dict[str, pa.StringArray], judge: Judge, size: int) -> tuple[coordinates.Points, NDArray[np.int8]]:
    """Return the coordinates, and the weight of those that lie outside France."""
    latitude, longitude = np.full(size, np.nan), np.full(size, np.nan)
    for of_lat, of_lon in (("latitude", "longitude"), ("y_lambert93", "x_lambert93")):
        for name, values in ((of_lat, latitude), (of_lon, longitude)):
            if name in given:
                read, unreadable = coordinates.numbers(given[name])
                judge.refuse(name, "nombre_illisible", np.flatnonzero(unreadable))
                values[:] = np.where(np.isnan(values), read, values)
    if "coordonnees" in given:
        read_lat, read_lon, unreadable = coordinates.pairs(given["coordonnees"])
        judge.refuse("coordonnees", "nombre_illisible", np.flatnonzero(unreadable))
        unknown = np.isnan(latitude) & np.isnan(longitude)
        latitude, longitude = np.where(unknown, read_lat, latitude), np.where(unknown, read_lon, longitude)
    points = coordinates.judge(latitude, longitude)
    for rule, mask in points.rules.items():
        rows = np.flatnonzero(mask)
        if RULES[rule].gravite == REPAIR:
            judge.repaired(rule, len(rows))
        else:
            judge.refuse("coordonnees", rule, rows, [_pair(latitude[row], longitude[row]) for row in rows])
    outside = np.zeros(size, np.int8)
    rows = np.flatnonzero(points.rules["coordonnees_hors_de_france"])
    outside[rows] = departement_vote.weight_of_point_outside(latitude[rows], longitude[rows])
    return points, outside


def _pair(latitude: float, longitude: float) -> str:
    """Return two coordinates as text, but for numbers so large that they may be telephone numbers."""
    shown = [
        "" if np.isnan(value) else f"{value:.12g}" if abs(value) < 1e8 else "[…]" for value in (latitude, longitude)
    ]
    return ", ".join(shown)


def place_rows(
    columns: dict[str, Column],
    values: dict[str, pa.Array],
    points: coordinates.Points,
    outside: NDArray[np.int8],
    judge: Judge,
    *,
    ours: bool = False,
) -> departement_vote.Placed:
    """Decide the département of each row; refuse evidence that lost and remove it from the clean columns.

    What a row leaves open is recorded. In a list of `ours` an empty département is the answer of its first cleaning.
    """
    size = len(points.departement)
    none = np.full(size, -1, np.int16)

    def named(name: str, known: tuple[str, ...]) -> NDArray[np.int16]:
        return indices_of(values[name], known) if name in values else none

    def within(name: str) -> NDArray[np.int16]:
        return codes.departements_of(values[name], postal=name == "code_postal") if name in values else none

    postal, commune = within("code_postal"), within("code_commune")
    printed = named("departement", codes.DEPARTEMENT_CODES)
    placed = departement_vote.vote(
        departement_vote.Evidence(
            postal,
            commune,
            printed,
            points.departement,
            named("region", departement_vote.regions()),
            points.latitude,
            points.longitude,
            outside,
            values["commune"].is_valid().to_numpy(zero_copy_only=False) if "commune" in values else none > 0,
            np.isin(np.arange(size), _cedex(columns)),
            partial(_weights, columns, values, points),
            partial(_mended, columns, points),
            partial(_departements_of_names, values.get("commune")),
            partial(_mistyped, columns, values),
            partial(_served, values.get("code_postal")),
        )
    )
    if ours:
        placed = departement_vote.as_answered(placed, printed == -1, named("region", departement_vote.regions()))
    _say_open(np.flatnonzero(placed.open), [postal, commune, printed, points.departement], judge)
    for name, mask in placed.lost.items():
        rows = np.flatnonzero(mask)
        if not len(rows):
            continue
        if name == "coordonnees":
            judge.refuse(
                name, "preuve_contredite", rows, [_pair(points.latitude[row], points.longitude[row]) for row in rows]
            )
            points.latitude[rows] = points.longitude[rows] = np.nan
        else:
            judge.refuse(name, "preuve_contredite", rows, values[name].take(pa.array(rows)).to_pylist())
            values[name] = pc.if_else(pa.array(mask), pa.scalar(None, pa.string()), values[name])
    judge.refuse("pays", "hors_de_france", np.flatnonzero(placed.abroad & ~judge.rejected))
    return placed


def _weights(
    columns: dict[str, Column], values: dict[str, pa.Array], points: coordinates.Points, rows: RowNumbers
) -> NDArray[np.int8]:
    """Return what the four pieces of evidence of some rows weigh; see `departement_vote.WEIGHTS`."""
    of = departement_vote.WEIGHTS
    weights = np.full((len(departement_vote.EVIDENCE), len(rows)), of["imprime"], np.int8)
    for at, name in enumerate(("code_postal", "code_commune")):
        if name not in values:
            continue
        known = commune_names.exists(values[name].take(pa.array(rows)), postal=name == "code_postal")
        repaired = np.isin(rows, _restored(columns, name))
        weights[at] = np.where(
            repaired,
            np.where(known, of["repare"], of["repare_inconnu"]),
            np.where(known, of["imprime"], of["inconnu"]),
        )
    weights[3] = np.where(points.rules["coordonnees_inversees"][rows], of["inverse"], of["imprime"])
    return weights


def _mended(columns: dict[str, Column], points: coordinates.Points, rows: RowNumbers) -> NDArray[np.bool_]:
    """Return which of the four pieces of evidence of some rows are not as printed, one row each."""
    codes_mended = [np.isin(rows, _restored(columns, name)) for name in ("code_postal", "code_commune")]
    return np.stack([*codes_mended, np.zeros(len(rows), bool), points.rules["coordonnees_inversees"][rows]])


def _restored(columns: dict[str, Column], name: str) -> RowNumbers:
    """Return the rows whose code got its zero back."""
    nothing = np.array([], np.int64)
    return columns[name].applied.get("zero_initial", nothing) if name in columns else nothing


def _cedex(columns: dict[str, Column]) -> RowNumbers:
    """Return the rows in which the word CEDEX is printed."""
    rows = [columns[name].applied["cedex"] for name in columns if "cedex" in columns[name].applied]
    return np.concatenate(rows) if rows else np.array([], np.int64)


def _say_open(rows: RowNumbers, named: list[NDArray[np.int16]], judge: Judge) -> None:
    """Record the rows whose département is left open, with the départements that they name."""
    found = [dict.fromkeys(int(said[row]) for said in named if said[row] != -1) for row in rows]
    said = [" / ".join(codes.DEPARTEMENT_CODES[place] for place in places) for places in found]
    judge.refuse("code_departement", "departement_indecis", rows, said)


def _served(column: pa.Array | None, rows: RowNumbers) -> list[frozenset[int]]:
    """Return, for some rows, the départements of the communes that the postal code serves."""
    if column is None:
        return [frozenset()] * len(rows)
    encoded = column.take(pa.array(rows)).dictionary_encode()
    found = [
        frozenset(map(codes.DEPARTEMENT_CODES.index, commune_names.departements_served(code)))
        for code in encoded.dictionary.to_pylist()
    ]
    return [frozenset() if at is None else found[at] for at in encoded.indices.to_pylist()]


def _departements_of_names(column: pa.Array | None, rows: RowNumbers) -> list[frozenset[int] | None]:
    """Return, for some rows, the départements that have a commune of the printed name; None without a name."""
    if column is None:
        return [None] * len(rows)
    encoded = column.take(pa.array(rows)).dictionary_encode()
    found = [
        frozenset(map(codes.DEPARTEMENT_CODES.index, commune_names.departements_named(name)))
        for name in encoded.dictionary.to_pylist()
    ]
    return [None if at is None else found[at] for at in encoded.indices.to_pylist()]


def _mistyped(columns: dict[str, Column], values: dict[str, pa.Array], rows: RowNumbers) -> NDArray[np.int16]:
    """Return, for some rows, the one département whose commune of the printed name has nearly the printed postal code.

    Rows whose name and postal code agree, or have no such département, get -1.
    """
    found = np.full(len(rows), -1, np.int16)
    if not {"commune", "code_postal"} <= values.keys():
        return found
    printed = values["code_postal"].take(pa.array(rows))
    own = codes.departements_of(printed, postal=True)
    restored = np.isin(rows, _restored(columns, "code_postal"))
    names = values["commune"].take(pa.array(rows)).dictionary_encode()
    which = pc.fill_null(names.indices, -1).to_numpy()
    named = _departements_of_names(names.dictionary, np.arange(len(names.dictionary)))
    texts = names.dictionary.to_pylist()
    for at in np.flatnonzero((which != -1) & (own != -1)).tolist():
        if (places := named[which[at]]) and own[at] not in places:
            code = printed[at].as_py()
            near = commune_names.departements_mistyped(texts[which[at]], code[1:] if restored[at] else code)
            if len(near) == 1:
                found[at] = codes.DEPARTEMENT_CODES.index(next(iter(near)))
    return found
