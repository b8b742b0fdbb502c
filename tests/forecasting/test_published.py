from __future__ import annotations

import pytest

from tests.helpers import observation, read_rows, write_rows
from tlanalysis.forecasting.published import VERDICTS, published_forecasts

ANNOUNCED = {
    "id_prevision": "essai",
    "territoire": "FR",
    "indicateur": "tiers_lieux",
    "periode_cible": "2022",
    "valeur_bas": "3000",
    "valeur_haut": "3500",
    "forme": "fourchette",
    "date_publication": "2021",
    "nature": "prevision",
    "perimetre": "ftl_2021",
    "condition": "aucune",
    "editeur": "Essai",
    "source": "https://example.org",
}


def test_verdicts_of_the_register_by_hand():
    table = published_forecasts()
    held = {row.id_prevision: (row.verdict, row.motif) for row in table.itertuples()}
    assert held == {
        "ftl_2021_end_2022": ("indecise", "chevauche"),
        "ftl_2021_2022_point": ("indecise", "chevauche"),
        "gouv_additional_2022": ("non_verifiable", "sans_mesure"),
        "ftl_2023_2025": ("indecise", "mesure_tardive"),
        "idf_2016_2021": ("indecise", "chevauche"),
        "naq_2017_2020": ("non_verifiable", "sans_mesure"),
        "naq_2018_2021": ("indecise", "mesure_tardive"),
        "deffinov_learners": ("non_verifiable", "sans_date_cible"),
        "fabriques_2020_2022": ("tenue", "dans_la_fourchette"),
    }
    late = table.set_index("id_prevision").loc["ftl_2023_2025"]
    assert late[["mesure_bas", "mesure_haut"]].tolist() == [2528, 3951]
    assert late[["mesure_periode", "mesure_perimetre"]].tolist() == ["2026", "ftl_2026"]


def test_every_row_of_the_register_is_judged(raw):
    table = published_forecasts()
    assert table["id_prevision"].tolist() == [row["id_prevision"] for row in read_rows(raw, "previsions_publiees")]
    assert set(table["verdict"]) <= set(VERDICTS)
    assert table.loc[table["verdict"] == "non_verifiable", ["mesure_bas", "mesure_haut"]].isna().all(axis=None)
    assert table.attrs["inputs"] == ["observations", "previsions_publiees"]


POINT = {"valeur": 3200, "periode": "2022", "perimetre": "ftl_2021"}


