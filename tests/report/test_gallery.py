"""The gallery: offline, escaped, true to the manifest, with no link into the void."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tlanalysis.errors import BadInput
from tlanalysis.report.gallery import report
from tlanalysis.runs import manifest
from tlanalysis.runs.manifest import Outcome

EVIL = "<script>alert('x')</script>\"&amp;"
KINDS = ("svg", "png", "csv", "json")


class Page(HTMLParser):
    """What a browser would find in a page: tags with their attributes, and the text outside them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {key: value or "" for key, value in attrs}))

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] and self.tags[-1][0] != "style":
            self.texts.append(data)

    @property
    def text(self) -> str:
        """The words of the page."""
        return " ".join(" ".join(self.texts).split())

    def values(self, attribute: str, tag: str | None = None) -> list[str]:
        """Return every value of an attribute."""
        return [attrs[attribute] for name, attrs in self.tags if attribute in attrs and tag in {None, name}]


def _facts(name: str, **changed: Any) -> dict[str, Any]:
    figure, run_key = name.split("--")
    source = {"editeur": "ANCT", "source": "https://example.org/etude", "date_publication": "2021-08-27"}
    return {
        "id": figure,
        "run_key": run_key,
        "title": f"Titre de {name}",
        "subtitle": "Sous-titre",
        "lecture": "un point est un lieu.",
        "champ": "France",
        "note": "",
        "alt": f"Description de {name}",
        "source": "Source : ANCT (2021).",
        "lang": "fr",
        "params": {"territory": "FR", "lang": "fr"},
        "sources": [source, source | {"editeur": "CGET", "source": "document 4", "date_publication": ""}],
        "licence": "etalab-2.0",
        "inputs": {"observations": "0" * 64},
        "fingerprint": "0123456789abcdef",
        "version": "0.1.0",
        "commit": "a" * 40,
    } | changed


def _publish(out: Path, name: str, **changed: Any) -> None:
    (out / "figures").mkdir(parents=True, exist_ok=True)
    for kind in KINDS:
        (out / "figures" / f"{name}.{kind}").write_text("x", encoding="utf-8")
    (out / "figures" / f"{name}.json").write_text(json.dumps(_facts(name, **changed)), encoding="utf-8")


