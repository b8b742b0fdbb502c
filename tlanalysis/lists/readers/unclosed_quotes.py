"""Find rows that an unclosed quote hides inside one cell.

A stray quote opens a cell that ends at the next quote, line ends and separators included. Each hidden row adds one line
end and as many separators as the header has. A text that merely has line breaks seldom holds exactly that many.
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


def hidden_rows(line_ends: int, separators: int, width: int) -> int:
    """Return how many rows a text with so many line ends and separators hides; 0 when it is only text.

    Examples
    --------
    >>> hidden_rows(1, 2, 3), hidden_rows(1, 1, 3), hidden_rows(2, 0, 1)
    (1, 0, 0)
    """
    return line_ends if width > 1 and line_ends and separators == line_ends * (width - 1) else 0


def rows_hiding_others(columns: Sequence[pa.Array], separator: str) -> dict[int, int]:
    r"""Return the rows that hide others, and how many; `columns` holds every column of the file.

    Examples
    --------
    >>> rows_hiding_others([pa.array(["a", "d"]), pa.array(["b\nc;d", "e"])], ";")
    {0: 1}
    """
    suspects: set[int] = set()
    for column in columns:
        with_end = pc.match_substring_regex(column, r"[\r\n]").to_numpy(zero_copy_only=False)
        suspects.update(np.flatnonzero(with_end).tolist())
    found = {}
    for row in sorted(suspects):
        cells = [column[row].as_py() for column in columns]
        cells[-1] = cells[-1].rstrip("\r\n")  # a quote left open to the end of the file includes the last line end
        ends = sum(len(_LINE_ENDS.findall(cell)) for cell in cells)
        if extra := hidden_rows(ends, sum(cell.count(separator) for cell in cells), len(columns)):
            found[row] = extra
    return found


def rows_hidden_in(record: str, separator: str, width: int) -> int:
    """Return how many rows an invalid row hides, from its raw text."""
    ends = len(_LINE_ENDS.findall(record.rstrip("\r\n")))
    return hidden_rows(ends, record.count(separator) - (width - 1), width)


def most_lines(path: Path) -> int:
    """Return an upper limit of the number of lines of a file."""
    ends, last = 1, b""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            ends += piece.count(b"\n") + piece.count(b"\r") - piece.count(b"\r\n")
            last = piece[-1:]
    return ends - (last in {b"\n", b"\r"})
