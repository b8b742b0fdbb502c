"""Write a register of invented establishments, of any size, for the benchmarks only.

The register has the columns and the defects of a national one. Points lie in real cells of the départements' grid, and
codes agree with the points. Three rows in a hundred carry one of the defects of real lists. No row names a person.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pcsv

from tlanalysis.data import embedded
from tlanalysis.lists import departement_vote
from tlanalysis.lists.cells import departement_grid
from tlanalysis.lists.cells.codes import DEPARTEMENT_CODES

CHUNK = 250_000
WORDS = np.array(
    [
        "Atelier",
        "Fabrique",
        "Maison",
        "Comptoir",
        "Grange",
        "Station",
        "Moulin",
        "Jardin",
        "Quai",
        "Relais",
        "Cuisine",
        "Halle",
    ]
)
QUALITIES = np.array(
    [
        "Bleu",
        "Commun",
        "Nord",
        "Sud",
        "Vert",
        "Mobile",
        "Libre",
        "Partagé",
        "Rural",
        "Central",
        "Neuf",
        "Ancien",
        "Léger",
    ]
)
ACTIVITIES = np.array(["8559A", "8559B", "6820B", "9499Z", "7022Z", "6201Z", "5610A", "9003B"])


def write_register(path: Path, rows: int, seed: int = 1) -> None:
    """Write a register of the given number of rows as CSV (`;`, UTF-8)."""
    rng = np.random.default_rng(seed)
    cells = _cells()
    with path.open("wb") as file:
        for number, start in enumerate(range(0, rows, CHUNK)):
            table = _chunk(rng, cells, start, min(CHUNK, rows - start))
            options = pcsv.WriteOptions(include_header=number == 0, delimiter=";", quoting_style="needed")
            pcsv.write_csv(table, file, options)


def _cells() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return row, column and département (index in DEPARTEMENT_CODES) of every cell of the grid."""
    table = embedded.load(departement_grid.TABLE)
    width = (table["colonne_fin"] - table["colonne_debut"] + 1).to_numpy(int)
    row = np.repeat(table["ligne"].to_numpy(int), width)
    offset = np.arange(width.sum()) - np.repeat(np.cumsum(width) - width, width)
    column = np.repeat(table["colonne_debut"].to_numpy(int), width) + offset
    place = np.repeat(table["code_departement"].map(DEPARTEMENT_CODES.index).to_numpy(int), width)
    return row, column, place


def _chunk(
    rng: np.random.Generator, cells: tuple[np.ndarray, np.ndarray, np.ndarray], start: int, size: int
) -> pa.Table:
    row, column, place = cells
    at = rng.integers(0, len(row), size)
    latitude = (row[at] + rng.uniform(0.05, 0.95, size)) / departement_grid.CELLS_PER_DEGREE
    longitude = (column[at] + rng.uniform(0.05, 0.95, size)) / departement_grid.CELLS_PER_DEGREE
    departement = np.array(DEPARTEMENT_CODES)[place[at]]
    overseas = np.char.str_len(departement) == 3
    number = rng.integers(1, 300, size)
    commune = np.where(
        overseas, _join(departement, _padded(number % 30 + 1, 2)), _join(departement, _padded(number, 3))
    )
    corsica = np.char.startswith(departement, "2A") | np.char.startswith(departement, "2B")
    stem = np.where(corsica, np.where(departement == "2A", "20", "20"), departement)
    tens = _padded(rng.integers(0, 70, size), 2)
    postal = np.where(overseas, _join(departement, _padded(rng.integers(0, 7, size) * 10, 2)), _join(stem, tens, "0"))
    postal = np.where(
        departement == "2A", _join("200", tens), np.where(departement == "2B", _join("202", tens), postal)
    )
    postal = np.where(np.isin(postal, ["97133", "97150"]), "97110", postal)
    name = _join(
        WORDS[rng.integers(0, len(WORDS), size)],
        " ",
        QUALITIES[rng.integers(0, len(QUALITIES), size)],
        " ",
        (start + np.arange(size)).astype("U10"),
    )
    regions = np.array(departement_vote.regions())[departement_vote.region_of_departement()[place[at]]]
    web = np.where(
        rng.random(size) < 0.2,
        _join("https://www.lieu-", (start + np.arange(size)).astype("U10"), ".example/accueil"),
        "",
    )
    opened = np.where(rng.random(size) < 0.7, rng.integers(1985, 2027, size).astype("U4"), "")
    columns = {
        "siret": _sirets(rng, size),
        "denomination": name,
        "adresse": _join(rng.integers(1, 200, size).astype("U3"), " rue des Essais"),
        "code_postal": postal,
        "commune": _join("Commune de ", _lettered(commune)),
        "code_commune": commune,
        "code_departement": departement,
        "code_region": regions,
        "latitude": _decimal(latitude),
        "longitude": _decimal(longitude),
        "activite": ACTIVITIES[rng.integers(0, len(ACTIVITIES), size)],
        "categorie": np.array(["Coworking", "Fablab", "Atelier partagé", "Autre"])[rng.integers(0, 4, size)],
        "date_creation": opened,
        "etat": np.array(["ouvert", "ferme"])[rng.integers(0, 2, size)],
        "site_web": web,
        "courriel": np.where(rng.random(size) < 0.3, "contact@lieu.example", ""),
        "telephone": np.where(rng.random(size) < 0.3, "01 99 00 00 00", ""),
        "effectif": rng.integers(0, 50, size).astype("U2"),
    }
    return pa.table({key: pa.array(values, pa.string()) for key, values in _dirtied(rng, columns, size).items()})


