"""Clean one batch of rows, from text to places.

The functions are pure, so that batches can be cleaned in any order and on any machine.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tlanalysis.lists import departement_vote
from tlanalysis.lists.cells import checksums, codes, commune_names, coordinates, privacy, text
from tlanalysis.lists.cells.rules import REPAIR, ROW, RULES
from tlanalysis.lists.columns import Cleaner, Column, among, as_text, clean_column, indices_of, matching
from tlanalysis.lists.field_cells import given_cells
from tlanalysis.lists.fields import OUTPUT
from tlanalysis.lists.identifiers import CHECKED, kind_of, kinds
from tlanalysis.lists.mapping import Mapping
from tlanalysis.lists.readers.base import Malformed

PLACE_SCHEMA = pa.schema(
    [
        (
            name,
            pa.float64()
            if name in {"latitude", "longitude"}
            else pa.int64()
            if name == "ligne_source"
            else pa.string(),
        )
        for name in OUTPUT
    ]
)
REJECT_SCHEMA = pa.schema(
    [("ligne_source", pa.int64()), *((name, pa.string()) for name in ("champ", "valeur", "regle", "gravite", "motif"))]
)


def schema_with(kept: tuple[str, ...]) -> pa.Schema:
    """Return the schema of the places with the columns that the user keeps, as text after the others."""
    return pa.schema([*PLACE_SCHEMA, *((kept_as(name), pa.string()) for name in kept)])


def kept_as(header: str) -> str:
    """Return the name of a kept column: the publisher's, without personal data, and unlike ours."""
    name = privacy.without_personal(header, "[…]")
    return f"{name} (liste)" if name in OUTPUT else name


# A refused value is cut to this length in rejects.csv.
_SHOWN = 200

_DEPARTEMENT = r"0[1-9]|1[0-9]|2[1-9AB]|[3-8][0-9]|9[0-5]"
_OVERSEAS = r"97[1-8]|98[4678]"
_LIKE_COMMUNE = matching(rf"^(?:(?:{_DEPARTEMENT})[0-9]{{3}}|(?:{_OVERSEAS})[0-9]{{2}})$", r"^750(?:0[1-9]|1[0-9]|20)$")
_LIKE_IDENTIFIER = matching(r"^[0-9A-Za-z][0-9A-Za-z_:/.\-]{4,}$", text.NOT_IN_ORDER + r"|^[0-9]+\.0+$")
_PLAIN_TEXT = matching(text.IN_ORDER, text.NOT_IN_ORDER)

# Field -> how it is cleaned. The function would return every cell that passes the test `in_order` unchanged.
_CLEANERS: dict[str, Cleaner] = {
    "id_source": Cleaner(
        text.clean_identifier,
        lambda column: pc.or_(pc.match_substring_regex(column, r"^[0-9]{5,40}$"), _LIKE_IDENTIFIER(column)),
    ),
    "nom": Cleaner(text.clean_name, _PLAIN_TEXT),
    "site_web": Cleaner(text.clean_web, matching(text.WEB_IN_ORDER, text.NOT_IN_ORDER)),
    "siret": Cleaner(codes.clean_siret, partial(checksums.registered, digits=14)),
    "siren": Cleaner(codes.clean_siren, partial(checksums.registered, digits=9)),
    "commune": Cleaner(
        text.clean_commune, matching(text.IN_ORDER, rf"{text.NOT_IN_ORDER}|[0-9]|(?i:cedex)"), repeats=True
    ),
    "code_commune": Cleaner(
        codes.clean_commune_code,
        lambda column: pc.and_not(_LIKE_COMMUNE(column), commune_names.is_former(column)),
        repeats=True,
    ),
    "code_postal": Cleaner(
        codes.clean_postal_code,
        matching(
            r"^(?:(?:0[1-9]|[1-8][0-9]|9[0-5])[0-9]{3}|(?:97[1-8]|98[4678])[0-9]{2})$", r"^751(?:0[1-9]|1[0-57-9]|20)$"
        ),
        repeats=True,
    ),
    "departement": Cleaner(codes.clean_departement, among(*codes.DEPARTEMENT_CODES), repeats=True),
    "region": Cleaner(codes.clean_region, lambda column: among(*departement_vote.regions())(column), repeats=True),
    "pays": Cleaner(codes.clean_country, among("FR"), repeats=True),
    "typologie": Cleaner(text.clean_kinds, matching(text.IN_ORDER, rf"{text.NOT_IN_ORDER}|[;|]"), repeats=True),
    "date_ouverture": Cleaner(text.clean_date, matching(text.DATE_IN_ORDER, "^$"), repeats=True),
    "etat": Cleaner(text.clean_state, among("ouvert", "itinerant", "en_projet", "ferme"), repeats=True),
    "type_id_source": Cleaner(text.clean_text, _PLAIN_TEXT, repeats=True),
    "source": Cleaner(text.clean_text, _PLAIN_TEXT, repeats=True),
}

