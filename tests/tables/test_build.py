"""`tlanalysis build` with and without fetched files, and what is read from what it wrote."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import tlanalysis as tl
from tests.conftest import OPEN_FILES, ROOT
from tlanalysis.cli import main
from tlanalysis.core.errors import BadInput, SourceError
from tlanalysis.data import built, embedded, remote_files
from tlanalysis.figures.publishing import publish
from tlanalysis.tables.build import build

ADDED = {
    "recensement_2023_fiche_identite.parquet",
    "recensement_2023_activites.parquet",
    "recensement_2026_fiche_identite.parquet",
    "recensement_2026_fiche_identite_rejets.csv",
    "recensement_2026_activites.parquet",
    "recensement_2026_activites_rejets.csv",
    "recensement_2026_publics.parquet",
    "lpof_declarations.parquet",
    "lpof_declarations_rejets.csv",
}


def folder(project: Path) -> Path:
    return project / "data" / "processed"


def content(project: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder(project).iterdir()
        if path.name != "README.md"
    }


def downloaded(project: Path, name: str) -> Path:
    return project / "data" / "raw" / "downloads" / name / OPEN_FILES[name]


def ledger(project: Path) -> dict[str, Any]:
    entries = json.loads((folder(project) / "ledger.json").read_text(encoding="utf-8"))["jeux"]
    return {entry["jeu"]: entry for entry in entries}


def test_without_fetched_files_nothing_is_added(project_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TLANALYSIS_MIRROR", raising=False)
    build()
    assert set(content(project_copy)) == {f"{name}.parquet" for name in embedded.names()} | {"ledger.json"}
    assert [set(entry) for entry in ledger(project_copy).values()] == [
        {"jeu", "lignes_lues", "lignes_acceptees", "lignes_rejetees", "sha256"}
    ] * len(embedded.names())


def test_fetched_files_add_their_tables_and_leave_the_others_as_they_were(
    fetched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(built, "fetched", list)
        build()
    before = content(fetched)
    assert {path.name for path in build().files} == set(before) | ADDED
    after = content(fetched)
    assert set(after) == set(before) | ADDED
    assert {name for name in before if before[name] != after[name]} == {"ledger.json"}
    build()
    assert content(fetched) == after


def test_the_ledger_of_every_added_table_adds_up(fetched: Path) -> None:
    build()
    entries = ledger(fetched)
    assert set(entries) == {*embedded.names(), *built.fetched()}
    read = {name: entries[name]["lignes_lues"] for name in built.fetched()}
    assert read == {
        "recensement_2023_fiche_identite": 3,
        "recensement_2023_activites": 12,
        "recensement_2026_fiche_identite": 4,
        "recensement_2026_activites": 9,
        "recensement_2026_publics": 5,
        "lpof_declarations": 11,
    }
    for name in built.fetched():
        entry, path = entries[name], downloaded(fetched, built.open_file_of()[name])
        assert entry["lignes_lues"] == entry["lignes_acceptees"] + entry["lignes_rejetees"]
        assert entry["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()


def test_what_is_loaded_is_what_was_cleaned(fetched: Path) -> None:
    build()
    answers = tl.load("recensement_2026_activites")
    assert str(answers["coche"].dtype) == "boolean"
    assert answers["coche"].value_counts(dropna=False).to_dict() == {True: 17, False: 38, pd.NA: 15}
    assert str(tl.load("lpof_declarations")["nb_stagiaires"].dtype) == "Int64"
    places = tl.load("recensement_2023_fiche_identite").set_index("id_source")
    assert places.loc["101", ["nom", "code_commune", "code_postal", "code_region"]].tolist() == [
        "Escale & CO (L')",
        "29151",
        "29600",
        "53",
    ]
    assert tl.load("recensement_2026_fiche_identite")["code_region"].tolist() == ["93", "53", "32"]
    for name, column in (("recensement_2026_activites", "id_source"), ("lpof_declarations", "nb_stagiaires")):
        assert column in tl.describe(name)["colonne"].tolist()


def test_no_address_or_number_of_a_person_is_written(fetched: Path) -> None:
    build()
    for path in folder(fetched).iterdir():
        text = path.read_bytes() if path.suffix != ".parquet" else pd.read_parquet(path).to_csv().encode()
        for personal in (b"un@example.org", b"trois@example.org", b"04 42 00 00 00", b"DURAND"):
            assert personal not in text, path.name


def test_a_file_that_is_no_longer_there_takes_its_table_with_it(fetched: Path) -> None:
    build()
    downloaded(fetched, "lpof").unlink()
    build()
    assert not {name for name in content(fetched) if name.startswith("lpof")}
    assert tl.open_files("lpof_declarations")["etat"].tolist() == ["absent"]


def test_a_file_nobody_vouches_for_is_not_built(fetched: Path) -> None:
    remote_files.receipt_path(downloaded(fetched, "lpof")).unlink()
    build()
    assert "lpof_declarations" not in ledger(fetched)


def test_an_altered_file_stops_the_build_and_leaves_the_folder(fetched: Path) -> None:
    build()
    before = content(fetched)
    with downloaded(fetched, "recensement_2026_publics").open("a", encoding="utf-8") as file:
        file.write("9;Ajouté;;0;0;0;0\n")
    with pytest.raises(SourceError, match=r"bdftl-2026-05-publics.csv is not the recorded version"):
        build()
    assert content(fetched) == before


def test_a_table_built_from_another_version_is_refused(fetched: Path) -> None:
    build()
    path = remote_files.receipt_path(downloaded(fetched, "lpof"))
    receipt = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(receipt | {"sha256": "0" * 64}), encoding="utf-8")
    with pytest.raises(SourceError, match=r"another version of lpof.csv: run `tlanalysis build`"):
        tl.load("lpof_declarations")


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (lambda path: path.unlink(), "is missing: run `tlanalysis build`"),
        (lambda path: path.write_bytes(path.read_bytes() + b"x"), "is not the table that was built"),
    ],
)
def test_a_table_that_was_lost_or_altered_is_refused(fetched: Path, harm: Any, sentence: str) -> None:
    build()
    harm(folder(fetched) / "recensement_2026_publics.parquet")
    with pytest.raises(SourceError, match=sentence):
        tl.load("recensement_2026_publics")


def test_a_table_that_was_not_built_says_how(project_copy: Path) -> None:
    with pytest.raises(SourceError, match="`tlanalysis fetch lpof`, then `tlanalysis build`"):
        tl.load("lpof_declarations")
    table = tl.open_files("lpof_declarations", "recensement_2026_publics")
    assert table.to_numpy().tolist() == [
        ["lpof_declarations", "DGEFP", "absent", "tlanalysis fetch lpof"],
        ["recensement_2026_publics", "France Tiers-Lieux", "absent", "tlanalysis fetch recensement_2026_publics"],
    ]
    with pytest.raises(BadInput, match=r"'lpof_declaration' .*did you mean 'lpof_declarations'"):
        tl.open_files("lpof_declaration")


@pytest.mark.parametrize(
    ("make", "draw", "figure"),
    [
        ("share_themes", "plot_themes", "formation-themes"),
        ("share_audiences", "plot_audiences", "formation-publics"),
        ("trainees_declared", "plot_trainees_declared", "formation-stagiaires"),
    ],
)
def test_from_the_fetched_file_to_the_published_figure(
    fetched: Path, monkeypatch: pytest.MonkeyPatch, make: str, draw: str, figure: str
) -> None:
    monkeypatch.setenv("TLANALYSIS_OUT", str(fetched / "reports"))
    assert getattr(tl, make)().empty
    with pytest.raises(BadInput, match=f"{figure} has nothing to draw"):
        getattr(tl, draw)(getattr(tl, make)())
    build()
    table = getattr(tl, make)()
    facts = publish(getattr(tl, draw)(table), table, id=figure).facts
    held = {name: OPEN_FILES[built.open_file_of()[name]] for name in facts["inputs"] if name != "regions"}
    assert len(held) == 1
    for name, file in held.items():
        digest = hashlib.sha256(downloaded(fetched, built.open_file_of()[name]).read_bytes()).hexdigest()
        assert facts["inputs"][name] == digest, file
    assert facts["licence"]
    assert [source["editeur"] for source in facts["sources"]] == table_publishers(make)


def table_publishers(make: str) -> list[str]:
    return ["DGEFP"] if make == "trainees_declared" else ["France Tiers-Lieux"]


def figures_of_the_notebook(project: Path) -> tuple[set[str], list[str]]:
    """Execute the cells of notebook 01 that read fetched files; return the figures and the states shown."""
    notebook = json.loads((ROOT / "notebooks" / "01_training_reach.ipynb").read_text(encoding="utf-8"))
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    start = next(number for number, cell in enumerate(cells) if "open_files" in cell)
    end = max(number for number, cell in enumerate(cells) if "trainees_declared" in cell)
    names: dict[str, Any] = {}
    for cell in [*cells[:2], *cells[start : end + 1]]:
        exec(cell, names)
    return {path.stem for path in (project / "reports").glob("figures/*.svg")}, names["state"]["etat"].tolist()


def test_the_notebook_draws_what_was_built_and_says_what_was_not(
    fetched: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TLANALYSIS_OUT", str(fetched / "reports"))
    assert figures_of_the_notebook(fetched) == (set(), ["absent"] * 4)
    build()
    assert figures_of_the_notebook(fetched) == (
        {"formation-themes--FR", "formation-publics--FR", "formation-stagiaires--FR"},
        ["construit"] * 4,
    )
    monkeypatch.setenv("TLANALYSIS_PROCESSED", str(fetched / "nowhere"))
    assert figures_of_the_notebook(fetched)[1] == ["absent"] * 4


def test_the_command_counts_every_row(fetched: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    monkeypatch.setattr("sys.argv", ["tlanalysis", "build"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert not ended.value.code
    files, read, accepted, rejected = (int(n) for n in re.findall(r"\d+", capsys.readouterr().out.splitlines()[-1]))
    rows = sum(len(embedded.load(name)) for name in embedded.names())
    assert (files, read, rejected) == (len(embedded.names()) + len(ADDED) + 1, rows + 44, 5)
    assert read == accepted + rejected
