"""Places that stand twice: which rows are one place, which is kept, and why."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import tlanalysis as tl
from tests.lists.lists import write
from tlanalysis.lists import duplicates
from tlanalysis.lists.batch import PLACE_SCHEMA
from tlanalysis.lists.duplicate_links import commune_of

HEADER = ["id", "nom", "code_commune", "latitude", "longitude", "site_web"]
PARIS_11, PARIS_12 = "75111", "75112"


def _groups(tmp_path, *rows):
    """Clean some rows and return {row: (group, kept, why, likeness, metres)}."""
    path = write(tmp_path / "liste.csv", [HEADER, *([*row, *[""] * (len(HEADER) - len(row))] for row in rows)])
    table = tl.clean(path).duplicates
    return {
        int(row.ligne_source): (
            int(row.groupe),
            bool(row.retenue),
            row.motif,
            *(None if value != value else value for value in (row.ressemblance, row.distance_m)),
        )
        for row in table.itertuples()
    }


def test_the_same_identifier_is_the_same_place_and_the_fullest_row_is_kept(tmp_path):
    found = _groups(
        tmp_path,
        ["A", "Le Lieu", PARIS_11],
        ["B", "Ailleurs", PARIS_11],
        ["A", "Tout Autre Nom", "13201", "43.2965", "5.3698", "lieu.example.org"],
    )
    assert list(found) == [3, 1]  # the row kept comes first
    assert found[3][:3] == (1, True, "la_plus_complete")
    assert found[1][:3] == (1, False, "meme_identifiant")


def test_the_same_name_in_the_same_commune_whatever_the_case(tmp_path):
    found = _groups(tmp_path, ["A", "Le Lieu", PARIS_11], ["B", "LE LIEU", PARIS_11], ["C", "Le Lieu", "13201"])
    assert found == {1: (1, True, "la_premiere", None, None), 2: (1, False, "meme_nom_meme_commune", 100, None)}


def test_a_close_name_in_the_same_commune(tmp_path):
    found = _groups(
        tmp_path,
        ["A", "La Fabrique du Canal", PARIS_11],
        ["B", "Fabrique du canal (La)", PARIS_11],
        ["C", "La Fabrique du Port", PARIS_11],
    )
    assert sorted(found) == [1, 2]  # the same words in another order; the third is another place
    assert found[2][2] == "nom_proche_meme_commune"


def test_a_close_name_across_a_border_of_communes_needs_to_be_near(tmp_path):
    near = _groups(
        tmp_path,
        ["A", "Atelier du Pont", PARIS_11, "48.8530", "2.3700"],
        ["B", "Atelier du Ponts", PARIS_12, "48.8535", "2.3700"],
    )
    assert near[2] == (1, False, "nom_proche_a_moins_de_200_m", 97, 56)  # 0.0005 degree of a meridian: 55.6 m
    far = _groups(
        tmp_path,
        ["A", "Atelier du Pont", PARIS_11, "48.8530", "2.3700"],
        ["B", "Atelier du Ponts", PARIS_12, "48.8330", "2.3700"],
    )
    assert far == {}


def test_two_places_two_kilometres_apart_are_two_whatever_their_names(tmp_path):
    one, other = ["A", "Le Lieu", "13055", "43.2965", "5.3698"], ["B", "Le Lieu", "13055", "43.2000", "5.4500"]
    assert _groups(tmp_path, one, other) == {}
    assert sorted(_groups(tmp_path, one, ["A", *other[1:]])) == [1, 2]  # but for one identifier


def test_no_commune_and_no_identifier_is_no_duplicate(tmp_path):
    path = write(
        tmp_path / "liste.csv",
        [["nom", "code_postal"], ["Le Lieu", ""], ["Le Lieu", ""], ["Le Lieu", "75011"], ["Le Lieu", "75012"]],
    )
    assert tl.clean(path).duplicates.empty


def test_a_chain_of_duplicates_is_one_group(tmp_path):
    found = _groups(
        tmp_path,
        ["A", "Le Lieu", PARIS_11],
        ["B", "Le Lieu", PARIS_11],
        ["B", "Nom Nouveau", PARIS_12],
        ["D", "Isolé", PARIS_12],
    )
    assert sorted(found) == [1, 2, 3]
    assert {group for group, *_ in found.values()} == {1}
    assert sum(kept for _, kept, *_ in found.values()) == 1


@pytest.mark.parametrize("rows", [0, 1])
def test_a_list_of_hardly_anything_has_no_duplicates(rows):
    table = pa.table(
        {
            name: pa.array(["x"][:rows] if PLACE_SCHEMA.field(name).type == pa.string() else [1][:rows]).cast(
                PLACE_SCHEMA.field(name).type
            )
            for name in PLACE_SCHEMA.names
        }
    )
    seen = duplicates.Seen()
    seen.add(table)
    picked = duplicates.pick([table], seen.candidates())
    assert duplicates.find_duplicates(picked, near=True) == duplicates.SCHEMA.empty_table()


def test_a_long_list_remembers_only_hashes_and_finds_the_same_repeats(monkeypatch):
    monkeypatch.setattr(duplicates, "NEAR_UP_TO", 3)
    names = [f"Lieu {rank % 40}" for rank in range(60)]
    ids = [f"I{rank}" if rank != 59 else "I5" for rank in range(60)]
    columns = {name: pa.nulls(60, PLACE_SCHEMA.field(name).type) for name in PLACE_SCHEMA.names}
    columns |= {
        "nom": pa.array(names),
        "id_source": pa.array(ids),
        "code_commune": pa.array([PARIS_11] * 60),
        "ligne_source": pa.array(range(1, 61)),
    }
    table = pa.table(columns, schema=PLACE_SCHEMA)
    seen = duplicates.Seen()
    for start in range(0, 60, 7):
        seen.add(table.slice(start, 7))
    expected = {rank for rank in range(60) if names.count(names[rank]) > 1 or ids.count(ids[rank]) > 1}
    assert set(np.asarray(seen.candidates()).tolist()) == expected


def test_two_communes_of_one_postal_code_are_two_communes():
    """01300 is the postal code of Belley and of Ambléon, among others."""
    rows = pd.DataFrame(
        {"nom": ["Le Tiers-Lieu"] * 3, "code postal": ["01300"] * 3, "commune": ["Belley", "Ambléon", "BELLEY"]}
    )
    found = tl.clean(rows).duplicates
    assert found["ligne_source"].tolist() == [1, 3]
    assert found["motif"].tolist()[1] == "meme_nom_meme_commune"


def test_a_postal_code_is_not_the_code_of_another_commune():
    """30330 is the code of Tornac, and the postal code of Tresques."""
    rows = pa.table(
        {
            name: pa.array(values, pa.string())
            for name, values in {
                "code_commune": ["30330", None, None],
                "code_postal": [None, "30330", "30330"],
                "commune": ["Tornac", "Tresques", None],
            }.items()
        }
    )
    keys = commune_of(rows).to_pylist()
    assert len(set(keys)) == 3
    assert keys[2] is None  # a postal code alone names no commune
