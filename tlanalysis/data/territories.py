"""Régions and départements: codes, names, neighbours, populations.

A territory is written `FR`, `R75` (région) or `D75` (département), because the INSEE code 75 is both Nouvelle-Aquitaine
and Paris. Codes are text, always: "01" is Guadeloupe and also Ain; 1 is neither. Source: INSEE, code officiel
géographique 2026 and populations de référence 2023. Mayotte's is an interval: 256,518 counted in 2017, about 310,000
estimated by INSEE on 1 January 2023; `population` is the counted one.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from tlanalysis.core.errors import BadInput, did_you_mean
from tlanalysis.data import embedded

if TYPE_CHECKING:
    import pandas as pd

FRANCE = "FR"
LEVELS = ("region", "departement")
POPULATION = ("population", "population_bas", "population_haut")  # counted, the least and the most

# Overseas collectivities: neither régions nor départements, with INSEE codes of their own (COG).
COLLECTIVITIES = {
    "975": "Saint-Pierre-et-Miquelon",
    "977": "Saint-Barthélemy",
    "978": "Saint-Martin",
    "984": "Terres australes et antarctiques françaises",
    "986": "Wallis et Futuna",
    "987": "Polynésie française",
    "988": "Nouvelle-Calédonie",
    "989": "La Passion-Clipperton",
}


@dataclass(frozen=True)
class Territory:
    """One territory: `code` (`FR`, `R75`, `D33`), `level`, `insee` code, `name`, `population` (counted inhabitants).

    `population_low` and `population_high` are the least and the most inhabitants that the sources allow.
    """

    code: str
    level: str
    insee: str
    name: str
    population: int
    population_low: int
    population_high: int

    @property
    def is_france(self) -> bool:
        """True for France as a whole."""
        return self.code == FRANCE


_POPULATION_FIELDS = ("population", "population_low", "population_high")


def regions() -> pd.DataFrame:
    """Return the régions: one row each, with `code_region`, `nom_region`, `population`, `voisins`."""
    return embedded.load("regions")


def departements() -> pd.DataFrame:
    """Return the départements: one row each, with `code_departement`, `code_region`, `population`, `voisins`."""
    return embedded.load("departements")


def table(level: str) -> pd.DataFrame:
    """Return all territories of a level with uniform columns: `territoire`, `code`, `nom`, `population` and its bounds.

    Parameters
    ----------
    level : {"region", "departement"}
    """
    if level not in LEVELS:
        raise BadInput(f"no level called {level!r}: it is one of {', '.join(LEVELS)}.")
    frame = regions() if level == "region" else departements()
    named = frame.rename(columns={f"code_{level}": "code", f"nom_{level}": "nom"})
    named["territoire"] = level[0].upper() + named["code"]
    return named[["territoire", "code", "nom", *POPULATION, "annee_population"]]


def codes() -> list[str]:
    """Return every territory the library knows: `FR`, then the régions, then the départements."""
    return [FRANCE, *(code for level in LEVELS for code in codes_of(level))]


def codes_of(level: str) -> list[str]:
    """Return the territory codes of a level, `region` or `departement`, in the order of its table."""
    return list(_by_code(level))


def _by_code(level: str) -> dict[str, Territory]:
    return _parsed(level, embedded.read_raw(f"{level}s"))


@lru_cache(maxsize=8)
def _parsed(level: str, data: bytes) -> dict[str, Territory]:
    """Return the territories of a level by code; without pandas, so that a command line is checked at once."""
    found = {}
    for row in csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")):
        insee = row[f"code_{level}"]
        code = level[0].upper() + insee
        found[code] = Territory(code, level, insee, row[f"nom_{level}"], *(int(row[name]) for name in POPULATION))
    return found


def territory(code: str) -> Territory:
    """Return the territory of a code.

    Parameters
    ----------
    code : str
        `FR`, `R` and two digits, or `D` and the département's code.

    Raises
    ------
    BadInput
        When the code is not one of the 120, with what was probably meant.

    Examples
    --------
    >>> territory("D75").name, territory("R75").name
    ('Paris', 'Nouvelle-Aquitaine')
    """
    if code == FRANCE:
        regions = _by_code("region").values()
        people = (sum(getattr(one, name) for one in regions) for name in _POPULATION_FIELDS)
        return Territory(FRANCE, "france", FRANCE, "France", *people)
    for level in LEVELS:
        if found := _by_code(level).get(code):
            return found
    raise BadInput(f"no territory {code!r}{_hint(code)}: write FR, R75 (a région) or D33 (a département).")


def _hint(code: str) -> str:
    bare = re.fullmatch(r"0*([0-9]{1,3}|2[AB])", str(code).upper())
    if bare:
        padded = bare[1].zfill(2)
        meant = [prefix + padded for prefix in "RD" if prefix + padded in codes()]
        return f" (did you mean {' or '.join(meant)}?)" if meant else ""
    return did_you_mean(str(code).upper(), codes())


def region_of(code_departement: str) -> str | None:
    """Return the région code of a département code; None for a collectivity outside the régions ("978")."""
    frame = departements()
    found = frame.loc[frame["code_departement"] == code_departement, "code_region"]
    return None if found.empty else str(found.iloc[0])


def within(code: str, level: str) -> set[str]:
    """Return the INSEE codes of a level that a territory is, holds or lies in; none for France.

    Examples
    --------
    >>> within("D33", "region"), sorted(within("R94", "departement")), within("FR", "region")
    ({'75'}, ['2A', '2B'], set())
    """
    asked = territory(code)
    if asked.is_france:
        return set()
    if asked.level == level:
        return {asked.insee}
    frame = departements()
    if level == "region":
        return set(frame.loc[frame["code_departement"] == asked.insee, "code_region"])
    return set(frame.loc[frame["code_region"] == asked.insee, "code_departement"])


def neighbours(code: str) -> list[str]:
    """Return the territories of the same level that share a land border, as codes (`D33` -> `D17`, ...)."""
    asked = territory(code)
    if asked.is_france:
        return []
    frame = regions() if asked.level == "region" else departements()
    listed = frame.loc[frame[f"code_{asked.level}"] == asked.insee, "voisins"].iloc[0]
    return [code[0] + other for other in listed.split(";")] if isinstance(listed, str) else []


def population(codes_wanted: Iterable[str]) -> tuple[int, int, int]:
    """Return the inhabitants of several territories together, as `POPULATION` names them; each must exist."""
    named = [territory(code) for code in codes_wanted]
    counted, low, high = (sum(getattr(one, name) for one in named) for name in _POPULATION_FIELDS)
    return counted, low, high
