"""A tiny site whose pages are kept: a change of a template shows as a change of a page.

`python -m tests.report.test_golden` writes the kept pages again, after a change that is meant.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.report.made_up import publish, ran
from tlanalysis import __version__
from tlanalysis.report.gallery import report
from tlanalysis.runs import manifest

KEPT = Path(__file__).with_name("golden")
# A drawing for narrow screens: of its four texts the page shows those of the plot, 1 to 4 inches from the top.
PHONE = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 244.8 360"><g id="figure_1">'
    '<g id="t1"><text y="20">above</text></g><g id="t2"><text y="100">in the plot</text></g>'
    '<g id="t3"><text y="340">below</text></g>'
    '<g id="axes"><path d="M 1 100 L 9 200"/><text y="20">a label of the axes</text></g></g></svg>'
)
# Pages that the invented runs decide, and no data of the project.
PAGES = (
    "site/fr/figures.html",
    "site/fr/subjects.html",
    "site/fr/runs.html",
    "site/fr/feed.xml",
    "site/fr/subject/09_essai.html",
    "site/fr/figure/essai-part--FR.html",
    "site/fr/embed/essai-part--FR.html",
    "site/en/figure/essai-part--FR.html",
)


def pages(folder: Path) -> dict[str, str]:
    """Return the pages of a site of two runs of one invented notebook, without the version of the package."""
    publish(folder, "essai-part--FR", narrow=PHONE, phone={"width": 3.4, "height": 5.0, "top": 1.0, "bottom": 4.0})
    publish(folder, "essai-reste--FR")
    publish(folder, "essai-part--FR-en", lang="en")
    outcomes = [
        ran("09_essai", "essai-part--FR", "essai-reste--FR", status="failed", error="cell 2: <b>"),
        ran("09_essai", "essai-part--FR-en", key="FR-en"),
    ]
    manifest.write(folder, {outcome.name: outcome for outcome in outcomes})
    report(folder)
    return {name: (folder / name).read_text(encoding="utf-8").replace(__version__, "VERSION") for name in PAGES}


def test_the_pages_of_a_tiny_site_are_those_kept(tmp_path: Path) -> None:
    for name, html in pages(tmp_path / "reports").items():
        assert html == (KEPT / name).read_text(encoding="utf-8"), name


def write() -> None:
    """Write the kept pages again."""
    with tempfile.TemporaryDirectory() as folder:
        for name, html in pages(Path(folder) / "reports").items():
            (KEPT / name).parent.mkdir(parents=True, exist_ok=True)
            (KEPT / name).write_text(html, encoding="utf-8")


if __name__ == "__main__":
    write()
