"""Scenarios: three lines, each on a published figure, computed again from the raw tables."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.helpers import read_rows, write_rows
from tlanalysis.core.errors import BadInput
from tlanalysis.forecasting.what_if import SCENARIOS, scenarios


def printed(raw, **wanted):
    """Return the one value that the raw table prints for some row."""
    rows = [
        row
        for row in read_rows(raw, "observations")
        if row["nature"] == "compte" and all(row[name] == value for name, value in wanted.items())
    ]
    (value,) = {float(row["valeur"]) for row in rows}
    return value


def line(table, name):
    return table[table["scenario"] == name].set_index("annee")


def test_lines_run_from_the_last_figure_to_the_horizon(france):
    table = scenarios(france)
    assert list(dict.fromkeys(table["scenario"])) == list(SCENARIOS)
    for name in SCENARIOS:
        assert line(table, name).index.tolist() == [2026, 2027, 2028, 2029, 2030]
    assert table.columns.tolist() == ["scenario", "annee", "valeur", "hypothese"]
    assert table.attrs["inputs"] == ["observations"]


def test_support_ends_at_the_rate_of_closing_floor_area(raw, france):
    closed = printed(raw, indicateur="surface_coworking_fermee_m2")
    total = printed(raw, indicateur="surface_coworking_totale_m2")
    rate = closed / total
    assert rate == pytest.approx(0.0462, abs=1e-4)
    rows, start = line(scenarios(france), "soutien_prend_fin"), france.levels[2026].median()
    assert rows["valeur"].tolist() == pytest.approx([start * (1 - rate) ** k for k in range(5)])
    assert rows["hypothese"].tolist() == pytest.approx([-rate] * 5)


def test_support_returns_at_the_pace_of_nouvelle_aquitaine(raw, france):
    wanted = {"indicateur": "tiers_lieux", "territoire": "R75", "perimetre": "coop_naq"}
    first, last = (printed(raw, periode=year, **wanted) for year in ("2019", "2022"))
    assert (first, last) == (231, 311)
    pace = (311 / 231) ** (1 / 3)
    rows, start = line(scenarios(france), "soutien_revient"), france.levels[2026].median()
    assert rows["valeur"].tolist() == pytest.approx([start * pace**k for k in range(5)])
    assert rows["hypothese"].tolist() == pytest.approx([pace - 1] * 5)


def test_a_narrower_definition_leaves_out_places_of_unknown_state(france):
    rows = line(scenarios(france), "definition_se_resserre")
    # 2,528 of the 3,951 listed places have a known state; their number then moves as the median does.
    start = france.levels[2026].median()
    moved = [2528 * france.levels[year].median() / start for year in rows.index]
    assert rows["valeur"].tolist() == pytest.approx(moved)
    assert rows["hypothese"].tolist() == pytest.approx([2528 / 3951] * 5)


def test_lines_follow_the_forecast_they_are_given(france):
    doubled = replace(france, levels=france.levels * 2)
    # Places of known state are a published number: only how they move comes from the forecast.
    ratio = scenarios(doubled)["valeur"] / scenarios(france)["valeur"]
    assert ratio.tolist() == pytest.approx([2] * 10 + [1] * 5)


@pytest.mark.parametrize(
    ("gone", "said"),
    [
        pytest.param({"indicateur": "surface_coworking_fermee_m2"}, "surface_coworking_fermee_m2", id="closures"),
        pytest.param({"indicateur": "surface_coworking_totale_m2"}, "surface_coworking_totale_m2", id="floor-area"),
        pytest.param(
            {"indicateur": "tiers_lieux", "perimetre": "coop_naq", "periode": "2022"}, "Nouvelle-Aquitaine", id="pace"
        ),
        pytest.param({"indicateur": "tiers_lieux", "perimetre": "ftl_2026"}, "unknown state", id="places-of-2026"),
    ],
)
def test_an_assumption_without_its_figure_is_refused(france, raw_copy, gone, said):
    rows = read_rows(raw_copy, "observations")
    left = [row for row in rows if any(row[name] != value for name, value in gone.items())]
    assert len(left) < len(rows)
    write_rows(raw_copy, "observations", left)
    with pytest.raises(BadInput, match=said):
        scenarios(france)


def test_assumptions_are_refused_before_they_were_published(france):
    with pytest.raises(BadInput):
        scenarios(france, as_of="2023-12-31")
