"""Every public chart on the real tables, drawn once per language, and what its Axes hold, read without our code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.text import Text

import tlanalysis as tl

TERRITORY_CODES = ("FR", "R75", "R06", "D33", "D976")
LABELS = ("fabriques_de_territoire", "tiers_lieux")
LISTS = ("tiers_lieux", "fabriques_de_territoire")
CROSSED = ("fabriques_de_territoire", "tiers_lieux", "france_services")

# Nature of a number -> marker and whether it is filled, as figures.md has it.
MARKS = {
    "compte": ("o", True),
    "estime": ("o", False),
    "declare": ("s", False),
    "objectif": ("D", False),
    "prevision": ("D", False),
}


@dataclass(frozen=True)
class Case:
    """One public chart over one territory: how its table is made and what else it is called with."""

    plot: str
    place: str
    make: Callable[[], pd.DataFrame] = field(compare=False)
    extra: Callable[[], tuple[Any, ...]] = field(default=tuple, compare=False)
    focus: bool = False
    kind: str = ""

    def __str__(self) -> str:
        """Return the id of the tests of this case."""
        return "-".join(filter(None, [self.plot.removeprefix("plot_"), self.kind.split("_")[0], self.place]))

    @property
    def table(self) -> pd.DataFrame:
        """The table the chart is drawn from: always the same object."""
        return _made(self)[0]

    @property
    def untouched(self) -> pd.DataFrame:
        """A copy of the table made before any chart saw it."""
        return _made(self)[1]

    @property
    def extras(self) -> tuple[Any, ...]:
        """What the chart takes besides its table."""
        return _extra(self)

    def on(self, table: pd.DataFrame, *, lang: str = "fr", ax: Axes | None = None) -> Axes:
        """Draw the chart from another table."""
        options = {"focus": self.place} if self.focus else {}
        return getattr(tl, self.plot)(table, *self.extras, ax=ax, lang=lang, **options)

    def draw(self, lang: str = "fr") -> Axes:
        """Return the Axes of this chart, drawn once per language."""
        return _draw(self, lang)


# National tables are made once, whatever the territory in focus.
_calls = cache(lambda: tl.deffinov_regions())
_labelled = cache(lambda kind: tl.places_per_territory(kind))
_rates = cache(lambda kind, level="departement": tl.rates(kind, level))
_near = cache(lambda kind, level="departement": tl.access(kind, level))
_projects = cache(lambda: tl.deffinov_bounds())
_shares = cache(lambda: tl.rates_from_shares("2023"))
_alike = cache(lambda: tl.local_moran(_rates(LABELS[0]), permutations=999))
_forecast = cache(lambda place: tl.forecast(tl.observations("tiers_lieux", place), horizon=2030))
_regional_forecast = cache(lambda: tl.forecast_regions(_forecast("FR")).table())


def _unemployed() -> pd.DataFrame:
    """Return a local Moran with a département whose value nobody publishes (Mayotte)."""
    return tl.local_moran(tl.need_and_supply(), "taux_chomage_15_64", permutations=999)


def _partial_list() -> pd.DataFrame:
    """Return the rates of a list that covers one région only: elsewhere nobody knows."""
    codes = ["31"] * 30 + ["34"] * 12 + ["09"] * 9 + ["48"]
    places = pd.DataFrame({"code_departement": codes})
    places.attrs = {"sources": [{"editeur": "Région", "source": "https://example.org", "date_publication": "2025"}]}
    return tl.rate_places(places, covers="R76")


def _by_hand(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Return a result table of rows written here: the real one takes too long to compute for a chart."""
    table = pd.DataFrame(rows)
    source = {"editeur": "France Tiers-Lieux", "source": "https://example.org", "date_publication": "2023-09-11"}
    table.attrs = {"inputs": ["observations"], "sources": [source]}
    return table


def _scores() -> pd.DataFrame:
    """Return a table like that of `backtest_summary`: models, the best first, naive references included."""
    models = {
        "logistique": (0.0889, 0.91, 0.99),
        "melange": (0.0987, 0.94, 0.98),
        "gompertz": (0.1004, 0.81, 0.92),
        "tendance_amortie": (0.176, 0.67, 1.0),
        "ref_lineaire": (0.1904, 0.7, 0.9),
        "croissance_constante": (0.2045, 0.78, 0.9),
        "ref_sans_changement": (0.2597, 0.6, 0.8),
        "ref_croissance_constante": (0.4569, 0.5, 0.8),
    }
    columns = ("crps_relatif", "couvert_80", "couvert_95")
    about = {"nb_cas": 35, "nb_issues": 15, "part_la_plus_lourde": 0.2}
    return _by_hand([{"modele": name} | about | dict(zip(columns, held, strict=True)) for name, held in models.items()])


