"""Words of certainty in every text that readers see: each has an entry, and what an entry needs is computed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import comb
from typing import Any

import pandas as pd
import pytest
from matplotlib.figure import Figure

import tests.certainty_words as words
import tlanalysis as tl
from tests.charts.drawn import CASES, Case, case, plain, runs
from tests.conftest import ROOT
from tlanalysis.charts.kit import caption
from tlanalysis.core.languages import LANGS
from tlanalysis.data import embedded
from tlanalysis.data.documents import citation_problems, documents, nb_documents
from tlanalysis.data.territories import neighbours
from tlanalysis.forecasting.input_figures import usable
from tlanalysis.forecasting.published import VERDICTS
from tlanalysis.indicators.homogeneity import equal_rates
from tlanalysis.report.render import texts as site_texts

TEXTS, PROSE = words.table()["texts"], words.table()["prose"]
ENTRIES = [*TEXTS.items(), *((f"{entry['file']}: {entry['says'][:40]}", entry) for entry in PROSE)]
REASONS = {"definition", "method", "neutral", "published", "perturbed", "holds", "test"}


# --- the table is whole


def test_every_text_with_a_word_of_certainty_has_an_entry_that_names_its_words() -> None:
    found = {}
    for key, said in words.texts():
        seen = {lang: words.words_in(said[lang], lang) for lang in LANGS}
        if any(seen.values()):
            found[key] = seen
    assert found == {key: {lang: entry[lang] for lang in LANGS} for key, entry in TEXTS.items()}


def test_every_sentence_with_a_word_of_certainty_has_an_entry() -> None:
    found = {(name, said) for name, lang, said in words.sentences() if words.WORDS[lang].search(said)}
    assert found == {(entry["file"], entry["says"]) for entry in PROSE}


@pytest.mark.parametrize(("key", "entry"), ENTRIES, ids=[key for key, _ in ENTRIES])
def test_an_entry_gives_one_reason(key: str, entry: dict[str, Any]) -> None:
    (kind,) = REASONS & set(entry)
    assert len(entry[kind]) > 5
    if kind == "perturbed":
        assert entry[kind] in PERTURBED
    elif kind == "holds":
        assert entry[kind] in HOLDS
    elif kind == "test":
        path, name = entry[kind].split("::")
        assert re.search(rf"^def {name}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE)


def test_every_predicate_and_every_change_serves_an_entry() -> None:
    used = {entry[kind] for _, entry in ENTRIES for kind in ("perturbed", "holds") if kind in entry}
    assert used | ONLY_WITHOUT_WORDS == HOLDS.keys() | PERTURBED.keys()


def test_a_word_without_an_entry_is_found() -> None:
    assert words.words_in("Aucune des {tenue} lignes, sûrement, du plus haut au plus bas", "fr") == [
        "aucune",
        "sûrement",
    ]
    assert words.words_in("None of {known}: at most 3 are known", "en") == ["at most", "known", "none"]


# --- published: the figure is drawn from rows that cite a document

_PUBLISHED = sorted({key.split(".")[0] for key, entry in TEXTS.items() if "published" in entry} - {"labels", "lab"})


def _figures() -> Iterator[tuple[str, Case]]:
    """Yield the figures that say "published", each with a case that draws it."""
    titles = {
        "deffinov-bornes": "plot_deffinov_bounds",
        "deffinov-montants": "plot_deffinov_amounts",
        "deffinov-projets": "plot_deffinov_projects",
        "croissance-observations": "plot_places_over_time",
        "croissance-prevision": "plot_forecast",
        "previsions-publiees": "plot_published_forecasts",
        "qualite-natures": "plot_holdings",
        "qualite-contradictions": "plot_contradictions",
        "qualite-inconnus": "plot_unknowns",
        "formation-personnes": "plot_people_trained",
        "formation-part": "plot_share_training",
        "formation-decomposition": "plot_decomposition",
    }
    yield from ((name, case(titles[name])) for name in _PUBLISHED)


@pytest.mark.parametrize("figure", _PUBLISHED)
def test_a_figure_that_says_published_is_drawn_from_rows_that_cite_documents(figure: str) -> None:
    sources = caption.of(dict(_figures())[figure].draw()).sources
    assert sources
    held = documents()
    publishers = {row["editeur"] for row in held.values()}  # a kept copy has no address that readers see
    assert all(
        source["source"] in held or (not source["source"] and source["editeur"] in publishers) for source in sources
    )


# --- holds: predicates on our data


def every_figure_has_its_source() -> None:
    assert list(citation_problems()) == []
    rows = tl.observations()
    assert rows[["source", "nature", "perimetre"]].notna().all(axis=None)


def every_dataset_has_publisher_and_licence() -> None:
    held = tl.sources()
    assert (held[["editeur", "licence", "etat"]].fillna("") != "").all(axis=None)


def natures_cover_the_table() -> None:
    assert tl.holdings()["nb_chiffres"].sum() == len(tl.observations())


def no_row_is_lost() -> None:
    rows = tl.lists_ledger().pivot_table(index="jeu", columns="constat", values="nb_lignes")
    assert (rows["lignes_lues"] == rows["lignes_placees"]).all()


def disagreeing_figures_stay() -> None:
    held = tl.contradictions()
    assert len(held) > 0
    assert (held["valeur_min"] < held["valeur_max"]).all()


def corse_has_two_departements() -> None:
    assert (neighbours("D2A"), neighbours("D2B")) == (["D2B"], ["D2A"])


def overseas_have_no_neighbour() -> None:
    codes = tl.departements()["code_departement"]
    overseas = {code for code in codes if len(code) == 3}
    assert {code for code in codes if not neighbours(f"D{code}")} == overseas
    assert len(overseas) == 5


def local_numbers_are_counts() -> None:
    shown = tl.rates_from_shares("2023").dropna(subset=["nb_lieux_local"])
    rows = tl.observations("tiers_lieux")
    for row in shown.itertuples():
        same = rows[(rows["territoire"] == row.territoire) & (rows["valeur"] == row.nb_lieux_local)]
        same = same[same["perimetre"].eq(row.perimetre_local) & same["periode"].str.startswith("2023").fillna(False)]
        assert "compte" in set(same["nature"])
    assert len(shown)


def announcements_only() -> None:
    drawn = tl.announced_measures()
    rows = embedded.load("financements")
    amounts = rows[["montant_eur", "montant_bas_eur", "montant_haut_eur"]].max(axis=1)
    announced = set(amounts[rows["stade"] == "annonce"])
    assert set(drawn["montant_haut_eur"]) <= announced


def places_of_2019_are_counts() -> None:
    perimeters = tl.decompose_reach("2019", "2023").set_index(["lecture_perimetre", "facteur"])["perimetre_debut"]
    rows = tl.observations("tiers_lieux", "FR", nature="compte")
    counted = set(rows.loc[rows["periode"].str.startswith(("2018", "2019")).fillna(False), "perimetre"])
    assert {"cget_2018", "cget_2019"} <= counted & set(perimeters["annee", "lieux"].split(" ; "))


def decomposition_inputs_are_intervals() -> None:
    table = tl.decompose_reach("2019", "2023")
    for name in ("valeur_debut", "valeur_fin", "contribution"):
        assert (table[f"{name}_bas"] < table[f"{name}_haut"]).all()


def no_line_joins_claims() -> None:
    drawn = runs(case("plot_people_trained").draw())
    assert drawn
    assert all(low == high for _, (low, high) in drawn)  # each line stays on its row


def every_index_beside_chance() -> None:
    table = case("plot_inequality").table
    assert table[["valeur", "hasard", "sous_jacent_bas", "sous_jacent_haut"]].notna().all(axis=None)


def a_list_is_not_compared_with_itself() -> None:
    pairs = set(zip(*(tl.need_agreement()[name] for name in ("mesure_1", "mesure_2")), strict=True))
    assert pairs
    assert not pairs & {
        ("taux_tiers_lieux_pour_100k", "distance_mediane_km"),
        ("taux_fabriques_de_territoire_pour_100k", "distance_fabrique_km"),
    }


def fabriques_differ_and_none_is_named() -> None:
    rates = tl.rates("fabriques_de_territoire")
    assert rates["p_ajustee"].min() > 0.05
    assert equal_rates(rates)["p_valeur"].iloc[0] < 0.01


def applications_are_no_kind_of_place() -> None:
    units = tl.sources().set_index("id")["unite"]
    kinds = set(embedded.load("types_de_lieux")["fichier"])
    assert set(units[units.eq("candidature")].index) & kinds == set()


def a_small_part_of_the_projects_is_placed() -> None:
    held = tl.deffinov_projects().set_index("territoire")["nb_projets"]
    placed = held.drop(["FR", "reste"]).sum()
    assert 0 < placed < held["FR"] / 3


def a_forecast_was_announced() -> None:
    held = embedded.load("previsions_publiees")
    assert ((held["territoire"] == "FR") & (held["indicateur"] == "tiers_lieux")).any()


def verdicts_use_published_measures() -> None:
    judged = tl.published_forecasts().dropna(subset=["mesure_bas"])
    rows = tl.observations()
    held = set(zip(rows["territoire"], rows["periode"], rows["perimetre"], strict=True))
    assert len(judged)
    assert set(zip(judged["territoire"], judged["mesure_periode"], judged["mesure_perimetre"], strict=True)) <= held


def _series() -> dict[str, int]:
    """Return how many dates the figures of each back-tested series have."""
    held = {
        "FR": tl.observations("tiers_lieux", "FR"),
        "R75": tl.observations("tiers_lieux", "R75", perimetre="coop_naq"),
        "R11": tl.observations("tiers_lieux", "R11", perimetre="ipr_large"),
        "Fabriques": tl.observations("fabriques_de_territoire", "FR"),
        "Coworking": tl.observations("espaces_coworking", "FR", perimetre="coworking_marche"),
    }
    return {name: usable(rows)["annee"].astype(int).nunique() for name, rows in held.items()}


def series_have_three_dates() -> None:
    assert min(_series().values()) >= 3


def several_forecasts_aim_at_one_figure() -> None:
    dates = _series().values()  # an origin from the second date on, and a later date
    assert sum(comb(n - 1, 2) for n in dates) > sum(n - 2 for n in dates)


def hindsight_of_2023_holds_most_of_what_came() -> None:
    held = case("plot_hindsight").table
    late = held[held["connu_le"] == "2023-09-30"]
    ours, claim = late[late["qui"] == "melange"].iloc[0], late[late["qui"].str.contains("Tiers-Lieux")].iloc[0]
    middle = (ours["mesure_bas"] + ours["mesure_haut"]) / 2
    assert ours["mesure_bas"] < ours["p80_bas"] < middle < ours["mediane"] < ours["mesure_haut"] < ours["p80_haut"]
    assert (claim["ecart_bas"], claim["ecart_haut"]) > (ours["ecart_bas"], ours["ecart_haut"])


def claims_of_2021_were_closer() -> None:
    held = case("plot_hindsight").table
    early = held[(held["connu_le"] == "2021-08-31") & (held["annee"] == 2023)]
    ours, claims = early[early["qui"] == "melange"].iloc[0], early[early["qui"].str.contains("Tiers-Lieux")]
    assert len(claims) == 2
    assert (claims["ecart_haut"] < ours["ecart_bas"]).all()


def growth_since_2023() -> None:
    rows = tl.observations("tiers_lieux", "FR")
    before = rows.loc[rows["perimetre"].eq("ftl_2023") & rows["periode"].eq("2023"), "valeur"].iloc[0]
    after = case("plot_hindsight").table.query("annee == 2026").iloc[0]
    assert round(after["mesure_bas"] / before - 1, 2) == -0.28
    assert round(after["mesure_haut"] / before - 1, 2) == 0.13


def documents_are_counted() -> None:
    count = nb_documents(documents())
    said = re.compile(r"(\d+) documents (?:that we cite|que nous citons)")
    pages = [*words.DOCUMENTS, "notebooks/01_training_reach.ipynb"]
    found = [number for name in pages for number in said.findall((ROOT / name).read_text(encoding="utf-8"))]
    assert found == [str(count)] * 4  # README, in both languages, and the notebook, in both


HOLDS: dict[str, Callable[[], None]] = {
    predicate.__name__: predicate
    for predicate in (
        every_figure_has_its_source,
        every_dataset_has_publisher_and_licence,
        natures_cover_the_table,
        no_row_is_lost,
        disagreeing_figures_stay,
        corse_has_two_departements,
        overseas_have_no_neighbour,
        local_numbers_are_counts,
        announcements_only,
        places_of_2019_are_counts,
        decomposition_inputs_are_intervals,
        no_line_joins_claims,
        every_index_beside_chance,
        a_list_is_not_compared_with_itself,
        fabriques_differ_and_none_is_named,
        applications_are_no_kind_of_place,
        a_small_part_of_the_projects_is_placed,
        a_forecast_was_announced,
        verdicts_use_published_measures,
        series_have_three_dates,
        several_forecasts_aim_at_one_figure,
        hindsight_of_2023_holds_most_of_what_came,
        claims_of_2021_were_closer,
        growth_since_2023,
        documents_are_counted,
    )
}


@pytest.mark.parametrize("name", HOLDS)
def test_what_a_static_sentence_claims_holds_on_our_data(name: str) -> None:
    HOLDS[name]()


# --- perturbed: the table changes until the sentence changes

Change = Callable[[pd.DataFrame], pd.DataFrame]


@dataclass(frozen=True)
class Perturbed:
    """A sentence of one figure, a table in which it is said, and one in which it is not.

    `fr` and `en` are printed in the texts of the first and absent from those of the second.
    """

    plot: str
    fr: str
    en: str
    said: Change
    unsaid: Change
    place: str = "FR"
    part: str = "note"


def _same(table: pd.DataFrame) -> pd.DataFrame:
    return table


def _set(where: Callable[[pd.DataFrame], Any], **values: Any) -> Change:
    def change(table: pd.DataFrame) -> pd.DataFrame:
        changed = table.copy()
        for name, value in values.items():
            changed.loc[where(changed), name] = value
        return changed

    return change


def _all(**values: Any) -> Change:
    return lambda table: table.assign(**values)


def _attrs(**facts: Any) -> Change:
    def change(table: pd.DataFrame) -> pd.DataFrame:
        changed = table.copy()
        changed.attrs = table.attrs | facts
        return changed

    return change


def _counted_as(perimeter: str) -> Change:
    """Return the change that leaves the figures of one definition: no gap between two is left to warn of."""
    return lambda table: table[table["perimetre"] == perimeter]


PERTURBED: dict[str, Perturbed] = {
    "one_list": Perturbed(
        "plot_places_over_time",
        "une seule liste",
        "are one list",
        _same,
        lambda t: t[t["perimetre"] != "cget_2019"],
    ),
    "one_perimeter": Perturbed(
        "plot_places_over_time",
        "sous une seule définition",
        "under a single definition",
        _counted_as("cget_2018"),
        _same,
        part="lecture",
    ),
    "every_departement": Perturbed(
        "plot_deffinov_population",
        "une autre page parle de tous les départements",
        "another page speaks of every département",
        _same,
        _attrs(nb_couverts_max=85),
    ),
    "absent_from_title": Perturbed(
        "plot_rates_from_shares",
        "Absentes du titre pour cela",
        "Left out of the title",
        _same,
        _all(nb_lieux_local=float("nan")),
        part="foot",
    ),
    "two_definitions": Perturbed(
        "plot_places_over_time",
        "l'écart entre deux définitions n'est pas une croissance",
        "the gap between two definitions is not a growth",
        _same,
        _counted_as("cget_2018"),
        part="foot",
    ),
    "few_figures": Perturbed(
        "plot_places_over_time",
        "Une ligne par chiffre daté (2)",
        "One row per dated figure (2)",
        lambda t: t.iloc[[0, -1]].reset_index(drop=True),
        _same,
        part="alt",
    ),
    "more_than_total": Perturbed(
        "plot_deffinov_projects", "plus de 204", "more than 204", _same, _attrs(est_minimum=False), part="foot"
    ),
    "declared_by_a_winner": Perturbed(
        "plot_deffinov_projects",
        "Normandie : dit par un lauréat",
        "Normandie: said by a winner",
        _same,
        _attrs(declares=[]),
        part="foot",
    ),
    "two_questions": Perturbed(
        "plot_people_trained",
        "pas une croissance",
        "not a growth",
        _same,
        _counted_as("ftl_2023"),
        part="foot",
    ),
    "thin_line": Perturbed(
        "plot_share_training", "Trait fin", "Thin line", _same, _all(ic_bas=float("nan")), part="foot"
    ),
    "no_count": Perturbed(
        "plot_places_over_time",
        "nous n'avons trouvé aucun total daté",
        "we found no dated total",
        lambda t: t.head(0),
        _same,
        part="title",
    ),
    "questions": Perturbed(
        "plot_unknowns",
        "aucun chiffre trouvé, pour aucune région : Personnes formées",
        "no figure found, for any région: People trained",
        _set(lambda t: t["question"] == "personnes_formees", est_connu=False),
        _set(lambda t: t["code_region"] == "11", est_connu=True),
    ),
    "contested": Perturbed(
        "plot_rates_from_shares",
        "il ne retire aucune région du titre",
        "it takes no région out of the title",
        _all(nb_lieux_local=float("nan")),
        _same,
    ),
    "surely_above": Perturbed(
        "plot_rates_from_shares",
        "aucune région n'est sûrement au-dessus",
        "no région is surely above",
        _all(taux_bas_pour_100k=0.1),
        lambda t: _set(lambda u: u["code"] == "94", taux_bas_pour_100k=9.0)(t.assign(taux_bas_pour_100k=0.1)),
        part="title",
    ),
    "envelopes": Perturbed(
        "plot_deffinov_amounts",
        "nous n'avons pas trouvé d'enveloppe ; l'appel",
        "we found no envelope; the national",
        _all(enveloppe_eur=float("nan")),
        _same,
        part="lecture",
    ),
    "no_envelope": Perturbed(
        "plot_deffinov_amounts",
        "nous n'avons trouvé aucune enveloppe",
        "we found no regional envelope",
        _all(enveloppe_eur=float("nan")),
        _same,
        part="title",
    ),
    "agreements": Perturbed(
        "plot_rank_agreement",
        "Aucun des",
        "None of",
        _all(tau_bas=-0.5, tau_haut=0.5),
        _all(tau_bas=0.1, tau_haut=0.2),
        part="title",
    ),
    "neighbours": Perturbed(
        "plot_local_moran",
        "aucun département ne se détache",
        "no département stands out",
        _all(groupe="indistinct"),
        lambda t: _set(lambda u: u["code"] == "33", groupe="haut_haut", p_valeur=0.001)(t.assign(groupe="indistinct")),
        part="title",
    ),
    "surely_more": Perturbed(
        "plot_compare_rates",
        "sûrement",
        "surely",
        _all(taux_bas_pour_100k=99.0),
        _all(taux_bas_pour_100k=0.1, taux_haut_pour_100k=20.0),
        place="R75",
        part="title",
    ),
    "rows_lost": Perturbed(
        "plot_lists_ledger",
        "Aucune des",
        "None of",
        _same,
        _set(lambda t: t["constat"] == "lignes_placees", nb_lignes=1),
        part="title",
    ),
    "global_test": Perturbed(
        "plot_rates",
        "aucun écart entre départements au-delà du hasard",
        "no difference between départements beyond chance",
        lambda t: t.assign(nb_lieux=(t["population"] / 100_000).round().astype("Int64"), ecart="indistinct"),
        _all(ecart="indistinct"),
        part="title",
    ),
    "verdicts": Perturbed(
        "plot_published_forecasts",
        "tenus : 9 ; répétés par leur source : 0",
        "met: 9; repeated by their source: 0",
        _all(verdict="tenue"),
        _same,
        part="champ",
    ),
    "at_least": Perturbed(
        "plot_published_forecasts",
        "au moins",
        "at least",
        _set(lambda t: t["id_prevision"] == "ftl_2023_2025", mesure_haut=float("inf")),
        lambda t: t.assign(mesure_haut=t["mesure_bas"]),
        part="drawn",
    ),
    "ceiling": Perturbed(
        "plot_sensitivity", "n'est appris qu'en partie", "learned in part only", _same, _all(plafond_appris=0.9)
    ),
    "says_nothing": Perturbed(
        "plot_people_forecast",
        "on n'en sait presque rien",
        "next to nothing is known",
        _same,
        lambda t: t.assign(p80_haut=t["p80_bas"] * 1.5),
        part="title",
    ),
    "one_claim": Perturbed(
        "plot_people_trained",
        "sont un même chiffre",
        "are one figure",
        _same,
        _set(lambda t: t["valeur"] == 377_000, valeur=512_345.0),
    ),
    "repeats": Perturbed(
        "plot_hindsight",
        "est celui qui avait été annoncé",
        "the one that had been announced",
        _same,
        _all(mesure_bas=3501.0),
    ),
    "people_of_2023": Perturbed(
        "plot_people_trained",
        "à 400 000 en 2023",
        "to 400,000 in 2023",
        _set(lambda t: t["periode"] == "2025", valeur=900_000.0),
        _set(lambda t: t["periode"] == "2023", valeur=390_000.0),
        part="title",
    ),
    "respondents_found": Perturbed(
        "plot_share_training",
        "trouvé pour 1 part(s)",
        "found for 1 of",
        _same,
        lambda t: t.assign(ic_bas=0.5, ic_haut=0.7, borne_bas=0.3, borne_haut=0.8, effectif=1700),
    ),
}
# Sentences that a change must move and that print no word of the table.
ONLY_WITHOUT_WORDS = {
    "envelopes", "one_claim", "repeats", "people_of_2023", "respondents_found", "documents_are_counted",
    "several_forecasts_aim_at_one_figure", "absent_from_title", "two_definitions", "few_figures", "more_than_total",
    "declared_by_a_winner", "two_questions", "thin_line",
}  # fmt: skip


def _texts(drawn: Case, change: Change, lang: str, part: str) -> str:
    changed = change(drawn.table)
    changed.attrs = drawn.table.attrs | changed.attrs
    ax = drawn.on(changed, ax=Figure().subplots(), lang=lang)
    written = " ".join(text.get_text() for text in ax.texts) if part == "drawn" else getattr(caption.of(ax), part)
    return plain(written).replace("’", "'")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", PERTURBED)
def test_a_sentence_changes_when_its_condition_no_longer_holds(name: str, lang: str) -> None:
    entry = PERTURBED[name]
    drawn = case(entry.plot, entry.place)
    sentence = getattr(entry, lang)
    assert sentence in _texts(drawn, entry.said, lang, entry.part)
    assert sentence not in _texts(drawn, entry.unsaid, lang, entry.part)


# --- absence of evidence

ABSENCE = {
    "fr": re.compile(
        r"n'est (?:pas )?publiée?|n'a (?:pas )?été publié|personne ne (?:dit|sait|publie)|aucune source", re.IGNORECASE
    ),
    "en": re.compile(
        r"\b(?:nowhere|is not published|no published|no source (?:says|gives)|nobody (?:says|knows))\b", re.IGNORECASE
    ),
}


def test_no_text_turns_what_we_did_not_find_into_an_absence() -> None:
    every = [(key, lang, said[lang]) for key, said in words.texts() for lang in LANGS]
    every += list(words.sentences())
    assert [(key, said) for key, lang, said in every if ABSENCE[lang].search(said)] == []


@pytest.mark.parametrize("lang", LANGS)
def test_what_we_did_not_find_names_the_number_of_documents(lang: str) -> None:
    count = str(nb_documents(documents()))
    for plot, place in (
        ("plot_places_over_time", "D48"),
        ("plot_unknowns", "FR"),
        ("plot_deffinov_regions", "FR"),
        ("plot_deffinov_amounts", "FR"),
        ("plot_state_credits", "FR"),
        ("plot_rates_from_shares", "FR"),
        ("plot_share_training", "FR"),
        ("plot_hindsight", "FR"),
    ):
        footer = plain(" ".join(caption.of(case(plot, place).draw(lang)).footer))
        assert f"{count} documents" in footer, plot


def test_the_page_of_forecasts_names_every_verdict_and_every_reason() -> None:
    judged = set(tl.published_forecasts()["motif"]) | set(VERDICTS)
    for lang in LANGS:
        assert judged <= set(site_texts()[lang]["codes"])


def test_every_case_of_the_table_is_drawn() -> None:
    assert {entry.plot for entry in PERTURBED.values()} <= {each.plot for each in CASES}
