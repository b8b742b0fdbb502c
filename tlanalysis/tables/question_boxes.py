"""Find the columns of a census module that form a question with boxes to tick, from headers and cells.

There are two formats. In 2026, a column holds the selection as text, and the 0/1 columns after it have the labels of
the boxes as names. In 2023, the boxes share a prefix (`THEME_FORM_NUMER`), and the selection, if there is one, is the
column named like the prefix. A column is a box when each of its filled cells means yes or no. A box that belongs to no
question is left out and listed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tlanalysis.lists.cells.text import clean_text, key

YES = frozenset({"1", "1.0", "true", "vrai", "oui", "x"})
NO = frozenset({"0", "0.0", "false", "faux", "non"})

_CODED = re.compile(r"[A-Z0-9]+(?:_[A-Z0-9]+)+")
_MAY_PART = re.compile(r"[;\r\n]+")

# When an item of the text names a coded box: least share of common answers in all answers of either, least number.
ALIKE, SEEN = 0.9, 5


@dataclass(frozen=True)
class Box:
    """One box: the position of its column (from 0), its name in the file, and its label in words."""

    rank: int
    reponse: str
    libelle: str


@dataclass(frozen=True)
class Question:
    """A question and its boxes; `text` is the position of the column with the selection, None without one."""

    name: str
    text: int | None
    boxes: tuple[Box, ...]

    @property
    def ranks(self) -> list[int]:
        """The positions of all its columns."""
        return [*([] if self.text is None else [self.text]), *(box.rank for box in self.boxes)]


def as_tick(cell: str) -> bool | None:
    """Return whether a box is ticked; None for a cell that is empty or means neither yes nor no.

    Examples
    --------
    >>> as_tick("1"), as_tick("false"), as_tick(" "), as_tick("12")
    (True, False, None, None)
    """
    bare = cell.strip().lower()
    return True if bare in YES else False if bare in NO else None


def items_of(text: str, labels: Iterable[str] = ()) -> list[str]:
    r"""Return the items of a selection, separated by `;` or line breaks; a label that contains `;` stays whole.

    Examples
    --------
    >>> items_of("Bureau / Coworking ;\nBar / café ;\n")
    ['Bureau / Coworking', 'Bar / café']
    >>> items_of("Artisanat;Dons ; legs;Bar", labels=["Dons ; legs", "Bar"])
    ['Dons ; legs', 'Artisanat', 'Bar']
    """
    whole = []
    for label in labels:
        if ";" in label and label in text:
            whole.append(label)
            text = text.replace(label, "")
    return whole + [item for part in _MAY_PART.split(text) if (item := " ".join(part.split()))]


def find_questions(headers: Sequence[str], cells: Sequence[Sequence[str]]) -> tuple[list[Question], list[int]]:
    """Return the questions of a module in its order, and the positions of the boxes without a question.

    Parameters
    ----------
    headers : sequence of str
        Names of the columns. In 2026 a name may be repeated (`Autre`), so columns are identified by position.
    cells : sequence of sequence of str
        The cells of each column; the empty string is missing.
    """
    kinds = [_kind(column) for column in cells]
    coded = [rank for rank, kind in enumerate(kinds) if kind == "box" and _CODED.fullmatch(headers[rank])]
    found = [*_by_prefix(headers, cells, kinds, coded), *_by_place(headers, cells, kinds, set(coded))]
    found.sort(key=lambda question: question.boxes[0].rank)
    used = {box.rank for question in found for box in question.boxes}
    return found, [rank for rank, kind in enumerate(kinds) if kind == "box" and rank not in used]


def _kind(column: Sequence[str]) -> str:
    """Return `box`, `text` or `empty`."""
    filled = {cell.strip().lower() for cell in set(column)} - {""}
    return "empty" if not filled else "box" if filled <= YES | NO else "text"


def _by_place(
    headers: Sequence[str], cells: Sequence[Sequence[str]], kinds: Sequence[str], coded: set[int]
) -> Iterable[Question]:
    """Yield the questions whose boxes follow the column of their selection (2026)."""
    start: int | None = None
    run: list[int] = []
    for rank in range(len(headers) + 1):
        if rank < len(headers) and kinds[rank] != "text" and rank not in coded:
            run.append(rank)
            continue
        yield from _of_run(start, run, headers, cells, kinds)
        start, run = (rank, []) if rank < len(headers) and kinds[rank] == "text" else (None, [])


def _of_run(
    text: int | None, run: list[int], headers: Sequence[str], cells: Sequence[Sequence[str]], kinds: Sequence[str]
) -> Iterable[Question]:
    """Yield the questions of consecutive columns; the first follows the selection `text`.

    An empty column among them is a box that nobody ticked if the selections before it name a box after it. Otherwise it
    is the selection of a new question that nobody answered.
    """
    named: set[str] = set()
    if text is not None:
        labels = [headers[rank] for rank in run]
        named = {key(item) for cell in set(cells[text]) for item in items_of(cell, labels)}
    last = max((rank for rank in run if key(headers[rank]) in named), default=-1)
    mine: list[int] = []
    for rank in run:
        if kinds[rank] == "empty" and rank > last:
            yield from _asked(text, mine, named, headers, cells)
            text, mine, named = rank, [], set()
        else:
            mine.append(rank)
    yield from _asked(text, mine, named, headers, cells)


def _asked(
    text: int | None, ranks: list[int], named: set[str], headers: Sequence[str], cells: Sequence[Sequence[str]]
) -> Iterable[Question]:
    """Yield the question with its own boxes.

    A box belongs to the question when a selection names it; later boxes that no selection names belong to it as long as
    nobody ticked them. Without selections and without ticks, nobody answered the question.
    """
    if text is None:
        return
    last = max((at for at, rank in enumerate(ranks) if key(headers[rank]) in named), default=-1)
    ticked = [any(as_tick(cell) for cell in set(cells[rank])) for rank in ranks]
    end = next((at for at in range(last + 1, len(ranks)) if ticked[at]), len(ranks))
    silent = not any(cell.strip() for cell in cells[text])
    if ranks[:end] and (last >= 0 or (silent and end == len(ranks))):
        boxes = tuple(Box(rank, headers[rank], clean_text(headers[rank])[0] or headers[rank]) for rank in ranks[:end])
        yield Question(headers[text], text, boxes)


def _by_prefix(
    headers: Sequence[str], cells: Sequence[Sequence[str]], kinds: Sequence[str], coded: list[int]
) -> Iterable[Question]:
    """Yield the questions whose boxes share a prefix (2023)."""
    written = {name: rank for rank, name in enumerate(headers) if kinds[rank] == "text"}
    shared = Counter(headers[rank].rpartition("_")[0] for rank in coded)
    prefixes = {*written, *(prefix for prefix, times in shared.items() if times > 1)}
    groups: dict[str, list[int]] = {}
    for rank in coded:
        parts = headers[rank].split("_")
        longer = ["_".join(parts[:count]) for count in range(len(parts) - 1, 0, -1)]
        groups.setdefault(next((prefix for prefix in longer if prefix in prefixes), longer[0]), []).append(rank)
    for prefix, ranks in groups.items():
        text = written.get(prefix)
        said = _said_by(cells[text], {rank: cells[rank] for rank in ranks}) if text is not None else {}
        boxes = tuple(Box(rank, headers[rank], said.get(rank, headers[rank][len(prefix) + 1 :])) for rank in ranks)
        yield Question(prefix, text, boxes)


def _said_by(texts: Sequence[str], boxes: dict[int, Sequence[str]]) -> dict[int, str]:
    """Return the item that the respondents of each coded box wrote; a box without a sure item is left out.

    An item is sure when at least `SEEN` respondents and more than a share of `ALIKE` have both, and each of the two is
    the best match of the other.
    """
    wrote: dict[str, set[int]] = {}
    for row, text in enumerate(texts):
        for item in items_of(text):
            wrote.setdefault(clean_text(item)[0] or item, set()).add(row)
    ticked = {rank: {row for row, cell in enumerate(column) if as_tick(cell)} for rank, column in boxes.items()}
    pairs = {
        (rank, item): len(rows & who) / len(rows | who)
        for rank, rows in ticked.items()
        for item, who in wrote.items()
        if len(rows & who) >= SEEN
    }
    of_box = {rank: [pair for pair in pairs if pair[0] == rank] for rank in boxes}
    sure = {}
    for rank, candidates in of_box.items():
        rivals = sorted(candidates, key=lambda pair: -pairs[pair])
        if not rivals or pairs[rivals[0]] < ALIKE or (len(rivals) > 1 and pairs[rivals[1]] == pairs[rivals[0]]):
            continue
        best = rivals[0]
        if all(pairs[best] > score for pair, score in pairs.items() if pair[1] == best[1] and pair != best):
            sure[rank] = best[1]
    return sure
