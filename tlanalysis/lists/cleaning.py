"""`tl.clean` and `tlanalysis clean`: read a list, map its columns, clean it in batches on all cores, count its rows."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from tlanalysis import __version__
from tlanalysis.core.errors import BadInput
from tlanalysis.core.languages import LANGS
from tlanalysis.data import embedded
from tlanalysis.lists import duplicates
from tlanalysis.lists.cells.privacy import without_personal
from tlanalysis.lists.cells.rules import REPAIR, RULES
from tlanalysis.lists.cells.text import clean_text, printable
from tlanalysis.lists.corrections import Correction, check_hits, correct
from tlanalysis.lists.joined_rows import Joined, Split, check_distinct, split_rows
from tlanalysis.lists.mapping import Mapping, check_columns, guess, personal_columns, propose, read_mapping
from tlanalysis.lists.output import (
    FILES,
    BatchWriter,
    check_targets,
    is_ours,
    staged,
    stored_places,
    write_ledger_files,
)
from tlanalysis.lists.publishers import registry
from tlanalysis.lists.readers.base import Reading, ReadingOptions, RowBatch
from tlanalysis.lists.readers.open_list import open_list
from tlanalysis.lists.row_cleaning import PLACE_SCHEMA, REJECT_SCHEMA, Batch, clean_batch, refused_rows, unpaired_names

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Cleaned:
    """A clean list in memory.

    Attributes
    ----------
    places : DataFrame
        One row per accepted place; the fifteen columns of `fields.OUTPUT`.
    rejects : DataFrame
        One row per refused cell or row: `ligne_source`, `champ`, `valeur`, `regle`, `gravite`, `motif`.
    duplicates : DataFrame
        Groups of rows that describe the same place; see `duplicates.find_duplicates`.
    ledger : dict
        How many rows were read, accepted and rejected, and how the file was read; the content of `ledger.json`.
    mapping : Mapping
        Which column holds which field.
    """

    places: pd.DataFrame
    rejects: pd.DataFrame
    duplicates: pd.DataFrame
    ledger: dict[str, Any]
    mapping: Mapping

    def __repr__(self) -> str:
        counts = {name: self.ledger[name] for name in ("lignes_lues", "lignes_acceptees", "lignes_rejetees")}
        return f"Cleaned({', '.join(f'{name}={number}' for name, number in counts.items())})"


@dataclass
class Totals:
    """The running totals of a list."""

    read: int = 0
    rejected: int = 0
    file_rows: int = 0
    identifiers: list[pa.Table] = field(default_factory=list)
    applied: Counter[str] = field(default_factory=Counter)
    hits: list[int] = field(default_factory=list)
    seen: duplicates.Seen = field(default_factory=duplicates.Seen)

    def add(self, batch: Batch) -> None:
        """Count a batch."""
        self.read += batch.read
        self.rejected += batch.rejected
        self.file_rows += batch.file_rows
        self.applied.update(batch.applied)
        self.seen.add(batch.places)


@dataclass(frozen=True)
class Recipe:
    """How to clean the rows of a list; a thread or another machine needs only this and the rows."""

    mapping: Mapping
    source: str
    lang: str
    corrections: tuple[Correction, ...]
    joined: Joined | None = None

    def clean(self, rows: RowBatch) -> tuple[Batch, list[int]]:
        """Clean some rows; also return how many rows each correction found."""
        table, hits = correct(rows.table, self.corrections)
        corrected = rows._replace(table=table)
        split = split_rows(corrected, self.joined) if self.joined else Split(corrected, [])
        batch = clean_batch(split.rows.table, split.rows.numbers, self.mapping, source=self.source, lang=self.lang)
        batch = replace(batch, file_rows=len(rows.table))
        return refused_rows(unpaired_names(batch, split.unpaired, self.lang), rows.malformed, self.lang), hits


@dataclass(frozen=True)
class Job:
    """A list and how to clean it, decided before the first row is read."""

    reading: Reading
    recipe: Recipe
    never_read: list[str]

    @property
    def mapping(self) -> Mapping:
        """Return which column holds which field."""
        return self.recipe.mapping

    @property
    def wanted(self) -> list[str]:
        """Return the publisher's columns to read."""
        named = [column for entry in self.recipe.corrections for column in (*entry.rows, *entry.set)]
        return list(dict.fromkeys([*self.mapping.columns.values(), *named]))


def prepare(
    path: str | Path,
    mapping: Mapping | str | Path | None = None,
    *,
    lang: str = "fr",
    options: ReadingOptions | None = None,
) -> Job:
    """Open a list and decide which field each column holds.

    Raises
    ------
    BadInput
        The file is not a list, or no mapping was given and the fields of its columns are not sure enough.
    """
    reading = open_list(Path(path), options)
    if lang not in LANGS:
        raise BadInput(f"no language {lang!r}: {' or '.join(LANGS)}.")
    chosen = read_mapping(Path(mapping)) if isinstance(mapping, (str, Path)) else mapping
    chosen = chosen or registry.recognise(reading.headers)
    chosen = chosen or propose(reading.headers, reading.sample, reading.path.name)
    check_columns(chosen, reading.headers, reading.path.name)
    personal = [
        name for name in personal_columns(reading.headers, reading.sample) if name not in chosen.columns.values()
    ]
    source = clean_text(chosen.name or without_personal(printable(reading.path.name)).split(".")[0])[0] or "liste"
    known = registry.LISTS.get(chosen.known)
    corrections, joined = (known.corrections, known.joined) if known else ((), None)
    return Job(reading, Recipe(chosen, source, lang, corrections, joined), personal)


