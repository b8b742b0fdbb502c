"""The exploring panel without a browser: a list is moved as a hand would, the rest follows."""

from __future__ import annotations

import sys

import pytest

import tlanalysis as tl
from tlanalysis.core.errors import BadInput
from tlanalysis.lab.panel import Panel


@pytest.fixture(scope="module")
def opened() -> Panel:
    return tl.explore("R53", lang="fr")


@pytest.fixture
def panel(opened: Panel) -> Panel:
    for name, value in {"territory": "R53", "indicator": "tiers_lieux", "perimeter": "", "year": ""}.items():
        opened.lists[name].value = value
    return opened


def _said(panel: Panel) -> str:
    return panel.children[4].value


def _chart(panel: Panel) -> str:
    return panel.children[5].value


def test_it_opens_on_what_was_asked_for(panel: Panel) -> None:
    assert panel.choice.territory == "R53"
    assert panel.rows["indicateur"].unique().tolist() == ["tiers_lieux"]
    assert f"Bretagne, Tiers-lieux : {len(panel.rows)} chiffres publiés" in _said(panel)
    assert 'src="data:image/png;base64,' in _chart(panel)
    assert 'alt="Bretagne' in _chart(panel)


def test_moving_a_list_changes_the_picture_the_table_and_the_code(panel: Panel) -> None:
    before = _chart(panel), panel.children[6].outputs, panel.children[7].value
    panel.lists["territory"].value = "R32"
    after = _chart(panel), panel.children[6].outputs, panel.children[7].value
    assert all(one != other for one, other in zip(before, after, strict=True))
    assert "tl.known_figures(&quot;R32&quot;)" in after[2]
    assert after[1][0]["data"]["text/plain"].count("\n") == len(panel.rows)


def test_a_choice_that_still_exists_is_kept_and_one_that_does_not_is_let_go(panel: Panel) -> None:
    panel.lists["territory"].value = "FR"
    assert panel.choice.indicator == "tiers_lieux"
    panel.lists["perimeter"].value = "ftl_2023"
    panel.lists["indicator"].value = "personnes_formees"
    assert panel.choice.perimeter == "ftl_2023"
    panel.lists["territory"].value = "D48"
    assert panel.choice.indicator == "fabriques_de_territoire"
    assert panel.choice.perimeter == ""


def test_nothing_published_is_said_to_be_unknown(panel: Panel) -> None:
    panel.lists["territory"].value = "D48"
    assert "aucun chiffre publié. C&#x27;est un inconnu, pas un zéro." in _said(panel)
    assert panel.rows.empty
    assert panel.children[6].outputs == ()


def test_an_indicator_without_a_chart_says_so(panel: Panel) -> None:
    panel.lists["territory"].value = "FR"
    panel.lists["indicator"].value = "emplois_directs"
    assert "Pas de figure toute faite" in _chart(panel)
    assert len(panel.rows)


def test_tables_need_no_network(panel: Panel) -> None:
    html = panel.children[6].outputs[0]["data"]["text/html"]
    assert "https://cdn" not in html
    assert "<script" in html


def test_what_cannot_be_shown_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput, match="R75 or D75"):
        tl.explore("75")
    with pytest.raises(BadInput, match="lang is 'de'"):
        tl.explore(lang="de")
    monkeypatch.delitem(sys.modules, "tlanalysis.lab.panel")
    monkeypatch.setitem(sys.modules, "itables", None)
    with pytest.raises(BadInput, match=r"itables is not installed: pip install 'tlanalysis\[lab\]'"):
        tl.explore()