def _variants() -> pd.DataFrame:
    """Return a table like that of `sensitivity`: the reference, then one belief changed at a time."""
    held = {
        "reference": (2711, 3520, 4420, 0.039, 0.56),
        "marge_divisee_par_deux": (2637, 3480, 4387, 0.039, 0.41),
        "marge_doublee": (2693, 3607, 4609, 0.057, 0.6),
        "couverture_deux_fois_moins_sure": (2598, 3397, 4371, 0.042, 0.45),
        "definitions_sans_effet_attendu": (2784, 3544, 4365, 0.029, 0.57),
        "erreurs_deux_fois_plus_grandes": (2644, 3545, 4685, 0.067, 0.51),
        "sans_essoufflement": (2795, 3541, 4481, 0.046, 0.57),
        "croissance_initiale_nulle": (2774, 3538, 4424, 0.034, 0.57),
    }
    columns = ("p80_bas", "mediane", "p80_haut", "probabilite", "plafond_appris")
    about = {"annee": 2030, "seuil": 5000.0}
    rows = [{"variante": name} | dict(zip(columns, row, strict=True)) | about for name, row in held.items()]
    return _by_hand(rows)


def _ticked(*questions: str) -> pd.DataFrame:
    """Return a table like that of `share_themes`: long labels, one box nobody answered."""
    labels = {
        "Numérique, informatique et outils collaboratifs libres": (312, 640),
        "Artisanat ; bricolage ; réparation": (257, 640),
        "Transition écologique et sociale, alimentation, agriculture, énergie et mobilités du quotidien": (201, 640),
        "Langues": (0, 640),
        "Autre": (88, 631),
        "Accompagnement à la création d'activité": (0, 0),
    }
    rows = []
    for name in questions:
        for number, (label, (ticked, answers)) in enumerate(labels.items()):
            share = ticked / answers if answers else float("nan")
            half = 0.04 if answers else float("nan")
            rows.append(
                {
                    "perimetre": "ftl_2026",
                    "jeu": "recensement_2026_activites",
                    "question": name,
                    "reponse": f"case {number}",
                    "libelle": label,
                    "nature": "declare",
                    "nb_coches": ticked,
                    "effectif": answers,
                    "nb_sans_reponse": 998 - answers,
                    "part": share,
                    "ic_bas": max(0.0, share - half),
                    "ic_haut": share + half,
                    "borne_bas": ticked / 998,
                    "borne_haut": (ticked + 998 - answers) / 998,
                    "nb_ecarts": number,
                }
            )
    return _by_hand(rows)


def _declared() -> pd.DataFrame:
    """Return a table like that of `trainees_declared`: one région unknown, one without trainees."""
    regions = tl.regions()
    rows: list[dict[str, Any]] = []
    for number, (code, name) in enumerate(zip(regions["code_region"], regions["nom_region"], strict=True)):
        rows.append({"territoire": f"R{code}", "code_region": code, "nom_region": name, "nb": 1_500 * number**3})
    rows[0]["nb"] = None
    rows += [{"territoire": place, "nb": 41_000} for place in ("hors_des_18_regions", "non_renseignee")]
    rows.insert(0, {"territoire": "FR", "nb": sum(row["nb"] or 0 for row in rows)})
    table = _by_hand(rows)
    some = table["nb"] > 0
    made = {
        "nature": "declare",
        "nb_declarations": 9_000,
        "nb_organismes": 8_000,
        "nb_stagiaires": table["nb"].astype("Int64"),
        "nb_stagiaires_confies": 3_200_000,
        "nb_sans_effectif": 1_200,
        "nb_effectif_nul": 85_000,
        "mediane": some.map({True: 14.0}),
        "part_premiers": some.map({True: 0.62}),
        "exercice": "2024",
        "part_exercice": 0.93,
    }
    attrs = table.attrs
    table = table.drop(columns="nb").assign(**made)
    table.attrs = attrs
    return table


_trainees = cache(_declared)