RowNumbers = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Batch:
    """A cleaned batch: accepted `places`, `rejects` (a row per failure), counts per rule, rows read and rejected.

    `file_rows` is how many rows of the file they come from: fewer than `read` where one row holds several places.
    """

    places: pa.Table
    rejects: pa.Table
    applied: Counter[str]
    read: int
    rejected: int
    file_rows: int = 0


def clean_batch(
    raw: pa.Table,
    numbers: RowNumbers,
    mapping: Mapping,
    *,
    source: str,
    lang: str = "fr",
    keep: tuple[str, ...] = (),
) -> Batch:
    """Return the accepted places and the rejects of one batch.

    Parameters
    ----------
    raw : pyarrow.Table
        The publisher's columns, all text, missing as null or empty.
    numbers : ndarray of int
        Rank of each row in the list, the first row under the header being 1.
    mapping : Mapping
        Which column holds which field.
    source : str
        Value of `source` when the list has no such column.
    lang : {"fr", "en"}
        Language of the reasons.
    keep : tuple of str
        The publisher's columns that are carried through as text, without e-mails and telephone numbers.
    """
    given = given_cells(raw, mapping)
    judge = _Judge(given, numbers, lang)
    clean = {name: clean_column(cells, _cleaner(name, mapping)) for name, cells in given.items() if name in _CLEANERS}
    for name, column in clean.items():
        judge.take(name, column)
    values = {name: column.values for name, column in clean.items()}
    if "adresse" in given:
        _postal_code_from_address(values, given["adresse"], judge)
    points, outside = _points(given, judge, len(raw))
    placed = _place(clean, values, points, outside, judge)
    columns = values | {
        "code_departement": _named(codes.DEPARTEMENT_CODES, placed.departement),
        "code_region": _named(departement_vote.regions(), placed.region),
        "latitude": pa.array(points.latitude, pa.float64(), from_pandas=True),
        "longitude": pa.array(points.longitude, pa.float64(), from_pandas=True),
        "ligne_source": _line_numbers(given.get("ligne_source"), numbers),
    }
    if "type_id_source" not in columns and "id_source" in columns:
        columns["type_id_source"] = kinds(columns["id_source"], _kind_of_identifiers(mapping))
    if "source" not in columns:
        columns["source"] = pa.repeat(source, len(raw))
    _refuse_rows(columns, given, mapping, judge)
    rejected = judge.rejected
    cells = [columns.get(name, pa.nulls(len(raw), PLACE_SCHEMA.field(name).type)) for name in OUTPUT]
    for name in keep:
        carried = clean_column(as_text(raw.column(name)), Cleaner(text.clean_text, _PLAIN_TEXT))
        for rule, rows in carried.applied.items():
            if RULES[rule].gravite == REPAIR:
                judge.repaired(rule, len(rows))
            else:
                judge.refuse(kept_as(name), rule, rows, as_text(raw.column(name)).take(pa.array(rows)).to_pylist())
        cells.append(carried.values)
    table = pa.table(cells, schema=schema_with(keep))
    places = table if not rejected.any() else table.filter(pa.array(~rejected))
    return Batch(places, judge.rejects(), judge.applied, len(raw), int(rejected.sum()))


def _cleaner(name: str, mapping: Mapping) -> Cleaner:
    """Return how a field is cleaned; the mapping's own words for its values come first."""
    checked = name == "id_source" and "siret" not in mapping.columns and _kind_of_identifiers(mapping) == CHECKED
    cleaner = _CLEANERS[CHECKED if checked else name]
    words = mapping.values.get(name)
    if not words:
        return cleaner
    named = {text.key(printed): text.clean_text(kept)[0] for printed, kept in words.items()}
    return replace(
        cleaner,
        clean=lambda cell: (named[text.key(cell)], ()) if text.key(cell) in named else cleaner.clean(cell),
        in_order=lambda column: pc.equal(column, ""),
    )


def _kind_of_identifiers(mapping: Mapping) -> str:
    if mapping.known == "openstreetmap":
        return "osm"
    return kind_of(mapping.columns.get("id_source", ""))


