from __future__ import annotations

import pytest

from tests.helpers import observation, read_rows, write_rows
from tlanalysis.cli import main
from tlanalysis.core.errors import SourceError
from tlanalysis.data import documents
from tlanalysis.data.embedded import load

COPY, PAGE = "002_97f59b7054f7983e.txt", "https://francetierslieux.fr/tiers-lieux-de-formation"


def test_a_copy_and_its_page_are_one_document():
    assert documents.original(COPY) == PAGE
    assert documents.nb_documents([COPY, PAGE, COPY]) == 1
    assert documents.nb_documents([COPY, "001_5cccad05aa27a9e6.txt"]) == 2


@pytest.mark.parametrize("table", documents.CITING)
def test_every_citation_has_a_document(table: str):
    assert set(load(table)["source"]) <= set(documents.documents())


def test_every_document_has_a_publisher_and_a_kept_copy_has_no_address():
    for key, row in documents.documents().items():
        assert row["editeur"], key
        assert "source 0" not in row["editeur"], key
        assert bool(row["adresse"]) == ("://" in key or key.startswith("github:")), key


def test_the_data_cite_each_figure_of_a_document_once():
    assert list(documents.citation_problems()) == []


def test_the_doubles_are_gone_and_the_new_figures_are_in(raw):
    """536 rows held 21 doubles (18 figures, 15 twice and 3 thrice): 515 stay, 52 were found since."""
    rows = read_rows(raw, "observations")
    assert len(rows) == 515 + 51 + 1
    assert sum(row["id_observation"].endswith(("-h1",)) for row in rows) == 51


def test_a_source_that_no_document_explains_is_named_with_its_rows(raw_copy):
    rows = read_rows(raw_copy, "observations")
    unexplained = observation(1, source="https://example.org/inconnu")
    write_rows(raw_copy, "observations", [*rows, unexplained])
    [problem] = documents.citation_problems()
    assert "observations.csv" in problem
    assert "'https://example.org/inconnu'" in problem
    assert "essai-1" in problem


def test_one_figure_of_one_document_given_twice_is_named(raw_copy):
    rows = read_rows(raw_copy, "observations")
    again = rows[0] | {"id_observation": "essai-double", "note": "autre remarque"}
    write_rows(raw_copy, "observations", [*rows, again])
    [problem] = documents.citation_problems()
    assert rows[0]["id_observation"] in problem
    assert "essai-double" in problem


def test_a_copy_of_nothing_we_know_is_named(raw_copy):
    rows = read_rows(raw_copy, "sources")
    copy = next(row for row in rows if row["source"] == COPY)
    copy["copie_de"] = "https://example.org/nulle-part"
    write_rows(raw_copy, "sources", rows)
    [problem] = documents.citation_problems()
    assert COPY in problem
    assert "https://example.org/nulle-part" in problem


def test_build_refuses_a_source_without_document_and_writes_nothing(raw_copy, capsys, monkeypatch):
    rows = read_rows(raw_copy, "observations")
    write_rows(raw_copy, "observations", [*rows, observation(1, source="https://example.org/inconnu")])
    monkeypatch.setattr("sys.argv", ["tlanalysis", "build"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == SourceError.exit_code == 3
    assert "https://example.org/inconnu" in capsys.readouterr().err
    assert not list((raw_copy.parent / "processed").glob("*"))


def test_readers_see_the_title_and_the_page_and_never_the_name_of_a_kept_copy():
    copy = {"editeur": "France Tiers-Lieux", "source": "002_97f59b7054f7983e.txt", "date_publication": "2023"}
    assert documents.cited([copy])[0] == {
        "editeur": "France Tiers-Lieux",
        "titre": "Les tiers-lieux de formation",
        "date_publication": "2023",
        "source": "https://francetierslieux.fr/tiers-lieux-de-formation",
    }
    keys = [{"editeur": "", "source": key, "date_publication": ""} for key in documents.documents()]
    shown = [seen["source"] for seen in documents.cited(keys)]
    assert not [address for address in shown if address.endswith(".txt") and "://" not in address]
    listed = {"editeur": "INSEE", "source": "https://www.insee.fr/fr/information/8683652", "date_publication": "2026"}
    assert documents.cited([listed])[0] == listed | {"titre": ""}


def test_a_title_leads_back_to_its_document():
    for key, row in documents.documents().items():
        if row["titre"] and not row["copie_de"]:
            assert documents.key_of(row["titre"]) in {key, ""}
    assert documents.key_of("") == ""
