"""Rows that a quote left open hides: a record of the right number of cells may hold the lines of several.

A stray quote opens a cell that runs on, over line ends and separators, to the next quote. Each line it swallows brings
one line end and as many separators as the header has; a text that merely has line breaks seldom holds exactly that.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_LINE_ENDS = re.compile(r"[\r\n]+")
_PIECE = 16 << 20


def lines_swallowed(line_ends: int, separators: int, width: int) -> int:
    """Return how many rows were swallowed by text with so many line ends and separators; 0 when it is only text.

    Examples
    --------
    >>> lines_swallowed(1, 2, 3), lines_swallowed(1, 1, 3), lines_swallowed(2, 0, 1)
    (1, 0, 0)
    """
    return line_ends if width > 1 and line_ends and separators == line_ends * (width - 1) else 0


def swallowed_by(columns: Sequence[pa.Array], separator: str) -> dict[int, int]:
    r"""Return the rows that swallowed others, and how many; `columns` are all those of the file.

    Examples
    --------
    >>> swallowed_by([pa.array(["a", "d"]), pa.array(["b\nc;d", "e"])], ";")
    {0: 1}
    """
    suspects: set[int] = set()
    for column in columns:
        with_end = pc.match_substring_regex(column, r"[\r\n]").to_numpy(zero_copy_only=False)
        suspects.update(np.flatnonzero(with_end).tolist())
    found = {}
    for row in sorted(suspects):
        cells = [column[row].as_py() for column in columns]
        cells[-1] = cells[-1].rstrip("\r\n")  # a quote left open to the end of the file takes the last line end too
        ends = sum(len(_LINE_ENDS.findall(cell)) for cell in cells)
        if extra := lines_swallowed(ends, sum(cell.count(separator) for cell in cells), len(columns)):
            found[row] = extra
    return found


def swallowed_in(record: str, separator: str, width: int) -> int:
    """Return how many rows a record swallowed that could not be cut, from its raw text."""
    ends = len(_LINE_ENDS.findall(record.rstrip("\r\n")))
    return lines_swallowed(ends, record.count(separator) - (width - 1), width)


def most_lines(path: Path) -> int:
    """Return how many lines a file has, or more: never fewer."""
    ends, last = 1, b""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            ends += piece.count(b"\n") + piece.count(b"\r") - piece.count(b"\r\n")
            last = piece[-1:]
    return ends - (last in {b"\n", b"\r"})
