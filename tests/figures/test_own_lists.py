"""A figure of the user's own list is signed with its name and the start of its sha256, whatever is computed between."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import tlanalysis as tl
from tlanalysis.charts.kit import caption
from tlanalysis.core.own_list import OwnList
from tlanalysis.figures import trace
from tlanalysis.lists.cleaned import Cleaned

ROWS = [("Le Lieu", "33000", "33063"), ("La Fabrique", "35000", "35238"), ("L'Atelier", "35000", "35238")]


@pytest.fixture
def mine(tmp_path: Path) -> Cleaned:
    """Return a list of three places, whose centres of communes are their positions."""
    path = tmp_path / "ma_liste.csv"
    path.write_text("nom;code postal;code insee\n" + "\n".join(";".join(row) for row in ROWS), encoding="utf-8")
    return tl.clean(path)


@pytest.fixture(autouse=True)
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that figures are published in."""
    folder = tmp_path / "reports"
    monkeypatch.setenv("TLANALYSIS_OUT", str(folder))
    return folder


@pytest.fixture
def digest(mine: Cleaned, tmp_path: Path) -> str:
    """Return the sha256 of the list, computed here."""
    return hashlib.sha256((tmp_path / "ma_liste.csv").read_bytes()).hexdigest()


def _filtered(places: pd.DataFrame) -> pd.DataFrame:
    return places[places["code_departement"] == "35"]


def _grouped(places: pd.DataFrame) -> pd.DataFrame:
    return places.groupby("code_commune").head(1)


def _parquet(places: pd.DataFrame) -> pd.DataFrame:
    file = io.BytesIO()
    places.to_parquet(file)
    return pd.read_parquet(io.BytesIO(file.getvalue()))


WAYS: list[Callable[[pd.DataFrame], pd.DataFrame]] = [lambda places: places, _filtered, _grouped, _parquet]


@pytest.mark.parametrize("way", WAYS)
def test_a_published_figure_names_the_list_in_its_caption_and_its_facts(
    mine: Cleaned, digest: str, way: Callable[[pd.DataFrame], pd.DataFrame], out: Path
) -> None:
    rates = tl.rate_places(way(mine.places))
    ax = tl.plot_rates(rates[rates["nb_lieux"].notna()], lang="fr")
    text = caption.of(ax)
    assert text.source_line == f"Source\u00a0: liste «\u202fma_liste.csv\u202f» (sha256 {digest[:16]}), INSEE."
    facts = tl.publish(ax, id="mes-lieux").facts
    assert facts["inputs"]["liste:ma_liste.csv"] == digest
    assert {"editeur": "ma_liste.csv", "titre": f"sha256 {digest[:16]}", "date_publication": "", "source": ""} in (
        facts["sources"]
    )
    for kind in ("svg", "png", "json"):
        read = trace.read_facts(out / "figures" / f"mes-lieux--FR.{kind}")
        assert read["inputs"]["liste:ma_liste.csv"] == digest
        assert digest[:16] in read["source"]
        assert f"liste:ma_liste.csv  {digest}" in trace.written(read)
    assert f"sha256 {digest[:16]}" in (out / "figures" / "mes-lieux--FR.svg").read_text(encoding="utf-8")


def test_english_captions_name_the_list_too(mine: Cleaned, digest: str) -> None:
    ax = tl.plot_funnel(tl.rate_places(mine.places), lang="en")
    assert caption.of(ax).source_line == f"Source: list “ma_liste.csv” (sha256 {digest[:16]}), INSEE."


def test_what_is_computed_from_rates_keeps_the_signature(mine: Cleaned, digest: str) -> None:
    rates = tl.rate_places(mine.places)
    key = OwnList("ma_liste.csv", digest).key
    for table in (tl.lorenz(rates), tl.smooth_rates(rates), tl.territories_that_differ(rates)):
        assert key in table.attrs["inputs"]
        assert key in {source["source"] for source in table.attrs["sources"]}


def test_access_keeps_the_signature(mine: Cleaned, digest: str, mirror: Path) -> None:
    points = mine.places.assign(latitude=[44.84, 48.11, 48.12], longitude=[-0.58, -1.68, -1.69])
    table = tl.access_of(points)
    assert OwnList("ma_liste.csv", digest).key in table.attrs["inputs"]
    assert "ma_liste.csv" in caption.of(tl.plot_access(table)).source_line


def test_a_table_that_lost_its_facts_keeps_the_name_of_the_list(mine: Cleaned) -> None:
    again = pd.read_csv(io.StringIO(mine.places.to_csv(index=False)), dtype=str)
    line = caption.of(tl.plot_rates(tl.rate_places(again))).source_line
    assert line == "Source\u00a0: liste «\u202fma_liste\u202f», INSEE."


def test_two_lists_of_one_name_are_both_in_the_facts(tmp_path: Path, out: Path) -> None:
    cleaned = []
    for folder, rows in (("a", ROWS), ("b", ROWS[:2])):
        path = tmp_path / folder / "lieux.csv"
        path.parent.mkdir()
        path.write_text("nom;code postal;code insee\n" + "\n".join(";".join(row) for row in rows), encoding="utf-8")
        cleaned.append(tl.clean(path))
    curve = tl.lorenz_of(
        dict(zip(["lieux", "tiers_lieux"], [tl.rate_places(one.places) for one in cleaned], strict=True))
    )
    inputs = tl.publish(tl.plot_lorenz(curve), id="deux-listes").facts["inputs"]
    assert {inputs["liste:lieux.csv"], inputs["liste:lieux.csv (2)"]} == {one.ledger["sha256"] for one in cleaned}


def test_a_citation_of_a_table_names_the_list(mine: Cleaned, digest: str) -> None:
    said = tl.cite(tl.rate_places(mine.places))
    assert f"ma_liste.csv (sha256 {digest[:16]})" in said
    assert f"sha256 {digest[:16]}" in tl.bibliography(tl.rate_places(mine.places))


@pytest.mark.mirror
def test_an_open_list_is_signed_by_its_publisher(mirror: Path, out: Path) -> None:
    rates = tl.rate_places(tl.places("cget_2019"))
    facts = tl.publish(tl.plot_rates(rates), id="cget").facts
    card = tl.sources().set_index("id").loc["cget_2019"]
    assert set(facts["inputs"]) == {"cget_2019", "departements"}
    assert card["editeur"] in {source["editeur"] for source in facts["sources"]}
