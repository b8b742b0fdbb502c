"""Number the rows of a CSV file by the lines on which they begin, blank lines and lines inside cells counted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

_PIECE = 16 << 20
_NEW_LINE = ord("\n")

Lines = NDArray[np.int64]


class FileLines(NamedTuple):
    """The blank lines of a file by their numbers, from 1, and how many lines it has; those inside cells count."""

    blank: Lines
    total: int


def lines_of(path: Path, encoding: str) -> FileLines:
    """Return which lines of a file hold nothing at all, and how many lines it has."""
    found, before, last = [np.array([], np.int64)], 0, -1  # a file begins as if a line had just ended
    for piece in _pieces(path, encoding):
        ends = np.flatnonzero(np.frombuffer(piece, np.uint8) == _NEW_LINE)
        found.append(before + 1 + np.flatnonzero(np.diff(ends, prepend=last) == 1))
        if len(ends):
            last = int(ends[-1])
        before, last = before + len(ends), last - len(piece)
    return FileLines(np.concatenate(found), before + (last != -1))


def _pieces(path: Path, encoding: str) -> Iterator[bytes]:
    """Yield a file in parts in which every line ends in one line feed."""
    plain = "\n".encode(encoding) == b"\n"  # not in UTF-16
    # Text is read a line end at a time by Python itself; bytes keep a carriage return for the part after it.
    with path.open("rb") if plain else path.open(encoding=encoding, newline=None, errors="replace") as file:
        kept = b""
        while piece := file.read(_PIECE):
            data = kept + (piece if isinstance(piece, bytes) else piece.encode("utf-8", "replace"))
            data, kept = (data[:-1], b"\r") if data.endswith(b"\r") else (data, b"")
            if data:
                yield data.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in data else data
        if kept:
            yield b"\n"


class LineCounter:
    """Gives rows, in their order, the line on which each begins.

    Parameters
    ----------
    blank : ndarray of int
        Blank lines, in their order, in the numbers that rows get: the first line after the header is 1.
    """

    def __init__(self, blank: Lines) -> None:
        self._blank = blank.tolist()
        self._at = 0
        self._next = 1

    def first_lines(self, line_ends: Lines) -> Lines:
        """Return the first line of each of the next rows; `line_ends` counts those inside the cells of each.

        Examples
        --------
        >>> LineCounter(np.array([2, 5])).first_lines(np.array([0, 0, 2, 0])).tolist()  # 5 is inside the third row
        [1, 3, 4, 7]
        """
        if self._at == len(self._blank):
            starts = self._next + np.cumsum(line_ends + 1) - line_ends - 1
            self._next += int(line_ends.sum()) + len(line_ends)
            return starts
        return np.fromiter(map(self._first_line, line_ends.tolist()), np.int64, len(line_ends))

    def _first_line(self, line_ends: int) -> int:
        blank = self._blank
        while self._at < len(blank) and blank[self._at] <= self._next:
            self._next += blank[self._at] == self._next
            self._at += 1
        first = self._next
        self._next += line_ends + 1
        return first
