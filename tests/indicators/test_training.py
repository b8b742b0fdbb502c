from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from tests.helpers import observation, read_rows, write_rows
from tlanalysis.charts.kit import caption
from tlanalysis.charts.training import plot_decomposition
from tlanalysis.core.errors import BadInput
from tlanalysis.indicators.training import FACTORS, decompose_reach, people_trained, share_training


def test_claims_on_people_trained_by_hand():
    table = people_trained()
    claims = table[["periode", "valeur", "nb_sources"]].fillna({"periode": "?"}).to_numpy().tolist()
    assert claims == [
        ["2019", 134_000, 2],
        ["2023", 377_159, 1],  # a page and the copy of it are one document
        ["2023", 400_000, 2],
        ["2025", 377_000, 1],
        ["?", 134_000, 1],
        ["?", 377_159, 2],
        ["?", 400_000, 1],
    ]
    assert set(table["nature"]) == {"declare"}
    assert table.loc[2, "editeurs"] == "Carif-Oref Occitanie ; Libération"


def test_every_claim_is_counted_once(raw):
    rows = [row for row in read_rows(raw, "observations") if row["indicateur"] == "personnes_formees"]
    assert len(rows) == 11
    assert people_trained()["nb_sources"].sum() == 10  # two rows are of one page and its copy


def test_no_claim_gives_an_empty_table():
    assert people_trained("R94").empty
    assert people_trained(as_of="2021-08-30").empty
    assert people_trained(as_of="2021-08-31")["valeur"].tolist() == [134_000]


def test_shares_by_definition_and_round():
    table = share_training()
    held = table[["indicateur", "periode", "perimetre", "part", "nb_sources"]].fillna({"periode": "?"})
    assert held.to_numpy().tolist() == [
        ["part_formation", "2019", "ftl_2021", 0.6, 1],
        ["part_formation", "2021", "ftl_2021", 0.6, 1],
        ["part_formation", "2023", "ftl_2023", 0.6, 1],
        ["part_formation", "?", "ftl_2021", 0.6, 2],
        ["part_formation_apprentissage", "2023", "ftl_2023", 0.58, 1],
        ["part_formation_apprentissage", "?", "ftl_2023", 0.58, 1],
        ["part_formation_professionnelle", "?", "ftl_2023", 0.49, 2],
    ]
    assert table["part_bas"].to_numpy() == pytest.approx(table["part"].to_numpy() - 0.005)
    assert table["part_haut"].to_numpy() == pytest.approx(table["part"].to_numpy() + 0.005)


def test_intervals_only_where_the_respondents_are_known():
    table = share_training()
    known = table["effectif"].notna()
    assert table.loc[known, "effectif"].tolist() == [1700]
    spans = ["ic_bas", "ic_haut", "borne_bas", "borne_haut"]
    assert table.loc[~known, spans].isna().all(axis=None)
    row = table[known].iloc[0]
    # Wilson's bounds solve (share - p)^2 n = z^2 p (1 - p); the rounding is widened on both sides.
    z = stats.norm.ppf(0.975)
    for share, bound in ((0.575, row["ic_bas"]), (0.585, row["ic_haut"])):
        assert (share - bound) ** 2 * 1700 == pytest.approx(z**2 * bound * (1 - bound))
    assert row["ic_bas"] < 0.575 < 0.585 < row["ic_haut"]
    # 1,700 answers out of 3,500 listed places: the others all train, or none does.
    assert row["borne_bas"] == pytest.approx(0.575 * 1700 / 3500)
    assert row["borne_haut"] == pytest.approx(0.585 * 1700 / 3500 + 1800 / 3500)


def test_bounds_need_a_count_of_the_same_perimeter(raw_copy):
    answered = {"indicateur": "part_formation", "valeur": 0.5, "valeur_bas": 0.5, "valeur_haut": 0.5, "effectif": 100}
    rows = [
        observation(1, **answered, perimetre="ftl_2023"),
        observation(2, **answered, perimetre="ftl_2021"),
        observation(3, **answered, perimetre="ipr_large"),
        observation(4, valeur=400, perimetre="ftl_2023"),
        observation(5, valeur=90, perimetre="ftl_2021"),
        observation(6, valeur=500, perimetre="ipr_large", nature="estime"),
    ]
    write_rows(raw_copy, "observations", rows)
    table = share_training().set_index("perimetre")
    expected = stats.binomtest(50, 100).proportion_ci(method="wilson")
    assert table["ic_bas"].tolist() == pytest.approx([expected.low] * 3)
    assert table["ic_haut"].tolist() == pytest.approx([expected.high] * 3)
    assert table.loc["ftl_2023", ["borne_bas", "borne_haut"]].tolist() == pytest.approx([0.125, 0.875])
    # Fewer places counted than answered, or only an estimate: no bound is given rather than a wrong one.
    assert table.loc[["ftl_2021", "ipr_large"], ["borne_bas", "borne_haut"]].isna().all(axis=None)


