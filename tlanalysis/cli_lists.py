"""Commands about a list of places: clean it, hold it to the public schema; `tlanalysis.cli` lists them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tlanalysis import cli_options
from tlanalysis.core.errors import BadInput


def clean(
    file: Annotated[Path, typer.Argument(help="CSV, XLSX, XLS, ODS, GeoJSON, JSON or Parquet.")],
    mapping: Annotated[Path | None, typer.Option("--mapping", help="Which column is what (mapping.toml).")] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Folder; default: data/processed/listes/NAME.")] = None,
    propose: Annotated[Path | None, typer.Option("--propose", help="Only write a mapping to start from.")] = None,
    lang: Annotated[
        str | None,
        typer.Option("--lang", help="fr or en: reasons (default fr) and messages (default: that of the locale)."),
    ] = None,
    encoding: Annotated[str | None, typer.Option("--encoding", help="utf-8, utf-16, cp1252...")] = None,
    separator: Annotated[
        str | None, typer.Option("--separator", help="A character, or comma, semicolon, tab, bar.")
    ] = None,
    header: Annotated[int | None, typer.Option("--header", help="Line of the header; 0: none.", min=0)] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="Sheet of a workbook.")] = None,
    records: Annotated[str | None, typer.Option("--records", help="Key of the records in a JSON file.")] = None,
    keep: Annotated[list[str] | None, typer.Option("--keep", help="A column to carry through, or all.")] = None,
    scheduler: Annotated[str | None, typer.Option("--scheduler", help="A Dask cluster: tcp://host:8786.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace files that this command did not write.")] = False,
) -> None:
    """Clean a list of places: places.parquet, places.csv, rejects.csv, duplicates.csv, ledger.json, mapping.toml."""
    from tlanalysis.lists.without_pandas import leave_pandas_out

    leave_pandas_out()
    from tlanalysis.core import files, paths
    from tlanalysis.lists import cleaning, messages, output, preparation
    from tlanalysis.lists.accounts import summary
    from tlanalysis.lists.readers.base import ReadingOptions

    messages.speak(lang)
    options = ReadingOptions(encoding, separator, header, sheet, records)
    if propose:
        output.check_targets([propose], [file], ours=False, force=force)
        files.write_text(propose, preparation.propose_mapping(file, options))
        print(messages.say("proposed", path=propose, file=file))
        return
    job = preparation.prepare(file, mapping, lang=lang or "fr", options=options, keep=keep or ())
    folder = (out or paths.processed() / "listes" / output.folder_name(job.recipe.source)).absolute()
    targets = [folder / name for name in output.FILES]
    output.check_targets(targets, [file, mapping], ours=output.is_ours(folder), force=force)
    if not out and not force:
        output.check_same_list(folder, file)
    if scheduler:
        from tlanalysis.lists.dask import clean_batches_on

        entry = cleaning.clean_to(job, folder, batches=clean_batches_on(scheduler))
    else:
        entry = cleaning.clean_to(job, folder)
    if not out:
        output.record_list(folder, file)
    print(summary(job, entry))
    print(messages.say("written", folder=folder))


def validate(
    file: Annotated[Path, typer.Argument(help="A CSV list of tiers-lieux.")],
    lang: Annotated[str, typer.Option("--lang", help="Language of the sentences: fr or en.")] = "fr",
    as_json: cli_options.JsonOption = False,
) -> None:
    """Hold a list to the public Table Schema of tiers-lieux; ends with 2 when it does not obey it."""
    from tlanalysis.lists.validation import validate as hold

    found = hold(file, lang)
    if as_json:
        cli_options.print_json({"rows": found.rows, "count": found.count, "problems": found.problems})
    elif not found.count:
        print({"fr": f"{found.rows} lignes, aucun écart au schéma", "en": f"{found.rows} rows obey the schema"}[lang])
    if found.count:
        raise BadInput("\n".join([f"{file.name}: {found.count}", *found.problems]))
