from __future__ import annotations

import math
from datetime import date
from itertools import combinations

import numpy as np
import pandas as pd
import pytest

from tests.helpers import observation, read_rows, write_rows
from tlanalysis.core.errors import BadInput
from tlanalysis.data.evidence import COLLECTED_ON, MEASURES, as_intervals, contradictions, observations, public_since


def test_counted_places_in_france():
    rows = observations("tiers_lieux", "FR", nature="compte")
    points = set(zip(rows["periode"], rows["valeur"].fillna(0), strict=True))
    assert points == {("2018", 1463), ("2019", 1512), ("2023", 3500), ("2026", 0)}
    census = rows[rows["periode"] == "2026"]
    assert census[["valeur_bas", "valeur_haut"]].to_numpy().tolist() == [[2528, 3951]]


def test_filters_combine(raw):
    expected = {
        row["id_observation"]
        for row in read_rows(raw, "observations")
        if row["indicateur"] == "tiers_lieux" and row["territoire"] == "R75" and row["nature"] in ("estime", "declare")
    }
    found = observations("tiers_lieux", "R75", nature=("estime", "declare"))
    assert set(found["id_observation"]) == expected
    assert len(expected) > 5
    narrower = observations("tiers_lieux", "R75", nature=("estime", "declare"), perimetre="ftl_2021")
    assert set(narrower["id_observation"]) == {"r75-tiers_lieux-2021-2", "r75-tiers_lieux-2021-3"}


def test_a_region_is_not_the_departement_of_the_same_code(raw_copy):
    write_rows(
        raw_copy,
        "observations",
        [observation(1, territoire="R75", valeur=7), observation(2, territoire="D75", valeur=9)],
    )
    assert observations(territoire="R75")["valeur"].tolist() == [7]
    assert observations(territoire="D75")["valeur"].tolist() == [9]


def test_a_figure_for_several_territories_answers_for_none_of_them():
    assert observations("deffinov_projets", "R01").empty
    assert (observations("deffinov_projets")["territoires"] == "R01;R02;R03").sum() == 1


def test_without_a_filter_nothing_is_left_out(raw):
    assert observations()["id_observation"].tolist() == [r["id_observation"] for r in read_rows(raw, "observations")]


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        pytest.param({"indicateur": "tiers_lieu"}, "did you mean 'tiers_lieux'", id="indicator"),
        pytest.param({"territoire": "75"}, r"R75 \(Nouvelle-Aquitaine\) and D75 \(Paris\)", id="territory"),
        pytest.param({"nature": "comptes"}, "did you mean 'compte'", id="nature"),
        pytest.param({"nature": ("compte", "mesure")}, "no nature called 'mesure'", id="one-of-several-natures"),
        pytest.param({"perimetre": "ftl_2022"}, "no perimeter called 'ftl_2022'", id="perimeter"),
        pytest.param({"as_of": "hier"}, "is not a date", id="day"),
    ],
)
def test_an_unknown_filter_is_refused(filters, said):
    with pytest.raises(BadInput, match=said):
        observations(**filters)


@pytest.mark.parametrize(
    ("published", "day"),
    [
        pytest.param("2021-08-27", date(2021, 8, 27), id="day"),
        pytest.param("2021-08", date(2021, 8, 31), id="end-of-the-month"),
        pytest.param("2021", date(2021, 12, 31), id="end-of-the-year"),
        pytest.param("2026", COLLECTED_ON, id="not-after-the-collection"),
        pytest.param(None, COLLECTED_ON, id="undated"),
        pytest.param(float("nan"), COLLECTED_ON, id="missing"),
    ],
)
def test_a_figure_is_public_from_its_printed_or_the_collection_day(published, day):
    assert public_since(published) == day


@pytest.mark.parametrize(
    ("as_of", "known"),
    [
        pytest.param("2018-01-31", {}, id="before-the-first"),
        pytest.param("2018-02-28", {5}, id="february-2018"),
        pytest.param("2018-12-30", {5}, id="a-year-is-known-at-its-end"),
        pytest.param("2018-12-31", {5, 1, 4}, id="end-of-2018"),
    ],
)
def test_as_of_keeps_what_was_public(as_of, known):
    rows = observations("tiers_lieux", "FR", as_of=as_of)
    assert set(rows["id_observation"]) == {f"fr-tiers_lieux-2018-{number}" for number in known}


