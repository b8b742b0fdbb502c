"""Read the rows of a CSV file block by block, so that memory does not grow with the file."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv

from tlanalysis.core.errors import BadInput
from tlanalysis.lists.messages import say
from tlanalysis.lists.readers import line_numbers, unclosed_quotes
from tlanalysis.lists.readers.base import Malformed, RowBatch, Wanted, ranks_of

# Arrow reads about thirty blocks ahead, so small blocks limit the memory. A batch joins a few blocks.
BLOCK = 4 << 20
_BLOCKS_TOGETHER = 5
# Up to this size every column is read, because an unclosed quote in any column may hide rows.
_WHOLE = 64 << 20


@dataclass(frozen=True)
class CsvFile:
    """A CSV file and how to read it; `skipped` counts the lines up to the header, the header included."""

    path: Path
    encoding: str
    separator: str
    skipped: int
    headers: list[str]

    def batches(self, wanted: Wanted) -> Iterator[RowBatch]:
        """Yield the rows, a few blocks at a time.

        In a large file only the wanted columns are read. If the file then has more lines than rows, all its columns are
        searched for hidden rows.

        Raises
        ------
        BadInput
            The encoding is wrong somewhere, a row is larger than a block, or a large file has hidden rows.
        """
        places, asked = ranks_of(self.headers, wanted), [str(name) for name in wanted]
        everything = list(range(len(self.headers)))
        lines = line_numbers.lines_of(self.path, self.encoding)
        if self.path.stat().st_size <= _WHOLE:
            for part in self._by_line(self._records(everything), lines.blank, whole=True):
                yield part._replace(table=part.table.select(places).rename_columns(asked))
            return
        rows = 0
        for part in self._by_line(self._records(places), lines.blank, whole=False):
            rows += len(part.numbers) + len(part.malformed)
            yield part._replace(table=part.table.rename_columns(asked))
        if lines.total - self.skipped > rows:
            self._refuse_hidden(self._records(everything))

    def _by_line(self, records: Iterator[RowBatch], blank: line_numbers.Lines, *, whole: bool) -> Iterator[RowBatch]:
        """Yield batches in which the number of a row is that of its first line, and blank lines are no rows.

        In a table with all columns, a row with an unclosed quote and every row hidden inside it are refused.
        """
        after = blank - self.skipped
        counter = line_numbers.LineCounter(after[after > 0])
        before = 1
        for table, ranks, malformed in records:
            ends = unclosed_quotes.line_ends_of(table.columns)
            within = unclosed_quotes.rows_hiding_others(table.columns, self.separator, ends) if whole else {}
            line_ends = np.zeros(len(ranks) + len(malformed), np.int64)
            line_ends[ranks[list(ends)] - before] = list(ends.values())
            for row in malformed:
                line_ends[row.number - before] = row.line_ends
            lines = counter.first_lines(line_ends)
            numbers = lines[ranks - before]
            refused = []
            for row in malformed:
                row = row._replace(number=int(lines[row.number - before]))
                refused += _hidden(row.number, row.hides) if row.hides else [row]
            for at, more in within.items():
                refused += _hidden(int(numbers[at]), more)
            kept = np.delete(np.arange(len(ranks)), list(within))
            yield RowBatch(table.take(pa.array(kept)) if within else table, numbers[kept], sorted(refused))
            before += len(line_ends)

    def _refuse_hidden(self, records: Iterator[RowBatch]) -> None:
        for table, numbers, _ in records:
            ends = unclosed_quotes.line_ends_of(table.columns)
            for row in unclosed_quotes.rows_hiding_others(table.columns, self.separator, ends):
                raise BadInput(say("hidden_rows", file=self.path.name, row=numbers[row]))

    def _records(self, places: Sequence[int]) -> Iterator[RowBatch]:
        """Yield some columns, read by one thread: only then does Arrow give the number of an invalid row."""
        names = [f"{rank}" for rank in range(len(self.headers))]
        chosen = [names[place] for place in places]
        waiting: deque[Malformed] = deque()

        def cannot_cut(row: pcsv.InvalidRow) -> str:
            text, width = row.text, row.expected_columns
            hides = unclosed_quotes.rows_hidden_in(text, self.separator, width)
            ends = unclosed_quotes.line_ends_in(text)
            waiting.append(Malformed(row.number - self.skipped, row.actual_columns, width, hides, ends))
            return "skip"

        stream: pa.NativeFile = pa.OSFile(os.fsencode(self.path))
        if self.encoding not in {"utf-8", "utf-8-sig"}:
            stream = pa.transcoding_input_stream(stream, self.encoding, "utf-8")
        try:
            reader = pcsv.open_csv(
                stream,
                read_options=pcsv.ReadOptions(
                    use_threads=False, block_size=BLOCK, skip_rows=self.skipped, column_names=names
                ),
                parse_options=pcsv.ParseOptions(
                    delimiter=self.separator, newlines_in_values=True, invalid_row_handler=cannot_cut
                ),
                convert_options=pcsv.ConvertOptions(
                    column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False, include_columns=chosen
                ),
            )
            before, blocks = 0, []
            for block in reader:
                blocks.append(block)
                if len(blocks) == _BLOCKS_TOGETHER:
                    rows = _numbered(before, pa.Table.from_batches(blocks), waiting)
                    before, blocks = before + len(rows.numbers) + len(rows.malformed), []
                    yield rows
            rows = _numbered(before, pa.Table.from_batches(blocks, reader.schema), waiting)
            yield rows._replace(malformed=[*rows.malformed, *waiting])
        except pa.ArrowInvalid as error:
            raise BadInput(_explained(self.path, str(error))) from error
        except UnicodeDecodeError as error:
            raise BadInput(
                say("wrong_encoding_to_end", file=self.path.name, encoding=self.encoding, why=error.reason)
            ) from error


def _hidden(number: int, more: int) -> list[Malformed]:
    """Return the row that opens a quote and those inside it, as refused."""
    return [Malformed(number + step, 0, 0, more) for step in range(more + 1)]


def _numbered(before: int, table: pa.Table, waiting: deque[Malformed]) -> RowBatch:
    """Return rows with their row numbers, and the invalid rows among them.

    Arrow may report invalid rows that come after this table, so only those within it leave the queue.
    """
    end, among = before + len(table), []
    while waiting and waiting[0].number <= end:
        among.append(waiting.popleft())
        end += 1
    ranks = np.setdiff1d(np.arange(before + 1, end + 1), [row.number for row in among], assume_unique=True)
    return RowBatch(table, ranks, among)


def _explained(path: Path, message: str) -> str:
    if "straddling" in message:
        return say("long_row", file=path.name, mib=BLOCK >> 20)
    if "UTF8" in message or "UTF-8" in message:
        return say("not_utf8_to_end", file=path.name)
    return say("csv_unreadable", file=path.name, why=message.splitlines()[0][:160])
