"""How often a column of a list is recognised rightly: the lists of `tests/data/headers`, per field, and calibration.

Each list has the headers of a public file (its source stands in `index.toml`) over made-up rows, and the right field
of each column. Recognition runs on each; a field is right when its column is one that the index allows.

- Precision and recall per field, at the threshold of the package.
- Leave one list out: the line from log-odds to confidence is fitted on the other lists, and the threshold is the least
  confidence at which 99.5 % of their columns are right; the list left out is then judged with both.
- One field left out: the columns of each field in turn are taken away; nothing else may take its place.
- Calibration: of the columns recognised with a confidence, the share that is right; with the package's line, and with
  the line fitted on the other lists. A column stands once for each evidence it had, however many fields were taken
  away beside it; a latitude without a longitude (never read) is left out.

    python -m benchmarks.recognition [--wrong] [--small]
"""

from __future__ import annotations

import csv
import math
import sys
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tlanalysis.lists.mapping import personal_columns
from tlanalysis.lists.recognition.decision import THRESHOLD, Recognition, confidence_of, recognise

CORPUS = Path(__file__).parents[1] / "tests" / "data" / "headers"
RIGHT_SHARE = 0.995
_BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1.01)


class Truth(NamedTuple):
    """The right columns of each field of a list, and those that may be read for it as well."""

    right: dict[str, list[str]]
    may: dict[str, list[str]]

    def allows(self, name: str, column: str) -> bool:
        """Return whether a column is right for a field."""
        return column in self.right.get(name, []) or column in self.may.get(name, [])


class Judged(NamedTuple):
    """One column that was taken for a field, at some log-odds, and whether rightly."""

    place: str
    name: str
    column: str
    odds: float
    right: bool


def read_corpus(folder: Path = CORPUS) -> dict[str, tuple[dict[str, list[str]], Truth]]:
    """Return list -> its columns with their values, and the truth."""
    index = tomllib.loads((folder / "index.toml").read_text(encoding="utf-8"))
    corpus = {}
    for name, entry in index.items():
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            header, *rows = list(csv.reader(file))
        columns = {title: [row[at] for row in rows] for at, title in enumerate(header)}
        corpus[name] = (columns, Truth(entry["right"], entry.get("may", {})))
    return corpus


def judge(place: str, columns: dict[str, list[str]], truth: Truth) -> tuple[list[Judged], Recognition]:
    """Return every column that recognition took for a field, sure or not."""
    headers = list(columns)
    found = recognise(headers, columns, personal_columns(headers, columns))
    taken = {**found.doubtful, **found.chosen}
    judged = [
        Judged(place, name, entry.column, entry.judged, truth.allows(name, entry.column))
        for name, entry in taken.items()
    ]
    return judged, found


def fit(judged: Sequence[Judged]) -> tuple[float, float]:
    """Return the slope and shift of the logistic line from log-odds to confidence (Platt's method, Newton steps)."""
    odds = np.array([one.odds for one in judged])
    right = np.array([one.right for one in judged])
    hits, misses = right.sum(), (~right).sum()
    target = np.where(right, (hits + 1) / (hits + 2), 1 / (misses + 2))
    inputs = np.column_stack([odds, np.ones_like(odds)])
    line = np.array([1.0, 0.0])
    for _ in range(50):
        share = 1 / (1 + np.exp(-inputs @ line))
        weights = np.maximum(share * (1 - share), 1e-9)
        step = np.linalg.solve((inputs.T * weights) @ inputs + 1e-6 * np.eye(2), inputs.T @ (target - share))
        line = line + step
        if np.abs(step).max() < 1e-9:
            break
    return float(line[0]), float(line[1])


def threshold(judged: Sequence[Judged], line: tuple[float, float]) -> float:
    """Return the least confidence from which `RIGHT_SHARE` of the columns are right."""
    ordered = sorted(judged, key=lambda one: -one.odds)
    least, wrong = 1.0, 0
    for count, one in enumerate(ordered, 1):
        wrong += not one.right
        if wrong <= (1 - RIGHT_SHARE) * count:
            least = _confidence(one.odds, line)
    return least


def _confidence(odds: float, line: tuple[float, float]) -> float:
    return 1 / (1 + math.exp(-(line[0] * odds + line[1])))


def scores(judged: Iterable[Judged], corpus: dict[str, tuple[dict[str, list[str]], Truth]]) -> dict[str, Counter[str]]:
    """Return field -> how many columns were taken, taken rightly, and how many lists have the field."""
    table: dict[str, Counter[str]] = defaultdict(Counter)
    for one in judged:
        table[one.name]["taken"] += 1
        table[one.name]["right"] += one.right
        table[one.name]["found"] += one.name in corpus[one.place][1].right and one.right
    for _, truth in corpus.values():
        for name in truth.right:
            table[name]["lists"] += 1
    return table


def without_each_field(place: str, columns: dict[str, list[str]], truth: Truth) -> list[tuple[Judged, bool]]:
    """Return what a list without the columns of one field is taken for, each field in turn, and whether it is sure."""
    taken = []
    for name, gone in truth.right.items():
        rest = {header: values for header, values in columns.items() if header not in gone}
        judged, found = judge(f"{place} without {name}", rest, truth)
        taken += [(one, one.name in found.chosen) for one in judged]
    return taken


