"""A wrong call ends in one sentence that names the value and says what to do."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import tlanalysis as tl
from tlanalysis.core.errors import BadInput, SourceError, TlanalysisError

Call = Callable[[], Any]


def _one(**columns: Any) -> pd.DataFrame:
    return pd.DataFrame({name: [value] for name, value in columns.items()})


def _chart() -> Any:
    return tl.plot_holdings(tl.holdings(), lang="en")


# What is called -> what the message names, what it says to do.
OF_THE_REVIEW: dict[str, tuple[Call, str, str]] = {
    "a file as a table": (lambda: tl.load("cget_2019"), "cget_2019", r"tl\.places\('cget_2019'\) reads it"),
    "a year without shares": (lambda: tl.rates_from_shares(1990), "1990", "nothing to share out"),
    "another table": (lambda: tl.plot_funnel(tl.holdings()), "taux_pour_100k", r"what comes from tl\.rates"),
    "a merged table": (
        lambda: tl.plot_rates(tl.rates().merge(tl.departements(), on="population", how="left")),
        "'fdr'",
        r"new\.attrs = old\.attrs",
    ),
    "an address": (lambda: tl.clean("https://127.0.0.1:9/a.csv"), "https://127.0.0.1:9/a.csv", "give its path"),
    "a number for a territory": (lambda: tl.params(territory=53), "53, not text", "write a code in quotes"),
    "a day that is none": (lambda: tl.observations("tiers_lieux", as_of="hier"), "'hier'", "write 2021, 2021-08"),
}
OWN: dict[str, tuple[Call, str, str]] = {
    "load": (lambda: tl.load("region"), "'region'", "did you mean 'regions'"),
    "describe": (lambda: tl.describe("region"), "'region'", "did you mean 'regions'"),
    "observations": (lambda: tl.observations("tiers_lieu"), "'tiers_lieu'", "did you mean 'tiers_lieux'"),
    "a perimeter": (
        lambda: tl.observations("tiers_lieux", perimetre="ftl_2032"),
        "'ftl_2032'",
        "did you mean 'ftl_2026'",
    ),
    "a nature": (lambda: tl.observations("tiers_lieux", nature="comptes"), "'comptes'", "did you mean 'compte'"),
    "a bare number": (lambda: tl.territory("75"), "'75'", "write one of the two codes"),
    "a name cut short": (lambda: tl.territory("Bretagn"), "'Bretagn'", "did you mean R53, Bretagne"),
    "no territory": (lambda: tl.territory(None), "None", "write FR, R75"),  # type: ignore[arg-type]
    "a parameter": (lambda: tl.params(teritory="R53"), "'teritory'", "did you mean 'territory'"),
    "a language": (lambda: tl.params(lang="de"), "'de'", "one of fr, en"),
    "a kind": (lambda: tl.rates("fablabs"), "'fablabs'", "did you mean 'fablab'"),
    "a level": (lambda: tl.rates("fablab", "commune"), "'commune'", "one of region, departement"),
    "a vintage": (lambda: tl.rates("fablab", vintage="cget_2017"), "'cget_2017'", "cget_2018, cget_2019"),
    "a confidence": (lambda: tl.rates(confidence=95), "95", r"write 0\.95"),
    "a list with access": (lambda: tl.access("cowork"), "'cowork'", "one of tiers_lieux"),
    "codes as numbers": (lambda: tl.rate_places(_one(code_departement=1)), r"row 0 \(1\)", "such as '01'"),
    "no places": (lambda: tl.rate_places(None), "NoneType", r"give what tl\.clean returns"),  # type: ignore[arg-type]
    "places without a code": (lambda: tl.rate_places(_one(x=1)), "code_departement", "clean the list first"),
    "degrees with a comma": (
        lambda: tl.access_of(_one(latitude="44,8", longitude="-0,5")),
        "'44,8'",
        r"tl\.clean reads them",
    ),
    "degrees that are none": (lambda: tl.access_of(_one(latitude=440.0, longitude=0.0)), "rows 0", "in degrees"),
    "a reference": (lambda: tl.compare(_one(code_departement="33"), "cget"), "'cget'", "did you mean 'cget_2019'"),
    "a Gini of nothing": (lambda: tl.gini(None), "NoneType", "give what rate_places"),  # type: ignore[arg-type]
    "inequality of nothing": (lambda: tl.inequality_of({}), "no table", "what places_per_territory returns"),
    "a classification": (
        lambda: tl.cross("fabriques_de_territoire", "densit"),
        "'densit'",
        "did you mean 'densite'",
    ),
    "a list twice": (lambda: tl.nearer("tiers_lieux", "tiers_lieux"), "tiers_lieux", "name two lists"),
    "a horizon in the past": (
        lambda: tl.forecast(tl.observations("tiers_lieux", "FR"), horizon=2000),
        "2000",
        "choose 2027 or later",
    ),
    "a forecast of nothing": (
        lambda: tl.forecast(None),  # type: ignore[arg-type]
        "NoneType",
        r"give what tl\.observations returns",
    ),
    "scenarios of a table": (
        lambda: tl.scenarios(tl.holdings()),  # type: ignore[arg-type]
        "DataFrame",
        r"give what tl\.forecast returns",
    ),
    "beliefs": (lambda: tl.priors(3), "int", r"give what tl\.Priors returns"),  # type: ignore[arg-type]
    "back-test of a table": (lambda: tl.backtest_summary(_one(x=1)), "modele", r"give what tl\.backtest returns"),
    "a figure id": (lambda: tl.publish(_chart(), id="Été"), "'Été'", "write lower-case words"),
    "no Axes": (lambda: tl.publish(None, id="x"), "no caption", "plot_ functions"),  # type: ignore[arg-type]
    "an ending": (lambda: tl.save(_chart(), "x.jpg"), r"x\.jpg", r"\.pdf, \.svg, \.png, \.eps"),
    "pixels": (lambda: tl.save(_chart(), "x.png", dpi=0), "0", "from 20 to 2400"),
    "no file": (lambda: tl.save(_chart(), 3), "int", r'write "figure\.pdf"'),  # type: ignore[arg-type]
    "a citation": (lambda: tl.cite("region"), "'region'", "did you mean 'regions'"),
    "a style": (lambda: tl.cite("regions", style="apa"), "'apa'", "one of text, bibtex, csl"),
    "a size": (lambda: tl.plot_holdings(tl.holdings(), size="colum"), "'colum'", "did you mean 'column'"),  # type: ignore[arg-type]
    "a palette": (lambda: tl.plot_holdings(tl.holdings(), palette="virids"), "'virids'", "did you mean 'viridis'"),
    "a table by its name": (
        lambda: tl.plot_holdings("holdings"),  # type: ignore[arg-type]
        "a str",
        r"what comes from tl\.holdings",
    ),
    "a fingerprint": (lambda: tl.fingerprint(3), "int", "a function of tlanalysis"),  # type: ignore[arg-type]
    "a notebook": (lambda: tl.run("04_profile"), "'04_profile'", "did you mean '04_territory_profile'"),
    "a column to keep": (
        lambda: tl.clean(pd.DataFrame({"nom": ["a"], "ville": ["b"]}), keep="villes"),
        "'villes'",
        "did you mean 'ville'",
    ),
    "a list that is none": (lambda: tl.clean(3), "int", "a path, an address, a DataFrame"),
    "an open list": (lambda: tl.places("cget"), "'cget'", "did you mean 'cget_2019'"),
}


@pytest.mark.parametrize("name", [*OF_THE_REVIEW, *OWN])
def test_a_wrong_call_is_one_sentence(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TLANALYSIS_OUT", str(tmp_path))
    call, named, to_do = (OF_THE_REVIEW | OWN)[name]
    with pytest.raises((BadInput, SourceError), match=named) as told:
        call()
    assert isinstance(told.value, TlanalysisError)
    assert "\n" not in str(told.value)
    assert str(told.value).endswith(".")
    with pytest.raises((BadInput, SourceError), match=to_do):
        call()


def test_what_the_review_found_refused_is_answered() -> None:
    """Dates and years as numbers, and territories in a list, once ended in an AttributeError or a TypeError."""
    assert len(tl.rates_from_shares(2023)) == len(tl.rates_from_shares("2023")) == 18
    rows = tl.observations("tiers_lieux", as_of="2022-01-01")
    assert len(tl.observations("tiers_lieux", as_of=datetime.date(2022, 1, 1))) == len(rows) > 0
    assert len(tl.observations("tiers_lieux", as_of=2022)) == len(tl.observations("tiers_lieux", as_of="2022"))
    both = tl.observations("tiers_lieux", ["R53", "R75"])
    assert len(both) >= max(len(tl.observations("tiers_lieux", code)) for code in ("R53", "R75"))
