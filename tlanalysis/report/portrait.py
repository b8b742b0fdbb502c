"""A portrait in words: the numbers of one territory as its page shows them, in one language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from tlanalysis.charts.kit.wording import Words
from tlanalysis.charts.labelling import publisher
from tlanalysis.core.languages import Texts, read_texts
from tlanalysis.data import territories
from tlanalysis.data.documents import cited, nb_documents
from tlanalysis.data.territories import FRANCE, Territory
from tlanalysis.report.dates import in_words
from tlanalysis.report.portrait_tables import Counted, Numbers

_RADIUS = 10


@cache
def texts() -> Texts:
    """Return the texts of the portraits, by language."""
    return read_texts(Path(__file__).with_name("portrait_texts.toml"))


@dataclass(frozen=True)
class Line:
    """One measure: its name, the value and interval of the territory, the value of France, the rank among its peers."""

    name: str
    value: str
    interval: str
    france: str
    rank: str


@dataclass(frozen=True)
class Printed:
    """One published figure as the page shows it, with the document that prints it."""

    indicator: str
    period: str
    value: str
    nature: str
    definition: str
    document: str
    publisher: str
    date: str
    address: str


class Portrait:
    """The portrait of a territory in one language.

    Parameters
    ----------
    code : str
        Territory code.
    held : Numbers
        The numbers of all portraits.
    lang : {"fr", "en"}
    """

    def __init__(self, code: str, held: Numbers, lang: str) -> None:
        self.territory = _territory(code)
        self.lang = lang
        self.text = texts()[lang]
        self._held = held
        self._words = Words(lang)

    @cached_property
    def name(self) -> str:
        """The name of the territory."""
        return self.territory.name

    @cached_property
    def region(self) -> Territory | None:
        """The région of a département; None for a région and for France."""
        if self.territory.level != "departement":
            return None
        return _territory(self._held.regions[self.territory.code])

    @cached_property
    def neighbours(self) -> list[Territory]:
        """The territories of the same level that share a land border."""
        return _by_name(territories.neighbours(self.territory.code))

    @cached_property
    def departements(self) -> list[Territory]:
        """The départements of a région."""
        if self.territory.level != "region":
            return []
        return _by_name(code for code, region in self._held.regions.items() if region == self.territory.code)

    @cached_property
    def lead(self) -> str:
        """One sentence per list: its places, their rate beside that of France, and whether chance explains the gap."""
        said = []
        for kind, counted in self._held.counts[self.territory.code].items():
            france = self._held.counts[FRANCE][kind].rate
            sentence = self.text["lead_france" if self.territory.is_france else "lead"].format(
                type=self._type(kind),
                n=self._words.number(counted.number),
                places=self.text["place" if counted.number < 2 else "places"],
                rate=self._rate(counted.rate),
                low=self._rate(counted.low),
                high=self._rate(counted.high),
                france=self._rate(france),
            )
            away = "above" if counted.low > france else "below" if counted.high < france else "alike"
            said.append(sentence if self.territory.is_france else f"{sentence} {self.text[away]}")
        return " ".join(said)

    @cached_property
    def lines(self) -> list[Line]:
        """The measures of the territory, which are the same for each territory, in the same order."""
        lines = [self._population()]
        for kind in self._held.lists:
            lines += self._places(kind)
        for kind in self._held.lists:
            lines += self._near(kind)
        return [*lines, self._projects(), self._forecast()]

    def _population(self) -> Line:
        here, france = self.territory, _territory(FRANCE)
        counted = here.population_low == here.population_high or here.is_france
        name = self.text["population" if counted else "population_mayotte"]
        number = self._words.number
        value = self._span(number(here.population_low), number(here.population_high)) if not counted else ""
        return Line(name, value or number(here.population), "", number(france.population), "")

    def _places(self, kind: str) -> list[Line]:
        mine, france = (self._held.counts[code].get(kind) for code in (self.territory.code, FRANCE))
        if mine is None or france is None:
            return []
        number = self._words.number
        span = self._span(self._rate(mine.low), self._rate(mine.high))
        listed, rate = (self.text[key].format(type=self._type(kind)) for key in ("listed", "rate"))
        return [
            Line(listed, number(mine.number), "", number(france.number), ""),
            Line(rate, self._rate(mine.rate), span, self._rate(france.rate), self._rank(mine)),
        ]

    def _near(self, kind: str) -> list[Line]:
        mine, france = (self._held.reach[code].get(kind) for code in (self.territory.code, FRANCE))
        near, median = (self.text[key].format(type=self._type(kind)) for key in ("near", "median"))
        unknown = self.text["unknown"]
        nation = (
            [unknown, unknown] if france is None else [self._share(france.shares[_RADIUS]), self._km(france.median)]
        )
        if mine is None:
            return [Line(near, unknown, "", nation[0], ""), Line(median, unknown, "", nation[1], "")]
        off = "" if mine.off_by_one is None else self._share(mine.off_by_one)
        return [
            Line(near, self._share(mine.shares[_RADIUS]), off, nation[0], ""),
            Line(median, self._km(mine.median), "", nation[1], ""),
        ]

    def _projects(self) -> Line:
        total, name = self._words.number(self._held.deffinov_total), self.text["deffinov_row"]
        held = self._held.deffinov.get(self.territory.code)
        if held is None:
            return Line(name, total if self.territory.is_france else self.text["by_region"], "", total, "")
        low, high = self._words.number(held.low), self._words.number(held.high)
        return Line(name, low if held.low == held.high else self._span(low, high), "", total, "")

    def _forecast(self) -> Line:
        year = next(iter(self._held.forecast.values())).year
        name, france = self.text["forecast_row"].format(year=year), self._held.forecast[FRANCE]
        held = self._held.forecast.get(self.territory.code)
        nation = self._about(france.median)
        if held is None:
            return Line(name, self.text["by_region"], "", nation, "")
        return Line(
            name, self._about(held.median), self._span(self._about(held.low), self._about(held.high)), nation, ""
        )

    @cached_property
    def reach(self) -> list[Line]:
        """The share of the inhabitants within each distance of a listed place; empty where it is not known."""
        lines = []
        for kind, mine in self._held.reach[self.territory.code].items():
            france = self._held.reach[FRANCE][kind]
            for radius, span in mine.shares.items():
                name = self.text["within"].format(type=self._type(kind), n=radius)
                lines.append(Line(name, self._share(span), "", self._share(france.shares[radius]), ""))
        return lines

    @cached_property
    def deffinov(self) -> list[str]:
        """What is known of the territory in the DEFFINOV call, sentence by sentence."""
        held, total = self._held.deffinov, self._words.number(self._held.deffinov_total)
        if self.territory.is_france:
            facts = {"took_part": self._held.deffinov_took_part, "total": len(held), "projects": total}
            said = ["deffinov_lead", "deffinov_france_regions", "deffinov_france_projects"]
            if self._held.deffinov_took_part is None:
                said.remove("deffinov_france_regions")
            return [self.text[name].format(**facts) for name in said]
        if self.region is not None:
            status = self.text["statuses"][held[self.region.code].status]
            return [self.text["deffinov_departement"].format(region=self.region.name, status=status)]
        mine = held[self.territory.code]
        status = self.text["statuses"][mine.status]
        low, high = self._words.number(mine.low), self._words.number(mine.high)
        projects = self.text["deffinov_projects" if mine.low == mine.high else "deffinov_bounds"]
        budget = self.text["deffinov_no_budget" if mine.budget is None else "deffinov_budget"]
        return [
            f"{status[0].upper()}{status[1:]}.",
            projects.format(low=low, high=high, total=total),
            budget.format(amount="" if mine.budget is None else self._words.euros(mine.budget)),
        ]

    @cached_property
    def projects(self) -> list[dict[str, str]]:
        """The projects of the call that a public page names: `name, carrier, commune, state` and the document."""
        return [
            {
                "name": row["nom_projet"],
                "carrier": row["nom_porteur"],
                "commune": row["commune"].replace(";", ", "),
                "state": self.text["sure" if row["certitude"] == "atteste" else "unsure"],
            }
            | self._document(row)
            for row in self._held.facts["deffinov_projets"].get(self.territory.code, [])
        ]

    @cached_property
    def calls(self) -> list[dict[str, str]]:
        """What documents say of the regional call: `name, value` and the document."""
        return [
            {
                "name": self.text["call_fields"].get(row["champ"], row["champ"].replace("_", " ")),
                "value": in_words(row["valeur_texte"], self.lang),
            }
            | self._document(row)
            for row in self._held.facts["deffinov_appels"].get(self.territory.code, [])
        ]

    @cached_property
    def schemes(self) -> list[dict[str, str]]:
        """Schemes that nothing ties to the call: `name, value` and the document."""
        return [
            {
                "name": row["nom_dispositif"],
                "value": ", ".join(filter(None, (row["nom_element"], row["commune"]))) or _said(row, self.lang),
            }
            | self._document(row)
            for row in self._held.facts["dispositifs_voisins"].get(self.territory.code, [])
        ]

    @cached_property
    def forecast(self) -> str:
        """The forecast of the territory in a sentence; empty for a département."""
        held = self._held.forecast.get(self.territory.code)
        if held is None:
            return ""
        return self.text["forecast_text"].format(
            year=held.year,
            median=self._about(held.median),
            low=self._about(held.low),
            high=self._about(held.high),
            rate=self._rate(held.rate),
            rate_low=self._rate(held.rate_low),
            rate_high=self._rate(held.rate_high),
        )

    @cached_property
    def printed(self) -> list[Printed]:
        """The published figures that name the territory, as their documents print them."""
        return [self._printed(row) for row in self._held.printed.get(self.territory.code, [])]

    @cached_property
    def found(self) -> str:
        """How many figures we found, in how many documents."""
        rows = self._held.printed.get(self.territory.code, [])
        documents = nb_documents(row["source"] for row in rows)
        if len(rows) <= 1:
            return self.text["found_one" if len(rows) else "found_none"]
        number = self._words.number
        return self.text["found_count"].format(n=number(len(rows)), documents=number(documents))

    def _printed(self, row: dict[str, Any]) -> Printed:
        document = self._document(row)
        indicator = self._words.label("indicateurs", row["indicateur"])
        if others := [code for code in (row["territoires"] or "").split(";") if code and code != self.territory.code]:
            names = self._words.join([_territory(code).name for code in others])
            indicator = f"{indicator} ({self.text['group'].format(names=names)})"
        return Printed(
            indicator=indicator,
            period=in_words(row["periode"] or "", self.lang),
            value=self._value(row),
            nature=self._words.label("natures", row["nature"]) if row["nature"] else "",
            definition=self._words.label("perimetres", row["perimetre"]) if row["perimetre"] else "",
            document=document["document"],
            publisher=document["publisher"],
            date=document["date"],
            address=document["address"],
        )

    def _value(self, row: dict[str, Any]) -> str:
        value, low, high = (row[name] for name in ("valeur", "valeur_bas", "valeur_haut"))
        unit = row["unite"] or "nombre"
        if unit == "booleen":
            return self.text["yes" if value else "no"]
        if value is None:
            ends = [self._amount(end, unit) for end in (low, high) if end is not None]
            return self._span(ends[0], ends[-1]) if ends else self.text["unknown"]
        said = self._amount(value, unit)
        if low is None and high == value:
            return self.text["at_most"].format(n=said)
        if high is None and low == value:
            return self.text["at_least"].format(n=said)
        return said

    def _amount(self, value: float, unit: str) -> str:
        if unit == "part":
            return self._words.percent(value, 0 if round(value * 100, 6).is_integer() else 1)
        if unit == "eur":
            return self._words.euros(value) if value >= 1e5 else f"{self._words.number(value)} €"
        number = f"{value:.0f}" if unit == "annee" else self._words.number(value, 0 if float(value).is_integer() else 1)
        return str(self.text["units"].get(unit, "{n}")).format(n=number)

    def _document(self, row: dict[str, Any]) -> dict[str, str]:
        given = {name: row.get(name) or "" for name in ("editeur", "source", "date_publication")}
        seen = cited([given])[0]
        return {
            "document": seen["titre"],
            "publisher": publisher(seen["editeur"], self.lang),
            "date": in_words(seen["date_publication"], self.lang),
            "address": seen["source"],
        }

    def _type(self, kind: str) -> str:
        return self._words.label("types", kind)

    def _rank(self, counted: Counted) -> str:
        held = counted.standing
        if held is None:
            return ""
        return self.text["rank_of"].format(rank=held.rank, of=held.of, best=held.best, worst=held.worst)

    def _rate(self, rate: float) -> str:
        return self._words.significant(rate, 2)

    def _about(self, value: float) -> str:
        """Return a forecast number with two significant digits, and never a fraction."""
        return self._words.number(float(f"{value:.1e}"))

    def _share(self, span: tuple[float, float]) -> str:
        if span == (0.0, 1.0):
            return self.text["unknown"]
        return self._span(*(self._words.percent(side) for side in span))

    def _km(self, distance: float | None) -> str:
        if distance is None:
            return self.text["unknown"]
        if distance < 0.1:
            return self.text["less_than_km"]
        return self.text["km"].format(n=self._words.number(distance, 1 if distance < 10 else 0))

    def _span(self, low: str, high: str) -> str:
        return self._words.span(low, high)


def _said(row: dict[str, Any], lang: str) -> str:
    """Return the words of a fact without a name of its own: what it counts, and how many."""
    kind = row["element"].replace("_", " ")
    value = in_words(row["valeur_texte"], lang)
    return f"{kind[:1].upper()}{kind[1:]} : {value}" if value else kind


@cache
def _territory(code: str) -> Territory:
    return territories.territory(code)


def _by_name(codes: Iterable[str]) -> list[Territory]:
    return sorted((_territory(code) for code in codes), key=lambda one: one.name)