def test_undated_figures_are_known_from_the_day_of_collection():
    missing = observations()["date_publication"].isna().sum()
    assert missing > 100
    assert observations(as_of="2026-11-20")["date_publication"].notna().all()
    assert observations(as_of="2026-11-21")["date_publication"].isna().sum() == missing


def test_a_result_carries_its_sources():
    rows = observations("tiers_lieux", "FR", perimetre="ftl_2026")
    assert rows.attrs["inputs"] == ["observations"]
    assert [source["editeur"] for source in rows.attrs["sources"]] == ["France Tiers-Lieux"]
    assert [source["date_publication"] for source in rows.attrs["sources"]] == ["2026-09-02"]


@pytest.mark.parametrize(
    ("valeur", "valeur_bas", "valeur_haut", "expected"),
    [
        pytest.param(3500, None, None, (3500, 3500), id="point"),
        pytest.param(None, 2528, 3951, (2528, 3951), id="interval"),
        pytest.param(0.6, 0.595, 0.605, (0.595, 0.605), id="rounding"),
        pytest.param(3500, 3500, None, (3500, math.inf), id="more-than"),
        pytest.param(400, None, 400, (-math.inf, 400), id="nearly"),
        pytest.param(None, 5000, None, (5000, math.inf), id="at-least"),
        pytest.param(None, None, 80, (-math.inf, 80), id="at-most"),
    ],
)
def test_as_intervals(valeur, valeur_bas, valeur_haut, expected):
    table = pd.DataFrame({"valeur": [valeur], "valeur_bas": [valeur_bas], "valeur_haut": [valeur_haut]}, dtype=float)
    before = table.copy()
    assert tuple(as_intervals(table).loc[0, ["bas", "haut"]]) == expected
    pd.testing.assert_frame_equal(table, before)


def share(number, percent):
    low, high = (percent - 0.5) / 100, (percent + 0.5) / 100
    return observation(
        number, indicateur="part_formation", valeur=percent / 100, valeur_bas=low, valeur_haut=high, unite="part"
    )


@pytest.mark.parametrize(
    ("rows", "disagree"),
    [
        pytest.param([observation(1, valeur=3500), observation(2, valeur=3400)], True, id="two-points"),
        pytest.param([observation(1, valeur=3500), observation(2, valeur=3500)], False, id="a-repetition"),
        pytest.param(
            [observation(1, valeur=3500), observation(2, valeur=3500, valeur_bas=3500)], False, id="more-than-the-point"
        ),
        pytest.param(
            [observation(1, valeur=3400), observation(2, valeur=3500, valeur_bas=3500)],
            True,
            id="less-than-a-more-than",
        ),
        pytest.param(
            [observation(1, valeur=3000), observation(2, valeur_bas=2528, valeur_haut=3951)], False, id="inside"
        ),
        pytest.param(
            [observation(1, valeur=4000), observation(2, valeur_bas=2528, valeur_haut=3951)], True, id="outside"
        ),
        pytest.param([share(1, 5), share(2, 6)], True, id="roundings-that-only-touch"),
        pytest.param([share(1, 5), share(2, 5)], False, id="the-same-rounding"),
        pytest.param(
            [observation(1, valeur=3500), observation(2, valeur=5000, nature="objectif")], False, id="a-target"
        ),
        pytest.param(
            [observation(1, valeur=3500), observation(2, valeur=5000, nature="prevision")], False, id="a-forecast"
        ),
        pytest.param(
            [observation(1, valeur=3500), observation(2, valeur=3400, nature="declare")], True, id="another-measure"
        ),
        pytest.param(
            [observation(1, valeur=3500), observation(2, valeur=3400, periode="2021-12")], False, id="another-period"
        ),
        pytest.param(
            [observation(1, valeur=85, periode=""), observation(2, valeur=101, periode="")], True, id="no-period"
        ),
        pytest.param(
            [observation(1, valeur=85, periode=""), observation(2, valeur=101, periode="2020")], False, id="one-period"
        ),
        pytest.param(
            [
                observation(1, valeur=3500, periode="", perimetre="ftl_2021"),
                observation(2, valeur=3400, periode="", perimetre="cget_2018"),
            ],
            False,
            id="no-period-and-another-perimeter",
        ),
        pytest.param(
            [observation(1, valeur=218, periode="2021-03"), observation(2, valeur=300, periode="2020/2021")],
            True,
            id="a-period-that-covers",
        ),
        pytest.param(
            [observation(1, valeur=218, periode="2021-03"), observation(2, valeur=300, periode="2021-01/2021-02")],
            False,
            id="a-period-that-ends-before",
        ),
        pytest.param(
            [observation(1, valeur=0.4, periode="2021/2023"), observation(2, valeur=1.0, periode="2018/2023")],
            False,
            id="two-spans",
        ),
        pytest.param(
            [observation(1, valeur=3500), observation(2, valeur=3400, territoire="R75")], False, id="another-territory"
        ),
        pytest.param(
            [
                observation(1, valeur=35, territoire="", territoires="R01;R02"),
                observation(2, valeur=34, territoire="", territoires="R01;R02"),
            ],
            False,
            id="groups-are-not-compared",
        ),
        pytest.param(
            [observation(1, valeur=3500), observation(2, valeur=3400, indicateur="fablabs")], False, id="another-count"
        ),
    ],
)
def test_figures_that_contradict_each_other(raw_copy, rows, disagree):
    write_rows(raw_copy, "observations", rows)
    assert len(contradictions()) == int(disagree)


