"""The numbers of the portraits, held to the rows of the files: computed here with csv and scipy alone."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterator

import pytest
from scipy.stats import chi2

from tlanalysis.core import paths
from tlanalysis.report.portrait import Portrait
from tlanalysis.report.portrait_tables import Numbers, numbers

LISTS = {"tiers_lieux": "cget_2019", "fabriques_de_territoire": "fabriques_de_territoire_2024"}


def rows(name: str) -> Iterator[dict[str, str]]:
    with (paths.raw() / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@pytest.fixture(scope="module")
def held() -> Numbers:
    return numbers()


@pytest.fixture(scope="module")
def people() -> dict[str, int]:
    """Return the inhabitants of each of the 120 territories, summed over the départements."""
    found: dict[str, int] = defaultdict(int)
    for row in rows("departements"):
        for code in (f"D{row['code_departement']}", f"R{row['code_region']}", "FR"):
            found[code] += int(row["population"])
    return found


@pytest.fixture(scope="module")
def counted() -> dict[tuple[str, str], int]:
    """Return the places of each list in each territory, summed over the rows of the 101 départements."""
    found: dict[tuple[str, str], int] = defaultdict(int)
    for kind, listed in LISTS.items():
        for row in rows("lieux_par_departement"):
            if row["jeu"] == listed and row["code_region"]:  # Saint-Martin (978) lies outside the 18 régions
                for code in (f"D{row['code_departement']}", f"R{row['code_region']}", "FR"):
                    found[kind, code] += int(row["nb_lieux"])
    return found


def test_every_territory_has_the_places_and_the_rate_of_its_rows(held, people, counted):
    assert held.lists == LISTS
    assert len(held.counts) == len(people) == 120
    for code, by_kind in held.counts.items():
        for kind, one in by_kind.items():
            assert one.number == counted[kind, code], (kind, code)
            assert one.rate == pytest.approx(one.number / people[code] * 1e5), (kind, code)


@pytest.mark.parametrize("kind", LISTS)
def test_the_intervals_are_exact_poisson(held, people, kind):
    # Garwood. The inhabitants of Mayotte are an interval of their own, and widen those of all that holds it.
    for code in set(people) - {"D976", "R06", "FR"}:
        one = held.counts[code][kind]
        low = chi2.ppf(0.025, 2 * one.number) / 2 if one.number else 0.0
        high = chi2.ppf(0.975, 2 * one.number + 2) / 2
        assert (one.low, one.high) == pytest.approx((low / people[code] * 1e5, high / people[code] * 1e5)), code


@pytest.mark.parametrize("kind", LISTS)
@pytest.mark.parametrize(("letter", "size"), [("D", 101), ("R", 18)])
def test_a_rank_counts_the_territories_with_a_higher_rate(held, people, counted, kind, letter, size):
    rates = {code: counted[kind, code] / people[code] for code in people if code.startswith(letter)}
    assert len(rates) == size
    for code, rate in rates.items():
        standing = held.counts[code][kind].standing
        assert standing is not None
        above = sum(other > rate for other in rates.values())
        alike = sum(other == rate for other in rates.values())
        assert above < standing.rank <= above + alike, code
        assert standing.best <= standing.rank <= standing.worst <= standing.of == size


def test_the_sentence_says_that_a_rate_is_away_from_france_only_when_the_interval_is(held):
    text = Portrait("FR", held, "en").text
    france = {kind: one.rate for kind, one in held.counts["FR"].items()}
    for code in set(held.counts) - {"FR"}:
        said, mine = Portrait(code, held, "en").lead, held.counts[code]
        above = sum(one.low > france[kind] for kind, one in mine.items())
        below = sum(one.high < france[kind] for kind, one in mine.items())
        found = tuple(said.count(text[name]) for name in ("above", "below", "alike"))
        assert found == (above, below, len(mine) - above - below), code


def test_gironde_by_hand(held):
    # lieux_par_departement.csv, cget_2019: 78 coworking and 9 fablabs; departements.csv: 1,690,493 inhabitants.
    lines = {line.name: line for line in Portrait("D33", held, "en").lines}
    rate = lines["Tiers-lieux (CGET 2019): places per 100,000 inhabitants"]
    assert (rate.value, rate.interval, rate.france) == ("5.1", "4.1 to 6.3", "2.2")
    assert rate.rank.startswith("7 of 101")
    assert lines["Fabriques de territoire: listed places"].value == "8"
