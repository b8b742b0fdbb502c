"""Find rows that an unclosed quote hides inside one cell.

A stray quote opens a cell that ends at the next quote, line ends and separators included. Each hidden row adds one line
end and as many separators as the header has. A text that merely has line breaks seldom holds exactly that many.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_LINE_ENDS = re.compile(r"[\r\n]+")  # blank lines are no rows
_LINE_END = re.compile(r"\r\n|\r|\n")


def hidden_rows(line_ends: int, separators: int, width: int) -> int:
    """Return how many rows a text with so many line ends and separators hides; 0 when it is only text.

    Examples
    --------
    >>> hidden_rows(1, 2, 3), hidden_rows(1, 1, 3), hidden_rows(2, 0, 1)
    (1, 0, 0)
    """
    return line_ends if width > 1 and line_ends and separators == line_ends * (width - 1) else 0


def line_ends_in(text: str) -> int:
    r"""Return how many line ends stand inside a text; carriage return and line feed together are one.

    Examples
    --------
    >>> line_ends_in("a\r\nb\nc\n")
    2
    """
    return len(_LINE_END.findall(text.rstrip("\r\n")))


def line_ends_of(columns: Sequence[pa.ChunkedArray]) -> dict[int, int]:
    r"""Return the rows with line ends inside their cells, and how many.

    Examples
    --------
    >>> line_ends_of([pa.chunked_array([["a", "d"]]), pa.chunked_array([["b\r\nc\n", "e"]])])
    {0: 2}
    """
    found: dict[int, int] = {}
    for column in columns:
        if not any(map(_may_hold_line_ends, column.chunks)):
            continue
        times = pc.count_substring_regex(column, r"\r\n|\r|\n").to_numpy()
        for row in np.flatnonzero(times).tolist():
            found[row] = found.get(row, 0) + int(times[row])
    return dict(sorted(found.items()))


def _may_hold_line_ends(chunk: pa.Array) -> bool:
    data = np.frombuffer(chunk.buffers()[2] or b"", np.uint8)
    return bool(((data == 10) | (data == 13)).any())


def rows_hiding_others(columns: Sequence[pa.ChunkedArray], separator: str, suspects: Iterable[int]) -> dict[int, int]:
    r"""Return the rows that hide others, and how many; `columns` holds every column of the file.

    Examples
    --------
    >>> rows_hiding_others([pa.chunked_array([["a", "d"]]), pa.chunked_array([["b\nc;d", "e"]])], ";", [0])
    {0: 1}
    """
    found = {}
    for row in suspects:
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
