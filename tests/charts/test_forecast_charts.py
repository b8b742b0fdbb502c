"""Charts of the forecast: what is drawn is what the tables hold, and no forecast is a single line."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PolyCollection

import tlanalysis as tl
from tests.charts.drawn import drawn_texts, figure_of
from tlanalysis.charts.kit import caption
from tlanalysis.core.errors import BadInput
from tlanalysis.core.languages import LANGS
from tlanalysis.forecasting import backtesting, model
from tlanalysis.forecasting.naive_references import NAIVE

BANDS = (("p95_bas", "p95_haut"), ("p80_bas", "p80_haut"))
in_both = pytest.mark.parametrize("lang", LANGS)


@cache
def france():
    return model.forecast(tl.observations("tiers_lieux", "FR"), 2030, size=2000, proposals=6000)


@cache
def regional():
    return tl.forecast_regions(france()).table()


@cache
def foretold():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backtesting, "SIZE", 400)
        patch.setattr(backtesting, "PROPOSALS", 1200)
        return tl.hindsight()


def scored():
    rows = [
        ("melange", 7, 0.13, 0.75, 0.95),
        ("gompertz", 7, 0.14, 0.7, 0.9),
        ("logistique", 7, 0.15, 0.7, 0.9),
        ("ref_lineaire", 7, 0.16, 0.7, 0.9),
        ("tendance_amortie", 7, 0.17, 0.6, 0.9),
        ("croissance_constante", 7, 0.21, 0.6, 0.8),
        ("ref_sans_changement", 7, 0.28, 0.6, 0.8),
        ("ref_croissance_constante", 7, 0.40, 0.5, 0.8),
    ]
    table = pd.DataFrame(rows, columns=["modele", "nb_cas", "crps_relatif", "couvert_80", "couvert_95"])
    return table.assign(nb_issues=5, part_la_plus_lourde=0.3)


def tried():
    rows = [
        ("reference", 2300, 3500, 4800, 0.06, 0.56),
        ("marge_divisee_par_deux", 2200, 3400, 4600, 0.05, 0.5),
        ("marge_doublee", 2400, 3700, 5100, 0.11, 0.6),
        ("couverture_deux_fois_moins_sure", 2200, 3500, 4900, 0.07, 0.5),
        ("definitions_sans_effet_attendu", 2500, 3600, 4900, 0.08, 0.5),
        ("erreurs_deux_fois_plus_grandes", 2100, 3300, 4900, 0.09, 0.4),
        ("sans_essoufflement", 2600, 3900, 5400, 0.15, 0.5),
        ("croissance_initiale_nulle", 2000, 3200, 4500, 0.04, 0.5),
    ]
    table = pd.DataFrame(rows, columns=["variante", "p80_bas", "mediane", "p80_haut", "probabilite", "plafond_appris"])
    return table.assign(annee=2030, seuil=5000.0)


@cache
def lines():
    return tl.scenarios(france())


@cache
def people():
    return tl.forecast_people_trained(france())


PLOTS = {
    "forecast": lambda **how: tl.plot_forecast(france().table(), france(), beliefs=tried(), **how),
    "regions": lambda **how: tl.plot_regions_forecast(regional(), **how),
    "hindsight": lambda **how: tl.plot_hindsight(foretold(), **how),
    "backtest": lambda **how: tl.plot_backtest(scored(), **how),
    "sensitivity": lambda **how: tl.plot_sensitivity(tried(), **how),
    "scenarios": lambda **how: tl.plot_scenarios(lines(), **how),
    "people": lambda **how: tl.plot_people_forecast(people(), **how),
}


@cache
def drawn(name, lang="en"):
    return PLOTS[name](lang=lang)


def polygons(ax):
    return [band for band in ax.collections if isinstance(band, PolyCollection)]


def edges(band):
    """Return x -> (lowest, highest) of a band, read from its outline."""
    points = pd.DataFrame(band.get_paths()[0].vertices, columns=["x", "y"])
    return points.groupby("x")["y"].agg(["min", "max"])


def joined(ax):
    """Return the lines that join at least two different points."""
    return [line for line in ax.lines if len(set(zip(line.get_xdata(), line.get_ydata(), strict=True))) > 1]


def marks(ax, shape):
    return [line for line in ax.lines if line.get_marker() == shape]


def figures_in(text):
    """Return the whole numbers written in a text, whatever the separators of the language."""
    found = re.findall(r"\d{1,3}(?:[ \u202f\u00a0,]\d{3})+(?!\d)|\d+", text)
    return [int(re.sub(r"\D", "", part)) for part in found]


def about(value):
    """Return a number with two significant digits: a forecast is known no better."""
    return round(float(value), 1 - int(np.floor(np.log10(value))))


# ------------------------------------------------------------------------------------------------ every chart


@in_both
@pytest.mark.parametrize("name", PLOTS)
def test_no_text_leaves_the_figure(name, lang):
    figure = figure_of(drawn(name, lang))
    texts = drawn_texts(figure)
    assert len(texts) > 8
    width, height = figure.canvas.get_width_height()
    for text in texts:
        box = text.get_window_extent()
        inside = box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height
        assert inside, text.get_text()


@pytest.mark.parametrize("name", PLOTS)
def test_languages_say_the_same_in_other_words(name):
    texts = [caption.of(drawn(name, lang)) for lang in LANGS]
    assert len({text.title for text in texts}) == len(LANGS)
    for text in texts:
        assert sorted(figures_in(text.title)) == sorted(figures_in(texts[0].title))
        assert all([text.title, text.subtitle, text.lecture, text.champ, text.alt])
        assert not re.search(r"[{}]|\bnan\b", " ".join([text.title, text.lecture, text.champ, text.note, text.alt]))


@in_both
@pytest.mark.parametrize("name", PLOTS)
def test_targets_and_announcements_are_hollow_diamonds_joined_to_nothing(name, lang):
    found = marks(drawn(name, lang), "D")
    assert len(found) == {"forecast": 1, "hindsight": 3}.get(name, 0)
    for line in found:
        assert len(line.get_xdata()) == len(line.get_ydata()) == 1
        assert line.get_markerfacecolor() == "white"
        assert line.get_markeredgewidth() > 1


@pytest.mark.parametrize("name", PLOTS)
def test_the_table_is_not_altered(name):
    tables = {"regions": regional, "hindsight": foretold, "scenarios": lines, "people": people}
    if name not in tables:
        table = {"forecast": france().table(), "backtest": scored(), "sensitivity": tried()}[name]
    else:
        table = tables[name]()
    before = table.copy(deep=True)
    extra = (france(),) if name == "forecast" else ()
    plot = {"regions": "plot_regions_forecast", "people": "plot_people_forecast"}.get(name, f"plot_{name}")
    getattr(tl, plot)(table, *extra)
    pd.testing.assert_frame_equal(table, before)


# ------------------------------------------------------------------------------------------------ fans


@in_both
def test_fan_holds_the_numbers_of_the_table(lang):
    table = france().table()
    ahead = table[table["annee"] >= 2026]
    bands = polygons(drawn("forecast", lang))
    assert len(bands) == 2
    for band, (low, high) in zip(bands, BANDS, strict=True):
        found = edges(band)
        assert found.index.tolist() == pytest.approx((ahead["annee"] + 0.5).tolist())
        assert found["min"].tolist() == ahead[low].tolist()
        assert found["max"].tolist() == ahead[high].tolist()


@in_both
def test_fan_of_people_holds_the_numbers_of_the_table(lang):
    table = people()
    bands = polygons(drawn("people", lang))
    assert len(bands) == 2
    for band, (low, high) in zip(bands, BANDS, strict=True):
        found = edges(band)
        assert found.index.tolist() == pytest.approx((table["annee"] + 0.5).tolist())
        assert (found["min"].tolist(), found["max"].tolist()) == (table[low].tolist(), table[high].tolist())


@in_both
@pytest.mark.parametrize("name", ["forecast", "people"])
def test_edges_of_the_fan_are_labelled_where_they_end(name, lang):
    end = (france().table() if name == "forecast" else people()).iloc[-1]
    labels = sorted(
        (text.xy[1], found)
        for text in drawn(name, lang).texts
        if text.xy[0] == 2030.5 and (found := figures_in(text.get_text()))
    )
    edges = ["p95_bas", "p80_bas", "p80_haut", "p95_haut"]
    assert [said for _, said in labels] == [[int(edge[1:3]), about(end[edge])] for edge in edges]
    # Pushed apart where edges meet, never far from their edge.
    for (height, _), edge in zip(labels, edges, strict=True):
        assert height == pytest.approx(end[edge], abs=0.13 * end["p95_haut"])


@in_both
def test_forecast_is_no_single_line(lang):
    ax = drawn("forecast", lang)
    fc, found = france(), joined(ax)
    # The naive references, dashed and from the year after the last figure; nothing else is joined.
    assert len(found) == len(NAIVE) == 3
    for line, name in zip(found, NAIVE, strict=True):
        assert line.get_linestyle() != "-"
        assert list(line.get_xdata()) == [2027.5, 2028.5, 2029.5, 2030.5]
        assert list(line.get_ydata()) == pytest.approx(fc.references[name].tolist())
    medians = fc.table().set_index("annee").loc[2027:, "mediane"].to_numpy(float)
    assert all(np.abs(np.array(line.get_ydata()) / medians - 1).max() > 0.02 for line in found)


@in_both
def test_other_charts_join_no_medians(lang):
    assert joined(drawn("people", lang)) == []
    # A horizontal bar at its own row, or the white tick of a median: never from one row to the next.
    for name in ("hindsight", "sensitivity", "backtest"):
        for line in joined(drawn(name, lang)):
            assert np.ptp(line.get_ydata()) <= 0.5


@in_both
def test_figures_of_the_forecast_are_marked_by_their_nature(lang):
    ax = drawn("forecast", lang)
    single = [line for line in ax.lines if len(line.get_xdata()) == 1 and line.get_marker() != "D"]
    found = {(line.get_xdata()[0], line.get_ydata()[0], line.get_markerfacecolor() != "white") for line in single}
    assert found == {
        (2018.5, 1463, True),
        (2018.5, 900, False),
        (2019.5, 1500, False),
        (2021.5, 2500, False),
        (2023.5, 3500, False),
    }
    (bar,) = ax.patches
    assert (bar.get_y(), bar.get_y() + bar.get_height()) == (2528, 3951)


@in_both
def test_the_announcement_stands_where_it_was_made_for(lang):
    ax = drawn("forecast", lang)
    (diamond,) = marks(ax, "D")
    assert (diamond.get_xdata()[0], diamond.get_ydata()[0]) == (2025.5, 5000)
    assert ax.get_ylim()[1] > max(5000, france().table()["p95_haut"].max())


def test_the_announcement_of_another_indicator_is_not_borrowed():
    rows = tl.observations("fabriques_de_territoire", "FR")
    fc = model.forecast(rows, 2028, size=500, proposals=2000)
    found = marks(tl.plot_forecast(fc.table(), fc), "D")
    assert [(line.get_xdata()[0], line.get_ydata()[0]) for line in found] == [(2022.5, 300)]


def test_no_announcement_is_drawn_over_counts_of_something_else():
    rows = pd.DataFrame({"periode": ["2018", "2020", "2023"], "valeur": [100.0, 130.0, 150.0], "nature": "compte"})
    rows = rows.assign(valeur_bas=None, valeur_haut=None, perimetre="non_precise")
    fc = model.forecast(rows, 2026, size=500, proposals=2000)
    assert marks(tl.plot_forecast(fc.table(), fc), "D") == []


@in_both
def test_title_of_the_fan_says_the_band_and_the_probability_from_the_lowest_to_the_highest_belief(lang):
    end = france().table().iloc[-1]
    said = figures_in(caption.of(drawn("forecast", lang)).title)
    # The beliefs of `tried` give 4 % to 15 %; its reference, 6 %, is not printed alone.
    assert said == [2030, about(end["p80_bas"]), about(end["p80_haut"]), 80, 5000, 4, 15]


@in_both
def test_without_beliefs_the_fan_prints_no_probability_of_the_announcement(lang):
    text = caption.of(tl.plot_forecast(france(), lang=lang))
    assert 5000 not in figures_in(text.title)
    assert 5000 in figures_in(text.alt)


@pytest.mark.parametrize("other", [{"annee": 2028}, {"seuil": 4000.0}])
def test_beliefs_of_another_horizon_or_number_are_refused(other):
    with pytest.raises(BadInput, match="the fan is of 2030 and the announcement of 5000"):
        tl.plot_forecast(france(), beliefs=tried().assign(**other))
    with pytest.raises(BadInput, match="no column annee, seuil"):
        tl.plot_forecast(france(), beliefs=tried().drop(columns=["annee", "seuil"]))


def test_whether_the_ceiling_is_learned_is_said():
    learned = round(100 * france().diagnostics["ceiling_learned"])
    assert learned in figures_in(caption.of(drawn("forecast")).note)


@in_both
def test_declared_totals_are_hollow_squares(lang):
    found = {
        (line.get_xdata()[0], line.get_ydata()[0], line.get_markerfacecolor())
        for line in marks(drawn("people", lang), "s")
    }
    assert found == {(2019.5, 134_000, "white"), (2023.5, 377_159, "white"), (2023.5, 400_000, "white")}


# ------------------------------------------------------------------------------------------------ régions


@in_both
def test_each_region_has_its_own_band(lang):
    small = drawn("regions", lang).child_axes
    table = regional()
    last = table[table["annee"] == 2030].set_index("territoire")
    most = {code: tl.territory(code).population_high for code in last.index}
    order = (last["mediane"] / pd.Series(most)).sort_values(ascending=False).index  # Mayotte: over its most inhabitants
    assert len(small) == 18
    for ax, code in zip(small, order, strict=True):
        rows = table[table["territoire"] == code].set_index("annee")
        past, ahead = (edges(band) for band in polygons(ax))  # they meet in the year of the last figure
        assert past.index[-1] == ahead.index[0] == 2026
        found = pd.concat([past, ahead.iloc[1:]])
        assert found.index.tolist() == rows.index.tolist()
        assert found["min"].tolist() == pytest.approx(rows["taux_p80_bas_pour_100k"].tolist())
        assert found["max"].tolist() == pytest.approx(rows["taux_p80_haut_pour_100k"].tolist())
        _, grey = joined(ax)  # the last figure, then France: the same behind each, no line of the région's own
        assert list(grey.get_ydata()) == list(joined(small[0])[1].get_ydata())
        assert np.abs(np.array(grey.get_ydata()) / rows["taux_mediane_pour_100k"].to_numpy() - 1).max() > 0.02


def test_the_grey_line_is_france():
    people_of_france = sum(tl.territory(code).population for code in set(regional()["territoire"]))
    medians = france().draws.median() / people_of_france * 100_000
    _, grey = joined(drawn("regions").child_axes[0])
    assert list(grey.get_ydata()) == pytest.approx(medians.tolist(), rel=0.005)


def test_regions_share_their_axes():
    small = drawn("regions").child_axes
    assert len({(ax.get_xlim(), ax.get_ylim()) for ax in small}) == 1
    highest = regional().query("annee >= 2018")["taux_p80_haut_pour_100k"].max()
    assert small[0].get_ylim()[1] > highest


def test_the_region_in_focus_is_bold():
    small = tl.plot_regions_forecast(regional(), focus="R75").child_axes
    bold = [ax.get_title(loc="left") for ax in small if ax._left_title.get_fontweight() == "bold"]
    assert bold == ["Nouvelle-Aquitaine"]


# ------------------------------------------------------------------------------------------------ rows


@in_both
def test_hindsight_sets_what_was_foretold_against_what_came(lang):
    ax, table = drawn("hindsight", lang), foretold().reset_index(drop=True)
    bars = {(p.get_x(), p.get_x() + p.get_width(), round(p.get_y() + p.get_height() / 2)) for p in ax.patches}
    bands = table[table["qui"].isin(["melange", "ref_sans_changement"])]
    expected = {(row[low], row[high], rank) for rank, row in bands.iterrows() for low, high in BANDS}
    assert len(bars) == len(expected)
    assert sorted(bars) == [pytest.approx(bar) for bar in sorted(expected)]
    diamonds = sorted((line.get_xdata()[0], line.get_ydata()[0]) for line in marks(ax, "D"))
    assert diamonds == [(3250, 2), (3500, 3), (5000, 8)]
    came = sorted((*line.get_xdata(), round(line.get_ydata()[0])) for line in ax.lines if line.get_linewidth() == 3)
    assert came == [(2528, 3951, rank) for rank in range(4, 9)] + [(3500, 3500, rank) for rank in range(4)]
    # 5,000 for 2,528 to 3,951: from 1,049 of 3,951 too many to 2,472 of 2,528.
    assert figures_in(ax.texts[8].get_text()) == [27, 98]


@in_both
def test_backtest_bars_are_the_scores(lang):
    ax = drawn("backtest", lang)
    assert [bar.get_width() for bar in ax.patches] == pytest.approx(scored()["crps_relatif"].tolist())
    assert {bar.get_x() for bar in ax.patches} == {0}
    assert [label.get_fontweight() == "bold" for label in ax.get_yticklabels()] == [True] + [False] * 7
    assert "13" in caption.of(ax).title
    assert "16" in caption.of(ax).title


@in_both
def test_a_bar_far_longer_than_the_others_is_cut_and_says_so(lang):
    table = scored()
    table.loc[4, ["crps_relatif", "part_la_plus_lourde"]] = [20.08, 0.97]
    ax = tl.plot_backtest(table, lang=lang)
    widths = [bar.get_width() for bar in ax.patches]
    rest = table["crps_relatif"].drop(4)
    assert widths[:4] + widths[5:] == pytest.approx(rest.tolist())
    assert widths[4] == pytest.approx(1.15 * 0.40)
    assert ax.get_xlim()[1] < 1
    assert figures_in(ax.texts[4].get_text()) == [2008, 0]  # the value is written: 2,008.0 %
    assert 97 in figures_in(caption.of(ax).note)
    assert len(joined(ax)) == 2  # the slanted gap
    assert 97 not in figures_in(caption.of(drawn("backtest", lang)).note)


def test_backtest_says_when_it_is_no_better_than_naive():
    better = scored().assign(crps_relatif=lambda t: t["crps_relatif"].where(t["modele"] != "ref_lineaire", 0.12))
    title = caption.of(tl.plot_backtest(better.sort_values("crps_relatif", ignore_index=True), lang="en")).title
    assert "no better than" in title
    assert "no better than" not in caption.of(drawn("backtest")).title


@in_both
def test_sensitivity_bars_are_the_intervals_and_ticks_the_medians(lang):
    ax, table = drawn("sensitivity", lang), tried()
    bars = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches]
    assert bars == [(row.p80_bas, row.p80_haut) for row in table.itertuples()]
    assert [line.get_xdata()[0] for line in ax.lines] == table["mediane"].tolist()
    *written, header = [figures_in(text.get_text()) for text in ax.texts]
    assert written == [[chance] for chance in [6, 5, 11, 7, 8, 9, 15, 4]]
    assert header == [5000]
    with pytest.raises(BadInput, match="of 5000 or more, not of 4000"):
        tl.plot_sensitivity(table, at_least=4000)


# ------------------------------------------------------------------------------------------------ scenarios


@in_both
def test_scenarios_are_named_lines_without_a_band(lang):
    ax, table = drawn("scenarios", lang), lines()
    assert list(ax.collections) == []
    assert sorted(patch.get_width() for patch in ax.patches) == pytest.approx([0.28, 4])  # 2,528 to 3,951; 2026 to 2030
    found = {tuple(line.get_ydata()): list(line.get_xdata()) for line in joined(ax)}
    expected = {
        tuple(rows["valeur"]): [2026.5, 2027.5, 2028.5, 2029.5, 2030.5] for _, rows in table.groupby("scenario")
    }
    assert found == expected
    assert len({str(line._dash_pattern) for line in joined(ax)}) == 3
    ends = {figures_in(text.get_text())[-1] for text in ax.texts if text.get_text().count(":")}
    assert ends - {2026} == {about(value) for value in table.loc[table["annee"] == 2030, "valeur"]}
    assert "%" not in caption.of(ax).title


@in_both
def test_the_share_of_places_of_known_state_is_true(lang):
    # 2,528 of the 3,951 listed places have a known state: 64 %.
    assert 64 in figures_in(caption.of(drawn("scenarios", lang)).note)


@pytest.mark.parametrize(("lang", "said"), [("fr", "habitants de 2023"), ("en", "inhabitants of 2023")])
def test_every_text_with_a_rate_of_a_later_year_says_whose_inhabitants(lang, said):
    """The rates of 2030 are over the population of 2023: each sentence that prints one says so."""
    folder = Path(__file__).parents[2] / "tlanalysis/charts/messages"
    texts: dict[str, dict] = {}
    for name in ("forecasts.toml", "regional_forecasts.toml"):
        texts |= tomllib.loads((folder / name).read_text(encoding="utf-8"))
    per = {"fr": "100 000 habitants", "en": "100,000 inhabitants"}[lang]
    printed = [text for figure in texts.values() for text in figure.get(lang, {}).values() if per in text]
    assert printed
    assert [text for text in printed if text.count(per) != text.count(f"{per} {said.split(' ', 1)[1]}")] == []