def start_mapping(path: str | Path, options: ReadingOptions | None = None) -> Mapping:
    """Return a mapping to start from: the publisher's, or else the best guess for every column, however unsure."""
    reading = open_list(Path(path), options)
    return registry.recognise(reading.headers) or guess(reading.headers, reading.sample)


def summary(job: Job, entry: dict[str, Any]) -> str:
    """Return a summary in words: how the list was read, and how many rows were accepted and rejected."""
    how = ", ".join(f"{name} {value!r}" if name != "format" else str(value) for name, value in entry["lecture"].items())
    columns = ", ".join(f"{ours} = {theirs}" for ours, theirs in entry["mapping"].items())
    lines = [
        f"{entry['fichier']}: {how}",
        f"columns ({job.mapping.known or 'mapping'}): {columns}",
        f"{entry['lignes_lues']} rows read = {entry['lignes_acceptees']} accepted + {entry['lignes_rejetees']} "
        "rejected; "
        f"{entry['doublons']['lignes']} rows in {entry['doublons']['groupes']} groups of duplicates",
    ]
    for name, word in (("regles", "refused"), ("reparations", "repaired")):
        if entry[name]:
            lines.append(f"{word}: " + ", ".join(f"{rule} {times}" for rule, times in entry[name].items()))
    if entry["colonnes_personnelles_ecartees"]:
        lines.append("never read (personal): " + ", ".join(entry["colonnes_personnelles_ecartees"]))
    return "\n".join(lines)


def clean_batches(
    job: Job, totals: Totals, *, workers: Executor | None = None, number: int | None = None
) -> Iterator[Batch]:
    """Yield the cleaned batches of a list in its order, cleaned by several workers, and add them to the totals.

    At most one batch more than there are workers is read ahead, so that memory does not grow with the list.

    Parameters
    ----------
    job : Job
        What `prepare` returns.
    totals : Totals
        Updated after each batch.
    workers : Executor, optional
        A cluster's workers; by default threads of this machine, in which Arrow and NumPy run in parallel.
    number : int, optional
        Number of workers; by default the number of cores.
    """
    number = number or os.cpu_count() or 1
    corrections = job.recipe.corrections
    totals.hits = [0] * len(corrections)
    waiting: deque[Future[tuple[Batch, list[int]]]] = deque()

    def settle() -> Batch:
        batch, hits = waiting.popleft().result()
        totals.add(batch)
        if job.recipe.joined:
            totals.identifiers.append(batch.places.select(["id_source", "ligne_source"]))
        totals.hits = [total + new for total, new in zip(totals.hits, hits, strict=True)]
        return batch

    pool = workers or ThreadPoolExecutor(number)
    try:
        for rows in job.reading.batches(job.wanted):
            waiting.append(pool.submit(job.recipe.clean, rows))
            if len(waiting) > number:
                yield settle()
        while waiting:
            yield settle()
    finally:
        for future in waiting:
            future.cancel()
        if workers is None:
            pool.shutdown()
    check_hits(corrections, totals.hits, job.reading.path.name)
    if totals.identifiers:
        ids, numbers = pa.concat_tables(totals.identifiers).columns
        check_distinct(ids.to_pylist(), numbers.to_pylist(), job.reading.path.name)


def clean(
    path: str | Path,
    mapping: Mapping | str | Path | None = None,
    *,
    out: str | Path | None = None,
    lang: str = "fr",
    encoding: str | None = None,
    separator: str | None = None,
    header: int | None = None,
    sheet: str | None = None,
    records: str | None = None,
) -> Cleaned:
    """Clean any list of places: accept each row or reject it with its reasons, and record every guess.

    On the command line: `tlanalysis clean FILE`.

    Parameters
    ----------
    path : str or Path
        CSV, XLSX, XLS, ODS, GeoJSON, JSON records or Parquet.
    mapping : Mapping, str or Path, optional
        Which column holds which field: a `mapping.toml`, or the mapping that an earlier `clean` returned. By default a
        publisher's list is recognised by its columns; for another list, a mapping is proposed from headers and values.
    out : str or Path, optional
        Folder where the result is also written, as `tlanalysis clean` writes it.
    lang : {"fr", "en"}
        Language of the reasons in `rejects`.
    encoding, separator, header, sheet, records : optional
        Stated instead of detected: encoding, separator, line of the header (0: none), sheet of a workbook, key of the
        records in a JSON file.

    Returns
    -------
    Cleaned
        `places`, `rejects`, `duplicates`, `ledger`, `mapping`.

    Raises
    ------
    BadInput
        The file is not a list, is damaged or ambiguous, the fields of its columns are not sure enough, or `out` holds
        a file of the same name that is an input or was not written by `clean`.
    """
    job = prepare(path, mapping, lang=lang, options=ReadingOptions(encoding, separator, header, sheet, records))
    if out is not None:
        inputs = [job.reading.path, Path(mapping) if isinstance(mapping, str | Path) else None]
        check_targets([Path(out) / name for name in FILES], inputs, ours=is_ours(Path(out)), force=False)
    totals, digest, batches = Totals(), _digest(job.reading.path), []
    for batch in clean_batches(job, totals):
        batches.append(batch)
    places = pa.concat_tables([PLACE_SCHEMA.empty_table(), *(batch.places for batch in batches)])
    rejects = pa.concat_tables([REJECT_SCHEMA.empty_table(), *(batch.rejects for batch in batches)])
    twice = _duplicates(totals.seen, [places])
    entry = ledger(job, totals, twice, digest())
    if out is not None:
        with staged(Path(out)) as folder:
            with BatchWriter(folder) as writer:
                writer.write(places, rejects)
            write_ledger_files(folder, job.mapping, twice, entry)
    return Cleaned(places.to_pandas(), rejects.to_pandas(), twice, entry, job.mapping)


