"""Open a list and decide how its rows are cleaned, before the first one is read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tlanalysis.core.errors import BadInput
from tlanalysis.core.languages import LANGS
from tlanalysis.lists.batch import Batch
from tlanalysis.lists.cells.privacy import without_personal
from tlanalysis.lists.cells.text import clean_text, printable
from tlanalysis.lists.corrections import Correction, correct
from tlanalysis.lists.joined_rows import Joined, Split, split_rows
from tlanalysis.lists.mapping import Mapping, check_columns, labels_of, personal_columns, read_mapping
from tlanalysis.lists.messages import did_you_mean, say
from tlanalysis.lists.proposal import check_enough, proposed, shown, to_toml, unknown_to, why_unread
from tlanalysis.lists.publishers import registry
from tlanalysis.lists.publishers.published_list import PublishedList
from tlanalysis.lists.readers.base import SAMPLE, Reading, ReadingOptions, RowBatch
from tlanalysis.lists.readers.open_list import open_list
from tlanalysis.lists.recognition.decision import Recognition, recognise
from tlanalysis.lists.refusals import refused_rows, unpaired_names
from tlanalysis.lists.row_cleaning import clean_batch


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
        raise BadInput(say("no_language", lang=repr(lang), langs=say("or").join(LANGS)))
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
    why = unknown_to(chosen.known, found) | why_unread(found)
    unread = {shown(column): why[column] for column in labels if column in why and column not in read}
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
            raise BadInput(say("keep_personal", where=where, name=repr(name)))
        if name not in labels:
            if times := sum(label.startswith(f"{name}#") for label in labels):
                raise BadInput(say("mapping_twice", where=where, times=times, column=repr(name)))
            raise BadInput(say("keep_unknown", where=where, name=repr(name), hint=did_you_mean(name, labels)))
    return tuple(dict.fromkeys(named))


def _list_called(name: str) -> PublishedList | None:
    if name and name not in registry.LISTS:
        raise BadInput(say("mapping_unknown_list", name=repr(name), hint=did_you_mean(name, registry.LISTS)))
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
