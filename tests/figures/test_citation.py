"""Citations of figures, charts, tables and datasets, in the styles that papers are written with."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import tlanalysis as tl
from tests.charts.drawn import case
from tlanalysis.cli import app
from tlanalysis.core.errors import BadInput
from tlanalysis.figures.reference_styles import Reference, written


def test_a_dataset_is_cited_with_publisher_licence_and_fingerprint() -> None:
    said = tl.cite("regions")
    assert said.startswith("INSEE, « Les 18 régions », COG 2026, populations 2023, Licence Ouverte 2.0, sha256 ")
    assert tl.cite("cget_2019", lang="en").startswith(
        "CGET (devenu ANCT), “Mission coworking, liste de 2019”, 2019, http"
    )


@pytest.mark.parametrize("style", ["text", "bibtex", "csl"])
def test_every_dataset_can_be_cited(style: str) -> None:
    for name in tl.sources()["id"]:
        assert len(tl.cite(name, style)) > 40, name


def test_bibtex_by_hand() -> None:
    one = Reference("Région & Cie", "50 % de lieux_formés {2023}", "2023-09", "https://example.org/a_b", "n° 1")
    assert written([one], "bibtex", "fr") == "\n".join(
        [
            "@misc{regionCie2023LieuxFormes,",
            r"  author = {{Région \& Cie}},",
            r"  title = {{50 \% de lieux\_formés \{2023\}}},",
            "  year = {2023},",
            "  month = {9},",
            r"  howpublished = {\url{https://example.org/a_b}},",
            "  url = {https://example.org/a_b},",
            "  urldate = {2026-11-21},",
            "  note = {n° 1},",
            "}",
        ]
    )


def test_csl_by_hand() -> None:
    (entry,) = json.loads(written([Reference("INSEE", "Régions", "2023-09-04", "https://example.org")], "csl", "fr"))
    assert entry["author"] == [{"literal": "INSEE"}]
    assert entry["issued"] == {"date-parts": [[2023, 9, 4]]}
    assert entry["type"] == "webpage"


def test_keys_are_told_apart_and_nothing_is_listed_twice() -> None:
    same = [Reference("INSEE", "Régions", "2023"), Reference("INSEE", "Régions", "2023-05")]
    keys = re.findall(r"@misc\{(\w+),", written([*same, same[0]], "bibtex", "fr"))
    assert keys == ["insee2023Regions", "insee2023Regionsb"]


def test_a_bibliography_lists_each_document_behind_a_table_once() -> None:
    table = case("plot_people_trained").table
    bib = tl.bibliography(table, table)
    keys = re.findall(r"@misc\{(\w+),", bib)
    assert len(keys) == len(set(keys)) >= len({source["source"] for source in table.attrs["sources"]}) - 2
    # A copy that we keep is cited as its document: by publisher and title, without the name of the copy.
    assert not re.search(r"\d{3}_[0-9a-f]{16}", bib)
    assert "Soutenir le développement de la formation professionnelle" in bib
    assert tl.bibliography(case("plot_people_trained").draw()) == bib


def test_what_can_be_cited(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TLANALYSIS_OUT", str(tmp_path))
    table, ax = case("plot_people_trained").table, case("plot_people_trained").draw("en")
    published = tl.publish(ax, id="essai")
    assert published.fingerprint in tl.cite(ax, lang="en")
    assert published.fingerprint in tl.cite(table)
    assert tl.cite(published, lang="en") == tl.cite("essai--FR-en", lang="en")
    assert "data " + published.fingerprint in tl.cite("essai--FR-en", lang="en")
    assert tl.bibliography("essai--FR-en") == tl.bibliography(ax)
    command = CliRunner().invoke(app, ["cite", "essai--FR-en", "--bib"])
    assert command.stdout.strip() == tl.bibliography(ax)
    assert CliRunner().invoke(app, ["cite", "regions"]).stdout.strip() == tl.cite("regions")


@pytest.mark.parametrize("lost", [pd.DataFrame({"valeur": [1]}), 3, None])
def test_what_has_no_source_is_refused(lost: object) -> None:
    for ask in (tl.cite, tl.bibliography):
        with pytest.raises(BadInput, match=r"no source|cannot be cited"):
            ask(lost)  # type: ignore[operator]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"style": "bibtx"}, "did you mean 'bibtex'"),
        ({"style": "apa"}, "text, bibtex, csl"),
        ({"lang": "de"}, "it is one of fr, en"),
    ],
)
def test_a_wrong_style_is_one_sentence(given: dict[str, str], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        tl.cite("regions", **given)
    with pytest.raises(BadInput, match="nothing to list"):
        tl.bibliography()
