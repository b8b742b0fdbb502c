"""Rows that hold several places: one place per identifier, names only when they are as many, no identifier twice."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

import tlanalysis as tl
from tlanalysis.cli import main
from tlanalysis.core.errors import BadInput

NAMES = ["id_territoire", "lib_territoire", "id_geo", "lib_geo"]


def write(path: Path, *rows: tuple[str, str, str, str]) -> Path:
    """Write the points of some communes as the ANCT does."""
    features = [{"type": "Feature", "properties": dict(zip(NAMES, row, strict=True)), "geometry": None} for row in rows]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    return path


def test_one_identifier_is_one_place_and_names_follow_when_they_are_as_many(tmp_path: Path) -> None:
    one = ("fabt-9", "Le Pôle ; Coopération", "29019", "Brest")
    two = ("fabt-1; fabt-2", "La Coque; Le Cloître", "13055", "Marseille")
    three = ("fabt-3; fabt-4; fabt-5", "Un seul nom", "75056", "Paris")
    cleaned = tl.clean(write(tmp_path / "points.geojson", one, two, three))
    places = cleaned.places
    assert places["id_source"].tolist() == [f"fabt-{n}" for n in (9, 1, 2, 3, 4, 5)]
    assert places["nom"].tolist()[:3] == ["Le Pôle ; Coopération", "La Coque", "Le Cloître"]
    assert places["nom"].isna().tolist() == [False] * 3 + [True] * 3
    assert places["ligne_source"].tolist() == [1, 2, 2, 3, 3, 3]
    assert places["code_departement"].tolist() == ["29", "13", "13", "75", "75", "75"]
    ledger = cleaned.ledger
    assert (ledger["lignes_du_fichier"], ledger["lignes_lues"], ledger["lignes_acceptees"]) == (3, 6, 6)
    assert cleaned.rejects[["ligne_source", "champ", "valeur", "regle"]].to_numpy().tolist() == [
        [3, "nom", "Un seul nom", "noms_non_apparies"]
    ]


def test_an_identifier_twice_is_refused_with_its_rows_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    list_ = write(tmp_path / "points.geojson", ("a-1; a-2", "Un; Deux", "29019", ""), ("a-2", "Deux", "29019", ""))
    with pytest.raises(BadInput, match=r"points.geojson: the identifier 'a-2' stands in rows 1, 2"):
        tl.clean(list_)
    out = tmp_path / "propre"
    monkeypatch.setattr(sys, "argv", ["tlanalysis", "clean", str(list_), "--out", str(out)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    assert not out.exists()


@pytest.mark.mirror
@pytest.mark.parametrize(
    ("file", "communes", "places"),
    [
        ("fabriques_de_territoire_2024", 342, 382),
        ("manufactures_de_proximite_2024", 98, 111),
        ("france_services_2024", 2519, 2720),
    ],
)
def test_the_files_of_the_anct_by_identifier(mirror: Path, file: str, communes: int, places: int) -> None:
    cleaned = tl.clean(mirror / f"{file}.geojson")
    assert (cleaned.ledger["lignes_du_fichier"], len(cleaned.places)) == (communes, places)
    assert cleaned.places["id_source"].is_unique
