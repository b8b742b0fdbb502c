"""A site that knows its address lists its pages for search engines; one that does not lists nothing."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.report.made_up import publish, ran
from tlanalysis.core.errors import BadInput
from tlanalysis.report import sitemap
from tlanalysis.report.gallery import report
from tlanalysis.runs import manifest

LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("projet") / "reports"
    publish(folder, "essai-part--FR")
    manifest.write(folder, {"09_essai--FR": ran("09_essai", "essai-part--FR")})
    return folder


def test_pages_are_listed_once_the_address_is_known(out: Path) -> None:
    report(out)
    page = out / "site" / "fr" / "figure" / "essai-part--FR.html"
    assert not (out / "site" / sitemap.FILE).exists()
    assert "og:url" not in page.read_text(encoding="utf-8")
    report(out, "https://example.org/a/")
    listed = [found.text for found in ElementTree.parse(out / "site" / sitemap.FILE).iter(LOC)]
    pages = {path.relative_to(out).as_posix() for path in out.rglob("*.html")}
    alone = {name for name in pages if "/embed/" in name}  # these ask search engines to leave them out
    assert "site/fr/embed/essai-part--FR.html" in alone
    assert sorted(map(str, listed)) == sorted(f"https://example.org/a/{name}" for name in pages - alone)
    html = page.read_text(encoding="utf-8")
    assert '<meta property="og:image" content="https://example.org/a/figures/essai-part--FR.png">' in html
    assert '<link rel="canonical" href="https://example.org/a/site/fr/figure/essai-part--FR.html">' in html
    report(out)  # the address is no longer known
    assert not (out / "site" / sitemap.FILE).exists()
    assert "example.org/a" not in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("wrong", ["example.org", "ftp://example.org", "https://", "https://a.org/?x=1", 'https://a"b'])
def test_what_is_no_address_is_refused_before_anything_is_written(wrong: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="not the address of a folder"):
        report(tmp_path, wrong)
    assert list(tmp_path.iterdir()) == []


def test_an_address_keeps_its_folder_and_loses_its_last_slash() -> None:
    assert sitemap.checked("https://example.org/tiers-lieux/") == "https://example.org/tiers-lieux"
    assert sitemap.checked("") == ""
    assert b"<loc>https://a.org/x%20%26.html</loc>" in sitemap.sitemap("https://a.org", ["x &.html"])
