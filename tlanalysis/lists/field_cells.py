"""The cells that a list gives for each field: one column, several of which the first filled counts, or yes and no."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from tlanalysis.lists.cells.text import key
from tlanalysis.lists.columns import as_text
from tlanalysis.lists.mapping import Mapping
from tlanalysis.lists.recognition.words import TRUE

_CODE_AND_CITY = re.compile(r"^\W*((?:F-?)?\d{2} ?\d{3})[\s,\-]+(\S.*)$", re.DOTALL)


def given_cells(raw: pa.Table, mapping: Mapping) -> dict[str, pa.StringArray]:
    """Return field -> its cells as printed, the empty string for missing.

    Examples
    --------
    >>> table = pa.table({"a": ["", "x"], "b": ["y", "z"], "fab": ["oui", "non"], "cpv": ["75011 Paris", "Lyon"]})
    >>> mapping = Mapping({"nom": "a", "cp_commune": "cpv"}, fallbacks={"nom": ("b",)}, flags={"fab": "Fablab"})
    >>> {name: cells.to_pylist() for name, cells in given_cells(table, mapping).items()}
    {'nom': ['y', 'x'], 'typologie': ['Fablab', ''], 'code_postal': ['75011', ''], 'commune': ['Paris', 'Lyon']}
    """
    given = {}
    for name, column in mapping.columns.items():
        cells = as_text(raw.column(column))
        for more in mapping.fallbacks.get(name, ()):
            cells = _first_filled(cells, as_text(raw.column(more)))
        given[name] = cells
    if mapping.flags:
        kinds = _kinds(raw, mapping.flags)
        given["typologie"] = _first_filled(given["typologie"], kinds) if "typologie" in given else kinds
    if "cp_commune" in given:
        for name, cells in _code_and_city(given.pop("cp_commune")).items():
            given[name] = _first_filled(given[name], cells) if name in given else cells
    return given


def _first_filled(cells: pa.StringArray, more: pa.StringArray) -> pa.StringArray:
    return pc.if_else(pc.equal(pc.utf8_trim_whitespace(cells), ""), more, cells)


def _kinds(raw: pa.Table, flags: dict[str, str]) -> pa.StringArray:
    """Return for each row the kinds that its columns answer with yes, joined by `|`."""
    said: list[list[str]] = [[] for _ in range(len(raw))]
    for column, kind in flags.items():
        for row, cell in enumerate(as_text(raw.column(column)).to_pylist()):
            if key(cell) in TRUE:
                said[row].append(kind)
    return pa.array(["|".join(kinds) for kinds in said], pa.string())


def _code_and_city(cells: pa.StringArray) -> dict[str, pa.StringArray]:
    """Return the postal codes and the communes of cells such as "75011 Paris"; another text is a commune."""
    found = [_CODE_AND_CITY.match(cell) for cell in cells.to_pylist()]
    code = [match[1] if match else "" for match in found]
    city = [match[2] if match else cell for match, cell in zip(found, cells.to_pylist(), strict=True)]
    return {"code_postal": pa.array(code, pa.string()), "commune": pa.array(city, pa.string())}
