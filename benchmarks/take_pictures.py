"""Take the pictures of the README from a site: the forecast, the home page and a portrait, in both languages.

`python -m benchmarks.take_pictures [REPORTS]` opens the pages in Chromium (variable `CHROMIUM`, else the one
of the system) and writes PNG files to `docs/`.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from tlanalysis.core import paths
from tlanalysis.core.errors import BadInput

# Language -> home page, portrait; names of the pictures of the forecast, of the home page and of the portrait.
PAGES = {
    "en": ("index.en.html", "site/en/territory/D33.html", "forecast.png", "home.png", "portrait.png"),
    "fr": ("index.html", "site/fr/territory/D33.html", "prevision.png", "accueil.png", "portrait-fr.png"),
}
WIDTH, HEIGHT = 1040, 780
FORECAST = "croissance-prevision"


def take(reports: Path, folder: Path) -> list[Path]:
    """Write the pictures of a reports folder; return their paths.

    Raises
    ------
    BadInput
        When the site is missing, or no Chromium is found.
    """
    from playwright.sync_api import sync_playwright

    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        raise BadInput("no chromium on this machine: install it, or name one in CHROMIUM.")
    if not (reports / "index.html").is_file():
        raise BadInput(f"{reports.name}/ has no site: run `tlanalysis figures` first.")
    written = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
        for home, portrait, forecast, of_home, of_portrait in PAGES.values():
            page.goto((reports / home).as_uri())
            page.screenshot(path=folder / of_home)
            plot = page.locator(f"article[id^={FORECAST}] .drawing").first
            plot.scroll_into_view_if_needed()
            page.wait_for_load_state("networkidle")
            plot.screenshot(path=folder / forecast)
            page.goto((reports / portrait).as_uri())
            page.screenshot(path=folder / of_portrait)
            written += [folder / name for name in (forecast, of_home, of_portrait)]
        browser.close()
    return written


if __name__ == "__main__":
    for path in take(Path(sys.argv[1]) if len(sys.argv) > 1 else paths.reports(), paths.home() / "docs"):
        print(path)
