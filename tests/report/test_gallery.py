"""The site: it works offline, escapes text from data, agrees with the manifest and has no broken link."""

from __future__ import annotations

import csv
import io
import json
import os
import posixpath
import re
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

import tlanalysis as tl
from tests.report.made_up import publish, ran
from tests.report.pages import Page, broken_links, site
from tlanalysis.core.errors import BadInput
from tlanalysis.core.languages import LANGS
from tlanalysis.report import kept_pages, render, site_files, unchanged
from tlanalysis.report.gallery import report
from tlanalysis.runs import manifest

EVIL = "<script>alert('x')</script>\"&amp;"
TURNED = "abc\u202egpj.exe"
FORMULA = '=HYPERLINK("https://example.org","x")'
HOSTILE = "hostile--FR"


def _fill(folder: Path) -> Path:
    """Write a reports folder with good runs in both languages, a failed run, an unfinished run and a hostile one."""
    hostile = dict.fromkeys(("title", "subtitle", "lecture", "champ", "note", "alt", "source"), f"{EVIL}{TURNED}")
    sources = [
        {"editeur": EVIL, "source": "x", "date_publication": EVIL},
        {"editeur": "x", "source": f"https://example.org/{EVIL}", "date_publication": ""},
        {"editeur": "x", "source": 'https://example.org/"onmouseover="alert(1)', "date_publication": ""},
        {"editeur": "x", "source": "javascript:alert(1)", "date_publication": ""},
    ]
    outcomes = [
        ran("00_data_quality", "qualite-inconnus--FR"),
        ran("01_training_reach", "formation-part--FR", "formation-personnes--FR"),
        ran("01_training_reach", "formation-part--FR-en", key="FR-en"),
        ran("04_territory_profile", "profil-taux--FR"),
        ran("04_territory_profile", "profil-taux--R75", key="R75", status="failed", error=f"cell 3: {EVIL}"),
        ran("04_territory_profile", key="D33", status="unfinished"),
        ran("09_essai", HOSTILE),
    ]
    for figure in (figure for outcome in outcomes for figure in outcome.figures):
        publish(folder, figure, lang="en" if figure.endswith("-en") else "fr")
    table = io.StringIO(newline="")
    csv.writer(table).writerows([("lieu", "part"), (EVIL, 0.5), (TURNED, 1), (FORMULA, 2)])
    more = {"licence": EVIL, "fingerprint": EVIL, "commit": EVIL, "version": EVIL, "sources": sources}
    publish(folder, HOSTILE, csv=table.getvalue(), inputs={EVIL: EVIL}, params={EVIL: EVIL}, **hostile, **more)
    (folder / "notebooks").mkdir()
    (folder / "notebooks" / "01_training_reach--FR.ipynb").write_text(json.dumps(_notebook()), encoding="utf-8")
    (folder / "notebooks" / "01_training_reach--FR-en.ipynb").write_text("{ cut", encoding="utf-8")
    manifest.write(folder, {outcome.name: outcome for outcome in outcomes})
    return folder


def _notebook() -> dict[str, object]:
    code = {"cell_type": "code", "id": "b", "metadata": {}, "execution_count": 1, "source": "print(1)"}
    rows = "<tr><th></th><td>&lt;b&gt;</td></tr>"
    table = f'<div><style scoped>x</style><table border="1" class="dataframe">{rows}</table></div>'
    outputs = [
        {"output_type": "display_data", "data": {"text/html": "<script>alert(1)</script>", "text/plain": "kept"}},
        {"output_type": "display_data", "data": {"application/javascript": "alert(2)", "text/plain": "words"}},
        {"output_type": "display_data", "data": {"text/html": table, "text/plain": "t"}},
        {
            "output_type": "display_data",
            "data": {"image/png": "AAAA"},
            "metadata": {"image/png": {"alt": "Ce qu'on voit"}},
        },
    ]
    shown = [{"metadata": {}} | output for output in outputs]
    cells = [{"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# Le carnet"}, code | {"outputs": shown}]
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = _fill(tmp_path_factory.mktemp("projet") / "reports")
    report(folder)
    return folder


@pytest.fixture(scope="module")
def pages(out: Path) -> dict[str, Page]:
    return site(out)


