"""Write the site: a home page per language, and the folder `site/` with all other pages."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from tlanalysis.core import files
from tlanalysis.core.errors import BadInput
from tlanalysis.report import kept_pages, ownership, replace_folder, results, territory_index
from tlanalysis.report.history import History
from tlanalysis.report.pages import Site
from tlanalysis.report.render import FOLDER, HOMES

_STATIC = ("site.css", "search.js")


def report(out: Path) -> list[Path]:
    """Write the site of a reports folder; return its home pages, the first language first.

    The site escapes text from data. A failed run shows its error and the figures of its last success. The function
    writes a new folder beside `site/`, which then replaces it; a file whose bytes stay keeps its time.

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
    site = Site(runs, history, out)
    contents = dict(history)
    homes: dict[Path, bytes] = {}
    for lang in results.LANGS:
        for path, html in site.pages(lang):
            if path == HOMES[lang]:
                homes[out / path] = html.encode("utf-8")
            else:
                contents[path.removeprefix(f"{FOLDER}/")] = html.encode("utf-8")
        contents[f"{lang}/territories.js"] = territory_index.as_script(site.territories(lang)).encode()
    contents[kept_pages.INDEX] = site.kept.index()
    for name in _STATIC:
        contents[f"assets/{name}"] = resources.files(__package__).joinpath("static", name).read_bytes()
    replace_folder.replace(folder, contents)
    files.write_together({page: data for page, data in homes.items() if not _holds(page, data)})
    return list(homes)


def _holds(page: Path, data: bytes) -> bool:
    return page.is_file() and page.read_bytes() == data
