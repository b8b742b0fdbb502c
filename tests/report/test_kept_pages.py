"""A change renders the pages that it reaches, and no other; the site is the one that is made from nothing."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.report.made_up import publish, ran
from tests.report.test_gallery import _notebook
from tlanalysis.core import files
from tlanalysis.report import kept_pages, pages, unchanged
from tlanalysis.report.gallery import report
from tlanalysis.runs import manifest

FIGURES = ("formation-part--FR", "formation-personnes--FR", "profil-taux--R75")


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("projet") / "reports"
    for name in FIGURES:
        publish(folder, name, lang="fr")
    outcomes = [ran("01_training_reach", *FIGURES[:2]), ran("04_territory_profile", FIGURES[2], key="R75")]
    (folder / "notebooks").mkdir()
    files.write_text(folder / "notebooks" / "01_training_reach--FR.ipynb", files.to_json(_notebook()))
    manifest.write(folder, {outcome.name: outcome for outcome in outcomes})
    report(folder)
    return folder


@pytest.fixture
def out(made_once: Path, tmp_path: Path) -> Path:
    copy = Path(shutil.copytree(made_once, tmp_path / "reports"))
    (copy / unchanged.STATE).unlink()  # so that the report asks for each page
    return copy


def _pages(out: Path) -> dict[str, tuple[int, bytes]]:
    """Return the inode and the bytes of each page: a page that is written again has another inode."""
    found = [*out.glob("*.html"), *(out / "site").rglob("*.html")]
    return {path.relative_to(out).as_posix(): (path.stat().st_ino, path.read_bytes()) for path in found}


def _written_since(before: dict[str, tuple[int, bytes]], out: Path) -> set[str]:
    return {name for name, page in _pages(out).items() if before.get(name) != page}


def _made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that receives the address of each page that is rendered."""
    made: list[str] = []
    render = pages.Renderer.page

    def spy(renderer: pages.Renderer, lang: str, slug: str, *given: object, **values: object) -> tuple[str, str]:
        made.append(f"{lang}/{slug}")
        return render(renderer, lang, slug, *given, **values)  # type: ignore[arg-type]

    monkeypatch.setattr(pages.Renderer, "page", spy)
    return made


def test_nothing_changed_writes_no_page_and_renders_no_figure(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, made = _pages(out), _made(monkeypatch)
    report(out)
    assert _written_since(before, out) == set()
    assert [page for page in made if "/figure/" in page or "/notebook/" in page or "quality" in page] == []


def test_a_changed_figure_writes_the_pages_that_show_it(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, made = _pages(out), _made(monkeypatch)
    publish(out, FIGURES[2], lang="fr", csv="a,b\n1,3\n", title="Un autre titre", fingerprint="0123456789abcdef")
    report(out)
    assert _written_since(before, out) == {
        "site/fr/figure/profil-taux--R75.html",
        "site/fr/embed/profil-taux--R75.html",
        "site/fr/territory/R75.html",
    }
    assert [page for page in made if "/figure/" in page] == ["fr/figure/profil-taux--R75.html"]


def test_the_site_is_the_one_that_is_made_from_nothing(out: Path, tmp_path: Path) -> None:
    publish(out, FIGURES[1], lang="fr", csv="a,b\n1,3\n", title="Un autre titre")
    report(out)
    copy = tmp_path / "copy" / "reports"
    shutil.copytree(out, copy)
    (copy / "site" / kept_pages.INDEX).unlink()
    report(copy)
    (out / unchanged.STATE).unlink()
    report(out)
    assert {name: data for name, (_, data) in _pages(out).items()} == {
        name: data for name, (_, data) in _pages(copy).items()
    }


def test_a_page_that_another_program_changed_is_made_again(out: Path) -> None:
    page = out / "site" / "fr" / "figure" / "profil-taux--R75.html"
    whole = page.read_bytes()
    page.write_bytes(whole.replace(b"profil", b"autre "))
    report(out)
    assert page.read_bytes() == whole


def _kept(out: Path, common: str = "") -> bool:
    """Return whether a page of two inputs is kept."""
    made = []
    pages_now = kept_pages.KeptPages(out / "site", common)
    pages_now.page("site/page.html", ["a", b"b"], lambda: made.append(1) or ("site/page.html", "é"))  # type: ignore[func-returns-value]
    files.write_bytes(out / "site" / "page.html", "é".encode())
    files.write_bytes(out / "site" / kept_pages.INDEX, pages_now.index())
    return not made


def test_a_page_is_kept_until_what_all_pages_share_changes(tmp_path: Path) -> None:
    assert [_kept(tmp_path), _kept(tmp_path), _kept(tmp_path, "other"), _kept(tmp_path, "other")] == [
        *(False, True),
        *(False, True),
    ]


def test_other_code_or_another_library_makes_all_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [_kept(tmp_path), _kept(tmp_path)] == [False, True]
    monkeypatch.setattr(kept_pages, "_digest_of_code", lambda: "other")
    assert not _kept(tmp_path)


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"site/page.html": 3}', b"\xff"])
def test_a_damaged_index_makes_all_pages(tmp_path: Path, damage: bytes) -> None:
    assert [_kept(tmp_path), _kept(tmp_path)] == [False, True]
    (tmp_path / "site" / kept_pages.INDEX).write_bytes(damage)
    assert [_kept(tmp_path), _kept(tmp_path)] == [False, True]
