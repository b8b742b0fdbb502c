"""How a person names a territory, a year, a day, a table; and what an empty answer says."""

from __future__ import annotations

import json
import warnings
from datetime import date, datetime

import pandas as pd
import pytest

import tlanalysis as tl
from tlanalysis.core.emptiness import EmptyResult
from tlanalysis.core.errors import BadInput, SourceError
from tlanalysis.core.provenance import NOTEBOOK
from tlanalysis.data import territories


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("Bretagne", "R53"),
        ("bretagne", "R53"),
        ("GIRONDE", "D33"),
        ("33", "D33"),
        (33, "D33"),
        ("2A", "D2A"),
        ("ile de france", "R11"),
        ("Provence-Alpes-Cote d'Azur", "R93"),
        ("La Réunion", "R04"),
        ("Paris", "D75"),
        ("france", "FR"),
        ("R75", "R75"),
        ("974", "D974"),
    ],
)
def test_a_territory_has_a_name_and_a_code(asked: str | int, code: str) -> None:
    assert tl.territory(asked).code == code


def test_every_name_finds_its_territory() -> None:
    for level in territories.LEVELS:
        for row in territories.table(level).itertuples():
            assert tl.territory(row.nom).name == row.nom


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("75", r"'75' is R75 \(Nouvelle-Aquitaine\) and D75 \(Paris\)"),
        (11, r"11 is R11 \(Île-de-France\) and D11 \(Aude\)"),
        ("1", r"R01 \(Guadeloupe\) and D01 \(Ain\)"),
        ("Bretange", r"did you mean R53, Bretagne\?"),
        ("Girond", r"did you mean D33, Gironde\?"),
        ("R99", "no territory 'R99'"),
        ("", "no territory ''"),
        (None, "no territory None"),
        ([], "no territory"),
    ],
)
def test_what_is_no_territory_is_one_sentence(asked: object, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        tl.territory(asked)  # type: ignore[arg-type]


@pytest.mark.parametrize("asked", ["Bretagne", "33", "75", 75, "gironde"])
def test_a_run_takes_codes_only(asked: object) -> None:
    with pytest.raises(BadInput, match=r"territor"):
        tl.params(territory=asked)


def test_several_territories_at_once() -> None:
    both = tl.observations("tiers_lieux", ["Bretagne", "R75"])
    apart = [tl.observations("tiers_lieux", code) for code in ("R53", "R75")]
    assert sorted(both["id_observation"]) == sorted(pd.concat(apart)["id_observation"])
    assert both.attrs["territoire"] is None
    assert apart[0].attrs["territoire"] == "R53"
    with pytest.raises(BadInput, match="empty list"):
        tl.observations(territoire=[])


@pytest.mark.parametrize("annee", [2023, "2023", date(2023, 5, 1)])
def test_figures_of_a_year(annee: object) -> None:
    found = tl.observations("tiers_lieux", "FR", annee=annee)  # type: ignore[arg-type]
    assert len(found) > 0
    for text in found["periode"]:
        first, *last = text.split("/")
        assert int(first[:4]) <= 2023 <= int((last or [first])[0][:4])
    everything = tl.observations("tiers_lieux", "FR")
    assert (everything["periode"] == "2023").sum() == (found["periode"] == "2023").sum()


@pytest.mark.parametrize(
    "as_of", [2022, "2022", date(2022, 12, 31), datetime(2022, 12, 31, 8), pd.Timestamp(2022, 12, 31)]
)
def test_a_day_is_a_year_a_date_or_text(as_of: object) -> None:
    expected = tl.observations("tiers_lieux", as_of="2022-12-31")
    found = tl.observations("tiers_lieux", as_of=as_of)  # type: ignore[arg-type]
    pd.testing.assert_frame_equal(found, expected)
    assert len(tl.people_trained(as_of=as_of)) < len(tl.people_trained())  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [True, 22, 2022.5, "hier", None.__class__])
def test_what_is_no_day_is_one_sentence(wrong: object) -> None:
    with pytest.raises(BadInput, match="is not a date"):
        tl.observations(as_of=wrong)  # type: ignore[arg-type]


def test_years_may_be_numbers() -> None:
    pd.testing.assert_frame_equal(tl.rates_from_shares(2023), tl.rates_from_shares("2023"))
    pd.testing.assert_frame_equal(tl.decompose_reach(2019, 2023), tl.decompose_reach("2019", "2023"))


def test_functions_take_names() -> None:
    for ask in (tl.places_over_time, tl.known_figures, tl.access_profile, tl.compare_rates):
        pd.testing.assert_frame_equal(ask("Nouvelle-Aquitaine"), ask("R75"))
        assert ask("Nouvelle-Aquitaine").attrs == ask("R75").attrs


def test_an_empty_answer_says_why() -> None:
    with pytest.warns(
        EmptyResult, match=r"no figure has indicateur='tiers_lieux', territoire='D976'; \d+ have"
    ) as told:
        table = tl.observations("tiers_lieux", "D976")
    assert table.empty
    assert table.attrs["vide"] == str(told[0].message)
    assert told[0].filename == __file__
    with pytest.warns(EmptyResult, match="no share of places that train is printed for R53"):
        tl.share_training("R53")
    with pytest.warns(EmptyResult, match="no public money"):
        tl.public_money("D976")


def test_a_run_and_a_full_answer_are_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tl.share_training()
        tl.places_over_time("D976")  # drawn as unknown
        monkeypatch.setenv(NOTEBOOK, "04_territory_profile")
        assert tl.observations("tiers_lieux", "D976").empty


def test_what_a_run_records_of_a_query_is_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def record(table: str, path: object, query: dict[str, object]) -> object:
        asked.append(json.loads(json.dumps(query)))
        raise InterruptedError

    monkeypatch.setattr("tlanalysis.core.recorder.record_rows", record)
    for given in ({"territoire": "Bretagne"}, {"territoire": ["R53", 33], "as_of": date(2022, 1, 2), "annee": 2020}):
        with pytest.raises(InterruptedError):
            tl.observations(**given)  # type: ignore[arg-type]
    nothing = dict.fromkeys(("indicateur", "nature", "perimetre", "nommant"))
    assert asked[0] == nothing | {"territoire": "R53", "as_of": None}
    assert asked[1] == nothing | {"territoire": ["R53", "D33"], "as_of": "2022-01-02", "annee": 2020}


def test_every_dataset_loads_or_says_how() -> None:
    for name in tl.sources()["id"]:
        try:
            assert len(tl.load(name)) > 0
        except (BadInput, SourceError) as error:
            assert name in str(error)
            assert any(how in str(error) for how in ("fetch", "it lies in", "shows it at", "build")), error


def test_a_list_of_places_says_that_clean_reads_it() -> None:
    with pytest.raises(
        BadInput,
        match=r"cget_2019 is a file of CGET \(devenu ANCT\), not a table: .*tl\.places\(.cget_2019.\) reads it",
    ):
        tl.load("cget_2019")
