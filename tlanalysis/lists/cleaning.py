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
from tlanalysis.core.errors import BadInput, did_you_mean
from tlanalysis.core.languages import LANGS
from tlanalysis.data import embedded
from tlanalysis.lists import duplicates
from tlanalysis.lists.cells.privacy import without_personal
from tlanalysis.lists.cells.rules import REPAIR, RULES
from tlanalysis.lists.cells.text import clean_text, printable
from tlanalysis.lists.cleaned import Cleaned as Cleaned
from tlanalysis.lists.corrections import Correction, check_hits, correct
from tlanalysis.lists.given import as_file
from tlanalysis.lists.joined_rows import Joined, Split, check_distinct, split_rows
from tlanalysis.lists.mapping import Mapping, check_columns, labels_of, personal_columns, read_mapping
from tlanalysis.lists.messages import say
from tlanalysis.lists.output import (
    FILES,
    BatchWriter,
    check_targets,
    is_ours,
    staged,
    stored_places,
    write_ledger_files,
)
from tlanalysis.lists.proposal import check_enough, proposed, shown, to_toml, why_unread
from tlanalysis.lists.publishers import registry
from tlanalysis.lists.publishers.published_list import PublishedList
from tlanalysis.lists.readers.base import SAMPLE, Reading, ReadingOptions, RowBatch
from tlanalysis.lists.readers.open_list import open_list
from tlanalysis.lists.recognition.decision import Recognition, recognise
from tlanalysis.lists.row_cleaning import (
    REJECT_SCHEMA,
    Batch,
    clean_batch,
    kept_as,
    refused_rows,
    schema_with,
    unpaired_names,
)

if TYPE_CHECKING:
    import pandas as pd


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
    keep: tuple[str, ...] = ()

    def clean(self, rows: RowBatch) -> tuple[Batch, list[int]]:
        """Clean some rows; also return how many rows each correction found."""
        table, hits = correct(rows.table, self.corrections)
        corrected = rows._replace(table=table)
        split = split_rows(corrected, self.joined) if self.joined else Split(corrected, [])
        batch = clean_batch(
            split.rows.table, split.rows.numbers, self.mapping, source=self.source, lang=self.lang, keep=self.keep
        )
        batch = replace(batch, file_rows=len(rows.table))
        return refused_rows(unpaired_names(batch, split.unpaired, self.lang), rows.malformed, self.lang), hits


@dataclass(frozen=True)
class Job:
    """A list and how to clean it, decided before the first row is read."""

    reading: Reading
    recipe: Recipe
    never_read: list[str]
    labels: list[str]
    unread: dict[str, str] = field(default_factory=dict)

    @property
    def mapping(self) -> Mapping:
        """Return which column holds which field."""
        return self.recipe.mapping

    @property
    def wanted(self) -> list[str]:
        """Return the columns to read, by their labels (see `labels_of`)."""
        named = [column for entry in self.recipe.corrections for column in (*entry.rows, *entry.set)]
        there = [column for column in named if column in self.labels]
        return list(dict.fromkeys([*self.mapping.read, *there, *self.recipe.keep]))

    def batches(self) -> Iterator[RowBatch]:
        """Yield the columns to read, under their labels."""
        wanted = self.wanted
        if all(label in self.reading.headers for label in wanted):
            yield from self.reading.batches(wanted)
            return
        for rows in self.reading.batches([self.labels.index(label) for label in wanted]):
            yield rows._replace(table=rows.table.rename_columns(wanted))


