"""What the charts of the forecast and of the register draw: every mark read back and held against its table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

from tests.charts.drawn import (
    MARKS,
    assert_close,
    boxes,
    case,
    dots,
    expected_dots,
    plain,
    row_labels,
    runs,
    words_of,
)
from tlanalysis.charts.kit import caption
from tlanalysis.data.territories import territory


def _band(ax: Axes, number: int) -> set[tuple[float, float]]:
    """Return the corners of a band, in the order it was drawn."""
    return {(float(x), float(y)) for x, y in ax.collections[number].get_paths()[0].vertices}


def _edges(rows: pd.DataFrame, low: str, high: str, shift: float = 0.5) -> set[tuple[float, float]]:
    return {(year + shift, float(y)) for name in (low, high) for year, y in zip(rows["annee"], rows[name], strict=True)}


def test_forecast_is_two_bands_from_the_last_figure_and_dashed_references() -> None:
    drawn = case("plot_forecast")
    (forecast,) = drawn.extras
    ax = drawn.draw("fr")
    ahead = drawn.table[drawn.table["annee"] >= int(forecast.used["annee"].max())]
    assert len(ax.collections) == 2
    assert [_band(ax, n) for n in (0, 1)] == [_edges(ahead, f"{p}_bas", f"{p}_haut") for p in ("p95", "p80")]
    naive = forecast.references.set_index("annee")
    assert sorted(y for _, y in runs(ax)) == sorted(list(naive[name]) for name in naive)
    assert {line.get_linestyle() for line in ax.lines if line.get_marker() == "None"} == {"--"}
    names = [text for text in words_of(ax) if text.startswith(("sans ", "hausse "))]
    assert sorted(names) == ["hausse en %", "hausse en nombre", "sans changement"]
    assert len(runs(ax)) == 3


@pytest.mark.parametrize("place", ["FR", "R75", "R06", "D33"])
def test_forecast_edges_are_written_as_fine_as_they_are_drawn(place: str) -> None:
    drawn = case("plot_forecast", place)
    end = drawn.table.iloc[-1]
    labels = dict.fromkeys(["p95_haut", "p80_haut", "p80_bas", "p95_bas"], 0.0)
    said = [text for text in words_of(drawn.draw("fr")) if " % : " in text]
    for name, text in zip(labels, said, strict=True):
        level, number = text.split(" % : ")
        assert name.startswith(f"p{level}")
        assert float(number.replace(" ", "")) == pytest.approx(end[name], rel=0.1, abs=1)


def test_forecast_shows_its_figures_and_an_announcement_that_is_not_one_of_them() -> None:
    drawn = case("plot_forecast")
    (forecast,) = drawn.extras
    used = forecast.used[forecast.used["valeur"].notna()]
    marks = dots(drawn.draw("fr"))
    diamonds = [(x, y, filled) for x, y, marker, filled in marks if marker == "D"]
    assert diamonds == [(2025.5, 5000.0, False)]
    others = sorted(mark for mark in marks if mark[2] != "D")
    assert others == sorted((row.annee, row.valeur, *MARKS[row.nature]) for row in used.itertuples())
    assert "annonce publiée : 5 000" in words_of(drawn.draw("fr"))


@pytest.mark.parametrize(("place", "announced"), [("FR", True), ("D33", False)])
def test_a_diamond_is_spoken_of_only_where_there_is_one(place: str, announced: bool) -> None:
    ax = case("plot_forecast", place).draw("fr")
    text = caption.of(ax)
    assert any(marker == "D" for _, _, marker, _ in dots(ax)) == announced
    assert ["losange" in said.lower() for said in (text.foot, text.note, text.alt)] == [announced] * 3


def test_regions_are_small_fans_on_shared_axes_with_france_behind() -> None:
    drawn = case("plot_regions_forecast", "D33")
    table, fans = drawn.table, drawn.draw("fr").child_axes
    assert len(fans) == 18
    assert len({(fan.get_xlim(), fan.get_ylim()) for fan in fans}) == 1
    # Mayotte's inhabitants are an interval: it stands where its most inhabitants put it.
    end = table[table["annee"] == table["annee"].max()]
    people = [territory(code).population_high for code in end["territoire"]]
    end = end.assign(least=end["mediane"] / people).sort_values("least", ascending=False)
    national = runs(fans[0])[1:]
    for fan, code in zip(fans, end["territoire"], strict=True):
        rows = table[table["territoire"] == code]
        bounds = ("taux_p80_bas_pour_100k", "taux_p80_haut_pour_100k")
        assert _band(fan, 0) == _edges(rows[rows["annee"] <= 2026], *bounds, shift=0)  # up to the last figure
        assert _band(fan, 1) == _edges(rows[rows["annee"] >= 2026], *bounds, shift=0)
        assert runs(fan)[1:] == national
        assert runs(fan)[0] == ([2026, 2026], [0, 1])
        ends = [float(plain(text.get_text()).replace(",", ".")) for text in fan.texts]
        assert ends == [pytest.approx(rows[bound].iloc[-1], abs=0.05) for bound in bounds]
        local = rows[rows["nb_lieux_local_bas"].notna()]
        ends = {(row.annee, n) for row in local.itertuples() for n in (row.nb_lieux_local_bas, row.nb_lieux_local_haut)}
        drawn_dots = [(x, y, marker, filled) for x, y, marker, filled in dots(fan)]
        people_here = territory(code).population
        assert drawn_dots == [(x, pytest.approx(n / people_here * 1e5), "o", True) for x, n in sorted(ends)]
    bold = [fan.get_title(loc="left") for fan in fans if _bold(fan)]
    assert bold == ["Nouvelle-Aquitaine"]
    last = [label.get_text() for label in fans[-1].get_xticklabels()]
    assert last == ["2018", "2026", "2030"]
    population = (end["mediane"] / end["taux_mediane_pour_100k"]).sum()
    medians = [table.attrs["france"][year] for year in sorted(set(table["annee"]))]  # of France, not the sum of medians
    assert national[0][1] == pytest.approx([median / population for median in medians], rel=1e-6)


def _bold(ax: Axes) -> bool:
    return ax._left_title.get_fontweight() == "bold"  # type: ignore[attr-defined]


def test_hindsight_sets_what_was_foretold_against_what_came() -> None:
    drawn = case("plot_hindsight")
    table, ax = drawn.table, drawn.draw("fr")
    bands = table["qui"].isin(["melange", "ref_sans_changement"])
    expected = [
        (getattr(row, f"{level}_bas"), getattr(row, f"{level}_haut"), row.Index)
        for row in table[bands].itertuples()
        for level in ("p95", "p80")
    ]
    assert_close(boxes(ax), expected)
    claims = table[~bands]
    diamonds = [mark for mark in dots(ax) if mark[2] == "D"]
    assert diamonds == expected_dots(*((row.mediane, row.Index, "prevision") for row in claims.itertuples()))
    came = [(x[0], x[1]) for x, y in runs(ax) if y[0] != round(y[0])]
    assert came == list(zip(table["mesure_bas"], table["mesure_haut"], strict=True))
    points = table[table["mesure_bas"] == table["mesure_haut"]]
    assert [(x, filled) for x, _, marker, filled in dots(ax) if marker == "o"] == [
        (value, True) for value in points["mesure_bas"]
    ]
    assert row_labels(ax)[0].startswith("Notre prévision\nfaite en août 2021 pour 2023")


def test_backtest_is_bars_from_zero_best_first_with_ours_in_bold() -> None:
    drawn = case("plot_backtest")
    ax = drawn.draw("en")
    assert_close(boxes(ax), [(0, score, rank) for rank, score in enumerate(drawn.table["crps_relatif"])])
    assert words_of(ax)[:2] == ["8.9%", "9.9%"]
    bold = [label.get_text() for label in ax.get_yticklabels() if label.get_fontweight() == "bold"]
    assert bold == ["Our forecast"]
    colours = [to_hex(patch.get_facecolor()) for patch in ax.patches]
    assert len(set(colours)) == 3
    assert colours[4] == colours[6] == colours[7]


def test_sensitivity_is_one_interval_per_prior_with_its_median_and_probability() -> None:
    drawn = case("plot_sensitivity")
    table, ax = drawn.table, drawn.draw("en")
    assert_close(boxes(ax), [(row.p80_bas, row.p80_haut, row.Index) for row in table.itertuples()])
    assert [x[0] for x, _ in runs(ax)] == list(table["mediane"])
    assert words_of(ax)[0] == "4%"
    assert "5,000 or more" in words_of(ax)
    assert row_labels(ax)[0] == "Reference assumptions"
    assert dots(ax) == []


def test_scenarios_are_three_lines_named_at_their_ends() -> None:
    drawn = case("plot_scenarios")
    table, ax = drawn.table, drawn.draw("fr")
    held = {name: list(rows["valeur"]) for name, rows in table.groupby("scenario")}
    assert sorted(y for _, y in runs(ax)) == sorted(held.values())
    assert len(held) == 3
    assert not ax.collections
    lines = [line for line in ax.lines if len(line.get_xdata()) > 1]
    assert len({str(line._dash_pattern) for line in lines}) == 3  # type: ignore[attr-defined]
    assert {to_hex(line.get_color()) for line in lines} == {"#555555"}  # what is assumed is grey
    names = [text.split(" :")[0] for text in words_of(ax) if text[:2] in {"Le", "La"}]
    assert sorted(names) == ["La définition se resserre", "Le soutien prend fin", "Le soutien revient"]
    assert "après 2026 : hypothèses" in words_of(ax)
    figures = pd.DataFrame(table.attrs["chiffres"])
    points = figures[figures["valeur"].notna()]
    assert sorted((y, *look) for _, y, *look in dots(ax)) == sorted(
        (row.valeur, *MARKS[row.nature]) for row in points.itertuples()
    )
    bars = [(bar.get_y(), bar.get_y() + bar.get_height()) for bar in ax.patches if bar.get_width() < 1]
    assert bars == [(2528, 3951)]


def test_people_forecast_is_a_fan_beside_declared_totals() -> None:
    drawn = case("plot_people_forecast")
    table, ax = drawn.table, drawn.draw("fr")
    assert [_band(ax, n) for n in (0, 1)] == [_edges(table, f"{p}_bas", f"{p}_haut") for p in ("p95", "p80")]
    totals = {(year + 0.5, float(value)) for year, bounds in table.attrs["entrees"].items() for value in bounds}
    assert {(x, y) for x, y, *_ in dots(ax)} == totals
    assert {mark[2:] for mark in dots(ax)} == {MARKS["declare"]}
    assert {134_000, 377_159} & {round(y) for _, y in totals}
    assert runs(ax) == []


def test_published_forecasts_stand_beside_the_measure_that_judges_them() -> None:
    drawn = case("plot_published_forecasts")
    order = ["tenue", "repetee", "indecise", "manquee", "non_verifiable", "a_venir"]
    rank = drawn.table["verdict"].map(order.index)
    table, ax = drawn.table.assign(rank=rank).sort_values("rank", kind="stable", ignore_index=True), drawn.draw("fr")
    announced = [mark for mark in dots(ax) if mark[2] == "D"]
    assert [(x, filled) for x, _, _, filled in announced] == [(1.0, False)] * len(table)
    assert [round(y) for _, y, *_ in announced] == list(range(len(table)))
    seen = table[table["mesure_bas"].notna()]
    points = seen[(seen["mesure_bas"] == seen["mesure_haut"]) | (seen["mesure_haut"] == np.inf)]
    measures = [(x, round(y), filled) for x, y, marker, filled in dots(ax) if marker == "o"]
    assert_close(measures, [(row.mesure_bas / row.valeur_bas, row.Index, True) for row in points.itertuples()])
    spans = seen[seen["mesure_bas"] < seen["mesure_haut"]]
    spans = spans[spans["mesure_haut"] < np.inf]
    assert_close(
        [(low, high) for low, high, _ in boxes(ax)],
        [(row.mesure_bas / row.valeur_bas, row.mesure_haut / row.valeur_bas) for row in spans.itertuples()],
    )
    unseen = table[table["mesure_bas"].isna()]
    assert [round(y) for *_, y in boxes(ax, hatched=True)] == list(unseen.index)
    verdicts = {
        "tenue": "tenue",
        "indecise": "indécise",
        "manquee": "manquée",
        "non_verifiable": "non vérifiable",
        "a_venir": "à venir",
    }
    bold = [plain(text.get_text()) for text in ax.texts if text.get_fontweight() == "bold"]
    assert bold == [verdicts[verdict] for verdict in table["verdict"]]
