"""What holds for every public chart: real tables, both languages, several territories."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import tlanalysis as tl
from tests.charts.drawn import (
    CASES,
    ONE_EACH,
    Case,
    boxes,
    case,
    dots,
    drawn_texts,
    figure_of,
    legend_labels,
    plain,
    runs,
    words_of,
)
from tlanalysis.charts.kit import caption
from tlanalysis.core.errors import BadInput
from tlanalysis.core.languages import LANGS

every_case = pytest.mark.parametrize("drawn", CASES, ids=str)
one_each = pytest.mark.parametrize("drawn", ONE_EACH, ids=str)
in_both = pytest.mark.parametrize("lang", LANGS)

SMALLEST = 6.8  # points: 9 px of a page 720 px wide
MISSING_WORD = {"fr": "inconnu", "en": "unknown"}
NO_MEASURE = {"fr": "mesure non trouvée", "en": "we found no measure"}


def test_every_public_chart_has_a_case() -> None:
    assert {c.plot for c in CASES} == {name for name in tl.__all__ if name.startswith("plot_")}


@in_both
@every_case
def test_nothing_is_cut_too_small_or_overlapping(drawn: Case, lang: str) -> None:
    ax = drawn.draw(lang)
    assert isinstance(ax, Axes)
    figure = figure_of(ax)
    texts = drawn_texts(figure)
    assert len(texts) >= 6
    said = [text.get_text() for text in texts]
    x0, y0, x1, y1 = np.array([text.get_window_extent().extents for text in texts]).T
    cut = np.flatnonzero((x0 < 0) | (y0 < 0) | (x1 > figure.bbox.x1) | (y1 > figure.bbox.y1))
    small = [text.get_text() for text in texts if text.get_fontsize() < SMALLEST]
    # Two texts may share the white line that surrounds letters (in pixels), no more.
    wide = np.minimum.outer(x1, x1) - np.maximum.outer(x0, x0) > 1
    high = np.minimum.outer(y1, y1) - np.maximum.outer(y0, y0) > 3
    over = [(said[i], said[j]) for i, j in np.argwhere(np.triu(wide & high, 1))]
    assert ([said[i] for i in cut], small, over) == ([], [], [])


@in_both
@every_case
def test_page_carries_the_texts_of_its_language(drawn: Case, lang: str) -> None:
    ax = drawn.draw(lang)
    text = caption.of(ax)
    assert text.lang == lang
    page = " ".join(written.get_text() for written in figure_of(ax).texts)
    written = [text.title, text.subtitle, text.lecture, text.champ, text.note, text.source_line]
    assert all(part in page for part in written)
    assert all([text.title, text.subtitle, text.lecture, text.champ, text.foot])
    assert bool(text.sources) == (len(drawn.table) > 0)
    assert text.alt.startswith(text.title)
    assert len(text.alt) > len(text.title) + 20
    assert not re.findall(r"[{}]|<NA>|\bnan\b", page)


@one_each
def test_languages_differ(drawn: Case) -> None:
    texts = [caption.of(drawn.draw(lang)) for lang in LANGS]
    for name in ("title", "lecture", "alt"):
        assert len({getattr(text, name) for text in texts}) == len(LANGS), name


@one_each
def test_marks_do_not_depend_on_the_language(drawn: Case) -> None:
    first, *others = ((dots(ax), runs(ax), boxes(ax)) for ax in map(drawn.draw, LANGS))
    assert others == [first] * (len(LANGS) - 1)


@one_each
def test_the_table_is_left_as_it_was(drawn: Case) -> None:
    drawn.draw("fr")
    drawn.draw("en")
    pd.testing.assert_frame_equal(drawn.table, drawn.untouched)
    assert drawn.table.attrs == drawn.untouched.attrs


@one_each
def test_given_axes_are_drawn_on(drawn: Case) -> None:
    figure = Figure(figsize=(9, 7))
    left, right = figure.subplots(1, 2)
    assert drawn.on(drawn.table, ax=right) is right
    assert not left.has_data()
    assert not left.texts
    assert not left.get_title(loc="left")
    assert figure.get_axes() == [left, right]
    assert tuple(figure.get_size_inches()) == (9, 7)
    assert " ".join(right.get_title(loc="left").split("\n")) == caption.of(right).title
    own = drawn.draw("fr")
    assert (dots(right), runs(right), boxes(right)) == (dots(own), runs(own), boxes(own))


@one_each
def test_a_language_without_texts_is_refused(drawn: Case) -> None:
    with pytest.raises(BadInput, match="'xx'"):
        drawn.on(drawn.table, lang="xx")


# Chart -> how many of its marks are unknown, counted on the table.
UNKNOWN_MARKS: dict[str, Callable[[pd.DataFrame], int]] = {
    "plot_deffinov_regions": lambda table: (table["statut"] == "inconnu").sum(),
    "plot_deffinov_amounts": lambda table: int(table["enveloppe_eur"].isna().any()),  # one row for all of them
    "plot_deffinov_population": lambda table: (
        (table["connaissance"] == "atteste") & (table["part_bas"] < table["part_haut"])
    ).sum(),
    "plot_state_credits": lambda table: 4 * table["annee"].nunique() - len(table),
    "plot_published_forecasts": lambda table: table["mesure_bas"].isna().sum(),
    "plot_unknowns": lambda table: (~table["est_connu"]).sum(),
    "plot_places_over_time": lambda table: int(table.empty),
    "plot_themes": lambda table: (table["effectif"] == 0).sum(),
    "plot_audiences": lambda table: (table["effectif"] == 0).sum(),
    "plot_trainees_declared": lambda table: table["nb_stagiaires"].isna().sum(),
    "plot_rates": lambda table: table["taux_lisse_pour_100k"].isna().sum(),
    "plot_access": lambda table: (table["part_10_km_haut"] - table["part_10_km_bas"] > 0.1).sum(),
    "plot_access_profile": lambda table: (table["part_haut"] - table["part_bas"] > 0.99).sum(),
    "plot_local_moran": lambda table: table["groupe"].isna().sum(),
}


@in_both
@every_case
def test_hatching_stands_exactly_where_unknown_and_is_named(drawn: Case, lang: str) -> None:
    ax = drawn.draw(lang)
    expected = int(UNKNOWN_MARKS.get(drawn.plot, lambda table: 0)(drawn.table))
    assert len(boxes(ax, hatched=True)) == expected
    in_legend = [patch for patch in ax.get_legend().get_patches() if patch.get_hatch()] if ax.get_legend() else []
    if not expected:
        assert in_legend == []
        return
    assert MISSING_WORD[lang] in caption.of(ax).alt.lower()
    said = [text.get_text() for text in ax.texts] + (legend_labels(ax) if in_legend else [])
    word = NO_MEASURE[lang] if drawn.plot == "plot_published_forecasts" else MISSING_WORD[lang]
    assert any(word in text.lower() for text in said)


def test_the_unknown_has_the_look_of_the_design() -> None:
    hatched = [patch for patch in case("plot_deffinov_regions").draw().patches if patch.get_hatch()]
    assert {patch.get_hatch() for patch in hatched} == {"////"}
    faces = {tuple(round(part, 2) for part in patch.get_facecolor()[:3]) for patch in hatched}
    assert faces == {(0.94, 0.94, 0.94)}


@in_both
@pytest.mark.parametrize("place", ["D48"])
def test_a_territory_without_a_count_is_drawn_as_unknown(place: str, lang: str) -> None:
    drawn = case("plot_places_over_time", place)
    assert drawn.table.empty
    ax = drawn.draw(lang)
    assert boxes(ax, hatched=True) == [(0, 1, 0.5)]
    assert dots(ax) == []
    sentence = {
        "fr": "nous n'avons pas trouvé de chiffre daté : inconnu",
        "en": "we found no dated figure: unknown",
    }[lang]
    assert words_of(ax) == [sentence]
    assert "Lozère" in caption.of(ax).title


def _with(table: pd.DataFrame, rows: pd.Series | slice, **values: object) -> pd.DataFrame:
    changed = table.copy()
    changed.attrs = table.attrs
    for column, value in values.items():
        changed.loc[rows, column] = value
    return changed


def _last(table: pd.DataFrame) -> pd.Series:
    return table.index == table.index[-1]


def _three_points(table: pd.DataFrame) -> pd.DataFrame:
    """Return Lorenz curves on which the least provided half has 31 % and 12 % of the places."""
    some = table.groupby("type", sort=False).head(3).copy()
    some.attrs = table.attrs
    first = some["type"] == "fabriques_de_territoire"
    some["part_population"] = [0.0, 0.5, 1.0] * 2
    some.loc[first, "part_lieux"] = [0.0, 0.31, 1.0]
    some.loc[~first, "part_lieux"] = [0.0, 0.12, 1.0]
    return some


def _without_trend(table: pd.DataFrame) -> pd.DataFrame:
    """Return waves whose test of trend finds nothing."""
    changed = table.copy()
    changed.attrs = table.attrs | {"tendances": {name: {"p_valeur": 0.4} for name in ("rural", "qpv")}}
    return changed


def _two_above(table: pd.DataFrame) -> pd.DataFrame:
    """Return rates on which two régions are surely above the median upper bound, 500."""
    changed = _with(table, slice(None), taux_bas_pour_100k=400.0, taux_haut_pour_100k=500.0)
    changed.loc[changed["code_region"].isin(["11", "53"]), ["taux_bas_pour_100k", "taux_haut_pour_100k"]] = [900, 1000]
    return changed


# Chart, territory, what is changed in its table, what the French title must then say.
TITLES: list[tuple[str, str, Callable[[pd.DataFrame], pd.DataFrame], str]] = [
    ("plot_people_trained", "FR", lambda t: _with(t, t["periode"] == "2019", valeur=135_111.0), "135 111"),
    ("plot_share_training", "FR", lambda t: _with(t, t["ic_bas"].notna(), borne_bas=0.21), "listés, 21 % à"),
    ("plot_decomposition", "FR", lambda t: _with(t, t["facteur"] == "lieux", part_bas=0.21), "de 21 % à 87 %"),
    (
        "plot_announced_measures",
        "FR",
        lambda t: _with(t, t["famille"] == "formation", montant_haut_eur=65_000_000),
        "65 M € annoncés sur 130 M € (50 %)",
    ),
    (
        "plot_state_credits",
        "FR",
        lambda t: _with(t, t["annee"].eq(2025) & t["stade"].eq("vote"), montant_haut_eur=14_000_000),
        "14 M € votés, un peu plus de 7 M €",
    ),
    (
        "plot_deffinov_regions",
        "FR",
        lambda t: _with(t, t["code_region"] == "28", statut="inconnu"),
        " ; 9 retrouvées par leur nom",
    ),
    (
        "plot_deffinov_amounts",
        "FR",
        lambda t: _with(t, t["code_region"] == "24", enveloppe_eur=3_900_000),
        "une enveloppe pour 5 régions sur 18",
    ),
    (
        "plot_deffinov_projects",
        "FR",
        lambda t: _with(t, t["territoire"] == "R28", nb_projets=10),
        "des nombres publiés pour 19 projets sur 204 ; probables : 40",
    ),
    ("plot_deffinov_population", "FR", lambda t: _with(t, t["connaissance"] == "atteste", part_bas=0.5), "de 50 % à"),
    (
        "plot_rates",
        "FR",
        lambda t: _with(t, t["code"] == "33", ecart="indistinct"),
        "Tiers-lieux (CGET 2019) : 28 départements sur 101",
    ),
    ("plot_funnel", "FR", lambda t: _with(t, t["code"] == "33", ecart="en_dessous"), ": 8 au-dessus"),
    ("plot_access", "FR", lambda t: t.assign(part_9_km_bas=0.4, part_11_km_haut=0.4), "40,0 %"),
    (
        "plot_local_moran",
        "FR",
        lambda t: _with(t, t["code"] == "33", groupe="haut_haut", p_valeur=0.001),
        "leurs voisins, 1 sur 96",
    ),
    ("plot_inequality", "FR", lambda t: _with(t, t["indice"] == "gini", sous_jacent_haut=0.77), "0,77"),
    ("plot_rank_agreement", "FR", lambda t: t.assign(tau_bas=0.1, tau_haut=0.2), "hors densité : 3 fois sur 3"),
    (
        "plot_deffinov_bounds",
        "FR",
        lambda t: _with(t, t["territoire"] == "R94", nature="compte"),
        "un nombre pour 7 régions",
    ),
    (
        "plot_rates_from_shares",
        "FR",
        lambda t: _with(t, t["code"] == "94", taux_bas_pour_100k=9.0),
        "Corse, Bretagne et Occitanie",
    ),
    (
        "plot_access_profile",
        "R75",
        lambda t: _with(t, t["territoire"] == "R75", part_bas=0.111, part_haut=0.111),
        "Nouvelle-Aquitaine : 11 % vivent à 10 km",
    ),
    ("plot_lorenz", "FR", _three_points, "31 % des lieux"),
    ("plot_places_over_time", "FR", lambda t: _with(t, _last(t), valeur_haut=4200.0), "2 528 à 4 200 en 2026"),
    (
        "plot_forecast",
        "FR",
        lambda t: _with(t, _last(t), p80_bas=t["p80_bas"].iloc[-1] * 0 + 1149),
        "un comptage donnerait 1 100 à",
    ),
    (
        "plot_published_forecasts",
        "FR",
        lambda t: _with(t, t["id_prevision"] == "ftl_2023_2025", mesure_haut=4100.0),
        "2 528 à 4 100 lieux listés en 2026",
    ),
    (
        "plot_regions_forecast",
        "FR",
        lambda t: _with(t, t["annee"] == t["annee"].max(), taux_p80_bas_pour_100k=3.21),
        " : 3,2 à",
    ),
    ("plot_hindsight", "FR", lambda t: t[~t["qui"].eq("melange") | t["qui"].duplicated()], "alors : 2 cas"),
    (
        "plot_backtest",
        "FR",
        lambda t: _with(t, t["modele"] == "melange", crps_relatif=0.1234),
        "Erreur de notre prévision : 12,3 %",
    ),
    ("plot_sensitivity", "FR", lambda t: _with(t, _last(t), mediane=4_990), "médiane de 3 400 à 5 000"),
    (
        "plot_scenarios",
        "FR",
        lambda t: _with(t, t["scenario"].eq("soutien_revient") & t["annee"].eq(t["annee"].max()), valeur=9_049.0),
        "à 9 000 tiers-lieux",
    ),
    ("plot_people_forecast", "FR", lambda t: _with(t, _last(t), p80_bas=114_999), "En 2030, 110 000 à"),
    ("plot_holdings", "FR", lambda t: _with(t, t["nature"] == "compte", nb_chiffres=1_001), "1 001 sont des comptages"),
    ("plot_perimeters", "FR", lambda t: _with(t, t["annee"] == t["annee"].max(), annee=2031), "à 2031"),
    ("plot_contradictions", "FR", lambda t: t.head(5), "chiffres contraires : 4 fois ; définitions différentes : 1"),
    ("plot_unknowns", "FR", lambda t: _with(t, slice(None), est_connu=[n % 2 == 0 for n in range(len(t))]), "50 %"),
    (
        "plot_lists_ledger",
        "FR",
        lambda t: _with(
            t, t["jeu"].eq("cget_2019") & t["constat"].eq("mal_placees_par_code_departement"), nb_lignes=41
        ),
        "mal groupées, 41",
    ),
    (
        "plot_themes",
        "FR",
        lambda t: _with(t, t["libelle"] == "Langues", part=0.61, ic_bas=0.57, ic_haut=0.65),
        "« Langues » : 61 % des répondants",
    ),
    (
        "plot_audiences",
        "FR",
        lambda t: _with(t, (t["libelle"] == "Autre") & t["question"].eq("publics_accueillis"), part=0.7),
        "« Autre » : 70 %",
    ),
    (
        "plot_trainees_declared",
        "FR",
        lambda t: _with(t, t["territoire"] == "FR", part_premiers=0.41),
        "dont 41 % par un centième des déclarations",
    ),
    (
        "plot_compare_rates",
        "R75",
        lambda t: _with(t, t["territoire"] == "R75", taux_bas_pour_100k=3.0),
        "Nouvelle-Aquitaine : sûrement plus de Fabriques",
    ),
    ("plot_rank", "R75", lambda t: _with(t, t["est_choisi"], rang=13), "rang 13 sur 18"),
    (
        "plot_commune_mix",
        "FR",
        lambda t: _with(t, t["classe"] == "bourgs_ruraux", rapport_aux_habitants=9.0, p_ajustee=0.001, part_lieux=0.61),
        "Bourgs ruraux : 61 % des Fabriques, 15 % des habitants",
    ),
    ("plot_overlap", "FR", lambda t: t.assign(nb_les_deux=77), "77 communes ont les deux"),
    ("plot_waves", "FR", lambda t: _with(t, t["vague"].eq(5).fillna(False), part=0.61), "61 % de la vague 5"),
    (
        "plot_nearness",
        "FR",
        lambda t: _with(t, t["classe"].eq("rural") & t["type"].eq("tiers_lieux"), part_haut=0.41),
        "22 à 41 % des habitants à 10 km d'un tiers-lieu",
    ),
    ("plot_nearer", "FR", lambda t: t.assign(part_a_plus_proche=0.111), "Tiers-lieu (2019) plus proche : 11 %"),
    ("plot_commune_map", "D33", lambda t: t.assign(nb_fabriques_de_territoire=0), "au moins 32, Fabrique dans 0"),
]


@pytest.mark.parametrize(("plot", "place", "change", "expected"), TITLES, ids=[row[0] for row in TITLES])
def test_titles_are_computed_from_the_table(
    plot: str, place: str, change: Callable[[pd.DataFrame], pd.DataFrame], expected: str
) -> None:
    drawn = case(plot, place)
    before, after = (_title(ax) for ax in (drawn.draw(), drawn.on(change(drawn.table), ax=Figure().subplots())))
    assert expected not in before
    assert expected in after


def _title(ax: Axes) -> str:
    return plain(caption.of(ax).title)


def test_every_public_chart_has_a_title_that_can_change() -> None:
    assert {row[0] for row in TITLES} == {c.plot for c in CASES}


@pytest.mark.parametrize(
    ("plot", "place", "change", "shown"),
    [
        (
            "plot_people_trained",
            "FR",
            lambda t: t[t["periode"] != "2019"],
            "chiffres publiés sur les personnes formées",
        ),
        ("plot_announced_measures", "FR", lambda t: t[t["famille"] != "formation"], "Montants annoncés par l'État"),
        ("plot_state_credits", "FR", lambda t: t[t["stade"] != "depense"], "Crédits de l'État"),
        ("plot_hindsight", "FR", lambda t: t[t["qui"] == "melange"], "avec ce qu'on savait alors"),
        ("plot_themes", "FR", lambda t: t[t["effectif"] == 0], "Thèmes de formation cochés par les répondants"),
        ("plot_audiences", "FR", lambda t: t, "Publics cochés par les répondants"),
        (
            "plot_trainees_declared",
            "FR",
            lambda t: _with(t, slice(None), part_premiers=float("nan")),
            "Stagiaires déclarés par les organismes de formation, par région",
        ),
        ("plot_backtest", "FR", lambda t: t.replace(0.0987, 0.3), "ne fait pas mieux que"),
        ("plot_places_over_time", "FR", lambda t: t[t["perimetre"] == "ftl_2023"], "nombre de tiers-lieux publié"),
        ("plot_rates", "FR", lambda t: _with(t, slice(None), ecart="indistinct"), "les taux diffèrent"),
        ("plot_funnel", "FR", lambda t: _with(t, slice(None), ecart="indistinct"), "les taux diffèrent"),
        (
            "plot_local_moran",
            "FR",
            lambda t: _with(t, slice(None), groupe="indistinct"),
            "pris un à un, aucun département",
        ),
        ("plot_inequality", "FR", lambda t: t[t["type"] == "tiers_lieux"], "une inégalité de 0,37"),
        ("plot_rank_agreement", "FR", lambda t: t.assign(tau_bas=-0.5, tau_haut=0.5), "Aucun des 3 liens"),
        ("plot_deffinov_bounds", "FR", lambda t: t.assign(nature="compte"), "projets publiés par région"),
        ("plot_rates_from_shares", "FR", lambda t: t.assign(taux_bas_pour_100k=0.1), "aucune région n'est sûrement"),
        (
            "plot_access_profile",
            "R75",
            lambda t: t.assign(part_bas=0.0, part_haut=1.0),
            "part des habitants à portée d'un lieu",
        ),
        ("plot_compare_rates", "FR", lambda t: t, "France : 2,2 tiers-lieux (2019) pour 100 000 habitants"),
        ("plot_rank", "FR", lambda t: t, "De Guyane à Île-de-France"),
        ("plot_commune_mix", "FR", lambda t: t.assign(p_ajustee=0.5), "Où sont les lieux, où vivent les habitants"),
        ("plot_overlap", "FR", lambda t: t.assign(p_valeur=0.5), "Deux programmes dans une même commune"),
        ("plot_waves", "FR", _without_trend, "en commune rurale ou avec QPV, par vague inférée"),
        ("plot_commune_map", "D75", lambda t: t, "Paris : où sont les habitants, où sont les lieux listés"),
    ],
)
def test_a_title_without_a_finding_says_what_is_shown(
    plot: str, place: str, change: Callable[[pd.DataFrame], pd.DataFrame], shown: str
) -> None:
    drawn = case(plot, place)
    table = change(drawn.table).reset_index(drop=True)
    assert shown in _title(drawn.on(table, ax=Figure().subplots()))
