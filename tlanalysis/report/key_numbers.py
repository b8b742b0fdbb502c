"""The four numbers of the home page, each with its doubt: computed from the tables, never typed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tlanalysis.charts.kit.wording import Words
from tlanalysis.data import perimeter_facts, territories
from tlanalysis.data.evidence import observations
from tlanalysis.data.territories import FRANCE
from tlanalysis.indicators.deffinov import deffinov_regions
from tlanalysis.report.portrait_tables import numbers


@dataclass(frozen=True)
class KeyNumber:
    """A number as readers see it, the words after it, and the page that explains it."""

    number: str
    words: str
    page: str


def key_numbers(lang: str, text: Mapping[str, str]) -> list[KeyNumber]:
    """Return the four numbers: places listed, people trained, régions of the call, and the forecast.

    Parameters
    ----------
    lang : {"fr", "en"}
    text : mapping
        Texts of the site: `key_listed`, `key_trained`, `key_regions`, `key_forecast`.
    """
    words = Words(lang)
    return [_listed(words, text), _trained(words, text), _regions(words, text), _forecast(words, text)]


def _listed(words: Words, text: Mapping[str, str]) -> KeyNumber:
    edition = perimeter_facts.latest_with_unknown_states()
    listed, unknown = (
        observations(name, FRANCE, perimetre=edition).iloc[0]
        for name in ("tiers_lieux_listes", "tiers_lieux_etat_inconnu")
    )
    said = text["key_listed"].format(
        year=listed["periode"], editor=listed["editeur"], known=words.number(listed["valeur"] - unknown["valeur"])
    )
    return KeyNumber(words.number(listed["valeur"]), said, "figure/croissance-observations--FR.html")


def _trained(words: Words, text: Mapping[str, str]) -> KeyNumber:
    """Return the most exact of the numbers declared for the latest edition, and its year."""
    rows = observations("personnes_formees", FRANCE, nature="declare")
    edition = max(set(rows["perimetre"]) & set(perimeter_facts.editions()), key=perimeter_facts.editions().index)
    dated = rows[(rows["perimetre"] == edition) & rows["periode"].notna()]
    first = dated[dated["periode"] == dated["periode"].min()]
    exact = max(first["valeur"], key=lambda value: len(f"{value:.0f}".rstrip("0")))
    year = first["periode"].iloc[0]
    return KeyNumber(words.number(exact), text["key_trained"].format(year=year), "subject/01_training_reach.html")


def _regions(words: Words, text: Mapping[str, str]) -> KeyNumber:
    announced = observations("deffinov_regions_repondantes", FRANCE)["valeur"].max()
    of = len(territories.codes_of("region"))
    attested = int((deffinov_regions()["statut"] == "atteste").sum())
    number = text["key_of"].format(n=words.number(announced), of=words.number(of))
    said = text["key_regions"].format(attested=words.number(attested))
    return KeyNumber(number, said, "subject/02_deffinov_coverage.html")


def _forecast(words: Words, text: Mapping[str, str]) -> KeyNumber:
    held = numbers().forecast[FRANCE]
    low, median, high = (words.number(float(f"{value:.1e}")) for value in (held.low, held.median, held.high))
    said = text["key_forecast"].format(year=held.year, median=median)
    return KeyNumber(words.span(low, high), said, "figure/croissance-prevision--FR.html")