def main(show_wrong: bool = False, *, small: bool = False) -> int:
    """Print the tables; return how many columns were taken wrongly at the threshold."""
    corpus = read_corpus()
    everything: list[Judged] = []
    kept: list[Judged] = []
    for place, (columns, truth) in corpus.items():
        judged, found = judge(place, columns, truth)
        everything += judged
        kept += [one for one in judged if one.name in found.chosen]
        if show_wrong:
            _show(place, judged, found, truth)
    print(f"{len(corpus)} lists, {sum(len(columns) for columns, _ in corpus.values())} columns")
    _print_scores("at the threshold of the package", scores(kept, corpus))
    harder = {place: [] if small else without_each_field(place, *entry) for place, entry in corpus.items()}
    outside = []
    for place in corpus:
        others = [one for one in everything if one.place != place]
        others += [one for other, taken in harder.items() if other != place for one, _ in taken]
        line = fit(others)
        least = threshold(others, line)
        outside += [one for one in everything if one.place == place and _confidence(one.odds, line) >= least]
    _print_scores("leave one list out", scores(outside, corpus))
    without = [pair for taken in harder.values() for pair in taken]
    sure = [one for one, chosen in without if chosen]
    wrong = Counter(one.name for one in sure if not one.right)
    print(f"\none field left out: {len(sure)} columns taken, wrong: {dict(wrong) or 'none'}")
    if show_wrong:
        for one in dict.fromkeys((one.column, one.name) for one in sure if not one.right):
            print("WRONG", *one)
    everything += [one for one, _ in without]
    line = fit(everything)
    least = threshold(everything, line)
    print(f"\nfitted on all of these: slope {line[0]:.2f}, shift {line[1]:.2f}, threshold {least:.3f}")
    different = distinct(everything)
    _print_reliability("confidence of the package", [(confidence_of(one.odds), one.right) for one in different])
    _print_reliability("confidence fitted on the other lists", [(sure, one.right) for one, sure in left_out(different)])
    return sum(not one.right for one in kept)


_PARTNER = {
    "latitude": "longitude",
    "longitude": "latitude",
    "x_lambert93": "y_lambert93",
    "y_lambert93": "x_lambert93",
}


def distinct(judged: Sequence[Judged]) -> list[Judged]:
    """Return each column of a list once per field and log-odds, without one of a pair whose other is not there."""
    taken = {(one.place, one.name) for one in judged}
    paired = [one for one in judged if one.name not in _PARTNER or (one.place, _PARTNER[one.name]) in taken]
    return list({(*_of_list(one), one.name, one.column, round(one.odds, 2)): one for one in paired}.values())


def _of_list(one: Judged) -> tuple[str]:
    return (one.place.split(" without ")[0],)


def left_out(judged: Sequence[Judged]) -> list[tuple[Judged, float]]:
    """Return each column with its confidence by the line fitted on the other lists."""
    found = []
    for place in dict.fromkeys(map(_of_list, judged)):
        line = fit([one for one in judged if _of_list(one) != place])
        found += [(one, _confidence(one.odds, line)) for one in judged if _of_list(one) == place]
    return found


def reliability(stated: Sequence[tuple[float, bool]]) -> list[tuple[float, float, int, float, float]]:
    """Return for each range of confidence: its bounds, how many columns, the mean confidence, the share right."""
    table = []
    for low, high in pairwise(_BINS):
        inside = [(sure, right) for sure, right in stated if low <= sure < high]
        if inside:
            means = (sum(column) / len(inside) for column in zip(*inside, strict=True))
            table.append((low, high, len(inside), *means))
    return table


def _print_reliability(title: str, stated: Sequence[tuple[float, bool]]) -> None:
    print(f"\n{title}\nrange         columns  stated   right")
    for low, high, count, sure, right in reliability(stated):
        print(f"{low:.2f} to {min(high, 1):.2f} {count:9} {sure:7.3f} {right:7.3f}")


def _print_scores(title: str, table: dict[str, Counter[str]]) -> None:
    print(f"\n{title}\nfield            lists  taken  precision  recall")
    rows = sorted(table.items())
    total = sum((counts for _, counts in rows), Counter())
    for name, counts in [*rows, ("all", total)]:
        precision = counts["right"] / counts["taken"] if counts["taken"] else 1.0
        recall = counts["found"] / counts["lists"] if counts["lists"] else 1.0
        print(f"{name:16} {counts['lists']:5} {counts['taken']:6} {precision:10.3f} {recall:7.3f}")


def _show(place: str, judged: list[Judged], found: Recognition, truth: Truth) -> None:
    for one in judged:
        sure = one.name in found.chosen
        if not one.right and confidence_of(one.odds) >= 0.5:
            print(
                f"{'WRONG' if sure else 'unsure'} {place}: {one.column} as {one.name} ({confidence_of(one.odds):.2f})"
            )
    for name, columns in truth.right.items():
        if name not in found.chosen:
            unsure = found.doubtful.get(name)
            print(f"missed {place}: {name} in {columns}, {unsure and (unsure.column, unsure.confidence)}")


if __name__ == "__main__":
    print(f"threshold {THRESHOLD}")
    sys.exit(bool(main("--wrong" in sys.argv[1:], small="--small" in sys.argv[1:])))
