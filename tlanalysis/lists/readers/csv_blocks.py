"""The rows of a delimited text, cut block by block so that memory does not grow with the file."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pcsv
from numpy.typing import NDArray

from tlanalysis.core.errors import BadInput
from tlanalysis.lists.readers import csv_quotes
from tlanalysis.lists.readers.base import Malformed, RowBatch, Wanted, ranks_of

# Arrow reads some thirty blocks ahead: small ones bound the memory, and a few together are worth a batch.
BLOCK = 4 << 20
_BLOCKS_TOGETHER = 5
# Up to this size all columns are read, whichever are wanted: a quote left open in any of them may hide rows.
_WHOLE = 64 << 20


@dataclass(frozen=True)
class Cut:
    """A delimited text and how it is cut: `skipped` lines up to and with the header, then one row per record."""

    path: Path
    encoding: str
    separator: str
    skipped: int
    headers: list[str]

    def batches(self, wanted: Wanted) -> Iterator[RowBatch]:
        """Yield the rows, a block at a time.

        Of a large file only the columns that are wanted are read; if in the end it has more lines than rows, the
        others are looked at for rows that a quote left open would hide.

        Raises
        ------
        BadInput
            Not of the encoding to its end, a record larger than a block, or hidden rows in a large file.
        """
        places, asked = ranks_of(self.headers, wanted), [str(name) for name in wanted]
        everything = list(range(len(self.headers)))
        if self.path.stat().st_size <= _WHOLE:
            for part in self._unhidden(self._records(everything)):
                yield part._replace(table=part.table.select(places).rename_columns(asked))
            return
        with ThreadPoolExecutor(1) as side:
            lines, rows = side.submit(csv_quotes.most_lines, self.path), 0
            for part in self._records(places):
                rows += len(part.numbers) + len(part.malformed)
                yield part._replace(table=part.table.rename_columns(asked))
            if lines.result() - self.skipped > rows:
                self._refuse_hidden(self._records(everything))

    def _unhidden(self, records: Iterator[RowBatch]) -> Iterator[RowBatch]:
        """Yield the rows, those that swallowed others and those they swallowed refused.

        Each under the rank it should have had.
        """
        shift = 0
        for table, numbers, malformed in records:
            within = csv_quotes.swallowed_by(table.columns, self.separator)
            hidden = [(int(numbers[row]), more) for row, more in within.items()]
            hidden += [(row.number, row.hides) for row in malformed if row.hides]
            if not hidden and not shift:
                yield RowBatch(table, numbers, malformed)
                continue
            at = np.array([number for number, _ in sorted(hidden)], np.int64)
            moves = shift + np.cumsum([0, *(more for _, more in sorted(hidden))])

            def moved(ranks: NDArray[np.int64], at: NDArray = at, moves: NDArray = moves) -> NDArray[np.int64]:
                return ranks + moves[np.searchsorted(at, ranks)]

            refused = [row._replace(number=int(moved(np.array(row.number)))) for row in malformed if not row.hides]
            for number, more in hidden:
                first = int(moved(np.array(number)))
                refused += [Malformed(first + step, 0, 0, more) for step in range(more + 1)]
            kept = np.delete(np.arange(len(numbers)), list(within))
            yield RowBatch(table.take(pa.array(kept)), moved(numbers[kept]), sorted(refused))
            shift = int(moves[-1])

    def _refuse_hidden(self, records: Iterator[RowBatch]) -> None:
        for table, numbers, _ in records:
            for row in csv_quotes.swallowed_by(table.columns, self.separator):
                raise BadInput(
                    f"{self.path.name}: in row {numbers[row]} a quote is opened and not closed, which hides rows "
                    "below it: mend it."
                )

    def _records(self, places: Sequence[int]) -> Iterator[RowBatch]:
        """Yield some columns as one thread cuts them: the rank of a row that cannot be cut is then known."""
        names = [f"{rank}" for rank in range(len(self.headers))]
        chosen = [names[place] for place in places]
        waiting: deque[Malformed] = deque()

        def cannot_cut(row: pcsv.InvalidRow) -> str:
            hides = csv_quotes.swallowed_in(row.text, self.separator, row.expected_columns)
            waiting.append(Malformed(row.number - self.skipped, row.actual_columns, row.expected_columns, hides))
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
                f"{self.path.name} cannot be read as {self.encoding} to its end ({error.reason}): "
                "name its encoding with --encoding."
            ) from error


def _numbered(before: int, table: pa.Table, waiting: deque[Malformed]) -> RowBatch:
    """Give each row its rank, leaving out those of the rows that could not be cut.

    These leave the queue of waiting rows, which may run ahead of the table.
    """
    end, among = before + len(table), []
    while waiting and waiting[0].number <= end:
        among.append(waiting.popleft())
        end += 1
    ranks = np.setdiff1d(np.arange(before + 1, end + 1), [row.number for row in among], assume_unique=True)
    return RowBatch(table, ranks, among)


def _explained(path: Path, message: str) -> str:
    if "straddling" in message:
        return f"{path.name} has a row of more than {BLOCK >> 20} MiB, perhaps a quote that is never closed: mend it."
    if "UTF8" in message or "UTF-8" in message:
        return f"{path.name} is not UTF-8 to its end: name its encoding with --encoding (cp1252, perhaps)."
    return f"{path.name} cannot be read as CSV: {message.splitlines()[0][:160]}."