_NATIONAL: dict[str, Callable[[], pd.DataFrame]] = {
    "plot_people_trained": lambda: tl.people_trained(),
    "plot_share_training": lambda: tl.share_training(),
    "plot_decomposition": lambda: tl.decompose_reach("2019", "2023"),
    "plot_themes": lambda: _ticked("themes_formation"),
    "plot_audiences": lambda: _ticked("publics_accueillis", "publics_specifiquement_accueillis_par_le_lieu"),
    "plot_announced_measures": lambda: tl.announced_measures(),
    "plot_state_credits": lambda: tl.state_credits(),
    "plot_deffinov_projects": lambda: tl.deffinov_projects(),
    "plot_deffinov_population": lambda: tl.deffinov_population(),
    "plot_lorenz": lambda: tl.lorenz_of({kind: _labelled(kind) for kind in LABELS}),
    "plot_inequality": lambda: tl.inequality_of({kind: _labelled(kind) for kind in LISTS}),
    "plot_rank_agreement": lambda: tl.need_agreement(),
    "plot_published_forecasts": lambda: tl.published_forecasts(),
    "plot_hindsight": lambda: tl.hindsight(),
    "plot_backtest": _scores,
    "plot_sensitivity": _variants,
    "plot_scenarios": lambda: tl.scenarios(_forecast("FR")),
    "plot_people_forecast": lambda: tl.forecast_people_trained(_forecast("FR")),
    "plot_commune_mix": lambda: tl.cross(list(CROSSED), "densite"),
    "plot_overlap": lambda: tl.overlap(),
    "plot_waves": lambda: tl.waves(),
    "plot_nearness": lambda: tl.nearness(),
    "plot_nearer": lambda: tl.nearer(by="densite"),
    "plot_holdings": lambda: tl.holdings(),
    "plot_perimeters": lambda: tl.perimeters(),
    "plot_contradictions": lambda: tl.contradictions(),
    "plot_unknowns": lambda: tl.unknowns(),
    "plot_lists_ledger": lambda: tl.lists_ledger(),
}


def _in_focus(place: str) -> list[Case]:
    """Return the charts that set a territory off in bold or with a frame."""
    maps = [
        *(Case("plot_rates", place, partial(_rates, kind), focus=True, kind=kind) for kind in LISTS),
        Case("plot_rates", place, partial(_rates, LISTS[0], "region"), focus=True, kind="regions"),
        Case("plot_access", place, partial(_near, LABELS[0]), focus=True, kind=LABELS[0]),
        Case("plot_access", place, partial(_near, LISTS[0], "region"), focus=True, kind="regions"),
        Case("plot_local_moran", place, _alike, focus=True),
    ]
    funnels = [
        *(Case("plot_funnel", place, partial(_rates, kind), focus=True, kind=kind) for kind in LISTS),
        Case("plot_funnel", place, partial(_rates, LISTS[0], "region"), focus=True, kind="regions"),
    ]
    return [
        Case("plot_trainees_declared", place, _trainees, focus=True),
        Case("plot_deffinov_regions", place, _calls, focus=True),
        Case("plot_deffinov_amounts", place, _calls, focus=True),
        Case("plot_deffinov_bounds", place, _projects, focus=True),
        Case("plot_rates_from_shares", place, _shares, focus=True),
        *maps,
        *funnels,
    ]


def _of_territory(place: str) -> list[Case]:
    return [
        Case("plot_places_over_time", place, lambda: tl.places_over_time(place)),
        Case("plot_compare_rates", place, lambda: tl.compare_rates(place)),
        Case("plot_rank", place, lambda: tl.rank_among_peers(place)),
        Case("plot_access_profile", place, lambda: tl.access_profile(place)),
    ]


def _forecast_case(place: str) -> Case:
    return Case("plot_forecast", place, lambda: _forecast(place).table(), lambda: (_forecast(place),))


CASES = [
    *(Case(plot, "FR", make) for plot, make in _NATIONAL.items()),
    *(_forecast_case(place) for place in ("FR", "R75", "R06", "D33")),
    *(Case("plot_regions_forecast", place, _regional_forecast, focus=True) for place in ("FR", "D33")),
    *(case for place in ("FR", "R75") for case in _in_focus(place)),
    Case("plot_access", "D976", partial(_near, LABELS[0]), focus=True, kind=LABELS[0]),
    Case("plot_funnel", "D976", partial(_rates, LISTS[0]), focus=True, kind=LISTS[0]),
    Case("plot_local_moran", "D33", _unemployed, focus=True, kind="chomage"),
    Case("plot_rates", "R76", _partial_list, focus=True, kind="partielle"),
    *(case for territory in TERRITORY_CODES for case in _of_territory(territory)),
    *(Case("plot_commune_mix", "FR", partial(tl.cross, list(CROSSED), by), kind=by) for by in ("ruralite", "qpv")),
    Case("plot_commune_mix", "FR", partial(tl.cross, "tiers_lieux", "taille"), kind="taille"),
    *(
        Case("plot_commune_map", place, partial(tl.commune_map, place))
        for place in ("D33", "D48", "D75", "D974", "D976")
    ),
    Case("plot_places_over_time", "D48", partial(tl.places_over_time, "D48")),
]
# One case per public chart, in its simplest form.
ONE_EACH = [
    *{case.plot: case for case in reversed(CASES) if case.place == "FR"}.values(),
    *(case for case in CASES if (case.plot, case.place) == ("plot_commune_map", "D33")),
]


