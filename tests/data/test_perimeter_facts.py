"""What the table `perimetres` says of editions, colours and offsets; a new edition is one row and no code."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers import read_rows, write_rows
from tlanalysis.core.languages import LANGS
from tlanalysis.data import embedded, perimeter_facts
from tlanalysis.data.evidence import observations
from tlanalysis.forecasting.prior_beliefs import DEFAULT, Priors
from tlanalysis.forecasting.prior_table import priors
from tlanalysis.forecasting.published import published_forecasts


@pytest.fixture
def a_count_of_2028(raw_copy: Path) -> None:
    """Add the edition `ftl_2028` and one count under it, as a maintainer would: rows of data, then the seal."""
    edition = {
        "perimetre": "ftl_2028",
        **{f"nom_{lang}": "Recensement 2028" for lang in LANGS},
        "definition": "Comptage de 2028.",
        "famille": "ftl",
        "ordre": "4",
        "est_etat_inconnu_compte": "true",
        "couleur": "#123456",
        "decalage_moyen": "0.05",
        "decalage_ecart_type": "0.2",
        "motif_decalage": "Essai.",
    }
    count = {
        "id_observation": "essai_2028",
        "territoire": "FR",
        "indicateur": "tiers_lieux",
        "valeur": "3600",
        "unite": "nombre",
        "periode": "2025-12",
        "date_publication": "2026-01",
        "nature": "compte",
        "perimetre": "ftl_2028",
        "editeur": "Essai",
        "source": "essai",
    }
    for name, row in (("perimetres", edition), ("observations", count)):
        write_rows(raw_copy, name, [*read_rows(raw_copy, name), row])
    embedded.seal()


def test_editions_of_the_national_count_come_oldest_first():
    assert perimeter_facts.editions() == ("ftl_2021", "ftl_2023", "ftl_2026")


@pytest.mark.parametrize(
    ("perimeter", "continued"),
    [
        pytest.param("ftl_2021", ("ftl_2021", "ftl_2023", "ftl_2026"), id="the-first-edition"),
        pytest.param("ftl_2026", ("ftl_2021", "ftl_2023", "ftl_2026"), id="the-last-edition"),
        pytest.param("cget_2018", ("cget_2018",), id="another-list"),
        pytest.param("deffinov", ("deffinov",), id="a-programme"),
    ],
)
def test_only_editions_of_one_family_continue_each_other(perimeter, continued):
    assert perimeter_facts.continued_by(perimeter) == continued


def test_the_list_of_2019_extends_that_of_2018():
    assert perimeter_facts.extended_lists() == {"cget_2019": "cget_2018"}


def test_the_census_of_2026_lists_places_of_unknown_state():
    assert perimeter_facts.latest_with_unknown_states() == "ftl_2026"


def test_a_perimeter_without_a_colour_takes_the_default():
    assert perimeter_facts.colour("ftl_2023", "#000000") == "#007A5E"
    assert perimeter_facts.colour("deffinov", "#000000") == "#000000"


def test_offsets_by_default_are_those_of_the_table():
    assert DEFAULT.offset("cget_2018") == (-0.3, 0.15)
    assert DEFAULT.offset("coop_naq") == DEFAULT.default_offset
    assert Priors(offsets={"cget_2018": (0.1, 0.2)}).offset("cget_2018") == (0.1, 0.2)


def test_every_perimeter_with_an_offset_says_why_and_has_a_spread():
    table = embedded.load("perimetres")
    columns = ["decalage_moyen", "decalage_ecart_type", "motif_decalage"]
    assert set(table[columns].notna().sum(axis=1)) == {0, len(columns)}


@pytest.mark.usefixtures("a_count_of_2028")
def test_a_new_edition_is_known_everywhere_from_its_row_alone():
    assert perimeter_facts.editions()[-1] == "ftl_2028"
    assert perimeter_facts.continued_by("ftl_2021")[-1] == "ftl_2028"
    assert perimeter_facts.latest_with_unknown_states() == "ftl_2028"
    assert perimeter_facts.colour("ftl_2028", "#000000") == "#123456"
    assert DEFAULT.offset("ftl_2028") == (0.05, 0.2)
    assert "decalage_ftl_2028" in set(priors()["parametre"])
    assert observations("tiers_lieux", "FR", perimetre="ftl_2028")["valeur"].tolist() == [3600]


@pytest.mark.usefixtures("a_count_of_2028")
def test_a_count_of_a_new_edition_judges_earlier_forecasts():
    judged = published_forecasts().set_index("id_prevision")
    # 5,000 places were announced for 2025 under ftl_2023; the added count of December 2025 finds 3,600.
    assert judged.loc["ftl_2023_2025", ["mesure_perimetre", "verdict"]].tolist() == ["ftl_2028", "manquee"]
