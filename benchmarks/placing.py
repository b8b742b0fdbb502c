"""How often a place is put in the right département: made-up rows, damaged in ways whose right answer is known.

Each row starts from a real commune (its name, code, postal code: the embedded table `communes`) and a point well
inside its département (the embedded grid); then one thing is damaged as publishers damage it. Rows abroad start from
a town across the border. What is right is known by construction, and never by asking the code that is measured.

A row is right when its département is the commune's (for a place abroad: when it is in none); open when it is
kept without a département, or asked about; wrong when it is put in another one, or refused although it lies in France.

    python -m benchmarks.placing [ROWS_OF_A_KIND] [SEED]
"""

from __future__ import annotations

import csv
import io
import random
import sys
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pyarrow as pa

from tlanalysis.data import embedded
from tlanalysis.lists.mapping import Mapping
from tlanalysis.lists.row_cleaning import clean_batch

FIELDS = ("nom", "code_postal", "code_commune", "commune", "departement", "region", "latitude", "longitude")
Row = dict[str, str]
# Towns across the border: postal code, name, latitude, longitude.
ABROAD = (
    ("7500", "Tournai", 50.606, 3.388), ("7000", "Mons", 50.454, 3.952), ("6000", "Charleroi", 50.411, 4.445),
    ("8500", "Kortrijk", 50.828, 3.265), ("6700", "Arlon", 49.684, 5.811), ("1204", "Genève", 46.204, 6.143),
    ("1003", "Lausanne", 46.520, 6.633), ("4051", "Basel", 47.557, 7.589), ("2300", "La Chaux-de-Fonds", 47.104, 6.829),
    ("66111", "Saarbrücken", 49.234, 6.997), ("77694", "Kehl", 48.573, 7.815), ("79098", "Freiburg", 47.997, 7.849),
    ("10121", "Torino", 45.070, 7.687), ("18039", "Ventimiglia", 43.791, 7.608), ("20302", "Irun", 43.338, -1.789),
    ("17600", "Figueres", 42.267, 2.961),
)  # fmt: skip
# Small islands: postal code, commune, commune code, latitude, longitude.
ISLANDS = (
    ("29990", "Île-de-Sein", "29083", 48.037, -4.851), ("29259", "Île-Molène", "29084", 48.397, -4.956),
    ("56170", "Hœdic", "56085", 47.341, -2.877), ("56170", "Île-d'Houat", "56086", 47.391, -2.957),
    ("17123", "Île-d'Aix", "17004", 46.013, -1.174), ("22870", "Île-de-Bréhat", "22016", 48.848, -2.999),
    ("29242", "Ouessant", "29155", 48.458, -5.097), ("85350", "L'Île-d'Yeu", "85113", 46.710, -2.347),
)  # fmt: skip
# Quarters of French communes beside the border, printed in the place of the commune: name, département, point.
BORDER = (
    ("Hendaye Plage", "64", 43.373, -1.774), ("Behobie", "64", 43.344, -1.762), ("Le Boulou gare", "66", 42.523, 2.833),
    ("Garavan", "06", 43.785, 7.523), ("Ferney centre", "01", 46.256, 6.108), ("Annemasse gare", "74", 46.199, 6.236),
    ("Port du Rhin", "67", 48.574, 7.796), ("La Chaussée Nord", "68", 47.610, 7.545), ("Le Fort", "08", 50.138, 4.824),
    ("Forbach gare", "57", 49.188, 6.900), ("Halluin gare", "59", 50.784, 3.125), ("Bray plage", "59", 51.077, 2.520),
)  # fmt: skip


class Commune(NamedTuple):
    """One commune of today that has its postal codes to itself in its département, and a point in that département."""

    code: str
    name: str
    postal: str
    departement: str
    latitude: float
    longitude: float

    def row(self, *fields: str) -> Row:
        """Return a row of a list with these fields of the commune."""
        everything = {
            "code_postal": self.postal,
            "code_commune": self.code,
            "commune": self.name,
            "departement": self.departement,
            "latitude": f"{self.latitude:.5f}",
            "longitude": f"{self.longitude:.5f}",
        }
        return {name: everything[name] for name in fields}


