"""`tl.clean` and `tlanalysis clean`: read a list, map its columns, clean it in batches on all cores, count its rows."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from tlanalysis.core.own_list import OwnList
from tlanalysis.data import embedded
from tlanalysis.lists import duplicates
from tlanalysis.lists.accounts import Totals, ledger_of
from tlanalysis.lists.batch import REJECT_SCHEMA, Batch, schema_with
from tlanalysis.lists.cleaned import Cleaned as Cleaned
from tlanalysis.lists.corrections import check_hits
from tlanalysis.lists.given import as_file
from tlanalysis.lists.joined_rows import check_distinct
from tlanalysis.lists.mapping import Mapping
from tlanalysis.lists.output import (
    FILES,
    BatchWriter,
    check_targets,
    is_ours,
    staged,
    stored_places,
    write_ledger_files,
)
from tlanalysis.lists.preparation import Job, prepare
from tlanalysis.lists.publishers import registry
from tlanalysis.lists.readers.base import ReadingOptions
from tlanalysis.lists.signing import sign, sign_as

if TYPE_CHECKING:
    import pandas as pd


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

    See Also
    --------
    rate_places, compare, access_of : What to ask of clean places.
    places : The places of an open list.

    Examples
    --------
    >>> import pandas as pd
    >>> mine = clean(pd.DataFrame({"nom": ["Le Lieu", None], "code postal": ["33000", "35000"]}))
    >>> mine.places[["nom", "code_departement"]].values.tolist()
    [['Le Lieu', '33']]
    >>> mine.rejects["regle"].tolist()
    ['sans_nom_ni_identifiant']
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
    entry = ledger_of(job, totals, twice, _checked(job, totals, digest()))
    if out is not None:
        with staged(Path(out)) as folder:
            with BatchWriter(folder, schema_with(job.recipe.keep)) as writer:
                writer.write(places, rejects)
            write_ledger_files(folder, job.mapping, twice, entry)
    frame = places.to_pandas()
    sign(frame, OwnList(entry["fichier"], entry["sha256"]))
    return Cleaned(frame, rejects.to_pandas(), twice.to_pandas(), entry, job.mapping)


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

    See Also
    --------
    clean : Any other list.
    sources : Which lists there are.

    Examples
    --------
    >>> places("cget_2019").shape  # doctest: +SKIP
    (1512, 16)
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
    cleaned = clean(str(embedded.find_remote(name)))
    sign_as(cleaned.places, name)
    return cleaned


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
        entry = ledger_of(job, totals, twice, sha256)
        write_ledger_files(folder, job.mapping, twice, entry)
    return entry


def _checked(job: Job, totals: Totals, sha256: str) -> str:
    """Return the sha256 of a list; raise when it is a recorded file in which a correction finds other rows."""
    known = registry.LISTS.get(job.mapping.known)
    recorded = {embedded.remote()[name].get("sha256") for name in known.files} if known else set()
    if sha256 in recorded:
        check_hits(job.recipe.corrections, totals.hits, job.reading.path.name)
    return sha256


def _duplicates(seen: duplicates.Seen, tables: Sequence[pa.Table] | Iterator[pa.Table]) -> pa.Table:
    return duplicates.find_duplicates(
        duplicates.pick(tables, seen.candidates()), near=len(seen) <= duplicates.NEAR_UP_TO
    )


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
