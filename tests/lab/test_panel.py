"""The exploring panel without a browser: the value of a list changes, and the rest follows."""

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


def _sentence(panel: Panel) -> str:
    return panel.children[4].value


def _chart(panel: Panel) -> str:
    return panel.children[5].value


def test_it_opens_on_the_given_territory(panel: Panel) -> None:
    assert panel.choice.territory == "R53"
    assert panel.rows["indicateur"].unique().tolist() == ["tiers_lieux"]
    assert f"Bretagne, Tiers-lieux : {len(panel.rows)} chiffres publiés" in _sentence(panel)
    assert 'src="data:image/png;base64,' in _chart(panel)
    assert 'alt="Bretagne' in _chart(panel)


def test_moving_a_list_changes_the_picture_the_table_and_the_code(panel: Panel) -> None:
    before = _chart(panel), panel.children[6].outputs, panel.children[7].value
    panel.lists["territory"].value = "R32"
    after = _chart(panel), panel.children[6].outputs, panel.children[7].value
    assert all(one != other for one, other in zip(before, after, strict=True))
    assert "tl.known_figures(&quot;R32&quot;)" in after[2]
    assert after[1][0]["data"]["text/plain"].count("\n") == len(panel.rows)


def test_a_choice_is_kept_where_it_is_still_an_option(panel: Panel) -> None:
    panel.lists["territory"].value = "FR"
    assert panel.choice.indicator == "tiers_lieux"
    panel.lists["perimeter"].value = "ftl_2023"
    panel.lists["indicator"].value = "personnes_formees"
    assert panel.choice.perimeter == "ftl_2023"
    panel.lists["territory"].value = "D48"
    assert panel.choice.indicator == "fabriques_de_territoire"
    assert panel.choice.perimeter == ""


def test_a_choice_without_a_figure_is_shown_as_unknown(panel: Panel) -> None:
    panel.lists["territory"].value = "D48"
    assert "nous n&#x27;avons pas trouvé de chiffre dans" in _sentence(panel)
    assert "C&#x27;est un inconnu, pas un zéro." in _sentence(panel)
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


def test_an_impossible_panel_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput, match=r"is R75 \(Nouvelle-Aquitaine\) and D75 \(Paris\)"):
        tl.explore("75")
    with pytest.raises(BadInput, match="lang is 'xx'"):
        tl.explore(lang="xx")
    monkeypatch.delitem(sys.modules, "tlanalysis.lab.panel")
    monkeypatch.setitem(sys.modules, "itables", None)
    with pytest.raises(BadInput, match=r"itables is not installed: pip install 'tlanalysis\[lab\]'"):
        tl.explore()
