"""Write the site: a home page per language, and the folder `site/` with all other pages."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

from tlanalysis.core import files
from tlanalysis.core.errors import BadInput
from tlanalysis.report import commune_index, ownership, replace_folder, results, territory_index
from tlanalysis.report.feed import feed
from tlanalysis.report.figure_files import workbook
from tlanalysis.report.history import History
from tlanalysis.report.pages import Site
from tlanalysis.report.render import FOLDER, HOMES, texts
from tlanalysis.report.results import Run

_STATIC = ("site.css", "site.js", "search.js", "compare.js")


def report(out: Path) -> list[Path]:
    """Write the site of a reports folder; return its home pages, the first language first.

    The site escapes text from data. A failed run shows its error and the figures of its last success. The function
    writes a new folder beside `site/`, which then replaces it.

    Parameters
    ----------
    out : Path
        Reports folder; its pages work without a network, at any address.

    Raises
    ------
    BadInput
        When the manifest records no run, or a page that would be replaced is not ours.
    """
    runs = results.read(out)
    if not runs:
        raise BadInput(f"nothing has run in {out.name}/ yet: start with `tlanalysis run`.")
    folder = out / FOLDER
    ownership.check(folder, [out / page for page in HOMES.values()])
    history = History(folder).next([figure for run in runs for figure in run.figures])
    site = Site(runs, history)
    contents = dict(history)
    homes: dict[Path, bytes] = {}
    for lang in results.LANGS:
        for path, html in site.pages(lang):
            if path == HOMES[lang]:
                homes[out / path] = html.encode("utf-8")
            else:
                contents[path.removeprefix(f"{FOLDER}/")] = html.encode("utf-8")
        contents[f"{lang}/feed.xml"] = feed(site.changed(lang), lang)
        contents[f"{lang}/compare.js"] = _as_script("tlCompared", site.compared(lang))
    contents["assets/territories.js"] = territory_index.as_script(site.territories).encode()
    for letter, script in commune_index.scripts().items():
        contents[f"assets/communes/{letter}.js"] = script.encode()
    for run in runs:
        contents |= _workbooks(run)
    for name in _STATIC:
        contents[f"assets/{name}"] = resources.files(__package__).joinpath("static", name).read_bytes()
    replace_folder.replace(folder, contents)
    files.write_together(homes)
    return list(homes)


def _workbooks(run: Run) -> dict[str, bytes]:
    """Return the XLSX files of the figures of a run, by path inside the site."""
    text = texts()[run.lang]
    return {
        f"data/{figure.name}.xlsx": workbook(figure, figure.path("csv").read_bytes(), (text["sheet"], text["about"]))
        for figure in run.figures
        if figure.facts and "csv" in figure.kinds
    }


def _as_script(name: str, held: object) -> bytes:
    """Return data as a script, because a page opened from a disk may load a script but not a JSON file."""
    return f"window.{name} = {json.dumps(held, ensure_ascii=True, separators=(',', ':'))};\n".encode()
