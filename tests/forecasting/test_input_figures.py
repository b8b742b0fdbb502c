"""Which published figures a forecast reads, how, and what it refuses."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.forecasting.test_model import counts, seen
from tlanalysis.core.errors import BadInput
from tlanalysis.forecasting.input_figures import as_figures, check_horizon, usable
from tlanalysis.forecasting.prior_beliefs import DEFAULT, Priors
from tlanalysis.forecasting.prior_table import priors

# ------------------------------------------------------------------------------------------------ which figures enter


@pytest.mark.parametrize(
    ("rows", "kept"),
    [
        pytest.param(
            [("2018", 100, "compte", "x"), ("2020", 100, "estime", "x")], [("2018", 100)], id="a-quotation-two-years-on"
        ),
        pytest.param(
            [("2018", 100, "estime", "x"), ("2020-06", 100, "declare", "x")],
            [("2018", 100)],
            id="a-quotation-of-an-estimate",
        ),
        pytest.param(
            [("2018", 100, "estime", "x"), ("2020", 100, "compte", "x")],
            [("2020", 100)],
            id="the-count-is-no-quotation-of-the-estimate",
        ),
        pytest.param(
            [("2018", 100, "compte", "x"), ("2022", 100, "estime", "x")],
            [("2018", 100), ("2022", 100)],
            id="the-same-number-four-years-on-is-a-figure",
        ),
        pytest.param(
            [("2018", 100, "compte", "x"), ("2019", 100, "compte", "x")],
            [("2018", 100), ("2019", 100)],
            id="counted-anew",
        ),
        pytest.param([("2018", 100, "compte", "x")] * 3, [("2018", 100)], id="one-count-printed-by-three"),
        pytest.param(
            [("2018", 100, "compte", "x"), ("2019", 100, "estime", "y")],
            [("2018", 100), ("2019", 100)],
            id="another-perimeter-is-not-quoted",
        ),
        pytest.param(
            [("2018", 100, "estime", "x"), ("2018-11", 104, "declare", "x"), ("2019", 110, "declare", "x")],
            [("2018", 100), ("2019", 110)],
            id="weaker-in-the-same-year-only",
        ),
        pytest.param(
            [("2018", 100, "compte", "x"), ("2018", 104, "compte", "x")],
            [("2018", 100), ("2018", 104)],
            id="two-counts-that-disagree",
        ),
        pytest.param(
            [("2018", 1463, "estime", "cget_2018"), ("2019", 1512, "compte", "cget_2019")],
            [("2018", 1463), ("2019", 1512)],
            id="the-list-stays-when-its-original-is-not-counted",
        ),
        pytest.param(
            [("2018", 1463, "objectif", "cget_2018"), ("2019", 1512, "compte", "cget_2019")],
            [("2019", 1512)],
            id="a-target-is-no-original",
        ),
    ],
)
def test_quotations_and_weaker_natures_are_left_out(rows, kept):
    assert list(usable(seen(*rows))[["periode", "valeur"]].itertuples(index=False, name=None)) == kept


def test_an_interval_is_kept_beside_points_with_its_bounds():
    table = usable(seen(("2018", 100, "compte", "x"), ("2021", (90, 150), "compte", "x"), ("2022", 130, "compte", "x")))
    assert table["valeur"].isna().tolist() == [False, True, False]
    assert table.loc[1, ["valeur_bas", "valeur_haut"]].tolist() == [90, 150]


def test_the_year_is_the_middle_of_the_period():
    rows = [("2018", 1, "compte", "x"), ("2019-01-01", 2, "compte", "x"), ("2020-01/2021-12", 3, "compte", "x")]
    # The first of January 2019 is half a day into its year.
    assert usable(seen(*rows))["annee"].tolist() == pytest.approx([2018.5, 2019 + 0.5 / 365, 2021.0])


MIXED = [
    ("2018", 1463, "compte", "x"),
    ("2018", 1500, "estime", "x"),
    ("2019", 1463, "declare", "x"),
    ("2019", 1700, "estime", "y"),
    ("2020", 1700, "estime", "y"),
    ("2020", 1800, "compte", "y"),
    ("2021", (1500, 2600), "compte", "x"),
    ("2023", 9000, "objectif", "x"),
    (None, 2000, "compte", "x"),
]


@settings(max_examples=20)
@given(st.permutations(range(len(MIXED))))
def test_the_order_of_the_rows_does_not_matter(order):
    pd.testing.assert_frame_equal(usable(seen(*(MIXED[i] for i in order))), usable(seen(*MIXED)))


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(
            [("2018", 100.0, None, None), ("2020", 2500.0, None, None), ("2020", 2500.0, 2400.0, 2600.0)],
            id="one-number-with-and-without-its-bounds",
        ),
        pytest.param(
            [("2018", 100.0, None, None), ("2020", None, 2400.0, 2600.0), ("2020", None, 2500.0, 2700.0)],
            id="two-intervals-of-one-period",
        ),
    ],
)
def test_the_order_of_rows_that_tie_does_not_matter(rows):
    table = pd.DataFrame(rows, columns=["periode", "valeur", "valeur_bas", "valeur_haut"])
    table = table.assign(nature="compte", perimetre="x")
    turned = table.iloc[::-1].reset_index(drop=True)
    pd.testing.assert_frame_equal(usable(table), usable(turned))


@pytest.mark.parametrize("index", [[7, 3, 5], ["a", "b", "c"], [0, 0, 0]])
def test_the_labels_of_the_rows_do_not_matter(index):
    table = seen(("2018", 100, "compte", "x"), ("2019", 100, "estime", "x"), ("2022", 130, "compte", "x"))
    assert usable(table.set_axis(index))["valeur"].tolist() == [100, 130]


def test_the_figures_given_are_not_altered():
    table = seen(*MIXED)
    before = table.copy()
    as_figures(usable(table), DEFAULT)
    pd.testing.assert_frame_equal(table, before)


# ------------------------------------------------------------------------------------------------ what is refused


def labelled(**row):
    """Return two sound counts and a row called "ligne 3" that may not be."""
    usual = {"periode": "2020", "valeur": 110.0, "valeur_bas": None, "valeur_haut": None}
    third = seen(("2020", 110, "compte", "x")).assign(**(usual | row))
    return pd.concat([counts(y2018=100, y2019=105), third]).set_axis(["ligne 1", "ligne 2", "ligne 3"])


@pytest.mark.parametrize(
    ("row", "said"),
    [
        pytest.param({"valeur": np.nan, "valeur_bas": 9.0, "valeur_haut": 8.0}, "lower bound", id="crossed-bounds"),
        pytest.param({"nature": "vu"}, "'vu'.*compte", id="an-unknown-nature"),
        pytest.param({"nature": None}, "nature", id="no-nature"),
        pytest.param({"valeur": -1.0}, "negative", id="a-negative-count"),
        pytest.param({"valeur": np.nan, "valeur_bas": -3.0, "valeur_haut": 4.0}, "negative", id="a-negative-bound"),
        pytest.param({"perimetre": None}, "perim", id="no-perimeter"),
    ],
)
def test_a_bad_row_is_refused_by_its_name(row, said):
    with pytest.raises(BadInput, match=f"row ligne 3.*{said}"):
        usable(labelled(**row))


@pytest.mark.parametrize("period", ["hier", "2020.5", "2020-13"])
def test_a_period_that_is_no_date_is_refused(period):
    with pytest.raises(BadInput, match=period):
        usable(labelled(periode=period))


def test_points_need_no_bounds_and_intervals_no_points():
    bounds = ["valeur_bas", "valeur_haut"]
    points, spans = (
        counts(y2018=100, y2020=120),
        seen(("2018", (90, 100), "compte", "x"), ("2020", (110, 130), "compte", "x")),
    )
    pd.testing.assert_frame_equal(usable(points.drop(columns=bounds)), usable(points))
    pd.testing.assert_frame_equal(usable(points.drop(columns="valeur_bas")), usable(points))
    pd.testing.assert_frame_equal(usable(spans.drop(columns="valeur")), usable(spans))
    with pytest.raises(BadInput, match="valeur missing"):
        usable(points.drop(columns="valeur"))


@pytest.mark.parametrize("name", ["periode", "valeur", "nature", "perimetre"])
def test_a_missing_column_is_named(name):
    with pytest.raises(BadInput, match=f"{name} missing"):
        usable(counts(y2018=100, y2020=120).drop(columns=name))


def test_intervals_that_contradict_each_other_are_named():
    rows = seen(("2018", 90, "compte", "x"), ("2021", (100, 110), "compte", "x"), ("2021", (120, 130), "compte", "x"))
    with pytest.raises(BadInput, match=r"\[100, 110\] and \[120, 130\] of x in 2021"):
        usable(rows)


@pytest.mark.parametrize(
    "second", [("2021", (110, 130), "compte", "x"), ("2021", (120, 130), "compte", "y"), ("2022", (120, 130), "compte")]
)
def test_intervals_that_touch_or_speak_of_something_else_are_accepted(second):
    second = (*second, "x")[:4]
    assert len(usable(seen(("2021", (100, 110), "compte", "x"), second))) == 2


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("2025", 9, "objectif", "x"), ("2026", 9, "prevision", "x")], "0 found; 2 targets or forecasts"),
        ([("2018", 9, "compte", "x"), ("2026", 9, "objectif", "x")], "1 found; 1 targets or forecasts"),
        ([("2018", 9, "compte", "x"), ("2018-12", 12, "estime", "x")], "1 found"),
        ([("2018", 9, "compte", "x"), (None, 12, "compte", "x")], "1 found"),
        ([("2018", 9, "compte", "x"), ("2018", 12, "compte", "y")], "same date"),
        ([("2018-03", 9, "compte", "x"), ("2018-07", 12, "compte", "x")], "same date"),
    ],
)
def test_too_little_to_forecast_from(rows, said):
    table = seen(*rows)
    with pytest.raises(BadInput, match=said):
        check_horizon(usable(table), table, 2030)


@pytest.mark.parametrize(("horizon", "fine"), [(2021, False), (2022, False), (2023, True)])
def test_the_horizon_comes_after_the_last_figure(horizon, fine):
    table = counts(y2018=100, y2022=120)
    if fine:
        check_horizon(usable(table), table, horizon)
    else:
        with pytest.raises(BadInput, match=rf"horizon {horizon}.*\(2022\): choose 2023 or later"):
            check_horizon(usable(table), table, horizon)


# ------------------------------------------------------------------------------------------------ how figures read


@pytest.mark.parametrize(
    ("value", "nature", "variance"),
    [
        # 0.05^2 + 0 + 0.25/1463
        pytest.param(1463, "compte", 0.00267088, id="to-the-unit"),
        # 0.05^2 + (50/3500)^2/3 + 0.25/3500
        pytest.param(3500, "compte", 0.00263946, id="printed-to-the-hundred"),
        # 0.12^2 + (50/2500)^2/3 + 0.25/2500
        pytest.param(2500, "estime", 0.01463333, id="an-estimate"),
        # 0.12^2 + (500/134000)^2/3 + 0.25/134000
        pytest.param(134_000, "declare", 0.01440651, id="printed-to-the-thousand"),
        # 0.05^2 + 0.25/4
        pytest.param(4, "compte", 0.065, id="a-small-number"),
        # 0.05^2 + 0.25/0.5: none counts as a half
        pytest.param(0, "compte", 0.5025, id="none-at-all"),
        # 0.05^2 + (100/2500)^2/3 + 0.25/2500: bounds of 2,400 to 2,600 are wider than the rounding
        pytest.param((2500, 2400, 2600), "compte", 0.00313333, id="with-bounds"),
        # 0.05^2 + 0.25/3239.5
        pytest.param((None, 2528, 3951), "compte", 0.00257717, id="an-interval"),
    ],
)
def test_error_of_a_figure_at_the_median_of_its_nature(value, nature, variance):
    figure = value if isinstance(value, tuple) else (value, None, None)
    table = pd.DataFrame([figure], columns=["valeur", "valeur_bas", "valeur_haut"], dtype=float)
    table = table.assign(periode="2020", nature=nature, perimetre="x")
    assert variances(as_figures(usable(table), DEFAULT)) == pytest.approx([variance], abs=1e-7)


def variances(figures):
    return figures.errors[figures.nature, 0] ** 2 + figures.fixed**2


def test_a_list_with_places_of_unknown_state_is_incomplete_both_ways():
    beliefs = Priors(list_misses=(0.2, 0.1), list_exceeds=(0.05, 0.02))
    rows = [("2023", 3000, "compte", "ftl_2026"), ("2026", (2528, 3951), "compte", "ftl_2026")]
    read = as_figures(usable(seen(*rows)), beliefs)
    assert read.shift.tolist() == pytest.approx([0, -0.15])
    # (500/3000)^2/3 + 0.25/3000; 0.25/3239.5 + 0.1^2 + 0.02^2
    assert read.fixed**2 == pytest.approx([0.00934259, 0.01047717], abs=1e-7)
    elsewhere = as_figures(usable(seen(*((when, value, nature, "x") for when, value, nature, _ in rows))), beliefs)
    assert elsewhere.shift.tolist() == [0, 0]
    assert elsewhere.fixed[1] ** 2 == pytest.approx(0.25 / 3239.5)


def test_publishers_that_state_no_definition_share_none():
    rows = seen(
        ("2018", 900, "estime", "non_precise"),
        ("2019", 1500, "estime", "non_precise"),
        ("2021", 1700, "estime", "non_precise"),
        ("2023", 1800, "estime", "x"),
    )
    assert as_figures(usable(rows), DEFAULT).which.tolist() == [0, 0, 0, 1]
    signed = rows.assign(editeur=["une revue", "un réseau", "une revue", "une revue"])
    assert as_figures(usable(signed), DEFAULT).which.tolist() == [0, 1, 0, 2]
    both = signed.assign(indicateur=["a", "a", "b", "a"])
    assert as_figures(usable(both), DEFAULT).which.tolist() == [0, 1, 2, 3]
    assert as_figures(usable(signed), DEFAULT).offsets.tolist() == [[0, 0.35], [0, 0.35], [0, 0.15]]


def test_publishers_do_not_quote_each_other_when_they_state_no_definition():
    rows = seen(("2018", 1500, "estime", "non_precise"), ("2019", 1500, "estime", "non_precise"))
    assert len(usable(rows)) == 1
    assert len(usable(rows.assign(editeur=["une revue", "un réseau"]))) == 2


def test_a_number_without_a_published_method_is_an_estimate():
    rows = seen(("2023", 3500, "compte", "ftl_2023"), ("2026", 3600, "compte", "ftl_2026"))
    assert usable(rows)["nature"].tolist() == ["estime", "compte"]


@pytest.mark.parametrize(("last", "fine"), [(2000, True), (2100, False), (4, False)])
def test_figures_twenty_times_apart_in_a_year_are_refused(last, fine):
    rows = [("2018", 100, "compte", "x"), ("2019", last, "compte", "x"), ("2019", 5, "compte", "y")]
    if fine:
        assert len(usable(seen(*rows))) == 3
    else:
        with pytest.raises(BadInput, match=rf"x reads 100 in 2018 and {last} in 2019.*do not count one object"):
            usable(seen(*rows))


def test_figures_four_hundred_times_apart_in_two_years_are_accepted():
    assert len(usable(seen(("2018", 5, "compte", "x"), ("2020", 1990, "compte", "x")))) == 2


def test_figures_in_the_form_the_model_reads():
    beliefs = Priors(
        offsets={"y": (-0.3, 0.2)}, default_offset=(0.1, 0.4), error={"compte": (0.5, 0), "estime": (0.7, 0)}
    )
    rows = [
        ("2018", 1000, "compte", "x"),
        ("2019", 1234, "estime", "y"),
        ("2020", (2000, 3000), "compte", "x"),
        ("2022", 0, "compte", "y"),
    ]
    read = as_figures(usable(seen(*rows)), beliefs)
    assert read.when == pytest.approx([2018.5, 2019.5, 2020.5, 2022.5])
    assert read.point.tolist() == [True, True, False, True]
    assert read.value[[0, 1, 3]] == pytest.approx([math.log(1000), math.log(1234), math.log(0.5)])
    assert np.isnan(read.value[2])
    assert (read.low[2], read.high[2]) == pytest.approx((math.log(2000), math.log(3000)))
    assert read.which.tolist() == [0, 1, 0, 1]
    assert read.offsets.tolist() == [[0.1, 0.4], [-0.3, 0.2]]
    # 0.5^2 + (500/1000)^2/3 + 0.25/1000; 0.7^2 + 0.25/1234; 0.5^2 + 0.25/2500; 0.5^2 + 0.25/0.5
    assert read.errors.tolist() == [[0.5, 0], [0.7, 0]]
    assert variances(read) == pytest.approx([0.3335833, 0.4902026, 0.2501, 0.75], abs=1e-6)


def test_priors_about_figures_are_printed():
    table = priors().set_index("parametre")
    printed = table[["a", "b"]].apply(tuple, axis=1).to_dict()
    assert {name: pair for name, pair in printed.items() if name.startswith("erreur_")} == {
        "erreur_compte": (0.05, 0.6),
        "erreur_estime": (0.12, 0.4),
        "erreur_declare": (0.12, 0.4),
    }
    assert printed["decalage_cget_2018"] == DEFAULT.offset("cget_2018") == (-0.30, 0.15)
    assert printed["decalage_par_defaut"] == DEFAULT.offset("unheard_of") == (0, 0.15)