def test_both_languages_have_a_home_page_with_the_findings_first(pages: dict[str, Page]) -> None:
    fr, en = pages["index.html"], pages["index.en.html"]
    assert (fr.values("lang", "html"), en.values("lang", "html")) == (["fr"], ["en"])
    assert fr.values("id", "article") == ["formation-part--FR", "qualite-inconnus--FR", HOSTILE]
    assert en.values("id", "article") == ["formation-part--FR-en"]
    assert fr.html.count("<text>formation-part--FR</text>") == 1  # the drawing itself, in the font of the page
    assert "Portée de la formation" in fr.text
    assert "Training reach" in en.text
    assert "09_essai" in fr.text


def test_each_picture_has_its_scope_and_its_note(pages: dict[str, Page]) -> None:
    ours = [(page, name) for page in pages.values() for name in page.values("id", "article") if name != HOSTILE]
    assert {page.path.name for page, _ in ours} >= {"index.html", "index.en.html", "01_training_reach.html", "FR.html"}
    assert [(page.path, name) for page, name in ours if f"champ de {name} " not in page.text] == []
    assert [(page.path, name) for page, name in ours if f"note de {name} " not in page.text] == []


def test_a_colon_follows_the_rule_of_its_language(pages: dict[str, Page]) -> None:
    assert "Tous les territoires</a>\u00a0: France" in pages["index.html"].html
    assert "All territories</a>: France" in pages["index.en.html"].html
    assert "<p>Licence\u00a0: etalab-2.0.</p>" in pages["site/fr/figure/formation-part--FR.html"].html
    assert "<p>Licence: etalab-2.0.</p>" in pages["site/en/figure/formation-part--FR.html"].html
    for name, page in pages.items():
        if name == "index.en.html" or ("/en/" in name and "/docs/" not in name):  # documents hold code and formulas
            quoted = r"<(pre|code|script|td)[ >].*?</\1>|<[^>]+lang=\"fr\".*?</[a-z]+>"  # code, data, words in French
            ours = re.sub(quoted, "", page.html, flags=re.DOTALL).replace("Source : ANCT (2021).", "")  # of made_up
            assert not re.search(r"[\w)>][ \u00a0\u202f]+:(?=[\s<]|$)", ours), name


def test_no_template_and_no_english_text_has_a_space_before_a_colon() -> None:
    """Templates serve every language: they write `text.colon`, which is the colon of the page's language."""
    templates = sorted(Path(render.__file__).with_name("templates").glob("*.jinja"))
    written = {
        path.name: re.sub(r"{%.*?%}|{#.*?#}|<[^>]*>", "", path.read_text(encoding="utf-8")) for path in templates
    }
    for folder in ("report", "lab"):
        texts = tomllib.loads((Path(tl.__file__).parent / folder / "texts.toml").read_text(encoding="utf-8"))
        written[folder] = json.dumps(texts["en"], ensure_ascii=False)
    assert "figure.html.jinja" in written
    assert [name for name, text in written.items() if re.search(r"[\w)}][ \u00a0\u202f]:\s", text)] == []


def test_no_page_has_a_broken_link(out: Path, pages: dict[str, Page]) -> None:
    assert broken_links(out, pages) == []
    assert len(pages) > 25
    assert [name for name, page in pages.items() if len(page.values("id")) != len(set(page.values("id")))] == []


def test_a_figure_page_holds_picture_reading_sources_data_and_command(pages: dict[str, Page]) -> None:
    page = pages["site/fr/figure/formation-part--FR.html"]
    assert page.html.count("<text>formation-part--FR</text>") == 1
    for expected in (
        "Un point est un lieu.",
        "ANCT (27 août 2021)",
        "document 4",
        "etalab-2.0",
        "0123456789abcdef",
        "0" * 64,
    ):
        assert expected in page.text
    assert "tlanalysis run 01_training_reach -p territory=FR -p lang=fr" in page.text
    assert {f"../../../figures/formation-part--FR.{kind}" for kind in ("svg", "png", "csv", "json")} <= set(
        page.values("href", "a")
    )
    assert page.values("scope", "th") == ["col", "col", "col"]
    assert "12,35" in page.text  # 0.123456 in percent
    assert "Territoire Valeur Part (%)" in page.text
    assert "inconnu ou sans objet" in page.text


