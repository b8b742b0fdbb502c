"""A known list whose columns are removed, doubled or renamed is cleaned or refused in one sentence: no traceback."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tlanalysis as tl
from benchmarks.recognition import read_corpus
from tests.lists.lists import write
from tlanalysis.core.errors import BadInput
from tlanalysis.lists.publishers import registry

# One made-up value per field; fields without one are left empty.
_VALUES = {
    "id_source": "lieu-{row}",
    "nom": "Le Lieu {row}",
    "code_commune": "35238",
    "commune": "Rennes",
    "code_postal": "35000",
    "departement": "35",
    "region": "53",
    "latitude": "48.11",
    "longitude": "-1.68",
    "typologie": "coworking",
    "site_web": "lieu.example.org",
    "etat": "ouvert",
}


def _cells(published, row):
    return {
        column: _VALUES.get(field, "").format(row=row) for column, field in published.raw_to_clean.items()
    } | dict.fromkeys(published.signature - published.raw_to_clean.keys(), "x")


def _rows(published):
    """Return three made-up rows, and one for each correction that the list has."""
    plain = [_cells(published, row) for row in range(3)]
    return plain + [_cells(published, 3 + at) | entry.rows for at, entry in enumerate(published.corrections)]


def _damaged(data, rows):
    """Return a table of some columns of the rows, some twice, some under another name."""
    headers = list(rows[0])
    removed = data.draw(st.sets(st.sampled_from(headers), max_size=len(headers) - 1))
    doubled = data.draw(st.lists(st.sampled_from(headers), max_size=2))
    renamed = data.draw(
        st.dictionaries(st.sampled_from(headers), st.sampled_from(["", "x", "Nom", "autre"]), max_size=2)
    )
    kept = [header for header in headers if header not in removed] + doubled
    return [[renamed.get(header, header) for header in kept], *[[row[header] for header in kept] for row in rows]]


def _clean_or_refuse(path, table, keep):
    write(path, table)
    try:
        cleaned = tl.clean(path, keep=keep)
    except BadInput as error:
        assert str(error).startswith(path.name)
        assert "\n" not in str(error)
    else:
        assert cleaned.ledger["lignes_du_fichier"] == len(table) - 1


_KEEP = st.sampled_from(["all", ()])


@pytest.mark.parametrize("name", list(registry.LISTS))
@given(data=st.data(), keep=_KEEP)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_known_list_with_damaged_columns_is_cleaned_or_refused(name, data, keep, tmp_path):
    _clean_or_refuse(tmp_path / "liste.csv", _damaged(data, _rows(registry.LISTS[name])), keep)


CORPUS = read_corpus()


@given(name=st.sampled_from(sorted(CORPUS)), data=st.data(), keep=_KEEP)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_list_of_the_corpus_with_damaged_columns_is_cleaned_or_refused(name, data, keep, tmp_path):
    columns, _ = CORPUS[name]
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    _clean_or_refuse(tmp_path / "liste.csv", _damaged(data, rows), keep)
