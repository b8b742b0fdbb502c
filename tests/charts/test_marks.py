"""What each public chart draws: every mark read back from the Axes and held against its table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

import tlanalysis as tl
from tests.charts.drawn import (
    LABELS,
    MARKS,
    assert_close,
    boxes,
    case,
    dots,
    expected_dots,
    legend_labels,
    plain,
    row_labels,
    runs,
    tiled,
    words_of,
)
from tlanalysis.charts.kit import caption
from tlanalysis.core.errors import BadInput

CONTRAST = "#c04a00"


def test_people_trained_are_hollow_squares_one_row_per_definition() -> None:
    drawn = case("plot_people_trained")
    table, ax = drawn.table, drawn.draw("fr")
    dated = [(134_000.0, 0), (377_159.0, 1), (400_000.0, 1), (377_000.0, 1)]
    undated = [(value, rank + 0.2) for value, rank in dated if value != 377_000.0]  # each is printed with a year too
    assert sorted(dots(ax)) == sorted(expected_dots(*((x, y, "declare") for x, y in [*dated, *undated])))
    colours = {
        (line.get_xdata()[0], line.get_ydata()[0]): to_hex(line.get_markeredgecolor())
        for line in ax.lines
        if line.get_marker() == "s"
    }
    assert {at for at, colour in colours.items() if colour == "#555555"} == set(undated)
    assert len(set(colours.values())) == 2
    assert {x for x, *_ in dots(ax)} == set(table["valeur"])
    assert row_labels(ax) == [
        "Rapport France Tiers-Lieux, 2021\n2019, sans année",
        "Recensement France Tiers-Lieux, 2023\n2023, 2025, sans année",
    ]
    assert words_of(ax) == ["134 000\n(3 sources)", "377 000, 377 159, 400 000\n(7 sources)"]
    assert table["nb_sources"].sum() == 10
    assert ax.get_xlim()[0] == 0


def test_a_claim_keeps_the_mark_of_its_nature() -> None:
    drawn = case("plot_people_trained")
    table = drawn.table.head(3).assign(nature=["compte", "estime", "objectif"])
    assert [mark[2:] for mark in dots(drawn.on(table))] == [("o", True), ("o", False), ("D", False)]
    with pytest.raises(BadInput, match="rumeur"):
        drawn.on(table.assign(nature="rumeur"))


def test_shares_have_a_bar_only_where_respondents_are_known() -> None:
    drawn = case("plot_share_training")
    table, ax = drawn.table, drawn.draw("fr")
    assert dots(ax) == expected_dots((0.6, 0, "declare"), (0.58, 1, "declare"), (0.49, 2, "declare"))
    known = table[table["effectif"].notna()]
    assert list(known["effectif"]) == [1700]
    assert_close(boxes(ax), [(row.ic_bas, row.ic_haut, 1) for row in known.itertuples()])
    assert_close(
        [(x[0], x[1], y[0]) for x, y in runs(ax)],
        [(row.borne_bas, row.borne_haut, 1) for row in known.itertuples()],
    )
    assert words_of(ax)[::2] == [
        "répondants : inconnu",
        "1 700 répondants\n(un chiffre sur 2)",
        "répondants : inconnu",
    ]
    assert row_labels(ax) == [
        "Formation, sens large\n2019, 2021, 2023, sans année",
        "Formation et apprentissage\n2023, sans année",
        "Formation professionnelle\nsans année",
    ]


def test_decomposition_is_intervals_without_a_middle() -> None:
    drawn = case("plot_decomposition")
    table, ax = drawn.table, drawn.draw("en")
    order = {"lieux": 0, "part_qui_forme": 2, "personnes_par_lieu": 4, "total": 6}
    rows = [
        (row.contribution_bas, row.contribution_haut, order[row.facteur] + (row.lecture_perimetre == "annee"))
        for row in table.itertuples()
        if row.facteur != "total" or row.lecture_perimetre == "perimetre"
    ]
    assert_close(boxes(ax), sorted(rows, key=lambda box: box[2]))
    assert dots(ax) == []
    assert row_labels(ax)[:2] == ["Number of places\n(same definition)", "Number of places\n(same year)"]
    assert row_labels(ax)[-1] == "Total change"
    assert {"28,000 to 119,000", "71,000 to 117,000"} <= set(words_of(ax))


@pytest.mark.parametrize(
    ("plot", "place", "framed"),
    [
        ("plot_deffinov_regions", "R75", {"N.-Aquit."}),
        ("plot_rates", "FR", set()),
        ("plot_access", "D976", {"976"}),
        (
            "plot_rates",
            "R75",
            {"16", "17", "19", "23", "24", "33", "40", "47", "64", "79", "86", "87"},
        ),
    ],
)
def test_tiles_frame_the_territory_in_focus(plot: str, place: str, framed: set[str]) -> None:
    ax = tiled(case(plot, place))
    frames = [patch for patch in ax.patches if isinstance(patch, Rectangle) and not patch.get_fill()]
    assert {to_hex(frame.get_edgecolor()) for frame in frames} <= {CONTRAST}
    found = {text.get_text() for text in ax.texts[::2] for frame in frames if _within(frame, *text.get_position())}
    assert found == framed
    assert len(frames) == len(framed)


def _within(tile: Rectangle, x: float, y: float) -> bool:
    return 0 < x - tile.get_x() < tile.get_width() and 0 < y - tile.get_y() < tile.get_height()


def _luminance(ax: Axes, names: list[str], name: str) -> float:
    tile = [patch for patch in ax.patches if patch.get_fill()][names.index(name)]
    red, green, blue, _ = tile.get_facecolor()
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_announcements_are_hollow_diamonds_joined_to_nothing() -> None:
    drawn = case("plot_announced_measures")
    table, ax = drawn.table, drawn.draw("fr")
    ends = {
        (float(amount), rank)
        for rank, row in enumerate(table.itertuples())
        for amount in (row.montant_bas_eur, row.montant_haut_eur)
    }
    assert set(dots(ax)) == set(expected_dots(*((x, y, "objectif") for x, y in ends)))
    assert runs(ax) == []
    apart = table[table["montant_bas_eur"] < table["montant_haut_eur"]]
    whole, *bars = boxes(ax)
    assert whole[:2] == (0, 130_000_000)  # behind its parts
    assert_close(bars, [(row.montant_bas_eur, row.montant_haut_eur, row.Index) for row in apart.itertuples()])
    assert {50e6, 45e6, 20e6, 15e6, 4e6} <= {x for x, *_ in dots(ax)}
    assert row_labels(ax)[:2] == ["Plan d'ensemble (2021)", "Formation (DEFFINOV)"]


def test_state_credits_hatch_every_stage_without_an_amount() -> None:
    drawn = case("plot_state_credits")
    table, ax = drawn.table, drawn.draw("fr")
    stages = ["projet_de_loi", "vote", "apres_gel", "depense"]
    rows = [(year, stage) for year in sorted(table["annee"].unique()) for stage in stages]
    held = {(row.annee, row.stade): (row.montant_bas_eur, row.montant_haut_eur) for row in table.itertuples()}
    expected = {
        (float(amount), rank, *MARKS["prevision" if key[1] == "projet_de_loi" else "declare"])
        for rank, key in enumerate(rows)
        for amount in held.get(key, ())
    }
    assert set(dots(ax)) == expected
    unknown = [rank for rank, key in enumerate(rows) if key not in held]
    assert [y for *_, y in boxes(ax, hatched=True)] == pytest.approx(unknown)
    assert words_of(ax).count("inconnu") == len(unknown)
    assert row_labels(ax)[:4] == ["2024  projet", "2024  voté", "2024  après gel", "2024  dépensé"]


def test_deffinov_regions_hatch_the_unknown_ones_only() -> None:
    drawn = case("plot_deffinov_regions")
    table, ax = drawn.table, tiled(drawn)
    names, said = words_of(ax)[::2], words_of(ax)[1::2]
    status = dict(zip(names, said, strict=True))
    assert (status["Mayotte"], status["Normandie"], status["Guyane"]) == ("inconnu", "attestée", "en groupe")
    tiles = [patch for patch in ax.patches if patch.get_fill()]
    assert [bool(tile.get_hatch()) for tile in tiles] == [word == "inconnu" for word in said]
    written = {"atteste": "attestée", "probable": "probable", "partage": "en groupe", "inconnu": "inconnu"}
    counts = table["statut"].value_counts()
    assert {name: said.count(word) for name, word in written.items()} == {name: counts[name] for name in written}
    assert plain(legend_labels(ax)[0]) == f"Attestée par son nom ({counts['atteste']})"
    assert plain(legend_labels(ax)[3]) == f"Inconnu : nous n'avons pas trouvé de source ({counts['inconnu']})"


def test_deffinov_regions_are_named_in_their_outlines() -> None:
    drawn = case("plot_deffinov_regions")
    ax = drawn.draw("fr")
    status = dict(zip(drawn.table["code_region"], drawn.table["statut"], strict=True))
    shapes = {shape.get_gid(): shape for shape in ax.patches if shape.get_gid()}
    assert {name for name, shape in shapes.items() if shape.get_hatch()} == {
        f"territoire-R{code}" for code, said in status.items() if said == "inconnu"
    }
    names = {" ".join(text.split("\n")).replace("- ", "-").replace("’", "'") for text in words_of(ax)}
    assert set(drawn.table.loc[drawn.table["code_region"] >= "11", "nom_region"]) <= names


def test_a_status_without_a_colour_is_refused() -> None:
    drawn = case("plot_deffinov_regions")
    with pytest.raises((KeyError, ValueError)):
        drawn.on(drawn.table.assign(statut="peut-etre"))


def test_deffinov_amounts_are_promises_from_the_largest_down() -> None:
    drawn = case("plot_deffinov_amounts")
    table, ax = drawn.table, drawn.draw("fr")
    amounts = sorted(table["enveloppe_eur"].dropna().astype(float), reverse=True)
    assert dots(ax) == expected_dots(*((amount, rank, "objectif") for rank, amount in enumerate(amounts)))
    assert_close([y for *_, y in boxes(ax, hatched=True)], [len(amounts)])  # fourteen régions, one row
    known = table["enveloppe_eur"].notna()
    assert set(row_labels(ax)[:-1]) == set(table.loc[known, "nom_region"])
    assert row_labels(ax)[-1] == "14 autres régions"
    assert all(name in plain(caption.of(ax).alt) for name in table.loc[~known, "nom_region"])


def test_a_region_in_focus_without_an_amount_has_a_row_of_its_own() -> None:
    table = case("plot_deffinov_amounts").table
    ax = tl.plot_deffinov_amounts(table, focus="D75")
    assert row_labels(ax)[-2:] == ["Île-de-France", "13 autres régions"]
    assert [label.get_text() for label in ax.get_yticklabels() if label.get_fontweight() == "bold"] == ["Île-de-France"]
    assert len(boxes(ax, hatched=True)) == 2
    known = table[table["enveloppe_eur"].notna()]
    assert row_labels(drawn_from(table, known)) == list(
        known.sort_values(["enveloppe_eur", "population"], ascending=False)["nom_region"]
    )


def drawn_from(table: pd.DataFrame, rows: pd.DataFrame) -> Axes:
    """Return the amounts of some rows only: no row is left for the unknown."""
    some = rows.copy()
    some.attrs = table.attrs
    return tl.plot_deffinov_amounts(some)


def test_deffinov_projects_fill_exact_counts_and_hollow_the_others() -> None:
    drawn = case("plot_deffinov_projects")
    table, ax = drawn.table, drawn.draw("fr")
    expected = [
        (row.taux_pour_million, rank, "compte" if row.nature_nombre == "exact" else "estime")
        for rank, row in enumerate(table.itertuples())
    ]
    assert dots(ax) == expected_dots(*expected)
    national = table.set_index("territoire").loc["FR", "taux_pour_million"]
    assert ([national, national], [0.0, 1.0]) in runs(ax)
    intervals = [(x[0], x[1], y[0]) for x, y in runs(ax) if y[0] == y[1]]
    assert_close(
        intervals,
        [(r.taux_bas_pour_million, r.taux_haut_pour_million, rank) for rank, r in enumerate(table.itertuples())],
    )
    said = dict(zip(row_labels(ax), words_of(ax), strict=True))
    assert said["Autres régions (par différence)"] == "146 à 151 projets"
    assert said["Nouvelle-Aquitaine"] == "35 à 40 projets"
    assert said["Normandie"] == "9 projets"


def test_deffinov_population_draws_the_least_and_the_most() -> None:
    drawn = case("plot_deffinov_population")
    table, ax = drawn.table, drawn.draw("en")
    best = table.set_index("connaissance").loc["atteste"]
    bars = [box for box in boxes(ax) if box[:2] != (0, 1)]
    assert_close(bars, [(0, best["part_bas"], 0), (best["part_haut"], 1, 2)])
    assert_close(boxes(ax, hatched=True), [(best["part_bas"], best["part_haut"], 1)])
    assert dots(ax) == []
    assert ax.get_xlim() == (0, 1)
    assert [text for text in words_of(ax) if "%" in text] == ["61.6%", "34.5%", "3.9%"]  # the whole population
    assert row_labels(ax) == ["Covered,\nat least", "Covered or not,\ndepending on the list", "Not covered,\nat least"]
    note = plain(caption.of(ax).note)
    for name, row in table.set_index("connaissance").iterrows():
        said = f"{row['part_bas']:.1%} to {row['part_haut']:.1%}"
        assert (said in note) == (name != "atteste"), name


def test_lorenz_curves_go_from_corner_to_corner_below_equality() -> None:
    drawn = case("plot_lorenz")
    table, ax = drawn.table, drawn.draw("fr")
    equality, half, *curves = runs(ax)
    assert equality == ([0, 1], [0, 1])
    assert half == ([0.5, 0.5], [0, 0.5])
    for kind, (x, y) in zip(LABELS, curves, strict=True):
        rows = table[table["type"] == kind]
        assert (x, y) == (list(rows["part_population"]), list(rows["part_lieux"]))
        assert (x[0], y[0], x[-1], y[-1]) == pytest.approx((0, 0, 1, 1))
        assert all(below <= across + 1e-12 for across, below in zip(x, y, strict=True))
    assert len({line.get_linestyle() for line in ax.lines if len(line.get_xdata()) > 2}) == 2
    rows = {kind: table[table["type"] == kind] for kind in LABELS}
    halves = [np.interp(0.5, kind["part_population"], kind["part_lieux"]) for kind in rows.values()]
    assert dots(ax) == [(0.5, pytest.approx(half), "o", True) for half in halves]
    colours = [to_hex(line.get_color()) for line in ax.lines if len(line.get_xdata()) > 2]
    said = {to_hex(text.get_color()): plain(text.get_text()) for text in ax.texts if "Gini" in text.get_text()}
    names = {"fabriques_de_territoire": "Fabriques de territoire", "tiers_lieux": "Tiers-lieux\n(CGET 2019)"}
    assert [said[colour] for colour in colours] == [
        f"{names[kind]}\nGini {rows[kind]['gini'].iloc[0]:.2f}".replace(".", ",") for kind in LABELS
    ]
    shares = {to_hex(text.get_color()): plain(text.get_text()) for text in ax.texts if text.get_text().endswith("%")}
    assert [shares[colour] for colour in colours] == [f"{half:.0%}".replace("%", " %") for half in halves]


@pytest.mark.parametrize("place", ["FR", "R75"])
def test_counts_over_time_are_points_never_joined(place: str) -> None:
    drawn = case("plot_places_over_time", place)
    table, ax = drawn.table, drawn.draw("fr")
    points = table[table["valeur"].notna()]
    expected = [(row.valeur, *MARKS[row.nature]) for row in points.itertuples()]  # test_apart.py holds the years
    assert sorted(mark[1:] for mark in dots(ax)) == sorted(expected)
    assert runs(ax) == []
    spans = table[table["valeur"].isna()]
    bars = [(patch.get_y(), patch.get_y() + patch.get_height()) for patch in ax.patches]
    assert_close(bars, list(zip(spans["valeur_bas"], spans["valeur_haut"], strict=True)))
    assert len(legend_labels(ax)) == table["perimetre"].nunique()
    assert ax.get_ylim()[0] == 0


def test_a_zero_is_drawn_as_a_zero() -> None:
    ax = case("plot_places_over_time", "R06").draw("fr")
    assert (0.0, 0, "o", True) in dots(ax)
    assert words_of(ax)[0] == "0"
    assert boxes(ax, hatched=True) == []


@pytest.mark.parametrize("place", ["R06", "D33"])
def test_one_or_two_counts_are_rows_with_their_values(place: str) -> None:
    drawn = case("plot_places_over_time", place)
    table, ax = drawn.table, drawn.draw("fr")
    assert len(table) == 2
    assert dots(ax) == expected_dots(*((row.valeur, row.Index, row.nature) for row in table.itertuples()))
    assert words_of(ax) == [f"{value:.0f}" for value in table["valeur"]]
    assert all(low == high for _, (low, high) in runs(ax))  # no line joins two figures
    if place == "D33":
        assert row_labels(ax)[0] == "avril 2017\nCarte de la Coopérative Tiers-Lieux"


def test_an_interval_among_one_or_two_counts_is_a_bar() -> None:
    drawn = case("plot_places_over_time")
    table = drawn.table[drawn.table["valeur"].isna()].copy()
    table.attrs = drawn.table.attrs
    ax = drawn.on(table)
    assert boxes(ax) == [(2528, 3951, 0)]
    assert words_of(ax) == ["2 528 à 3 951"]


def test_perimeters_have_colours_of_their_own() -> None:
    drawn = case("plot_places_over_time")
    points = drawn.table[drawn.table["valeur"].notna()]
    colours = {
        (int(line.get_xdata()[0]), line.get_ydata()[0]): line.get_markeredgecolor() for line in drawn.draw().lines
    }
    ours = {
        name: {colours[int(row.annee), row.valeur] for row in rows.itertuples()}
        for name, rows in points.groupby("perimetre")
        if name in {"cget_2018", "cget_2019", "ftl_2021"}
    }
    assert all(len(found) == 1 for found in ours.values())
    assert len(set.union(*ours.values())) == 3


def test_holdings_are_bars_from_zero_most_first() -> None:
    drawn = case("plot_holdings")
    ax = drawn.draw("fr")
    ordered = drawn.table.sort_values("nb_chiffres", ascending=False)
    assert_close(boxes(ax), [(0, n, rank) for rank, n in enumerate(ordered["nb_chiffres"])])
    names = {"compte": "compté", "estime": "estimé", "declare": "déclaré", "objectif": "objectif"}
    names["prevision"] = "prévision"
    assert row_labels(ax) == [names[nature] for nature in ordered["nature"]]
    assert ax.get_xlim()[0] == 0


def test_perimeters_mark_each_year_and_nature_apart() -> None:
    drawn = case("plot_perimeters")
    table, ax = drawn.table, drawn.draw("fr")
    order = list(dict.fromkeys(table["perimetre"]))
    found = sorted((x, round(y), marker, filled) for x, y, marker, filled in dots(ax))
    assert found == sorted((row.annee, order.index(row.perimetre), *MARKS[row.nature]) for row in table.itertuples())
    assert len({(x, y) for x, y, *_ in dots(ax)}) == len(table)
    assert len(row_labels(ax)) == len(order)
    assert legend_labels(ax) == ["compté", "estimé", "déclaré"]
    years = [label.get_text() for label in ax.get_xticklabels()]
    assert years == [str(year) for year in range(table["annee"].min(), table["annee"].max() + 1)]


def test_contradictions_run_from_the_smallest_figure_to_the_largest() -> None:
    drawn = case("plot_contradictions")
    ax = drawn.draw("fr")
    same_period = drawn.table[drawn.table["temps"] == "meme_periode"]
    assert len(same_period) < len(drawn.table)
    apart = same_period["perimetres"].str.contains(";")
    order = same_period.assign(apart=apart).sort_values(
        ["apart", "rapport"], ascending=[True, False], ignore_index=True
    )
    ratios = list(order["rapport"])
    bars = [(x[0], x[1], y[0]) for x, y in runs(ax) if y[0] == y[1] and x[0] == 1]
    assert_close(bars, [(1, ratio, rank) for rank, ratio in enumerate(ratios)])
    assert ax.get_xscale() == "log"
    assert dots(ax) == []
    place = order
    row = place[place["territoire"].eq("R11") & place["indicateur"].eq("tiers_lieux") & place["periode"].eq("2021")]
    assert words_of(ax)[row.index.item()] == "385 à 1 000"


def test_unknowns_fill_the_known_and_hatch_the_rest() -> None:
    drawn = case("plot_unknowns")
    table, ax = drawn.table, drawn.draw("fr")
    regions = row_labels(ax)
    questions = list(dict.fromkeys(table["question"]))
    known = {(row.nom_region, row.question) for row in table.itertuples() if row.est_connu}
    for hatched in (False, True):
        cells = {(regions[round(y)], questions[int(x)]) for x, _, y in boxes(ax, hatched=hatched)}
        every = {(row.nom_region, row.question) for row in table.itertuples()}
        assert cells == (every - known if hatched else known)
    assert len(regions) == 18
    filled = [sum((region, question) in known for question in questions) for region in regions]
    assert filled == sorted(filled, reverse=True)
    assert legend_labels(ax) == ["un chiffre est publié", "inconnu"]


def test_lists_ledger_draws_the_rows_of_one_list() -> None:
    drawn = case("plot_lists_ledger")
    ax = drawn.draw("fr")
    facts = drawn.table[drawn.table["jeu"] == "cget_2019"].set_index("constat")["nb_lignes"]
    widths = {label.split("\n")[0]: right for label, (_, right, _) in zip(row_labels(ax), boxes(ax), strict=True)}
    assert widths == {
        "Sans code commune": facts["sans_code_commune"],
        "Sans code postal": facts["sans_code_postal"],
        "Preuves contradictoires": facts["preuves_contradictoires"],
        "Perdues si l'on groupe": facts["perdues_par_code_region"],
        "Mal placées si l'on groupe": facts["mal_placees_par_code_departement"],
    }
    assert list(widths.values()) == sorted(widths.values(), reverse=True)
    assert all(left == 0 for left, *_ in boxes(ax))


@pytest.mark.parametrize("place", ["FR", "R75", "D33"])
def test_rates_are_counted_dots_over_their_interval(place: str) -> None:
    drawn = case("plot_compare_rates", place)
    table, ax = drawn.table, drawn.draw("en")
    assert dots(ax) == expected_dots(*((rate, rank, "compte") for rank, rate in enumerate(table["taux_pour_100k"])))
    intervals = [(x[0], x[1], y[0]) for x, y in runs(ax) if len(set(y)) == 1 and (x[0], x[1]) != (0, 1)]
    assert_close(
        intervals,
        [(r.taux_bas_pour_100k, r.taux_haut_pour_100k, rank) for rank, r in enumerate(table.itertuples())],
    )
    said = [f"{row.taux_pour_100k:.2f} ({row.nb_lieux:,} places)" for row in table.itertuples()]
    assert words_of(ax) == said
    assert row_labels(ax)[0].endswith(table["nom"].iloc[0])


@pytest.mark.parametrize(("place", "n"), [("R75", 18), ("D33", 101)])
def test_ranks_go_from_the_highest_rate_down_with_the_chosen_one_set_off(place: str, n: int) -> None:
    drawn = case("plot_rank", place)
    table, ax = drawn.table, drawn.draw("fr")
    rates = list(table["taux_pour_100k"])
    assert len(rates) == n
    assert rates == sorted(rates, reverse=True)
    in_order = sorted(dots(ax), key=lambda dot: dot[1])
    assert in_order == expected_dots(*((rate, rank, "compte") for rank, rate in enumerate(rates)))
    intervals = [tuple(ends[:, 0]) for lines in ax.collections for ends in lines.get_segments()]  # type: ignore[attr-defined]
    assert sorted(intervals) == sorted(zip(table["taux_bas_pour_100k"], table["taux_haut_pour_100k"], strict=True))
    chosen = table.loc[table["est_choisi"], "nom"].item()
    bold = [label.get_text() for label in ax.get_yticklabels() if label.get_fontweight() == "bold"]
    assert bold == [chosen]
    colours = {line.get_markeredgecolor() for line in ax.lines if line.get_marker() == "o"}
    assert len(colours) == 2
    ticks = dict(zip(row_labels(ax), ax.get_yticks(), strict=True))
    assert {name: rank for rank, name in enumerate(table["nom"]) if name in ticks} == ticks
