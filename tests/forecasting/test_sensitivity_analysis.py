"""What would change the answer: one belief at a time."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest

from tests.forecasting.test_model import counts
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
    assert table.columns.tolist() == ["variante", "p80_bas", "mediane", "p80_haut", "probabilite", "plafond_appris"]
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
