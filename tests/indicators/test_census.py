"""Shares of respondents, worked out by hand on the invented census of tests/data."""

from __future__ import annotations

from itertools import product
from math import isnan
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import binom, binomtest

import tlanalysis as tl
from tests.conftest import DATA
from tlanalysis.core.errors import BadInput
from tlanalysis.indicators.intervals import wilson
from tlanalysis.tables.build import build


@pytest.fixture
def census(fetched: Path) -> Path:
    build()
    return fetched


def test_shares_are_of_those_who_answered_the_question(census: Path) -> None:
    # Seven respondents; five answered: 1, 2, 3, 5 and 7. "Numérique" was ticked by 1, 2, 5, and by 7 in words.
    table = tl.share_themes("2026").set_index("libelle")
    assert table["nb_coches"].to_dict() == {
        "Numérique": 4,
        "Artisanat ; bricolage": 1,
        "Transition écologique": 1,
        "Langues": 0,
        "Autre": 1,
    }
    assert set(table["effectif"]) == {5}
    assert set(table["nb_sans_reponse"]) == {2}
    assert table["part"].tolist() == pytest.approx([0.8, 0.2, 0.2, 0, 0.2])
    assert table["nb_ecarts"].tolist() == [0, 1, 0, 0, 0]
    assert set(table["nature"]) == {"declare"}
    assert set(table["perimetre"]) == {"ftl_2026"}


def test_sampling_and_non_response_have_an_interval_each(census: Path) -> None:
    first = tl.share_themes("2026").iloc[0]
    assert (first["ic_bas"], first["ic_haut"]) == pytest.approx(tuple(binomtest(4, 5).proportion_ci(method="wilson")))
    assert (first["borne_bas"], first["borne_haut"]) == pytest.approx((4 / 7, 6 / 7))
    wider = tl.share_themes("2026", level=0.99).iloc[0]
    assert wider["ic_bas"] < first["ic_bas"] < first["ic_haut"] < wider["ic_haut"]


def test_the_interval_covers_at_its_level() -> None:
    # Exact, by enumeration: how often the interval of k ticks among 40 drawn at random holds the true share.
    ticks = np.arange(41)
    spans = np.array([wilson(k / 40, 40) for k in ticks])
    truths = np.linspace(0.02, 0.98, 97)
    holds = (spans[:, :1] <= truths) & (truths <= spans[:, 1:])
    covered = (binom.pmf(ticks[:, None], 40, truths) * holds).sum(axis=0)
    assert covered.mean() == pytest.approx(0.95, abs=0.01)
    assert covered.min() > 0.85


def test_the_bounds_hold_for_any_answer_of_those_who_gave_none(census: Path) -> None:
    table = tl.share_themes("2026").set_index("libelle")
    for row in table.itertuples():
        for silent in product([0, 1], repeat=2):
            assert row.borne_bas - 1e-12 <= (row.nb_coches + sum(silent)) / 7 <= row.borne_haut + 1e-12
        assert row.borne_haut - row.borne_bas == pytest.approx(2 / 7)


def test_audiences_come_from_their_own_module(census: Path) -> None:
    table = tl.share_audiences().set_index("libelle")
    assert table["nb_coches"].to_dict() == {
        "Demandeurs d'emploi": 1,
        "Salariés": 2,
        "Jeunes de moins de 26 ans": 1,
        "Habitants": 3,
    }
    assert set(table["effectif"]) == {4}
    assert table.attrs["inputs"] == ["recensement_2026_publics"]


def test_the_latest_edition_is_taken_unless_another_is_named_or_not_yet_known(census: Path) -> None:
    assert set(tl.share_themes()["perimetre"]) == {"ftl_2026"}
    assert set(tl.share_themes("2023")["question"]) == {"THEME_FORM"}
    assert set(tl.share_themes(as_of="2026-09-01")["perimetre"]) == {"ftl_2023"}
    assert set(tl.share_themes(as_of="2026-09-02")["perimetre"]) == {"ftl_2026"}
    assert tl.share_themes("2026", as_of="2025").empty
    assert tl.share_themes(as_of="2024-12-18").empty
    assert tl.share_audiences("2023").empty


def test_any_question_can_be_asked_for(census: Path) -> None:
    table = tl.share_themes(question="activites_toutes").set_index("libelle")
    assert table["part"].to_dict() == pytest.approx(
        {"Bureau / Coworking": 2 / 6, "Bar / café": 2 / 6, "Formation": 5 / 6, "Téléphone": 0, "Autre": 1 / 6}
    )
    questions = tl.census_questions().set_index("question")
    assert questions["nb_reponses"].to_dict() == {"activites_toutes": 6, "themes_formation": 5, "publics_accueillis": 4}
    with pytest.raises(BadInput, match=r"no question 'theme_formation' \(did you mean 'themes_formation'\?\)"):
        tl.share_themes(question="theme_formation")
    with pytest.raises(BadInput, match="no census of '2024': 2023 or 2026"):
        tl.share_themes("2024")


def test_a_module_that_does_not_name_training_says_what_it_holds(fetched: Path) -> None:
    from tlanalysis import fetch

    path = fetched / "data/raw/downloads/recensement_2026_activites/bdftl-2026-04-activites.csv"
    text = (DATA / path.name).read_text(encoding="utf-8-sig").replace("themes_formation", "forme_juridique")
    path.write_text(text, encoding="utf-8")
    path.with_name(f"{path.name}.json").unlink()
    fetch.fetch(["recensement_2026_activites"])
    build()
    with pytest.raises(BadInput, match="names training: choose with question=, one of activites_toutes, forme_juridiq"):
        tl.share_themes()


def test_a_box_nobody_answered_has_no_share(census: Path) -> None:
    from tlanalysis.indicators.census import _counted

    answers = tl.load("recensement_2026_activites")
    silent = answers[answers["id_source"].isin(["4", "6"]) & (answers["question"] == "themes_formation")]
    row = _counted(silent, "recensement_2026_activites", "ftl_2026", 7, 0.95).iloc[0]
    assert (row["nb_coches"], row["effectif"], row["nb_sans_reponse"]) == (0, 0, 7)
    assert all(isnan(row[name]) for name in ("part", "ic_bas", "ic_haut"))
    assert (row["borne_bas"], row["borne_haut"]) == (0, 1)