def _ran(
    notebook: str, *figures: str, territory: str = "FR", lang: str = "fr", status: str = "ok", error: str = ""
) -> Outcome:
    key = territory if lang == "fr" else f"{territory}-{lang}"
    given = {"territory": territory, "lang": lang}
    return Outcome(f"{notebook}--{key}", notebook, given, status, 1.0, "kernel", {}, list(figures), error)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Return a reports folder: two good runs, one of them in English, and one that failed after a good one."""
    folder = tmp_path / "reports"
    outcomes = [
        _ran("01_training_reach", "formation-part--FR", "formation-personnes--FR"),
        _ran("01_training_reach", "formation-part--FR-en", lang="en"),
        _ran("04_territory_profile", "profil-taux--R75", territory="R75", status="failed", error=f"cell 3: {EVIL}"),
    ]
    for outcome in outcomes:
        for figure in outcome.figures:
            _publish(folder, figure, lang=outcome.parameters["lang"])
    (folder / "notebooks").mkdir()
    (folder / "notebooks" / "01_training_reach--FR.ipynb").write_text("{}", encoding="utf-8")
    manifest.write(folder, {outcome.name: outcome for outcome in outcomes})
    return folder


def _pages(out: Path) -> tuple[Page, Page]:
    fr, en = report(out)
    return Page(fr.read_text(encoding="utf-8")), Page(en.read_text(encoding="utf-8"))


def _broken_links(out: Path, page: Page) -> list[str]:
    local = [link for link in page.values("href") + page.values("src") if not re.match(r"https?:|#", link)]
    anchors = [link[1:] for link in page.values("href") if link.startswith("#")]
    return [link for link in local if not (out / link).is_file()] + sorted(set(anchors) - set(page.values("id")))


def test_each_page_shows_the_runs_of_its_language(out: Path) -> None:
    fr, en = _pages(out)
    assert (fr.values("lang", "html"), en.values("lang", "html")) == (["fr"], ["en"])
    assert fr.values("src", "img") == [
        "figures/formation-part--FR.svg",
        "figures/formation-personnes--FR.svg",
        "figures/profil-taux--R75.svg",
    ]
    assert en.values("src", "img") == ["figures/formation-part--FR-en.svg"]
    assert "Portée de la formation" in fr.text
    assert "Training reach" in en.text
    assert "Nouvelle-Aquitaine" in fr.text


def test_a_figure_comes_with_its_reading_sources_and_downloads(out: Path) -> None:
    fr, _ = _pages(out)
    assert fr.values("alt", "img")[0] == "Description de formation-part--FR"
    for said in ("Un point est un lieu.", "ANCT (2021-08-27)", "CGET", "document 4", "etalab-2.0", "0123456789abcdef"):
        assert said in fr.text
    assert {f"figures/formation-part--FR.{kind}" for kind in KINDS} <= set(fr.values("href", "a"))
    assert "https://example.org/etude" in fr.values("href", "a")


def test_a_failed_run_is_shown_with_its_error_and_its_last_good_figures(out: Path) -> None:
    fr, en = _pages(out)
    assert f"cell 3: {EVIL}" in fr.text
    assert "a échoué" in fr.text
    assert "profil-taux--R75" in fr.values("id", "figure")
    assert [attrs for _, attrs in fr.tags if attrs.get("role") == "alert"]
    assert "failed" not in en.text
    assert not [attrs for _, attrs in en.tags if attrs.get("role") == "alert"]


def test_every_link_leads_to_a_file_or_a_place_that_exists(out: Path) -> None:
    for page in _pages(out):
        assert _broken_links(out, page) == []
        assert len(page.values("href")) > 6
        assert len(page.values("id")) == len(set(page.values("id")))


def test_a_figure_whose_files_are_gone_is_said_to_be_missing(out: Path) -> None:
    for kind in KINDS:
        (out / "figures" / f"formation-part--FR.{kind}").unlink()
    fr, _ = _pages(out)
    assert "formation-part--FR" in fr.text
    assert "Figure absente" in fr.text
    assert not [link for link in fr.values("href") + fr.values("src") if "formation-part--FR." in link]
    assert _broken_links(out, fr) == []


@pytest.mark.parametrize("kind", ["svg", "png", "csv"])
def test_one_missing_file_is_not_linked(kind: str, out: Path) -> None:
    (out / "figures" / f"formation-part--FR.{kind}").unlink()
    fr, _ = _pages(out)
    assert _broken_links(out, fr) == []


def test_no_resource_comes_from_the_network(out: Path) -> None:
    for page in _pages(out):
        loaded = [
            value
            for tag, attrs in page.tags
            for key, value in attrs.items()
            if key in {"src", "srcset", "poster", "data"} or (key == "href" and tag in {"link", "base", "use"})
        ]
        assert loaded
        assert [value for value in loaded if re.search(r"//|^data:", value)] == []
        assert not {"script", "iframe", "object", "embed"} & {tag for tag, _ in page.tags}
        assert not re.search(r"url\(|@import", page.html)


@pytest.mark.parametrize("field", ["alt", "lecture", "licence", "fingerprint", "commit", "version"])
def test_text_of_a_sidecar_is_escaped(field: str, out: Path) -> None:
    _publish(out, "formation-part--FR", **{field: EVIL})
    fr, _ = _pages(out)
    assert "script" not in {tag for tag, _ in fr.tags}
    assert "<script>" not in fr.html
    shown = [*fr.values("alt"), fr.text]
    assert any(EVIL[:12] in text for text in shown)


@pytest.mark.parametrize(
    "source",
    [
        {"editeur": EVIL, "source": "x", "date_publication": ""},
        {"editeur": "x", "source": EVIL, "date_publication": ""},
        {"editeur": "x", "source": "x", "date_publication": EVIL},
        {"editeur": "x", "source": f"https://example.org/{EVIL}", "date_publication": ""},
        {"editeur": "x", "source": 'https://example.org/"onmouseover="alert(1)', "date_publication": ""},
        {"editeur": "x", "source": "javascript:alert(1)", "date_publication": ""},
    ],
    ids=["publisher", "source", "date", "address", "quote in an address", "javascript"],
)
def test_a_source_of_a_sidecar_is_escaped_and_never_a_script(source: dict[str, str], out: Path) -> None:
    _publish(out, "formation-part--FR", sources=[source])
    fr, _ = _pages(out)
    assert "script" not in {tag for tag, _ in fr.tags}
    assert not [attrs for _, attrs in fr.tags if "onmouseover" in attrs]
    assert not [link for link in fr.values("href") if link.startswith("javascript")]


def test_a_notebook_without_a_subject_goes_by_its_name(out: Path) -> None:
    manifest.write(out, {"09_essai--FR": _ran("09_essai")})
    fr, _ = _pages(out)
    assert "09_essai" in fr.text


def test_pages_are_the_same_bytes_when_nothing_changed(out: Path) -> None:
    first = [path.read_bytes() for path in report(out)]
    assert [path.read_bytes() for path in report(out)] == first


def test_nothing_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nothing has run"):
        report(tmp_path)
    assert list(tmp_path.iterdir()) == []
