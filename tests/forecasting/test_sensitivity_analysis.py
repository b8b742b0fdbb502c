"""What would change the answer: one belief at a time."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest

from tests.forecasting.test_model import counts
from tlanalysis.data.evidence import observations
from tlanalysis.forecasting import sensitivity_analysis
from tlanalysis.forecasting.model import forecast
from tlanalysis.forecasting.prior_beliefs import DEFAULT, Priors
from tlanalysis.forecasting.prior_table import priors
from tlanalysis.forecasting.sensitivity_analysis import sensitivity, variants

FIGURES = counts(y2018=1003, y2020=1207, y2023=1511)


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("reference", set()),
        ("marge_divisee_par_deux", {"room"}),
        ("marge_doublee", {"room"}),
        ("couverture_deux_fois_moins_sure", {"offsets", "default_offset"}),
        ("definitions_sans_effet_attendu", {"offsets"}),
        ("erreurs_deux_fois_plus_grandes", {"error"}),
        ("sans_essoufflement", {"waning"}),
        ("croissance_initiale_nulle", {"growth"}),
        ("definitions_inconnues_confondues", {"publishers_apart"}),
        ("nombre_sans_methode_compte", {"method_required"}),
        ("comptages_bons_a_3_pour_cent", {"error"}),
        ("liste_complete", {"list_misses", "list_exceeds"}),
        ("liste_manque_un_cinquieme", {"list_misses"}),
        ("sans_retournement", {"turn"}),
        ("retournements_deux_fois_plus_frequents", {"turn"}),
        ("fin_du_soutien_sans_effet", {"support_ends"}),
    ],
)
def test_each_variant_changes_one_belief(name, changed):
    tried, base = asdict(variants()[name]), asdict(DEFAULT)
    assert {field for field in base if tried[field] != base[field]} == changed


@pytest.mark.parametrize("name", [name for name in variants() if name != "reference"])
def test_sensitivity_changes_only_printed_priors(name):
    assert not priors(variants()[name]).equals(priors())


def test_every_belief_has_a_source_or_is_chosen():
    table = priors()
    assert table["source"].str.len().gt(0).all()
    # A source names the figures or the table it rests on; what no figure supports is called chosen.
    figures = table["source"].str.contains(r"\d|table |mission")
    assert (figures | table["source"].str.contains("choisi")).all()
    assert table.set_index("parametre").loc["retournement", "source"] == "choisi"
    assert table["parametre"].is_unique


def test_every_field_of_the_beliefs_is_in_the_table():
    moved = {
        "growth": (0.5, 0.5),
        "growth_shock": (0.5, 0.5),
        "waning": 0.5,
        "shock": (0.5, 0.5),
        "room": (0.5, 0.5),
        "speed": (0.5, 0.5),
        "damping": (0.1, 0.2),
        "error": {"compte": (0.5, 0.5)},
        "list_misses": (0.5, 0.5),
        "list_exceeds": (0.5, 0.5),
        "turn": (0.5, 0.5),
        "support_ends": 9.0,
        "publishers_apart": False,
        "method_required": False,
        "offsets": {"x": (0.5, 0.5)},
        "default_offset": (0.5, 0.5),
    }
    assert set(moved) == set(asdict(DEFAULT))
    for name, value in moved.items():
        assert not priors(Priors(**{name: value})).equals(priors()), name


@pytest.mark.parametrize(
    ("territory", "number"),
    [pytest.param("FR", 5000, id="announced-for-2025"), pytest.param("R75", 300, id="announced-for-2021")],
)
def test_the_probability_is_that_of_the_number_announced_for_these_counts(territory, number, monkeypatch):
    monkeypatch.setattr(sensitivity_analysis, "variants", lambda base: {"reference": base})
    monkeypatch.setattr(sensitivity_analysis, "PROPOSALS", 1200)
    table = sensitivity(observations("tiers_lieux", territory), 2030)
    assert table[["annee", "seuil"]].to_numpy().tolist() == [[2030, number]]
    assert sensitivity(FIGURES, 2030, at_least=1800)["seuil"].tolist() == [1800]


def test_variants_by_hand():
    base = Priors(
        growth=(0.1, 0.2),
        waning=-0.02,
        room=(0.6, 0.5),
        error={"compte": (0.04, 0.5), "estime": (0.1, 0.3)},
        offsets={"x": (-0.3, 0.15), "y": (0.1, 0.05)},
        default_offset=(0.0, 0.2),
    )
    made = variants(base)
    assert len(made) == 16
    assert made["reference"] == base
    assert made["marge_divisee_par_deux"].room == pytest.approx((0.3, 0.5))
    assert made["marge_doublee"].room == pytest.approx((1.2, 0.5))
    assert made["couverture_deux_fois_moins_sure"].offsets == {"x": (-0.3, 0.3), "y": (0.1, 0.1)}
    assert made["couverture_deux_fois_moins_sure"].default_offset == (0.0, 0.4)
    assert made["definitions_sans_effet_attendu"].offsets == {"x": (0.0, 0.15), "y": (0.0, 0.05)}
    assert made["erreurs_deux_fois_plus_grandes"].error == {"compte": (0.08, 0.5), "estime": (0.2, 0.3)}
    assert made["sans_essoufflement"].waning == 0
    assert made["croissance_initiale_nulle"].growth == (0.0, 0.2)


@pytest.mark.usefixtures("few_draws")
def test_table_is_one_forecast_per_variant():
    figures = FIGURES.copy()
    figures.attrs = {"inputs": ["observations"], "sources": [{"editeur": "Essai"}], "autre": 1}
    table = sensitivity(figures, 2028, seed=3, at_least=1700)
    numbers = ["p80_bas", "mediane", "p80_haut", "probabilite", "plafond_appris"]
    assert table.columns.tolist() == ["variante", *numbers, "annee", "seuil"]
    assert table["variante"].tolist() == list(variants())
    assert table.attrs == {"inputs": ["observations"], "sources": [{"editeur": "Essai"}]}
    for name in ("reference", "erreurs_deux_fois_plus_grandes"):
        fc = forecast(FIGURES, 2028, 3, priors=variants()[name], proposals=1200)
        row = table.set_index("variante").loc[name]
        assert row[["p80_bas", "mediane", "p80_haut"]].tolist() == pytest.approx(
            np.quantile(fc.draws[2028], [0.1, 0.5, 0.9]), abs=0.5
        )
        assert row["probabilite"] == pytest.approx((fc.draws[2028] >= 1700).mean(), abs=0.0005)
        assert row["plafond_appris"] == pytest.approx(fc.diagnostics["ceiling_learned"], abs=0.005)


@pytest.mark.usefixtures("few_draws")
def test_each_prior_moves_the_answer_in_its_direction():
    near = sensitivity(FIGURES, 2026).set_index("variante")
    width = near["p80_haut"] - near["p80_bas"]
    table = sensitivity(FIGURES, 2033).set_index("variante")
    assert width["erreurs_deux_fois_plus_grandes"] > width["reference"]
    assert table.loc["marge_doublee", "mediane"] > table.loc["marge_divisee_par_deux", "mediane"]