@pytest.mark.parametrize(
    ("announced", "measures", "verdict"),
    [
        pytest.param({}, [POINT], ("tenue", "dans_la_fourchette"), id="inside"),
        pytest.param({}, [POINT | {"valeur": 3000}], ("indecise", "chevauche"), id="the-lower-end-is-a-rounding"),
        pytest.param({}, [POINT | {"valeur": 3500}], ("indecise", "chevauche"), id="the-upper-end-is-a-rounding"),
        pytest.param({}, [POINT | {"valeur": 2999}], ("manquee", "en_dessous"), id="below"),
        pytest.param({}, [POINT | {"valeur": 3501}], ("manquee", "au_dessus"), id="above"),
        pytest.param({"valeur_haut": ""}, [POINT | {"valeur": 9000}], ("tenue", "dans_la_fourchette"), id="at-least"),
        pytest.param(
            {},
            [{"valeur_bas": 2900, "valeur_haut": 3100, "periode": "2022"}],
            ("indecise", "chevauche"),
            id="straddles",
        ),
        pytest.param(
            {},
            [{"valeur_bas": 3100, "valeur_haut": 3200, "periode": "2022"}],
            ("tenue", "dans_la_fourchette"),
            id="an-interval-inside",
        ),
        pytest.param(
            {},
            [{"valeur": 3200, "valeur_bas": 3200, "periode": "2022"}],
            ("indecise", "chevauche"),
            id="more-than",
        ),
        pytest.param({}, [], ("non_verifiable", "sans_mesure"), id="nothing-measured"),
        pytest.param({"editeur": "Ici, rapport"}, [POINT | {"editeur": "Ici"}], ("repetee", "meme_source"), id="own"),
        pytest.param(
            {},
            [POINT | {"valeur": 3000, "valeur_bas": 3000, "valeur_haut": 3010}],
            ("tenue", "dans_la_fourchette"),
            id="exact",
        ),
        pytest.param({"periode_cible": ""}, [POINT], ("non_verifiable", "sans_date_cible"), id="no-date"),
        pytest.param({"periode_cible": "2027"}, [POINT], ("a_venir", "date_future"), id="to-come"),
        pytest.param({"periode_cible": "2026"}, [POINT], ("a_venir", "date_future"), id="the-year-is-not-over"),
        pytest.param({}, [POINT | {"periode": "2023"}], ("indecise", "mesure_tardive"), id="measured-the-year-after"),
        pytest.param({}, [POINT | {"periode": "2021"}], ("non_verifiable", "sans_mesure"), id="measured-too-early"),
        pytest.param({}, [POINT | {"periode": "2024"}], ("non_verifiable", "sans_mesure"), id="measured-too-late"),
        pytest.param({}, [POINT | {"periode": ""}], ("non_verifiable", "sans_mesure"), id="measured-who-knows-when"),
        pytest.param(
            {}, [POINT | {"perimetre": "ftl_2023"}], ("tenue", "dans_la_fourchette"), id="the-next-edition-of-the-count"
        ),
        pytest.param(
            {}, [POINT | {"perimetre": "ipr_large"}], ("non_verifiable", "sans_mesure"), id="another-perimeter"
        ),
        pytest.param(
            {}, [POINT | {"nature": "objectif"}], ("non_verifiable", "sans_mesure"), id="a-target-measures-nothing"
        ),
        pytest.param(
            {}, [POINT | {"nature": "prevision"}], ("non_verifiable", "sans_mesure"), id="nor-does-a-forecast"
        ),
        pytest.param({}, [POINT | {"territoire": "R75"}], ("non_verifiable", "sans_mesure"), id="another-territory"),
        pytest.param(
            {}, [POINT | {"indicateur": "fablabs"}], ("non_verifiable", "sans_mesure"), id="another-indicator"
        ),
        pytest.param(
            {},
            [POINT | {"nature": "declare", "valeur": 9000}, POINT | {"periode": "2023"}],
            ("indecise", "mesure_tardive"),
            id="a-count-before-a-claim",
        ),
        pytest.param(
            {},
            [POINT | {"periode": "2023", "valeur": 9000}, POINT],
            ("tenue", "dans_la_fourchette"),
            id="the-earlier-of-two-counts",
        ),
    ],
)
def test_verdict(raw_copy, announced, measures, verdict):
    write_rows(raw_copy, "previsions_publiees", [ANNOUNCED | announced])
    write_rows(raw_copy, "observations", [observation(at, **values) for at, values in enumerate(measures)])
    row = published_forecasts().iloc[0]
    assert (row["verdict"], row["motif"]) == verdict


@pytest.mark.parametrize(
    ("as_of", "verdicts"),
    [
        pytest.param("2016", {}, id="before-the-first-announcement"),
        pytest.param("2017-12-31", {"idf_2016_2021": "a_venir", "naq_2017_2020": "a_venir"}, id="2017"),
        pytest.param(
            "2021-12-31",
            {
                "idf_2016_2021": "non_verifiable",
                "naq_2017_2020": "non_verifiable",
                "naq_2018_2021": "non_verifiable",
                "ftl_2021_end_2022": "a_venir",
                "ftl_2021_2022_point": "a_venir",
                "fabriques_2020_2022": "a_venir",
            },
            id="2021-the-measures-are-not-out",
        ),
    ],
)
def test_the_register_as_it_was_known(as_of, verdicts):
    table = published_forecasts(as_of=as_of)
    assert dict(zip(table["id_prevision"], table["verdict"], strict=True)) == verdicts