ALL = ("code_postal", "code_commune", "commune", "latitude", "longitude")
POINT = ("latitude", "longitude")


class Country(NamedTuple):
    """The communes that rows are made from, those that merged with the code of today, and homonyms."""

    communes: list[Commune]
    merged: list[tuple[str, Commune]]
    places_named: dict[str, set[str]]
    neighbours: dict[str, list[str]]
    region_of: dict[str, str]


def _departement(code: str) -> str:
    return code[:3] if code[:2] in {"97", "98"} else code[:2]


def _inner_points() -> dict[str, list[tuple[float, float]]]:
    """Return for each département the middles of its longest runs of cells, half of them: they lie well inside."""
    table = embedded.read_texts("maille_departements")
    runs: dict[str, list[tuple[int, float, float]]] = {}
    for row, start, end, code in zip(*table.values(), strict=True):
        middle = (int(start) + int(end)) // 2
        runs.setdefault(code, []).append((int(end) - int(start), (int(row) + 0.5) / 50, (middle + 0.5) / 50))
    return {
        code: [(lat, lon) for _, lat, lon in sorted(found, reverse=True)[: max(1, len(found) // 2)]]
        for code, found in runs.items()
    }


def read_country(drawn: random.Random) -> Country:
    """Return what rows are made from."""
    text = embedded.read_raw("communes").decode("utf-8")
    table = list(csv.DictReader(io.StringIO(text, newline="")))
    points = _inner_points()
    own: dict[str, set[str]] = {}
    named: dict[str, set[str]] = {}
    for row in table:
        now = row["code_actuel"] or row["code_commune"]
        named.setdefault(row["nom_commune"], set()).add(_departement(now))
        for postal in filter(None, row["codes_postaux"].split(";")):
            own.setdefault(postal, set()).add(_departement(now))
    today = {}
    for row in table:
        code, postal = row["code_commune"], row["codes_postaux"].split(";")[0]
        place = _departement(code)
        if postal and row["nom_commune"] and place in points and own[postal] == {place}:
            today[code] = Commune(code, row["nom_commune"], postal, place, *drawn.choice(points[place]))
    merged = [
        (row["code_commune"], today[row["code_actuel"]])
        for row in table
        if row["code_actuel"] in today and row["code_actuel"] != row["code_commune"]
    ]
    departements = embedded.read_texts("departements")
    codes = departements["code_departement"]
    return Country(
        list(today.values()),
        merged,
        named,
        {code: list(filter(None, near.split(";"))) for code, near in zip(codes, departements["voisins"], strict=True)},
        dict(zip(codes, departements["code_region"], strict=True)),
    )


Made = tuple[Row, str]
Kind = Callable[[Country, random.Random], Made]
NOWHERE, OPEN = "abroad", "open"


def _plain(country: Country, drawn: random.Random, *fields: str) -> tuple[Row, Commune]:
    commune = drawn.choice(country.communes)
    return commune.row(*fields), commune


def _intact(*fields: str) -> Kind:
    def make(country: Country, drawn: random.Random) -> Made:
        row, commune = _plain(country, drawn, *fields)
        return row, commune.departement

    return make


def _damaged(field: str, damage: Callable[[str, random.Random], str], *fields: str) -> Kind:
    """Return a kind of rows whose `field` is damaged, so that it is no longer what it was."""

    def make(country: Country, drawn: random.Random) -> Made:
        while True:
            row, commune = _plain(country, drawn, *fields)
            changed = damage(row[field], drawn)
            if changed != row[field]:
                return row | {field: changed}, commune.departement

    return make


def _other_digit(text: str, drawn: random.Random) -> str:
    at = drawn.choice([at for at, sign in enumerate(text) if sign.isdigit()])
    return text[:at] + drawn.choice("0123456789") + text[at + 1 :]


def _without_a_digit(text: str, drawn: random.Random) -> str:
    at = drawn.randrange(1, len(text))
    return text[:at] + text[at + 1 :]


def _two_swapped(text: str, drawn: random.Random) -> str:
    at = drawn.randrange(len(text) - 1)
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


def _zero_lost(country: Country, drawn: random.Random) -> Made:
    commune = drawn.choice([one for one in country.communes if one.postal[0] == one.code[0] == "0"])
    row = commune.row(*ALL)
    return row | {"code_postal": commune.postal[1:], "code_commune": commune.code[1:]}, commune.departement


def _zero_lost_alone(country: Country, drawn: random.Random) -> Made:
    commune = drawn.choice([one for one in country.communes if one.postal[0] == "0"])
    return {"code_postal": commune.postal[1:], "commune": commune.name}, commune.departement


def _swapped(country: Country, drawn: random.Random) -> Made:
    row, commune = _plain(country, drawn, *ALL)
    return row | {"latitude": row["longitude"], "longitude": row["latitude"]}, commune.departement


def _swapped_alone(country: Country, drawn: random.Random) -> Made:
    row, commune = _plain(country, drawn, *POINT)
    return {"latitude": row["longitude"], "longitude": row["latitude"]}, commune.departement


def _sign_lost(country: Country, drawn: random.Random) -> Made:
    commune = drawn.choice([one for one in country.communes if -3 < one.longitude < -0.5])
    return commune.row(*ALL) | {"longitude": f"{-commune.longitude:.5f}"}, commune.departement


def _merged(country: Country, drawn: random.Random) -> Made:
    old, commune = drawn.choice(country.merged)
    return {"code_commune": old, "commune": commune.name}, commune.departement


def _point_of_another(country: Country, drawn: random.Random) -> Made:
    row, commune = _plain(country, drawn, *ALL)
    return row | drawn.choice(country.communes).row(*POINT), commune.departement


def _code_of_another(country: Country, drawn: random.Random) -> Made:
    row, commune = _plain(country, drawn, *ALL)
    return row | drawn.choice(country.communes).row("code_commune"), commune.departement


def _departement_of_a_neighbour(country: Country, drawn: random.Random) -> Made:
    while True:
        row, commune = _plain(country, drawn, *ALL)
        if near := country.neighbours.get(commune.departement):
            return row | {"departement": drawn.choice(near)}, commune.departement


def _name(unique: bool, region: bool = False) -> Kind:
    def make(country: Country, drawn: random.Random) -> Made:
        while True:
            commune = drawn.choice(country.communes)
            places = country.places_named[commune.name]
            if (len(places) == 1) != unique:
                continue
            row = {"commune": commune.name}
            if not region:
                return row, commune.departement if unique else OPEN
            printed = country.region_of.get(commune.departement, "")
            if printed and sum(country.region_of.get(place) == printed for place in places) == 1:
                return row | {"region": printed}, commune.departement

    return make


def _island(country: Country, drawn: random.Random) -> Made:
    _, _, code, latitude, longitude = drawn.choice(ISLANDS)
    return {"latitude": str(latitude), "longitude": str(longitude)}, code[:2]


def _island_with_codes(country: Country, drawn: random.Random) -> Made:
    postal, name, code, latitude, longitude = drawn.choice(ISLANDS)
    row = {"code_postal": postal, "commune": name, "latitude": str(latitude), "longitude": str(longitude)}
    return row, code[:2]


def _abroad(*fields: str) -> Kind:
    def make(country: Country, drawn: random.Random) -> Made:
        everything = dict(zip(("code_postal", "commune", *POINT), map(str, drawn.choice(ABROAD)), strict=True))
        return {name: everything[name] for name in fields}, NOWHERE

    return make


def _misspelt(*fields: str, digit: bool = False) -> Kind:
    """Return a kind of rows whose name no commune has; with `digit`, a digit of the postal code is wrong too."""

    def make(country: Country, drawn: random.Random) -> Made:
        while True:
            row, commune = _plain(country, drawn, *fields)
            row["commune"] = f"{row['commune']} bourg"
            row["code_postal"] = _other_digit(row["code_postal"], drawn) if digit else row["code_postal"]
            if row["commune"] not in country.places_named and (row["code_postal"] != commune.postal) == digit:
                return row, commune.departement

    return make


def _border(country: Country, drawn: random.Random) -> Made:
    name, departement, latitude, longitude = drawn.choice(BORDER)
    return {"commune": name, "latitude": str(latitude), "longitude": str(longitude)}, departement


KINDS: dict[str, Kind] = {
    "intact": _intact(*ALL),
    "postal code and name": _intact("code_postal", "commune"),
    "point only": _intact(*POINT),
    "name only, one département has it": _name(unique=True),
    "name only, several have it": _name(unique=False),
    "name of several, with the région": _name(unique=False, region=True),
    "a digit of the postal code wrong": _damaged("code_postal", _other_digit, *ALL),
    "digit wrong, with the name only": _damaged("code_postal", _other_digit, "code_postal", "commune"),
    "digit wrong, with the point only": _damaged("code_postal", _other_digit, "code_postal", *POINT),
    "a digit of the postal code lost": _damaged("code_postal", _without_a_digit, "code_postal", "commune", *POINT),
    "digit lost, with the name only": _damaged("code_postal", _without_a_digit, "code_postal", "commune"),
    "two digits of the postal code swapped": _damaged("code_postal", _two_swapped, "code_postal", "commune", *POINT),
    "a digit of the commune code wrong": _damaged("code_commune", _other_digit, *ALL),
    "zeros lost by a spreadsheet": _zero_lost,
    "zero lost, with the name only": _zero_lost_alone,
    "latitude and longitude swapped": _swapped,
    "swapped point, nothing else": _swapped_alone,
    "sign of the longitude lost": _sign_lost,
    "point of another row": _point_of_another,
    "commune code of another row": _code_of_another,
    "département of a neighbour printed": _departement_of_a_neighbour,
    "code of a commune that merged": _merged,
    "name that no commune has, postal code": _misspelt("code_postal", "commune"),
    "such a name, and a digit wrong": _misspelt("code_postal", "commune", digit=True),
    "such a name and a point by the border": _border,
    "small island, point only": _island,
    "small island, code, name and point": _island_with_codes,
    "abroad: code, name and point": _abroad("code_postal", "commune", *POINT),
    "abroad: name and point": _abroad("commune", *POINT),
    "abroad: code and name": _abroad("code_postal", "commune"),
}


class Judged(NamedTuple):
    """A made-up row, what is right, and how it was decided."""

    kind: str
    row: Row
    right: str
    decided: str
    verdict: str


def judge(kind: str, made: list[Made]) -> list[Judged]:
    """Clean the rows of a kind and compare."""
    names = [name for name in FIELDS if name == "nom" or any(name in row for row, _ in made)]
    cells = {
        name: [row.get(name, f"Lieu {at}" if name == "nom" else "") for at, (row, _) in enumerate(made)]
        for name in names
    }
    table = pa.table({name: pa.array(column, pa.string()) for name, column in cells.items()})
    batch = clean_batch(table, np.arange(1, len(made) + 1), Mapping({name: name for name in names}), source="x")
    places = batch.places.select(["ligne_source", "code_departement"]).to_pydict()
    found = {at: code or OPEN for at, code in zip(*places.values(), strict=True)}
    return [_judged(kind, row, right, found.get(at, NOWHERE)) for at, (row, right) in enumerate(made, 1)]


def _judged(kind: str, row: Row, right: str, decided: str) -> Judged:
    verdict = "right" if decided == right else "open" if decided == OPEN else "wrong"
    return Judged(kind, row, right, decided, verdict)


def measure(count: int, seed: int) -> list[Judged]:
    """Make and judge some rows of each kind."""
    country = read_country(random.Random(seed))
    judged = []
    for kind, make in KINDS.items():
        drawn = random.Random(f"{seed} {kind}")
        judged += judge(kind, [make(country, drawn) for _ in range(count)])
    return judged


def main(count: int = 1_000, seed: int = 14) -> None:
    """Print the table."""
    judged = measure(count, seed)
    print(f"{count} rows of each kind, seed {seed}\n{'kind':40} right   open  wrong")
    for kind in (*KINDS, "all"):
        verdicts = Counter(one.verdict for one in judged if kind in {one.kind, "all"})
        shares = (verdicts[name] / verdicts.total() for name in ("right", "open", "wrong"))
        print(f"{kind:40} " + "  ".join(f"{share:5.3f}" for share in shares))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