class _Judge:
    """Collects the refusals of one batch: the rows, the rule and the value as printed."""

    def __init__(self, given: dict[str, pa.StringArray], numbers: RowNumbers, lang: str) -> None:
        self._given, self._numbers, self._lang = given, numbers, lang
        self.rejected = np.zeros(len(numbers), bool)
        self._found: list[tuple[str, str, RowNumbers, list[str]]] = []
        self.applied: Counter[str] = Counter()

    def take(self, name: str, column: Column) -> None:
        """Record the refusals and repairs of a cleaned column."""
        for rule, rows in column.applied.items():
            if RULES[rule].gravite == REPAIR:
                self.repaired(rule, len(rows))
            else:
                self.refuse(name, rule, rows)

    def refuse(self, name: str, rule: str, rows: RowNumbers, values: list[str] | None = None) -> None:
        """Record that a rule refuses a cell of some rows, or the rows themselves."""
        if not len(rows):
            return
        if values is None:
            values = self._given[name].take(pa.array(rows)).to_pylist() if name in self._given else [""] * len(rows)
        if RULES[rule].gravite == ROW:
            self.rejected[rows] = True
        self._found.append((name, rule, rows, [_shown(value, rule) for value in values]))
        self.applied[rule] += len(rows)

    def repaired(self, rule: str, times: int) -> None:
        """Count a repair."""
        if times:
            self.applied[rule] += times

    def rejects(self) -> pa.Table:
        """Return the table of rejects, ordered by row, field and rule; no value holds personal data."""
        if not self._found:
            return REJECT_SCHEMA.empty_table()
        parts = [
            pa.table(
                [
                    pa.array(self._numbers[rows]),
                    pa.repeat(name, len(rows)),
                    pa.array(values, pa.string()),
                    pa.repeat(rule, len(rows)),
                    pa.repeat(RULES[rule].gravite, len(rows)),
                    pa.repeat(RULES[rule].motif(self._lang), len(rows)),
                ],
                schema=REJECT_SCHEMA,
            )
            for name, rule, rows, values in self._found
        ]
        return pa.concat_tables(parts).sort_by([(name, "ascending") for name in ("ligne_source", "champ", "regle")])


# Refused values of these rules are codes, numbers and dates; several words may be a name in a shifted row.
_OF_DIGITS = {
    "code_postal_illisible", "code_commune_illisible", "nombre_illisible", "date_illisible", "siret_invalide",
    "siren_invalide",
}  # fmt: skip


def _shown(value: str, rule: str) -> str:
    """Return a refused value as `rejects.csv` may show it: cut, and without e-mail addresses and telephone numbers.

    Several words in place of a web address, a code, a number or a date are often the name of a person ("Madame ..."),
    so they are not shown.
    """
    value = text.visible(value[: text.LONGEST])
    if rule == "site_web_illisible" and (" " in value.strip() or "." not in value):
        return "[…]"
    if rule in _OF_DIGITS and len(value.split()) > 1 and not re.search(r"\d", value):
        return "[…]"
    return privacy.without_personal(value, "[…]")[:_SHOWN]


def _postal_code_from_address(values: dict[str, pa.Array], addresses: pa.StringArray, judge: _Judge) -> None:
    """Fill missing postal codes from the address, where it holds exactly one."""
    known = values.get("code_postal", pa.nulls(len(addresses), pa.string()))
    wanted = np.flatnonzero(known.is_null().to_numpy(zero_copy_only=False))
    if not len(wanted):
        return
    read = [codes.postal_code_in(cell) if cell else None for cell in addresses.take(pa.array(wanted)).to_pylist()]
    judge.repaired("code_postal_de_l_adresse", sum(code is not None for code in read))
    values["code_postal"] = pc.replace_with_mask(known, known.is_null(), pa.array(read, pa.string()))


def _points(given: dict[str, pa.StringArray], judge: _Judge, size: int) -> tuple[coordinates.Points, NDArray[np.int8]]:
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


def _place(
    columns: dict[str, Column],
    values: dict[str, pa.Array],
    points: coordinates.Points,
    outside: NDArray[np.int8],
    judge: _Judge,
) -> departement_vote.Placed:
    """Decide the département of each row; refuse evidence that lost and remove it from the clean columns."""
    size = len(points.departement)
    none = np.full(size, -1, np.int16)

    def named(name: str, known: tuple[str, ...]) -> NDArray[np.int16]:
        return indices_of(values[name], known) if name in values else none

    def within(name: str) -> NDArray[np.int16]:
        return codes.departements_of(values[name], postal=name == "code_postal") if name in values else none

    placed = departement_vote.vote(
        departement_vote.Evidence(
            within("code_postal"),
            within("code_commune"),
            named("departement", codes.DEPARTEMENT_CODES),
            points.departement,
            named("region", departement_vote.regions()),
            points.latitude,
            points.longitude,
            outside,
            values["commune"].is_valid().to_numpy(zero_copy_only=False) if "commune" in values else none > 0,
            partial(_weights, columns, values, points),
            partial(_departements_of_names, values.get("commune")),
        )
    )
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
    no_row = np.array([], np.int64)
    weights = np.full((len(departement_vote.EVIDENCE), len(rows)), of["imprime"], np.int8)
    for at, name in enumerate(("code_postal", "code_commune")):
        if name not in values:
            continue
        known = commune_names.exists(values[name].take(pa.array(rows)), postal=name == "code_postal")
        restored = columns[name].applied.get("zero_initial", no_row) if name in columns else no_row
        repaired = np.isin(rows, restored)
        weights[at] = np.where(
            repaired,
            np.where(known, of["repare"], of["repare_inconnu"]),
            np.where(known, of["imprime"], of["inconnu"]),
        )
    weights[3] = np.where(points.rules["coordonnees_inversees"][rows], of["repare"], of["imprime"])
    return weights


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