def test_share_training_at_another_level_is_wider():
    usual, surer = (share_training(level=level).loc[4] for level in (0.95, 0.99))
    assert surer["ic_bas"] < usual["ic_bas"] < usual["ic_haut"] < surer["ic_haut"]
    assert share_training("R75").empty


def log_mean(a, b):
    return a if a == b else (a - b) / math.log(a / b)


def figures(year, people, places, share):
    return [
        observation(f"p{year}", indicateur="personnes_formees", valeur=people, periode=year),
        observation(f"l{year}", valeur=places, periode=year),
        observation(f"f{year}", indicateur="part_formation", valeur=share, periode=year),
    ]


def of(reading):
    table = decompose_reach()
    return table[table["lecture_perimetre"] == reading].set_index("facteur")


def test_exact_figures_give_exact_contributions_that_add_up(raw_copy):
    write_rows(raw_copy, "observations", figures("2019", 120, 12, 0.5) + figures("2023", 330, 27, 0.75))
    table = of("perimetre")
    mean = log_mean(330, 120)
    expected = {
        "lieux": mean * math.log(27 / 12),
        "part_qui_forme": mean * math.log(0.75 / 0.5),
        "personnes_par_lieu": mean * math.log((330 / (27 * 0.75)) / (120 / (12 * 0.5))),
        "total": 210,
    }
    for name, value in expected.items():
        assert table.loc[name, ["contribution_bas", "contribution_haut"]].tolist() == pytest.approx([value, value])
        assert table.loc[name, ["part_bas", "part_haut"]].tolist() == pytest.approx([value / 210] * 2)
    assert table.loc[list(FACTORS), "contribution_bas"].sum() == pytest.approx(210, abs=1e-9)
    assert table.loc["personnes_par_lieu", ["valeur_debut_bas", "valeur_fin_bas"]].tolist() == pytest.approx(
        [20, 330 / 20.25]
    )


def test_people_that_do_not_change(raw_copy):
    write_rows(raw_copy, "observations", figures("2019", 120, 12, 0.5) + figures("2023", 120, 24, 0.5))
    with np.errstate(divide="ignore", invalid="ignore"):  # a share of no change is not defined
        table = of("perimetre")
    assert table.loc["lieux", "contribution_bas"] == pytest.approx(120 * math.log(2))
    assert table.loc["personnes_par_lieu", "contribution_bas"] == pytest.approx(-120 * math.log(2))


# What the sources print for the two years: a bare round number is worth half of its last digit either way.
# Places of 2019 under any definition; those of the definition of the people trained, of 2020 to 2022.
PLACES = {"annee": (1_450, 1_850), "perimetre": (2_200, 2_550)}
BOX = {
    "p0": (133_500, 134_500),
    "p1": (377_159, 400_000),
    "n0": (1_450, 1_850),
    "n1": (3_450, 3_550),
    "s0": (0.595, 0.605),
    "s1": (0.595, 0.605),
}


def contributions(p0, p1, n0, n1, s0, s1):
    mean = log_mean(p1, p0)
    lieux, part = mean * math.log(n1 / n0), mean * math.log(s1 / s0)
    return {
        "lieux": lieux,
        "part_qui_forme": part,
        "personnes_par_lieu": mean * math.log((p1 / (n1 * s1)) / (p0 / (n0 * s0))),
        "total": p1 - p0,
    }


