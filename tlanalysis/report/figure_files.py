"""What the page of a figure adds to its files: a citation, a workbook, the words of its marks."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from markupsafe import Markup

from tlanalysis.core.errors import BadInput
from tlanalysis.data import territories
from tlanalysis.figures.citation import cite
from tlanalysis.figures.publishing import Published
from tlanalysis.report import html_tables, picture, xlsx
from tlanalysis.report.html_tables import Table
from tlanalysis.report.results import Figure

_SAID = 4  # values that a shape of a map says
_NAMES = ("territoire", "code")
_BACKGROUND = ("population", "annee", "code", "p_", "score")


def drawings(
    figure: Figure, said: Mapping[str, str], link: Callable[[str], str | None]
) -> tuple[Markup | None, Markup | None]:
    """Return the drawing of a figure for its page, and the one for narrow screens; None for one that is not there.

    Parameters
    ----------
    figure : Figure
    said : mapping
        Identifier of a shape -> what it says on hover and focus.
    link : callable
        Identifier of a shape -> address of a page of ours, or None.
    """
    drawn = narrow = None
    if figure.facts:
        svg = figure.path("svg").read_text(encoding="utf-8", errors="replace")
        drawn = picture.inlined(svg, figure.plot_area, said=said, link=link)
    if figure.phone:
        svg = picture.slim(figure.drawing_for_phones.read_text(encoding="utf-8", errors="replace"))
        narrow = picture.inlined(svg, figure.phone_area, said=said, link=link, prefix="phone-")
    return drawn, narrow


def citation(figure: Figure, lang: str) -> str:
    """Return the citation of a figure; its title and source line when its facts lack what a citation needs."""
    facts = figure.facts or {}
    try:
        return cite(Published(figure.name, str(facts["fingerprint"]), facts), lang=lang)
    except (BadInput, KeyError, TypeError, ValueError):  # facts of another version
        return f"{facts['title']}. {facts['source']}"


def documents(figure: Figure) -> list[dict[str, str]]:
    """Return the documents behind a figure, each once."""
    rows = (figure.facts or {}).get("sources", [])
    return [dict(pairs) for pairs in dict.fromkeys(tuple(row.items()) for row in rows)]


def workbook(figure: Figure, data: bytes, sheets: tuple[str, str]) -> bytes:
    """Return the table of a figure as XLSX: the cells of its CSV, and a sheet on what they are.

    Parameters
    ----------
    figure : Figure
    data : bytes
        Its CSV.
    sheets : tuple of str
        Names of the sheet of data, and of the sheet about them.
    """
    facts = figure.facts or {}
    about = [[str(facts.get(name, ""))] for name in ("title", "subtitle", "lecture", "champ", "note", "source")]
    about += [[str(facts.get("licence", ""))], [f"{figure.name} {facts.get('fingerprint', '')}"]]
    return xlsx.workbook({sheets[0]: html_tables.read(data), sheets[1]: about})


def shapes(data: bytes, table: Table) -> dict[str, str]:
    """Return `territoire-<code>` -> the name and the first values of the territory, for the shapes of a map.

    The shapes of a map bear the code of the territory (`D33`), or its INSEE code.
    """
    header, *rows = html_tables.read(data)
    name = next((one for one in _NAMES if one in header), None)
    if name is None:
        return {}
    kept = [at for at, column in enumerate(header) if table.numeric[at] and not column.startswith(_BACKGROUND)][:_SAID]
    found: dict[str, str] = {}
    for raw, shown in zip(rows, table.rows, strict=True):
        code = raw[header.index(name)]
        values = "; ".join(f"{table.columns[at]}: {shown[at]}" for at in kept if shown[at])
        for known in _known(code):
            said = f"{territories.territory(known).name}. {values}"
            found.setdefault(f"territoire-{code}", said)
            found.setdefault(f"territoire-{known}", said)
    return found


def _known(code: str) -> list[str]:
    """Return the territory that a cell of a table names: a code, or the INSEE code of a département."""
    every = set(territories.codes())
    return [one for one in (code, f"D{code}") if one in every][:1]