def prepare(
    path: str | Path,
    mapping: Mapping | str | Path | None = None,
    *,
    lang: str = "fr",
    options: ReadingOptions | None = None,
    keep: Sequence[str] | str = (),
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
    where = reading.path.name
    labels, sample = _columns_of(reading)
    personal = personal_columns(labels, sample)
    chosen = read_mapping(Path(mapping)) if isinstance(mapping, (str, Path)) else mapping
    found = recognise(labels, sample, personal)
    if chosen is None and (chosen := _known(labels, found)) is None:
        check_enough(found, labels, where)
        chosen = proposed(found)
    check_columns(chosen, labels, where)
    if not {"nom", "id_source"} & chosen.columns.keys():
        raise BadInput(say("mapping_no_name", where=where))
    source = clean_text(chosen.name or without_personal(printable(where)).split(".")[0])[0] or "liste"
    known = _list_called(chosen.known)
    corrections, joined = (known.corrections, known.joined) if known else ((), None)
    read = set(chosen.read)
    unread = {shown(column): why for column, why in why_unread(found).items() if column not in read}
    kept = _kept(keep, where, labels, chosen, personal)
    recipe = Recipe(chosen, source, lang, corrections, joined, kept)
    return Job(reading, recipe, [name for name in personal if name not in read], labels, unread)


ALL = "all"


def _kept(
    keep: Sequence[str] | str, where: str, labels: Sequence[str], mapping: Mapping, personal: list[str]
) -> tuple[str, ...]:
    """Return the columns that are carried through: those named, or all that no field takes and no person stands in.

    Raises
    ------
    BadInput
        A column is not in the list, stands there twice and its rank is not said, or holds personal data.
    """
    named = [keep] if isinstance(keep, str) else list(keep)
    if ALL in named and ALL not in labels:
        taken = {*mapping.read, *personal}
        return tuple(name for name in labels if name not in taken)
    for name in named:
        if name in personal:
            raise BadInput(f"{where}: the column {name!r} holds personal data, which is never kept.")
        if name not in labels:
            if times := sum(label.startswith(f"{name}#") for label in labels):
                raise BadInput(say("mapping_twice", where=where, times=times, column=repr(name)))
            raise BadInput(f"{where} has no column {name!r}{did_you_mean(name, labels)} to keep.")
    return tuple(dict.fromkeys(named))


def _list_called(name: str) -> PublishedList | None:
    if name and name not in registry.LISTS:
        raise BadInput(f"the mapping names a list {name!r} that is not known{did_you_mean(name, registry.LISTS)}.")
    return registry.LISTS.get(name)


def _known(labels: Sequence[str], found: Recognition) -> Mapping | None:
    """Return the mapping of a list we know, with the coordinates that this copy of it has elsewhere."""
    known = registry.recognise(labels)
    if known is None:
        return None
    columns = dict(known.columns)
    if not {"latitude", "longitude", "coordonnees", "x_lambert93"} & columns.keys():
        for name in ("latitude", "longitude", "coordonnees", "x_lambert93", "y_lambert93"):
            if name in found.chosen and found.chosen[name].column not in columns.values():
                columns[name] = found.chosen[name].column
    return replace(known, columns=columns)


def _columns_of(reading: Reading) -> tuple[list[str], dict[str, list[str]]]:
    """Return the label of each column, and label -> a sample of its values."""
    labels = labels_of(reading.headers)
    sample = {label: reading.sample.get(label, []) for label in labels}
    if doubled := [rank for rank, label in enumerate(labels) if label not in reading.headers]:
        rows = next(reading.batches(doubled)).table
        for at, rank in enumerate(doubled):
            sample[labels[rank]] = [value or "" for value in rows.column(at).slice(0, SAMPLE).to_pylist()]
    return labels, sample


def propose_mapping(path: str | Path, options: ReadingOptions | None = None) -> str:
    """Return the text of a mapping to complete: what was recognised, then every other column as a comment."""
    reading = open_list(Path(path), options)
    labels, sample = _columns_of(reading)
    found = recognise(labels, sample, personal_columns(labels, sample))
    return to_toml(_known(labels, found) or proposed(found), found, labels, reading.path.name)


def summary(job: Job, entry: dict[str, Any]) -> str:
    """Return a summary in words: how the list was read, and how many rows were accepted and rejected."""
    how = ", ".join(f"{name} {value!r}" if name != "format" else str(value) for name, value in entry["lecture"].items())
    columns = ", ".join(f"{ours} = {theirs}" for ours, theirs in entry["mapping"].items())
    lines = [
        f"{entry['fichier']}: {how}",
        say("columns", how=job.mapping.known or say("of_mapping"), columns=columns),
        say(
            "rows",
            read=entry["lignes_lues"],
            accepted=entry["lignes_acceptees"],
            rejected=entry["lignes_rejetees"],
            twice=entry["doublons"]["lignes"],
            groups=entry["doublons"]["groupes"],
        ),
    ]
    if above := entry["lecture"].get("lignes_au_dessus"):
        lines.append(say("rows_above", count=above))
    abroad = max(entry["regles"].get(rule, 0) for rule in ("coordonnees_hors_de_france", "hors_de_france"))
    if 2 * abroad > entry["lignes_lues"]:
        lines.append(say("mostly_abroad", count=abroad, read=entry["lignes_lues"]))
    for name, word in (("regles", "refused"), ("reparations", "repaired")):
        if entry[name]:
            lines.append(say(word, rules=", ".join(f"{rule} {times}" for rule, times in entry[name].items())))
    if entry["colonnes_personnelles_ecartees"]:
        lines.append(say("personal", columns=", ".join(entry["colonnes_personnelles_ecartees"])))
    lines += [say("unread", column=column, why=why) for column, why in job.unread.items()]
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
        for rows in job.batches():
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
    if totals.identifiers:
        ids, numbers = pa.concat_tables(totals.identifiers).columns
        check_distinct(ids.to_pylist(), numbers.to_pylist(), job.reading.path.name)


def clean(
    source: Any,
    mapping: Mapping | str | Path | None = None,
    *,
    out: str | Path | None = None,
    lang: str = "fr",
    encoding: str | None = None,
    separator: str | None = None,
    header: int | None = None,
    sheet: str | None = None,
    records: str | None = None,
    keep: Sequence[str] | str = (),
) -> Cleaned:
    """Clean any list of places: accept each row or reject it with its reasons, and record every guess.

    On the command line: `tlanalysis clean FILE`.

    Parameters
    ----------
    source : str, Path, DataFrame, GeoDataFrame or open file
        The path or the address of a CSV, XLSX, XLS, ODS, GeoJSON, JSON or Parquet file, such a file opened, or a table.
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
    keep : str or sequence of str
        Columns of the list that are carried through as text after ours, or ``"all"``; personal data is taken out.

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
    options = ReadingOptions(encoding, separator, header, sheet, records)
    with as_file(source) as path:
        job = prepare(path, mapping, lang=lang, options=options, keep=keep)
        if out is not None:
            inputs = [job.reading.path, Path(mapping) if isinstance(mapping, str | Path) else None]
            check_targets([Path(out) / name for name in FILES], inputs, ours=is_ours(Path(out)), force=False)
        return _clean_file(job, out)


def _clean_file(job: Job, out: str | Path | None) -> Cleaned:
    totals, digest, batches = Totals(), _digest(job.reading.path), []
    for batch in clean_batches(job, totals):
        batches.append(batch)
    places = pa.concat_tables([schema_with(job.recipe.keep).empty_table(), *(batch.places for batch in batches)])
    rejects = pa.concat_tables([REJECT_SCHEMA.empty_table(), *(batch.rejects for batch in batches)])
    twice = _duplicates(totals.seen, [places])
    entry = ledger(job, totals, twice, _checked(job, totals, digest()))
    if out is not None:
        with staged(Path(out)) as folder:
            with BatchWriter(folder, schema_with(job.recipe.keep)) as writer:
                writer.write(places, rejects)
            write_ledger_files(folder, job.mapping, twice, entry)
    return Cleaned(places.to_pandas(), rejects.to_pandas(), twice, entry, job.mapping)


def places(name: str) -> pd.DataFrame:
    """Return the places of an open list that this machine holds, cleaned, e.g. ``"cget_2019"``.

    Parameters
    ----------
    name : str
        The id of an open file; `sources()` lists them. `tlanalysis fetch` brings it.

    Returns
    -------
    DataFrame
        One row per accepted place, with the columns that `clean` returns as `places`.

    Raises
    ------
    BadInput
        No open list has this name.
    SourceError
        The file is not on this machine, or is not the recorded version.
    """
    return clean_open_file(name).places


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
        with BatchWriter(folder, schema_with(job.recipe.keep)) as writer:
            for batch in batches(job, totals):
                writer.write(batch.places, batch.rejects)
        sha256 = _checked(job, totals, digest())
        twice = _duplicates(totals.seen, stored_places(folder))
        entry = ledger(job, totals, twice, sha256)
        write_ledger_files(folder, job.mapping, twice, entry)
    return entry


def _checked(job: Job, totals: Totals, sha256: str) -> str:
    """Return the sha256 of a list; raise when it is a recorded file in which a correction finds other rows."""
    known = registry.LISTS.get(job.mapping.known)
    recorded = {embedded.remote()[name].get("sha256") for name in known.files} if known else set()
    if sha256 in recorded:
        check_hits(job.recipe.corrections, totals.hits, job.reading.path.name)
    return sha256


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
        "lecture": {name: _unpersonal(value) for name, value in reading.detected.items()},
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
        "mapping": {
            name: [_unpersonal(one) for one in (column, *job.mapping.fallbacks[name])]
            if name in job.mapping.fallbacks
            else _unpersonal(column)
            for name, column in job.mapping.columns.items()
        },
        "drapeaux": job.mapping.flags,
        "confiance": job.mapping.confidence,
        "colonnes_personnelles_ecartees": [without_personal(name, "[…]") for name in job.never_read],
        "colonnes_gardees": [kept_as(name) for name in job.recipe.keep],
        "colonnes_non_lues": [
            without_personal(name, "[…]") for name in job.labels if name not in {*job.wanted, *job.never_read}
        ],
        "corrections": [
            {"motif": entry.reason, "lignes": hits}
            for entry, hits in zip(job.recipe.corrections, totals.hits, strict=True)
        ],
    }


def _unpersonal(value: Any) -> Any:
    return without_personal(value, "[…]") if isinstance(value, str) else value


def _digest(path: Path) -> Callable[[], str]:
    """Start computing the sha256 of a file in a thread; return a function that waits for it, or raises its error."""
    found: Future[str] = Future()

    def compute() -> None:
        try:
            with path.open("rb") as file:
                found.set_result(hashlib.file_digest(file, "sha256").hexdigest())
        except BaseException as error:
            found.set_exception(error)

    threading.Thread(target=compute).start()
    return found.result
