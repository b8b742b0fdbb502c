"""The findings of the README, in both languages: each number is that of the function it names."""

from __future__ import annotations

import re

import pytest

import tlanalysis as tl
from tests.conftest import ROOT
from tlanalysis.charts.kit.wording import Words

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