def test_the_language_link_leads_to_the_same_page_or_to_the_home_page(pages: dict[str, Page]) -> None:
    both, alone = pages["site/fr/figure/formation-part--FR.html"], pages["site/fr/figure/profil-taux--R75.html"]
    assert both.values("href", "link")[-1] == "../../en/figure/formation-part--FR.html"
    assert alone.values("href", "link")[-1] == "../../../index.en.html"
    crossed = [
        (name, link)
        for name, page in pages.items()
        if name.startswith("site/en/")
        for link in page.values("href", "a")
        if posixpath.normpath(posixpath.join(posixpath.dirname(name), link)).startswith(("site/fr/", "index.html"))
        and link != page.values("href", "link")[-1]
    ]
    assert crossed == []


MARKS = {"fr": "(en anglais)", "en": "(in French)"}
# Whole sentences: a column of the dictionary is described as "Nom en anglais."
SAID = {
    "fr": ("Ce document est en anglais.", "En anglais, comme le code."),
    "en": ("This document is in French.", "as datapackage.json declares them (in French)."),
}


@pytest.mark.parametrize("lang", LANGS)
def test_a_document_in_the_other_language_is_marked_in_the_list_and_on_its_page(
    lang: str, pages: dict[str, Page]
) -> None:
    """The language of a document is read from its own words, not from its name: the most frequent small words."""
    folder = f"site/{lang}/docs/"
    body = pages[f"{folder}index.html"].html.partition("<main")[2]
    listed = dict(re.findall(r'<li><a href="([\w-]+\.html)"[^>]*>.*?</a>(.*?)</li>', body))
    assert {f"{folder}{name}" for name in listed} == {
        name for name in pages if name.startswith(folder) and name != f"{folder}index.html"
    }
    other = 0
    for name, after in listed.items():
        page = pages[f"{folder}{name}"]
        words = page.text.lower().split()
        spoken = max(LANGS, key=lambda one: sum(words.count(word) for word in SMALL_WORDS[one]))
        assert (MARKS[lang] in after) == (spoken != lang), name
        assert any(said in page.text for said in SAID[lang]) == (spoken != lang), name
        other += spoken != lang
    assert 0 < other < len(listed)


SMALL_WORDS = {"fr": ("le", "la", "les", "des", "est", "et", "une"), "en": ("the", "of", "and", "is", "to", "with")}


def test_a_failed_run_shows_its_error_and_its_last_good_figures(pages: dict[str, Page]) -> None:
    page = pages["site/fr/territory/R75.html"]
    assert f"cell 3: {EVIL}" in page.text
    assert "a échoué" in page.text
    assert "profil-taux--R75" in page.values("id", "article")
    assert "alert" in page.values("role")
    assert "a échoué" in pages["site/fr/figure/profil-taux--R75.html"].text
    assert "interrompu" in pages["site/fr/territory/D33.html"].text
    assert "alert" not in pages["site/fr/subject/01_training_reach.html"].values("role")