def _named(known: tuple[str, ...], positions: NDArray[np.int16]) -> pa.Array:
    return pa.array(known, pa.string()).take(pa.array(positions, mask=positions == -1))


def _line_numbers(printed: pa.StringArray | None, numbers: RowNumbers) -> pa.Array:
    """Return the row numbers that an already cleaned list holds, or else those of the file."""
    own = pa.array(numbers, pa.int64())
    if printed is None:
        return own
    whole = pc.match_substring_regex(printed, r"^[0-9]{1,15}$")
    return pc.coalesce(pc.cast(pc.if_else(whole, printed, pa.scalar(None, pa.string())), pa.int64()), own)


def _refuse_rows(
    columns: dict[str, pa.Array], given: dict[str, pa.StringArray], mapping: Mapping, judge: _Judge
) -> None:
    """Apply the rules that refuse a whole row."""
    size = len(judge.rejected)
    nameless = np.ones(size, bool)
    for name in {"nom", "id_source"} & columns.keys():
        nameless &= columns[name].is_null().to_numpy(zero_copy_only=False)
    suspects = np.flatnonzero(nameless)
    empty = np.ones(len(suspects), bool)
    for cells in given.values():
        empty &= np.array([not cell.strip() for cell in cells.take(pa.array(suspects)).to_pylist()], bool)
    judge.refuse("", "ligne_vide", suspects[empty])
    judge.refuse("nom", "sans_nom_ni_identifiant", suspects[~empty])
    named = {name: column for name, column in mapping.columns.items() if name in given}
    first = next(iter(named), "")
    if not first:
        return
    alike = np.flatnonzero(pc.equal(given[first], named[first]).to_numpy(zero_copy_only=False))
    repeated = [row for row in alike if all(given[name][row].as_py() == header for name, header in named.items())]
    judge.refuse("", "entete_repetee", np.array(repeated, np.int64))


def refused_rows(batch: Batch, malformed: list[Malformed], lang: str) -> Batch:
    """Return the batch with the rows without the right columns added to its rejects."""
    if not malformed:
        return batch
    rules = ["guillemet_non_ferme" if row.hides else "nombre_de_colonnes" for row in malformed]
    rows: list[dict[str, object]] = [
        {
            "ligne_source": row.number,
            "champ": "",
            "valeur": "" if row.hides else f"{row.cells} / {row.expected}",
            "regle": rule,
            "gravite": RULES[rule].gravite,
            "motif": RULES[rule].motif(lang),
        }
        for row, rule in zip(malformed, rules, strict=True)
    ]
    return replace(
        _with_rejects(batch, rows),
        read=batch.read + len(rows),
        rejected=batch.rejected + len(rows),
        file_rows=batch.file_rows + len(rows),
    )


def unpaired_names(batch: Batch, rows: list[tuple[int, str]], lang: str) -> Batch:
    """Return the batch with the names that could not be paired with identifiers among its rejects."""
    rule = "noms_non_apparies"
    refused: list[dict[str, object]] = [
        {
            "ligne_source": number,
            "champ": "nom",
            "valeur": _shown(names, rule),
            "regle": rule,
            "gravite": RULES[rule].gravite,
            "motif": RULES[rule].motif(lang),
        }
        for number, names in rows
    ]
    return _with_rejects(batch, refused)


def _with_rejects(batch: Batch, rows: list[dict[str, object]]) -> Batch:
    if not rows:
        return batch
    rejects = pa.concat_tables([batch.rejects, pa.Table.from_pylist(rows, REJECT_SCHEMA)])
    return replace(
        batch,
        rejects=rejects.sort_by([(name, "ascending") for name in ("ligne_source", "champ", "regle")]),
        applied=batch.applied + Counter(str(row["regle"]) for row in rows),
    )
