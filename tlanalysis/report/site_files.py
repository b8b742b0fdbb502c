"""All files of a site but its home pages, as bytes by path; and the home pages of both languages."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

from tlanalysis.report import commune_index, kept_pages, results, sitemap, territory_index
from tlanalysis.report.addresses import FOLDER, HOMES
from tlanalysis.report.feed import feed
from tlanalysis.report.figure_files import workbook
from tlanalysis.report.history import History
from tlanalysis.report.pages import Site
from tlanalysis.report.render import texts
from tlanalysis.report.results import Run
from tlanalysis.report.web_fonts import web_fonts

STATIC = ("site.css", "site.js", "search.js", "compare.js")


def site_files(runs: list[Run], folder: Path, base_url: str = "") -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Return the files of the folder of the site, by path inside it, and the home pages by name.

    Parameters
    ----------
    runs : list of Run
        The runs of the reports folder.
    folder : Path
        The folder of the present site, which holds the former tables of figures.
    base_url : str
        The address that the reports folder will have; empty when it is not known.
    """
    history = History(folder).next([figure for run in runs for figure in run.figures])
    site = Site(runs, history, folder, base_url)
    contents = dict(history)
    homes: dict[str, bytes] = {}
    for lang in results.LANGS:
        for path, html in site.pages(lang):
            if path == HOMES[lang]:
                homes[path] = html.encode("utf-8")
            else:
                contents[path.removeprefix(f"{FOLDER}/")] = html.encode("utf-8")
        contents[f"{lang}/feed.xml"] = feed(site.changed(lang), lang)
        contents[f"{lang}/compare.js"] = _as_script("tlCompared", site.compared(lang))
    if base_url:
        pages = [f"{FOLDER}/{name}" for name in contents if name.endswith(".html") and "/embed/" not in name]
        contents[sitemap.FILE] = sitemap.sitemap(base_url, [*homes, *pages])
    contents[kept_pages.INDEX] = site.kept.index()
    contents["assets/territories.js"] = territory_index.as_script(site.territories).encode()
    for letter, script in commune_index.scripts().items():
        contents[f"assets/communes/{letter}.js"] = script.encode()
    for run in runs:
        contents |= _workbooks(run)
    contents |= {f"assets/{name}": font for name, font in web_fonts().items()}
    for name in STATIC:
        contents[f"assets/{name}"] = resources.files(__package__).joinpath("static", name).read_bytes()
    return contents, homes


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