def test_a_contradiction_in_figures(raw_copy):
    rows = [
        observation(1, valeur=1000, perimetre="ipr_large", editeur="B"),
        observation(2, valeur=400, perimetre="ftl_2021", editeur="A"),
        observation(3, valeur_bas=300, valeur_haut=500, perimetre="ftl_2021", editeur="A"),
        observation(4, valeur=7, territoire="R75"),
    ]
    write_rows(raw_copy, "observations", rows)
    found = contradictions()
    assert found.to_dict("records") == [
        {
            "territoire": "FR",
            "indicateur": "tiers_lieux",
            "periode": "2020",
            "temps": "meme_periode",
            "nb_chiffres": 3,
            "valeur_min": 300,
            "valeur_max": 1000,
            "rapport": pytest.approx(10 / 3),
            "perimetres": "ftl_2021;ipr_large",
            "editeurs": "A ; B",
        }
    ]
    assert [source["source"][-1] for source in found.attrs["sources"]] == ["2", "3", "1"]
    assert contradictions("R75").empty


def test_contradictions_of_the_evidence_are_all_the_pairs_that_do_not_meet(raw):
    spans = {}
    for row in read_rows(raw, "observations"):
        if row["nature"] in MEASURES and row["periode"] and row["territoire"]:
            value, low, high = (
                float(row[key]) if row[key] else None for key in ("valeur", "valeur_bas", "valeur_haut")
            )
            ends = [low if low is not None else -np.inf, high if high is not None else np.inf]
            if low is None and high is None:
                ends = [value, value]
            half_open = row["unite"] == "part" and value is not None and ends[0] < value < ends[1]
            key = (row["territoire"], row["indicateur"], row["periode"])
            spans.setdefault(key, []).append((*ends, half_open))

    def apart(a, b):
        (low, high, _), (_, other_high, other_open) = max(a, b), min(a, b)
        return low > other_high or (low == other_high and other_open and high > low)

    expected = {key for key, group in spans.items() if any(apart(a, b) for a, b in combinations(group, 2))}
    found = contradictions()
    found = found[found["temps"] == "meme_periode"]
    assert set(zip(found["territoire"], found["indicateur"], found["periode"], strict=True)) == expected
    paca = found[found["territoire"] == "R93"].iloc[0]
    assert (paca["valeur_min"], paca["valeur_max"]) == (0.05, 0.06)
    assert paca["rapport"] == pytest.approx(1.2)


def test_every_departement_contradicts_the_85_that_another_page_counts():
    found = contradictions("FR").set_index("indicateur").loc["deffinov_departements"]
    assert (found["valeur_min"], found["valeur_max"], found["temps"]) == (85, 101, "sans_periode")