def case(plot: str, place: str = "FR", kind: str = "") -> Case:
    """Return one case by its name."""
    return next(c for c in CASES if (c.plot, c.place) == (plot, place) and c.kind.startswith(kind))


@cache
def _made(asked: Case) -> tuple[pd.DataFrame, pd.DataFrame]:
    made = asked.make()
    return made, made.copy(deep=True)


@cache
def _extra(asked: Case) -> tuple[Any, ...]:
    return asked.extra()


@cache
def _draw(asked: Case, lang: str) -> Axes:
    return asked.on(asked.table, lang=lang)


def tiled(drawn: Case, lang: str = "fr") -> Axes:
    """Return the Axes of a map drawn in tiles instead of outlines."""
    ax: Axes = getattr(tl, drawn.plot)(drawn.table, lang=lang, focus=drawn.place, shapes="tiles")
    return ax


def figure_of(ax: Axes) -> Figure:
    """Return the figure of some Axes."""
    figure = ax.get_figure()
    assert isinstance(figure, Figure)
    return figure


def dots(ax: Axes) -> list[tuple[float, float, str, bool]]:
    """Return the marks drawn: x, y, marker, whether it is filled."""
    return [
        (float(x), float(y), str(line.get_marker()), not _hollow(line))
        for line in ax.lines
        if line.get_marker() not in {"None", "none", "", None}
        for x, y in zip(line.get_xdata(), line.get_ydata(), strict=True)
    ]


def _hollow(line: Any) -> bool:
    return line.get_markerfacecolor() in {"white", "none", "#ffffff"}


def runs(ax: Axes) -> list[tuple[list[float], list[float]]]:
    """Return the lines drawn without marks: their x and their y."""
    return [
        ([float(x) for x in line.get_xdata()], [float(y) for y in line.get_ydata()])
        for line in ax.lines
        if line.get_marker() in {"None", "none", "", None}
    ]


def boxes(ax: Axes, *, hatched: bool = False) -> list[tuple[float, float, float]]:
    """Return the bars, tiles or outlines drawn, hatched or not: left end, right end, middle height."""
    found = []
    for box in ax.patches:
        if bool(box.get_hatch()) != hatched or not box.get_fill():
            continue
        if isinstance(box, Rectangle):
            found.append((box.get_x(), box.get_x() + box.get_width(), box.get_y() + box.get_height() / 2))
        elif isinstance(box, PathPatch) and box.get_gid():
            around = box.get_path().get_extents()
            found.append((around.x0, around.x1, (around.y0 + around.y1) / 2))
    return found


def row_labels(ax: Axes) -> list[str]:
    """Return the labels at the left, from the top, with straight apostrophes."""
    return [label.get_text().replace("’", "'") for label in ax.get_yticklabels()]


def legend_labels(ax: Axes) -> list[str]:
    """Return what the legend names, with straight apostrophes."""
    legend = ax.get_legend()
    assert legend is not None
    return [text.get_text().replace("’", "'") for text in legend.get_texts()]


def drawn_texts(figure: Figure) -> list[Text]:
    """Return the texts that a rendering really writes (ticks out of sight are not), laid out."""
    written: dict[Text, None] = {}
    original = Text.draw

    def draw(self: Text, renderer: Any) -> None:
        if self.get_visible() and self.get_text().strip():
            written[self] = None
        original(self, renderer)

    Text.draw = draw  # type: ignore[method-assign]
    try:
        figure.draw_without_rendering()
    finally:
        Text.draw = original  # type: ignore[method-assign]
    return list(written)


def plain(text: str) -> str:
    """Return text with ordinary spaces and straight apostrophes."""
    return text.replace("\u202f", " ").replace("\u00a0", " ").replace("’", "'")


def words_of(ax: Axes) -> list[str]:
    return [plain(text.get_text()) for text in ax.texts]


def assert_close(found: list[Any], expected: list[Any]) -> None:
    """Compare lists of tuples, numbers within rounding."""
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert one == pytest.approx(other, rel=1e-9, abs=1e-9)


def expected_dots(*expected: tuple[float, float, str]) -> list[tuple[float, float, str, bool]]:
    return [(x, y, *MARKS[nature]) for x, y, nature in expected]
