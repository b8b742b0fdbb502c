"""The findings of the README, in both languages: each number is that of the function it names."""

from __future__ import annotations

import re

import pytest

import tlanalysis as tl
from tests.conftest import ROOT
from tlanalysis.charts.kit.wording import Words
from tlanalysis.indicators.homogeneity import equal_rates

FILES = {"en": "README.md", "fr": "README.fr.md"}


def _findings(lang: str) -> list[str]:
    """Return the five bullets of findings, with plain spaces."""
    text = (ROOT / FILES[lang]).read_text(encoding="utf-8")
    section = re.split(r"^## ", text, flags=re.MULTILINE)[1]
    bullets = re.split(r"^- ", section.partition("\n\n`make figures`")[0], flags=re.MULTILINE)[1:]
    return [" ".join(bullet.split()) for bullet in bullets]


def _written(words: Words, value: float) -> str:
    return " ".join(words.number(value).split())


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_each_finding_prints_what_its_function_returns(lang: str) -> None:
    words = Words(lang)
    places, training, deffinov, territories, growth = _findings(lang)
    listed, unknown = (
        tl.observations(name, "FR", perimetre="ftl_2026")["valeur"].iloc[0]
        for name in ("tiers_lieux_listes", "tiers_lieux_etat_inconnu")
    )
    assert _written(words, listed) in places
    assert _written(words, listed - unknown) in places
    note = tl.observations("tiers_lieux_listes", "FR", perimetre="ftl_2026")["note"].iloc[0]
    assert "comptées par un réutilisateur public ; une autre étape du même en compte 3 950" in " ".join(note.split())
    assert _written(words, 3950) in places
    parts = tl.share_training()
    asked = parts[parts["effectif"].notna()].iloc[0]
    for value in (asked["part"], asked["borne_bas"], asked["borne_haut"]):
        assert " ".join(words.percent(value).split()) in training
    assert _written(words, asked["effectif"]) in training
    statuses = tl.deffinov_regions()["statut"]
    announced = tl.observations("deffinov_regions_repondantes", "FR")["valeur"].max()
    assert {f"{announced:.0f}", str(len(statuses)), str((statuses == "atteste").sum())} <= _numbers(deffinov)
    verdicts = tl.rates("tiers_lieux")["ecart"].value_counts()
    assert {str(len(tl.rates("tiers_lieux"))), *map(str, verdicts)} <= _numbers(territories)
    last = tl.forecast(tl.observations("tiers_lieux", "FR"), horizon=2030).table().iloc[-1]
    for value in (last["p80_bas"], last["p80_haut"]):
        assert _written(words, float(f"{value:.1e}")) in growth


def _numbers(text: str) -> set[str]:
    return set(re.findall(r"\d+", text))


def test_the_test_of_equal_rates_on_the_page_of_methods_is_that_of_the_library() -> None:
    page = " ".join((ROOT / "docs" / "coverage.md").read_text(encoding="utf-8").split())
    found = re.search(
        r"Fabriques, (\d+) places in (\d+) départements: ([\d.]+) on (\d+) degrees of freedom, p = ([\d.]+)", page
    )
    assert found
    said = equal_rates(tl.rates("fabriques_de_territoire")).iloc[0]
    computed = said["nb_lieux"], said["nb_territoires"], round(said["chi2"], 1), said["ddl"], round(said["p_valeur"], 4)
    assert tuple(map(float, found.groups())) == computed
