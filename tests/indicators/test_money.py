from __future__ import annotations

import pytest

from tests.helpers import read_rows, write_rows
from tlanalysis.core.errors import BadInput
from tlanalysis.indicators.money import announced_measures, public_money, state_credits

MILLION = 1_000_000


def test_announced_measures_by_hand():
    table = announced_measures().set_index("famille")
    spans = {name: (row.montant_bas_eur, row.montant_haut_eur, row.nb_sources) for name, row in table.iterrows()}
    assert spans == {
        "plan_2021": (130 * MILLION, 130 * MILLION, 1),
        "formation": (50 * MILLION, 50 * MILLION, 4),
        "fabriques": (45 * MILLION, 45 * MILLION, 1),
        "manufactures": (30 * MILLION, 30 * MILLION, 1),
        "service_civique": (20 * MILLION, 20 * MILLION, 2),
        "conseillers_numeriques": (15 * MILLION, 15 * MILLION, 2),
        "reseaux": (4 * MILLION, 12 * MILLION, 2),
    }
    assert table.index[0] == "plan_2021"
    assert table["montant_haut_eur"].is_monotonic_decreasing


def test_state_credits_by_hand():
    table = state_credits()
    rows = [tuple(row) for row in table[["annee", "stade", "montant_bas_eur", "montant_haut_eur"]].to_numpy()]
    assert rows == [
        (2024, "vote", 12_600_000, 18_000_000),
        (2025, "projet_de_loi", 2_500_000, 2_500_000),
        (2025, "vote", 13_000_000, 13_000_000),
        (2025, "apres_gel", 7_500_000, 8_000_000),
        (2025, "depense", 7_000_000, 7_000_000),
        (2026, "projet_de_loi", 700_000, 700_000),
    ]


def test_sources_that_disagree_are_both_named():
    table = state_credits().set_index(["annee", "stade"])
    assert table.loc[(2025, "apres_gel"), "editeurs"] == "Carenews, citant l'ANTL ; Mediatico"
    assert table.loc[(2025, "apres_gel"), "nb_sources"] == 2


def test_a_stage_that_nobody_published_has_no_row():
    stages = set(state_credits()[["annee", "stade"]].itertuples(index=False, name=None))
    assert not stages & {(2024, "depense"), (2026, "vote"), (2026, "depense")}


def test_amounts_per_place_and_cumulative_amounts_are_not_announcements(raw):
    kept = announced_measures()["nb_sources"].sum()
    announced = [
        row
        for row in read_rows(raw, "financements")
        if row["territoire"] == "FR" and row["stade"] == "annonce" and row["famille"] != "credits_etat"
    ]
    assert kept == len(announced) == 13


@pytest.mark.parametrize(
    ("as_of", "families"),
    [
        pytest.param("2021-08-26", [], id="the-day-before"),
        pytest.param("2021-08-27", ["plan_2021"], id="the-day-of-the-plan"),
        pytest.param(
            "2021-08-31", ["plan_2021", "service_civique", "conseillers_numeriques", "reseaux"], id="end-of-the-month"
        ),
    ],
)
def test_announcements_known_on_a_day(as_of, families):
    assert announced_measures(as_of=as_of)["famille"].tolist() == families


def test_credits_known_on_a_day():
    table = state_credits(as_of="2025-10-20")
    assert table[["annee", "stade", "montant_haut_eur"]].to_numpy().tolist() == [
        [2024, "vote", 18_000_000],
        [2025, "vote", 13_000_000],
        [2025, "apres_gel", 7_500_000],
        [2026, "projet_de_loi", 700_000],
    ]


def test_public_money_of_a_territory(raw):
    expected = [row["id_financement"] for row in read_rows(raw, "financements") if row["territoire"] == "R11"]
    table = public_money("R11")
    assert table["id_financement"].tolist() == expected == ["financement-34", "financement-35"]
    assert table["montant_eur"].tolist() == [1_600_000, 2_000_000]
    assert table.attrs["inputs"] == ["financements"]
    with pytest.raises(BadInput, match=r"is R11 .* and D11 "):
        public_money("11")


def test_one_more_source_widens_the_range(raw_copy):
    rows = read_rows(raw_copy, "financements")
    spent = next(row for row in rows if row["stade"] == "depense")
    rows.append(
        spent
        | {
            "id_financement": "essai",
            "montant_eur": "6000000",
            "montant_bas_eur": "",
            "editeur": "Essai",
            "source": "https://exemple.fr/essai",
        }
    )
    write_rows(raw_copy, "financements", rows)
    row = state_credits().set_index(["annee", "stade"]).loc[(2025, "depense")]
    assert (row["montant_bas_eur"], row["montant_haut_eur"], row["nb_sources"]) == (6 * MILLION, 7 * MILLION, 2)