@pytest.mark.parametrize("reading", ["perimetre", "annee"])
def test_contributions_of_the_evidence_are_the_range_over_all_inputs(reading):
    table, box = of(reading), BOX | {"n0": PLACES[reading]}
    corners = [contributions(*point) for point in itertools.product(*box.values())]
    for one in corners:
        assert sum(one[name] for name in FACTORS) == pytest.approx(one["total"])
    rng = np.random.default_rng(0)
    inside = [contributions(*point) for point in zip(*(rng.uniform(*ends, 3000) for ends in box.values()), strict=True)]
    for name in (*FACTORS, "total"):
        low, high = table.loc[name, ["contribution_bas", "contribution_haut"]]
        values = [one[name] for one in (*corners, *inside)]
        shares = [one[name] / one["total"] for one in (*corners, *inside)]
        assert low == pytest.approx(min(values), rel=1e-6)
        assert high == pytest.approx(max(values), rel=1e-6)
        assert table.loc[name, "part_bas"] == pytest.approx(min(shares), rel=1e-6)
        assert table.loc[name, "part_haut"] == pytest.approx(max(shares), rel=1e-6)


def test_values_of_the_evidence_by_hand():
    table = of("annee")[["valeur_debut_bas", "valeur_debut_haut", "valeur_fin_bas", "valeur_fin_haut"]]
    assert table.loc["total"].tolist() == [133_500, 134_500, 377_159, 400_000]
    assert table.loc["lieux"].tolist() == [1_450, 1_850, 3_450, 3_550]
    assert table.loc["part_qui_forme"].tolist() == pytest.approx([0.595, 0.605, 0.595, 0.605])
    assert table.loc["personnes_par_lieu"].tolist() == pytest.approx(
        [133_500 / (1_850 * 0.605), 134_500 / (1_450 * 0.595), 377_159 / (3_550 * 0.605), 400_000 / (3_450 * 0.595)]
    )


@pytest.mark.parametrize(
    ("years", "said"),
    [(("2018", "2023"), "personnes_formees for 2018"), (("2019", "2026"), "personnes_formees for 2026")],
    ids=["start", "end"],
)
def test_a_year_without_a_figure_is_refused(years, said):
    with pytest.raises(BadInput, match=said):
        decompose_reach(*years)


@pytest.mark.parametrize(
    "as_of",
    [
        pytest.param("2026-11-20", id="some-figures-of-the-factor-are-public"),
        pytest.param(
            "2021-08-31",
            id="none-is",
        ),
    ],
)
def test_figures_not_yet_public_do_not_count(raw_copy, as_of):
    rows = read_rows(raw_copy, "observations")
    late = observation(1, indicateur="part_formation", valeur=0.6, periode="2025", date_publication="2025")
    write_rows(raw_copy, "observations", [*rows, late])
    with pytest.raises(BadInput, match="no published figure of part_formation for 2019"):
        decompose_reach(as_of=as_of)


def test_places_of_one_definition_explain_less_than_half_of_the_rise():
    # The referee's numbers: 28 % to 46 % for more places, 52 % to 74 % for people per place.
    table = of("perimetre")
    assert table.loc["lieux", ["part_bas", "part_haut"]].tolist() == pytest.approx([0.28, 0.46], abs=0.01)
    assert table.loc["personnes_par_lieu", ["part_bas", "part_haut"]].tolist() == pytest.approx([0.52, 0.74], abs=0.01)
    assert set(table["perimetre_debut"]) == {"ftl_2021"}


def test_the_title_says_what_holds_under_both_readings():
    table = decompose_reach()
    title = caption.of(plot_decomposition(table, lang="en")).title
    assert "depending on the definition" in title
    agreeing = table[table["lecture_perimetre"] == "annee"]
    both = pd.concat([agreeing, agreeing.assign(lecture_perimetre="perimetre")], ignore_index=True)
    both.attrs = table.attrs
    assert caption.of(plot_decomposition(both, lang="en")).title.startswith("Number of places: the first factor")


def test_people_and_shares_of_two_definitions_are_refused(raw_copy):
    rows = read_rows(raw_copy, "observations")
    for row in rows:
        if row["indicateur"] == "part_formation" and row["periode"] == "2019":
            row["perimetre"] = "cget_2019"
    write_rows(raw_copy, "observations", rows)
    with pytest.raises(BadInput, match="of several definitions"):
        decompose_reach()


def test_places_of_another_definition_only_are_refused(raw_copy):
    rows = [
        row
        for row in read_rows(raw_copy, "observations")
        if (row["indicateur"], row["perimetre"], row["territoire"]) != ("tiers_lieux", "ftl_2021", "FR")
    ]
    write_rows(raw_copy, "observations", rows)
    with pytest.raises(BadInput, match="no number of places has the definition ftl_2021"):
        decompose_reach()
