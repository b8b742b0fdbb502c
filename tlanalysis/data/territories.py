"""Régions and départements: codes, names, neighbours, populations.

A territory is written `FR`, `R75` (région) or `D75` (département), because the INSEE code 75 is both Nouvelle-Aquitaine
and Paris. Codes are text, always: "01" is Guadeloupe and also Ain; 1 is neither. Source: INSEE, code officiel
géographique 2026 and populations de référence 2023. Mayotte's is an interval: 256,518 counted in 2017, about 310,000
estimated by INSEE on 1 January 2023; `population` is the counted one.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
import unicodedata
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
    """Return the régions: one row each, with `code_region`, `nom_region`, `population`, `voisins`.

    Returns
    -------
    DataFrame
        The 18 régions in the order of their codes, codes as text.

    See Also
    --------
    departements : The same for départements.
    territory : One territory, by code or name.

    Examples
    --------
    >>> len(regions())
    18
    """
    return embedded.load("regions")


def departements() -> pd.DataFrame:
    """Return the départements: one row each, with `code_departement`, `code_region`, `population`, `voisins`.

    Returns
    -------
    DataFrame
        The 101 départements in the order of their codes, codes as text.

    See Also
    --------
    regions : The same for régions.
    territory : One territory, by code or name.

    Examples
    --------
    >>> departements().loc[0, ["code_departement", "code_region"]].tolist()
    ['01', '84']
    """
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


def names() -> dict[str, str]:
    """Return code -> name of every territory the library knows."""
    known = [_france(), *(one for level in LEVELS for one in _by_code(level).values())]
    return {one.code: one.name for one in known}


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


def territory(asked: str | int) -> Territory:
    """Return the territory of a code or a name.

    Parameters
    ----------
    asked : str or int
        `FR`, `R` and two digits, or `D` and the département's code; or a name, in any case, with or without accents; or
        a bare number that is a code of one level only ("33"). A name of both levels (La Réunion) is the région.

    Returns
    -------
    Territory
        `code` (`R53`), `name`, `level`, `insee`, and its population with bounds.

    Raises
    ------
    BadInput
        When it is none of the 120, with what was probably meant; when a bare number is a région and a département.

    See Also
    --------
    regions, departements : The tables of territories.
    neighbours : Territories with a common border.

    Examples
    --------
    >>> territory("D75").name, territory("R75").name
    ('Paris', 'Nouvelle-Aquitaine')
    >>> territory("bretagne").code, territory("33").code
    ('R53', 'D33')
    """
    if isinstance(asked, bool) or not isinstance(asked, str | int):
        raise BadInput(f"no territory {asked!r}: write FR, R75 (a région) or D33 (a département).")
    if asked == FRANCE:
        return _france()
    for level in LEVELS:
        if found := _by_code(level).get(str(asked)):
            return found
    if bare := _bare_number(asked):
        meant = _of_number(bare)
        if len(meant) == 1:
            return meant[0]
        if meant:
            both = " and ".join(f"{one.code} ({one.name})" for one in meant)
            raise BadInput(f"{asked!r} is {both}: write one of the two codes.")
    elif named := _by_name().get(_plain(asked)):
        return named
    raise no_territory(asked)


def no_territory(asked: object) -> BadInput:
    """Return the error that says what was probably meant by a code or a name that is none."""
    return BadInput(f"no territory {asked!r}{_hint(asked)}: write FR, R75 (a région) or D33 (a département).")


def codes_for(asked: str | int | Iterable[str | int]) -> list[str]:
    """Return the codes of one territory or of several, each once.

    Raises
    ------
    BadInput
        As for `territory`, or when the list is empty.

    Examples
    --------
    >>> codes_for("Bretagne"), codes_for(["R75", "Gironde"])
    (['R53'], ['R75', 'D33'])
    """
    several = [asked] if isinstance(asked, str | int) else list(asked)
    if not several:
        raise BadInput("no territory in an empty list: write FR, R75 (a région) or D33 (a département).")
    return list(dict.fromkeys(territory(one).code for one in several))


def _france() -> Territory:
    regions = _by_code("region").values()
    people = (sum(getattr(one, name) for one in regions) for name in _POPULATION_FIELDS)
    return Territory(FRANCE, "france", FRANCE, "France", *people)


def _by_name() -> dict[str, Territory]:
    """Return the territories by plain name; a name of both levels is that of the région."""
    levels = [_by_code(level).values() for level in reversed(LEVELS)]
    return {_plain(one.name): one for level in levels for one in level} | {"france": _france()}


def _plain(name: object) -> str:
    letters = unicodedata.normalize("NFKD", str(name).lower())
    return re.sub(r"[^a-z0-9]+", " ", "".join(one for one in letters if not unicodedata.combining(one))).strip()


def _bare_number(asked: object) -> str:
    bare = re.fullmatch(r"0*([0-9]{1,3}|2[AB])", str(asked).upper())
    return bare[1].zfill(2) if bare else ""


def _of_number(bare: str) -> list[Territory]:
    return [found for level in LEVELS if (found := _by_code(level).get(level[0].upper() + bare))]


def _hint(asked: object) -> str:
    if bare := _bare_number(asked):
        meant = [one.code for one in _of_number(bare)]
        return f" (did you mean {' or '.join(meant)}?)" if meant else ""
    named = _by_name()
    if close := difflib.get_close_matches(_plain(asked), named, n=1, cutoff=0.7):
        return f" (did you mean {named[close[0]].code}, {named[close[0]].name}?)"
    return did_you_mean(str(asked).upper(), codes())


def regions_by_departement() -> dict[str, str]:
    """Return département -> région: for a whole column, where `region_of` answers for one code."""
    table = departements()
    return dict(zip(table["code_departement"], table["code_region"], strict=True))


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


def codes_of_ground(code: str) -> list[str]:
    """Return a territory, and the other code of the same ground: each région overseas is one département.

    Examples
    --------
    >>> codes_of_ground("D974"), codes_of_ground("R04"), codes_of_ground("D33")
    (['D974', 'R04'], ['R04', 'D974'], ['D33'])
    """
    asked = territory(code)
    if asked.is_france:
        return [asked.code]
    other = "region" if asked.level == "departement" else "departement"
    twins = [f"{other[0].upper()}{insee}" for insee in sorted(within(asked.code, other))]
    alone = len(twins) == 1 and within(twins[0], asked.level) == {asked.insee}
    return [asked.code, *twins] if alone else [asked.code]


def neighbours(code: str) -> list[str]:
    """Return the territories of the same level that share a land border, as codes (`D33` -> `D17`, ...).

    Parameters
    ----------
    code : str
        `R75` or `D33`.

    Returns
    -------
    list of str
        Codes; empty for an island.

    See Also
    --------
    territory : One territory, by code or name.

    Examples
    --------
    >>> neighbours("D33")
    ['D17', 'D24', 'D40', 'D47']
    """
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
