"""The exploring panel without a browser: the value of a list changes, and the rest follows."""

from __future__ import annotations

import base64
import html
import io
import re
import sys

import pandas as pd
import pytest

import tlanalysis as tl
from tlanalysis.core.errors import BadInput
from tlanalysis.lab.panel import Panel


@pytest.fixture(scope="module")
def opened() -> Panel:
    return tl.explore("R53", lang="fr")


@pytest.fixture
def panel(opened: Panel) -> Panel:
    opened.other.value = ""
    for name, value in {"territory": "R53", "indicator": "tiers_lieux", "perimeter": "", "year": ""}.items():
        opened.lists[name].value = value
    return opened


def _sentence(panel: Panel) -> str:
    return panel.children[1].value


def _chart(panel: Panel) -> str:
    return panel.children[2].value


def test_it_opens_on_the_given_territory(panel: Panel) -> None:
    assert panel.choice.territory == "R53"
    assert panel.rows["indicateur"].unique().tolist() == ["tiers_lieux"]
    assert f"Bretagne, Tiers-lieux : {len(panel.rows)} chiffres publiés" in _sentence(panel)
    assert 'src="data:image/png;base64,' in _chart(panel)
    assert 'alt="Bretagne' in _chart(panel)


def test_moving_a_list_changes_the_picture_the_table_and_the_code(panel: Panel) -> None:
    before = _chart(panel), panel.children[4].outputs, panel.children[6].value
    panel.lists["territory"].value = "R32"
    after = _chart(panel), panel.children[4].outputs, panel.children[6].value
    assert all(one != other for one, other in zip(before, after, strict=True))
    assert "tl.known_figures(&quot;R32&quot;)" in after[2]
    assert after[1][0]["data"]["text/plain"].count("\n") == len(panel.rows)


def test_a_second_territory_stands_beside_the_first(panel: Panel) -> None:
    panel.other.value = "Gironde (D33)"
    assert _chart(panel).count("<img ") == 2
    assert "Gironde, Tiers-lieux" in _sentence(panel)
    assert "tl.known_figures(&quot;D33&quot;)" in panel.children[6].value
    assert len(panel.children[4].outputs) == 2
    panel.other.value = "Atlantide"
    assert _chart(panel).count("<img ") == 1
    assert "« Atlantide » n&#x27;est pas un territoire" in _sentence(panel)


def test_a_territory_is_typed_by_code_name_or_label(panel: Panel) -> None:
    for typed in ("D33", "gironde", "Gironde (D33)"):
        panel.lists["territory"].value = typed
        assert panel.choice.territory == "D33"
    panel.lists["territory"].value = "Girond"
    assert "« Girond » n&#x27;est pas un territoire" in _sentence(panel)
    assert panel.choice.territory == "D33"


def test_the_chart_the_table_and_the_citation_can_be_taken_away(panel: Panel) -> None:
    links = panel.children[3].value
    held = dict(re.findall(r'download="([^"]+)" href="data:[^;]+;base64,([^"]+)"', links))
    assert base64.b64decode(held["tiers-lieux--R53.png"]).startswith(b"\x89PNG")
    saved = pd.read_csv(io.BytesIO(base64.b64decode(held["tiers-lieux--R53.csv"])))
    assert saved["valeur"].tolist() == panel.rows["valeur"].tolist()
    assert html.escape(tl.cite(panel.rows)) in links


def test_tables_are_in_words_and_in_the_language_of_the_panel(panel: Panel) -> None:
    shown = panel.children[4].outputs[0]["data"]
    assert "Chercher" in shown["text/html"]
    assert "entries per page" not in shown["text/html"].split("<script")[0]
    assert not re.search(r"\b(NaN|nan|cget_2018|compte)\b", shown["text/plain"])
    assert "_blank" in shown["text/html"]


def test_figures_that_disagree_follow_the_territory(panel: Panel) -> None:
    found = panel.children[5].outputs
    assert len(found) == 2
    assert f"Chiffres en désaccord pour Bretagne : {len(tl.contradictions('R53'))}." in found[0]["data"]["text/plain"]
    panel.lists["territory"].value = "D48"
    assert tl.contradictions("D48").empty
    (only,) = panel.children[5].outputs
    assert "Aucune contradiction entre les chiffres publiés que nous tenons pour Lozère." in only["data"]["text/plain"]


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
    assert panel.children[4].outputs == ()


def test_an_indicator_without_a_chart_of_its_own_shows_its_values(panel: Panel) -> None:
    panel.lists["territory"].value = "FR"
    panel.lists["indicator"].value = "emplois_directs"
    assert 'alt="France : Emplois directs' in _chart(panel)
    assert "values_chart(rows, &quot;FR&quot;, lang=&quot;fr&quot;)" in panel.children[6].value
    assert len(panel.rows)


def test_tables_need_no_network(panel: Panel) -> None:
    shown = panel.children[4].outputs[0]["data"]["text/html"]
    assert "https://cdn" not in shown
    assert "<script" in shown


def test_an_impossible_panel_is_refused_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput, match=r"is R75 \(Nouvelle-Aquitaine\) and D75 \(Paris\)"):
        tl.explore("75")
    with pytest.raises(BadInput, match="lang is 'xx'"):
        tl.explore(lang="xx")
    monkeypatch.delitem(sys.modules, "tlanalysis.lab.panel")
    monkeypatch.setitem(sys.modules, "itables", None)
    with pytest.raises(BadInput, match=r"itables is not installed: pip install 'tlanalysis\[lab\]'"):
        tl.explore()