def _dirtied(rng: np.random.Generator, columns: dict[str, np.ndarray], size: int) -> dict[str, np.ndarray]:
    """Spoil three rows in a hundred, each in one way."""
    spoilt = rng.permutation(size)[: size * 3 // 100]
    kinds = np.array_split(spoilt, 10)
    wide = {name: values.astype(object) for name, values in columns.items()}
    for at in kinds[0]:
        wide["code_commune"][at] = wide["code_commune"][at].lstrip("0")
    for at in kinds[1]:
        wide["code_postal"][at] = wide["code_postal"][at].lstrip("0") + ".0"
    for at in kinds[2]:
        wide["code_commune"][at] = "0"
    for at in kinds[3]:
        wide["denomination"][at] = f"  {wide['denomination'][at]}  &amp; Cie "
    for at in kinds[4]:
        wide["latitude"][at], wide["longitude"][at] = wide["longitude"][at], wide["latitude"][at]
    for at in kinds[5]:
        wide["siret"][at] = wide["siret"][at][:-1] + str((int(wide["siret"][at][-1]) + 1) % 10)
    for at in kinds[6]:
        wide["site_web"][at] = "voir page"
    for at in kinds[7]:
        wide["latitude"][at], wide["longitude"][at] = "10.5", "-30.25"
    for at in kinds[8]:
        wide["denomination"][at] = ""
        wide["siret"][at] = "NR"
    for at in kinds[9]:
        wide["commune"][at] += " CEDEX 2"
    return wide


def _sirets(rng: np.random.Generator, size: int) -> np.ndarray:
    """Return numbers of 14 digits whose two check digits hold."""
    digits = rng.integers(0, 10, (size, 14))
    digits[:, 0] = rng.integers(1, 10, size)
    for last in (8, 13):
        digits[:, last] = 0
        weights = np.where((last - np.arange(last + 1)) % 2 == 1, 2, 1)
        weighed = digits[:, : last + 1] * weights
        digits[:, last] = -(weighed - 9 * (weighed > 9)).sum(axis=1) % 10
    return (digits + ord("0")).astype(np.uint8).view("S14").ravel().astype("U14")


def _lettered(codes: np.ndarray) -> np.ndarray:
    """Return codes with their digits as letters, because a name of a commune has no digit."""
    return np.char.translate(codes, str.maketrans("0123456789", "olzeasbtmg")) if len(codes) else codes


def _join(*parts: np.ndarray | str) -> np.ndarray:
    arrays = [pa.scalar(part) if isinstance(part, str) else pa.array(part, pa.string()) for part in parts]
    return np.asarray(pc.binary_join_element_wise(*arrays, "").to_numpy(zero_copy_only=False), "U")


def _padded(numbers: np.ndarray, width: int) -> np.ndarray:
    return np.char.zfill(numbers.astype("U6"), width)


def _decimal(values: np.ndarray) -> np.ndarray:
    return np.asarray(pa.array(np.round(values, 6)).cast(pa.string()).to_numpy(zero_copy_only=False), "U")


if __name__ == "__main__":
    write_register(Path(sys.argv[1]), int(sys.argv[2]))
