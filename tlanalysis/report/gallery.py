"""Write the site: a home page per language, and the folder `site/` with all other pages."""

from __future__ import annotations

from pathlib import Path

from tlanalysis.core import files
from tlanalysis.core.errors import BadInput
from tlanalysis.report import ownership, replace_folder, sitemap, unchanged
from tlanalysis.report.addresses import FOLDER, HOMES


def report(out: Path, base_url: str = "") -> list[Path]:
    """Write the site of a reports folder; return its home pages, the first language first.

    The site escapes text from data. A failed run shows its error and the figures of its last success. The function
    writes a new folder beside `site/`, which then replaces it. It writes nothing when neither the files that it reads
    nor the pages that it wrote have changed.

    Parameters
    ----------
    out : Path
        Reports folder; its pages work without a network, at any address.
    base_url : str
        The address that the folder will have: the site then has a `sitemap.xml`, and absolute addresses of pictures.

    Raises
    ------
    BadInput
        When the manifest records no run, a page that would be replaced is not ours, or the address is none.
    """
    address = sitemap.checked(base_url)
    pages = [out / page for page in HOMES.values()]
    folder = out / FOLDER
    if unchanged.is_up_to_date(out, pages, address):
        replace_folder.delete_former(folder)
        return pages
    # These modules import pandas and matplotlib, which a site that is up to date does not need.
    from tlanalysis.report import results
    from tlanalysis.report.site_files import site_files

    runs = results.read(out)
    if not runs:
        raise BadInput(f"nothing has run in {out.name}/ yet: start with `tlanalysis run`.")
    ownership.check(folder, pages)
    contents, homes = site_files(runs, folder, address)
    replace_folder.replace(folder, contents)
    written = {out / name: data for name, data in homes.items()}
    files.write_together({page: data for page, data in written.items() if not _holds(page, data)})
    unchanged.remember(out, pages, address)
    return pages


def _holds(page: Path, data: bytes) -> bool:
    return page.is_file() and page.read_bytes() == data