def test_pages_load_nothing_from_another_site(out: Path, pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        loaded = [
            value
            for tag, attrs in page.tags
            for key, value in attrs.items()
            if key in {"src", "srcset", "poster"} or (key == "href" and tag in {"link", "base", "use", "image"})
        ]
        assert [value for value in loaded if "//" in value] == [], name
        assert not {"iframe", "object", "embed", "base"} & {tag for tag, _ in page.tags}
    styles = (out / "site" / "assets" / "site.css").read_text(encoding="utf-8")
    assert re.findall(r"url\((.*?)\)|@import", styles) == ['"text-400.woff"', '"text-700.woff"']
    assert {"text-400.woff", "text-700.woff"} <= {path.name for path in (out / "site" / "assets").iterdir()}


def test_text_from_data_is_escaped(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        scripts = [attrs for tag, attrs in page.tags if tag == "script"]
        assert all(attrs.keys() == {"src"} for attrs in scripts), name
        assert not [attrs for _, attrs in page.tags if any(key.startswith("on") for key in attrs)], name
        assert not [link for link in page.values("href") if link.lower().startswith("javascript")], name
        assert "\u202e" not in page.html, name
    page = pages[f"site/fr/figure/{HOSTILE}.html"]
    assert page.text.count(EVIL) >= 12
    assert "abc\ufffdgpj.exe" in page.text
    assert FORMULA in page.text
    assert "tlanalysis run 01" not in page.text


def test_an_executed_notebook_shows_only_text_tables_and_pictures(pages: dict[str, Page]) -> None:
    page = pages["site/fr/notebook/01_training_reach--FR.html"]
    assert "kept" in page.text
    assert "alert" not in page.html
    assert page.values("alt", "img") == ["Ce qu'on voit"]
    assert "<b>" in page.text
    assert page.headings == [1]
    assert "n'est pas lisible" not in page.text
    assert "cannot be read" in pages["site/en/notebook/01_training_reach--FR.html"].text


def test_each_page_has_ordered_headings_and_landmarks(pages: dict[str, Page]) -> None:
    for name, page in pages.items():
        levels = page.headings
        assert levels[0] == 1 and levels.count(1) == 1, name
        assert all(after <= before + 1 for before, after in pairwise(levels)), (name, levels)
        tags = [tag for tag, _ in page.tags]
        assert all(tags.count(tag) == 1 for tag in ("header", "main", "footer")), name
        if "/embed/" not in name:  # a figure by itself has no menu to skip
            assert page.values("href", "a")[0] == "#content", name
        assert tags.count("table") == tags.count("caption") or "/docs/" in name or "/notebook/" in name, name


def test_a_figure_without_its_files_is_shown_as_missing(tmp_path: Path) -> None:
    folder = _fill(tmp_path / "reports")
    (folder / "figures" / "formation-part--FR.svg").unlink()
    (folder / "figures" / "formation-personnes--FR.json").write_text("{ cut", encoding="utf-8")
    (folder / "figures" / "profil-taux--FR.svg").write_text("not a picture", encoding="utf-8")
    (folder / "figures" / "qualite-inconnus--FR.csv").unlink()
    report(folder)
    pages = site(folder)
    assert broken_links(folder, pages) == []
    for name in ("formation-part--FR", "formation-personnes--FR", "profil-taux--FR"):
        assert "Figure absente" in pages[f"site/fr/figure/{name}.html"].text
    assert pages["site/fr/subject/01_training_reach.html"].text.count("Figure absente") == 2
    assert "table" not in {tag for tag, _ in pages["site/fr/figure/qualite-inconnus--FR.html"].tags}


def _written(out: Path) -> int:
    """Return the inode of the folder of the site: a report that writes replaces the folder, and links equal files."""
    return (out / "site").stat().st_ino


def test_the_site_is_the_same_bytes_when_nothing_changed(out: Path) -> None:
    (out / unchanged.STATE).unlink()  # so that the report writes
    first = {path: path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}
    (out / "site" / kept_pages.INDEX).unlink()  # so that it renders every page
    written = _written(out)
    report(out)
    (out / unchanged.STATE).unlink()
    assert {path: path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()} == first
    assert _written(out) != written


def test_a_site_that_is_up_to_date_is_not_written_again_until_something_changes(out: Path) -> None:
    report(out)
    page, table = out / "site" / "fr" / "compare.html", out / "figures" / "formation-part--FR.csv"
    written = _written(out)
    report(out)
    assert _written(out) == written
    os.utime(table)
    report(out)
    assert _written(out) != written
    page.write_text("edited by hand", encoding="utf-8")
    report(out)
    assert page.read_text(encoding="utf-8") != "edited by hand"


def test_a_report_that_fails_leaves_the_old_site(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = {path: path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()}
    (out / unchanged.STATE).unlink(missing_ok=True)
    first.pop(out / unchanged.STATE, None)
    monkeypatch.setattr(site_files, "STATIC", ("site.css", "gone.js"))
    with pytest.raises(FileNotFoundError):
        report(out)
    assert {path: path.read_bytes() for path in sorted(out.rglob("*")) if path.is_file()} == first


def test_a_report_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="nothing has run"):
        report(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_texts_are_the_same_in_every_language() -> None:
    texts = tomllib.loads(Path(render.__file__).with_name("texts.toml").read_text(encoding="utf-8"))
    first, *others = (
        {
            key: text.keys() if isinstance(text, dict) else set(re.findall(r"{\w+}", text))
            for key, text in texts[lang].items()
        }
        for lang in LANGS
    )
    assert others == [first] * (len(LANGS) - 1)
