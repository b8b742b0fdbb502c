"""Commands about one figure: trace, cite and reproduce it; `tlanalysis.cli` lists them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tlanalysis import cli_options
from tlanalysis.core.errors import BadInput


def trace(
    file: Annotated[Path, typer.Argument(help="A published or saved SVG, PNG, PDF, EPS, CSV or JSON.")],
    as_json: cli_options.JsonOption = False,
) -> None:
    """Say where a figure comes from: sources, parameters, inputs."""
    from tlanalysis.figures import trace as tracing
    from tlanalysis.runs.altered import verify

    facts = tracing.read_facts(file)
    known = verify(file)
    if as_json:
        cli_options.print_json(facts)
        return
    print(tracing.written(facts))
    print("\nthe file is the one that its run wrote" if known else "\nnot verified: no manifest beside it records it")


def cite(
    names: Annotated[list[str], typer.Argument(help="Figure ids, or ids of tlanalysis sources.")],
    bib: Annotated[bool, typer.Option("--bib", help="Every document behind them, as BibTeX.")] = False,
    csl: Annotated[bool, typer.Option("--csl", help="Every document behind them, as CSL-JSON.")] = False,
    lang: Annotated[str, typer.Option("--lang", help="Language of the words between: fr or en.")] = "fr",
) -> None:
    """Say how to cite figures and datasets."""
    from tlanalysis.figures import citation

    if bib and csl:
        raise BadInput("--bib and --csl are two styles: give one of them.")
    if bib or csl:
        print(citation.bibliography(*names, style="bibtex" if bib else "csl", lang=lang))
        return
    for name in names:
        print(citation.cite(name, lang=lang))


def reproduce(
    figure: Annotated[str, typer.Argument(help="A file of a published figure, or its name: formation-part--FR.")],
) -> None:
    """Make a figure again, from its notebook, and say whether the bytes agree; ends with 4 when they do not."""
    from tlanalysis.runs.reproduce import reproduce as make_again

    made = make_again(figure)
    print(made)
    if made.differ:
        raise typer.Exit(cli_options.MOVED)
