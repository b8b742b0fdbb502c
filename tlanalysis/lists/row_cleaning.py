"""Clean one batch of rows, from text to places.

The functions are pure, so that batches can be cleaned in any order and on any machine.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tlanalysis.lists import departement_vote
from tlanalysis.lists.batch import PLACE_SCHEMA, Batch, kept_as, schema_with
from tlanalysis.lists.cells import checksums, codes, commune_names, dates, text, web
from tlanalysis.lists.cells.rules import REPAIR, RULES
from tlanalysis.lists.columns import Cleaner, among, as_text, clean_column, matching
from tlanalysis.lists.field_cells import given_cells
from tlanalysis.lists.fields import OUTPUT
from tlanalysis.lists.identifiers import CHECKED, kind_of, kinds
from tlanalysis.lists.mapping import Mapping
from tlanalysis.lists.placing import place_rows, points_of
from tlanalysis.lists.refusals import Judge, RowNumbers

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
    "site_web": Cleaner(web.clean_web, matching(web.WEB_IN_ORDER, text.NOT_IN_ORDER)),
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
    "date_ouverture": Cleaner(dates.clean_date, matching(dates.DATE_IN_ORDER, "^$"), repeats=True),
    "etat": Cleaner(text.clean_state, among("ouvert", "itinerant", "en_projet", "ferme"), repeats=True),
    "type_id_source": Cleaner(text.clean_text, _PLAIN_TEXT, repeats=True),
    "source": Cleaner(text.clean_text, _PLAIN_TEXT, repeats=True),
}


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
    judge = Judge(given, numbers, lang)
    clean = {name: clean_column(cells, _cleaner(name, mapping)) for name, cells in given.items() if name in _CLEANERS}
    for name, column in clean.items():
        judge.take(name, column)
    values = {name: column.values for name, column in clean.items()}
    if "adresse" in given:
        _postal_code_from_address(values, given["adresse"], judge)
    points, outside = points_of(given, judge, len(raw))
    placed = place_rows(clean, values, points, outside, judge, ours=mapping.known == "liste_propre")
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


def _postal_code_from_address(values: dict[str, pa.Array], addresses: pa.StringArray, judge: Judge) -> None:
    """Fill missing postal codes from the address, where it holds exactly one."""
    known = values.get("code_postal", pa.nulls(len(addresses), pa.string()))
    wanted = np.flatnonzero(known.is_null().to_numpy(zero_copy_only=False))
    if not len(wanted):
        return
    read = [codes.postal_code_in(cell) if cell else None for cell in addresses.take(pa.array(wanted)).to_pylist()]
    judge.repaired("code_postal_de_l_adresse", sum(code is not None for code in read))
    values["code_postal"] = pc.replace_with_mask(known, known.is_null(), pa.array(read, pa.string()))


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
    columns: dict[str, pa.Array], given: dict[str, pa.StringArray], mapping: Mapping, judge: Judge
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