def clean_open_file(name: str) -> Cleaned:
    """Clean a fetched open file, after checking its bytes.

    Raises
    ------
    SourceError
        The file is not on this machine, or is not the recorded version.
    """
    embedded.read_remote(name)
    return clean(str(embedded.find_remote(name)))


def clean_to(
    job: Job, out: Path, *, batches: Callable[[Job, Totals], Iterator[Batch]] = clean_batches
) -> dict[str, Any]:
    """Clean a list into a folder in constant memory, and return the ledger.

    Parameters
    ----------
    job : Job
        What `prepare` returns.
    out : Path
        Folder; the files of an earlier run are replaced together at the end.
    batches : callable
        What cleans: this machine (`clean_batches`), or a cluster (`dask.clean_batches_on`).
    """
    totals, digest = Totals(), _digest(job.reading.path)
    with staged(out) as folder:
        with BatchWriter(folder) as writer:
            for batch in batches(job, totals):
                writer.write(batch.places, batch.rejects)
        twice = _duplicates(totals.seen, stored_places(folder))
        entry = ledger(job, totals, twice, digest())
        write_ledger_files(folder, job.mapping, twice, entry)
    return entry


def _duplicates(seen: duplicates.Seen, tables: Sequence[pa.Table] | Iterator[pa.Table]) -> pd.DataFrame:
    return duplicates.find_duplicates(
        duplicates.pick(tables, seen.candidates()), near=len(seen) <= duplicates.NEAR_UP_TO
    )


def ledger(job: Job, totals: Totals, twice: pd.DataFrame, sha256: str) -> dict[str, Any]:
    """Return how many rows were read, accepted and rejected, and how the file was read.

    Raises
    ------
    AssertionError
        A row is neither accepted nor rejected: a fault of this library, not of the list.
    """
    accepted = len(totals.seen)
    if totals.read != accepted + totals.rejected:
        raise AssertionError(f"{totals.read} rows read, {accepted} accepted, {totals.rejected} rejected: a row is lost")
    applied = {rule: totals.applied[rule] for rule in RULES if totals.applied[rule]}
    reading = job.reading
    return {
        "version": __version__,
        "fichier": without_personal(printable(reading.path.name), "[…]"),
        "sha256": sha256,
        "lecture": reading.detected,
        "lignes_du_fichier": totals.file_rows,
        "lignes_lues": totals.read,
        "lignes_acceptees": accepted,
        "lignes_rejetees": totals.rejected,
        "regles": {rule: times for rule, times in applied.items() if RULES[rule].gravite != REPAIR},
        "reparations": {rule: times for rule, times in applied.items() if RULES[rule].gravite == REPAIR},
        "doublons": {
            "groupes": int(twice["retenue"].sum()) if len(twice) else 0,
            "lignes": len(twice),
            "noms_proches_cherches": accepted <= duplicates.NEAR_UP_TO,
        },
        "liste_reconnue": job.mapping.known or None,
        "mapping": job.mapping.columns,
        "confiance": job.mapping.confidence,
        "colonnes_personnelles_ecartees": [without_personal(name, "[…]") for name in job.never_read],
        "colonnes_non_lues": [
            without_personal(name, "[…]") for name in reading.headers if name not in {*job.wanted, *job.never_read}
        ],
        "corrections": [
            {"motif": entry.reason, "lignes": hits}
            for entry, hits in zip(job.recipe.corrections, totals.hits, strict=True)
        ],
    }


def _digest(path: Path) -> Callable[[], str]:
    """Start computing the sha256 of a file in a thread; return a function that waits for it."""
    found: list[str] = []

    def compute() -> None:
        with path.open("rb") as file:
            found.append(hashlib.file_digest(file, "sha256").hexdigest())

    thread = threading.Thread(target=compute)
    thread.start()

    def result() -> str:
        thread.join()
        return found[0]

    return result
