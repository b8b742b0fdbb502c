"""Commands about what we hold: list and fetch sources, build tables, count, seal; `tlanalysis.cli` lists them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tlanalysis import cli_options
from tlanalysis.core.errors import BadInput, SourceError


def sources(
    ids: Annotated[list[str] | None, typer.Argument(help="Datasets to tell everything of; none: list all.")] = None,
    as_json: cli_options.JsonOption = False,
) -> None:
    """List the datasets: publisher, licence, vintage, and whether embedded, downloaded or missing."""
    from tlanalysis.data import embedded

    if ids:
        cards = [embedded.card(name) for name in ids]
        if as_json:
            cli_options.print_json(cards)
            return
        print("\n\n".join("\n".join(f"{key:10} {value}" for key, value in card.items()) for card in cards))
        return
    if as_json:
        table = embedded.sources().astype(object)
        cli_options.print_json(table.where(table.notna(), None).to_dict("records"))
        return
    table = embedded.sources()[["id", "editeur", "licence", "millesime", "nb_lignes", "etat"]]
    print(table.to_string(index=False, na_rep="", max_colwidth=48))


def fetch(
    ids: Annotated[list[str] | None, typer.Argument(help="What to fetch; none: all but what is large.")] = None,
    mirror: Annotated[
        Path | None, typer.Option("--mirror", help="Folder that holds the files (default: TLANALYSIS_MIRROR).")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Ask for newer versions of files that are here.")] = False,
    accept: Annotated[
        list[str] | None, typer.Option("--accept", help="Put in use the newer version kept of this ID.")
    ] = None,
) -> None:
    """Bring open files to data/raw/downloads/: verbatim, resumed where a download stopped.

    The sha256 is verified where one is recorded; otherwise it is recorded at the first fetch.
    """
    from tlanalysis import fetch as fetching
    from tlanalysis.core import paths
    from tlanalysis.fetch.selection import default_plan

    mirror = mirror or paths.mirror()
    for wish in accept or []:
        print(fetching.accept(wish))
    if accept and not ids:
        return
    if not ids:
        print("\n".join(default_plan(mirror).lines()))
    outcomes = fetching.fetch(ids or [], mirror=mirror, again=again)
    if failed := [outcome.sentence for outcome in outcomes if outcome.failed]:
        raise SourceError("\n".join(failed))


def build() -> None:
    """Write data/processed/: Parquet tables, those of fetched files included, and a ledger that adds up."""
    print(build_tables())


def build_tables() -> str:
    """Build the tables; return a sentence with the counts of files and rows."""
    from tlanalysis.tables.build import build

    built = build()
    read, accepted, rejected = (sum(entry[f"lignes_{what}"] for entry in built.ledger) for what in _OUTCOMES)
    return f"{len(built.files)} files in data/processed/: {read} rows read, {accepted} accepted, {rejected} rejected"


_OUTCOMES = ("lues", "acceptees", "rejetees")


def check(
    stored: Annotated[bool, typer.Option("--stored", help="Execute the notebooks; say which outputs changed.")] = False,
    as_json: cli_options.JsonOption = False,
) -> None:
    """Hold data, notebooks and plan to the rules."""
    from tlanalysis.maintain import check as checking
    from tlanalysis.runs.plan import notebooks, read_plan

    problems = checking.check()
    if stored and not problems:
        from tlanalysis.maintain.stored_outputs import check_stored

        problems = check_stored(cli_options.CORES)
    if as_json:
        cli_options.print_json({"problems": problems})
    if problems:
        raise BadInput("\n".join(problems))
    if not as_json:
        print(f"data, {len(notebooks())} notebooks and {len(read_plan())} planned runs obey the rules")


def count() -> None:
    """Recompute the embedded tables that open files give: places, access, communes, outlines, territories.

    The files lie in TLANALYSIS_MIRROR or data/raw/downloads/.
    """
    from tlanalysis.maintain.recount import write_counts

    changed = write_counts()
    print(f"rewritten: {', '.join(changed)}" if changed else "counted again, nothing changed")


def seal() -> None:
    """Record the checksums of data/raw/ after a reviewed change."""
    from tlanalysis.data import embedded

    changed = embedded.seal()
    print(f"recorded: {', '.join(changed)}" if changed else "checksums were already those recorded")
