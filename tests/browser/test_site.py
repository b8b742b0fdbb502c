"""The site in a real browser: no error, no request out of its folder, no barrier, and everything works by keyboard."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, expect

from tests.conftest import ROOT

# One of each kind of page.
KINDS = {
    "home": "index.html",
    "home-en": "index.en.html",
    "subject": "site/fr/subject/01_training_reach.html",
    "failed": "site/fr/subject/02_deffinov_coverage.html",
    "territories": "site/fr/territories.html",
    "territory": "site/fr/territory/R75.html",
    "figure": "site/fr/figure/formation-part--FR.html",
    "figure-en": "site/en/figure/qualite-inconnus--FR.html",
    "notebook": "site/fr/notebook/01_training_reach--FR.html",
    "quality": "site/fr/quality.html",
    "forecasts": "site/en/forecasts.html",
    "sources": "site/fr/sources.html",
    "docs": "site/fr/docs/index.html",
    "doc": "site/fr/docs/forecasting.html",
    "dictionary": "site/en/docs/dictionary.html",
    "api": "site/fr/docs/api.html",
}
WIDTHS = (320, 768, 1440)
SHOTS = ROOT / "reports" / "tests" / "site"
# axe reads style sheets by a request that a page opened from a disk may not make: the browser's own styles are enough.
OPTIONS = {"preload": False}
# The dark scheme changes colours and nothing else: that alone is looked at again.
RULES = {"light": OPTIONS, "dark": OPTIONS | {"runOnly": ["color-contrast"]}}
# What carries a page's weight, compressed by nobody.
BUDGET = 300_000


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def _watched(page: Page) -> tuple[list[str], list[str]]:
    """Return the lists that fill with what goes wrong on a page, and with what it asks for."""
    wrong: list[str] = []
    asked: list[str] = []

    def ask(request: Request) -> None:
        asked.append(request.url)

    def fail(request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # a picture further down, given up because the test went on
            wrong.append(f"{request.failure}: {request.url}")

    page.on("console", lambda message: wrong.append(message.text) if message.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("requestfailed", fail)
    page.on("request", ask)
    return wrong, asked


def test_every_page_loads_from_a_disk_without_an_error_or_a_request_elsewhere(site: Path, page: Page) -> None:
    wrong, asked = _watched(page)
    paths = [site / "index.html", site / "index.en.html", *sorted((site / "site").rglob("*.html"))]
    assert len(paths) > 40
    for path in paths:
        page.goto(path.as_uri())
    outside = [url for url in asked if not url.startswith((f"{site.as_uri()}/", "data:"))]
    assert (wrong, outside) == ([], [])
    assert len(asked) > 2 * len(paths)  # pages and their styles were asked for: the watch was on


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_barrier(scheme: str, site: Path, browser: Browser) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": 1024, "height": 800})
    page = context.new_page()
    found = {}
    for kind, path in KINDS.items():
        page.goto((site / path).as_uri())
        answer = Axe().run(page, options=RULES[scheme]).response
        assert len(answer["passes"]) >= (15 if scheme == "light" else 1), kind
        found[kind] = [
            (rule["id"], [node["html"][:120] for node in rule["nodes"][:3]]) for rule in answer["violations"]
        ]
    context.close()
    assert found == {kind: [] for kind in KINDS}


def test_axe_would_find_a_barrier(site: Path, page: Page) -> None:
    page.goto((site / KINDS["home"]).as_uri())
    page.evaluate("document.querySelector('.findings img').removeAttribute('alt')")
    assert [rule["id"] for rule in Axe().run(page, options=OPTIONS).response["violations"]] == ["image-alt"]


def test_pages_fit_every_width_and_are_kept_as_pictures(site: Path, page: Page) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    too_wide = []
    for kind, path in KINDS.items():
        page.goto((site / path).as_uri())
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                too_wide.append((kind, width))
            page.screenshot(path=SHOTS / f"{kind}-{width}.png")
    assert too_wide == []


@pytest.mark.parametrize(
    ("typed", "first", "count"),
    [
        ("nouvelle aquitaine", "Nouvelle-Aquitaine", "1 territoire"),
        ("Nouvelle-Aq", "Nouvelle-Aquitaine", "1 territoire"),
        ("R75", "Nouvelle-Aquitaine", "1 territoire"),
        ("75", "Nouvelle-Aquitaine", "2 territoires"),  # the région's code, and Paris
        ("33000", "Gironde", "1 territoire"),
        ("20137", "Corse-du-Sud", "1 territoire"),
        ("20620", "Haute-Corse", "1 territoire"),
        ("97419", "La Réunion", "1 territoire"),
        ("ile de france", "Île-de-France", "1 territoire"),
        ("atlantide", "", "Aucun territoire ne correspond."),
        ("<script>alert(1)</script>", "", "Aucun territoire ne correspond."),
        ("", "", ""),
    ],
)
def test_a_territory_is_found(typed: str, first: str, count: str, site: Path, page: Page) -> None:
    wrong, _ = _watched(page)
    page.goto((site / KINDS["territories"]).as_uri())
    page.get_by_label("Trouver un territoire").fill(typed)
    expect(page.locator("#search-count")).to_have_text(count)
    names = page.locator("#search-found li > :first-child").all_text_contents()
    assert names[:1] == ([first] if first else [])
    assert wrong == []


def test_a_territory_is_reached_by_keyboard_alone(site: Path, page: Page) -> None:
    page.goto((site / KINDS["home"]).as_uri())
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    expect(page.locator("a.skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "search":
            break
    outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"
    page.keyboard.type("aquitaine")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Nouvelle-Aquitaine")).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nouvelle-Aquitaine")
    assert page.url == (site / KINDS["territory"]).as_uri()


def test_a_territory_that_has_not_run_says_so(site: Path, page: Page) -> None:
    page.goto((site / KINDS["home"]).as_uri())
    page.get_by_label("Trouver un territoire").fill("Gironde")
    expect(page.locator("#search-found li")).to_contain_text("pas encore calculé")
    assert page.locator("#search-found a").count() == 0


def test_the_language_is_kept_from_page_to_page(site: Path, page: Page) -> None:
    page.goto((site / KINDS["figure"]).as_uri())
    page.get_by_role("link", name="English").click()
    assert page.url.endswith("site/en/figure/formation-part--FR.html")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("link", name="Territories", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Territories")
    page.get_by_role("link", name="Français").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Territoires")


def test_the_four_files_of_a_figure_are_downloaded_whole(site: Path, served: str, page: Page) -> None:
    page.goto(f"{served}/{KINDS['figure']}")
    for kind in ("svg", "png", "csv", "json"):
        with page.expect_download() as download:
            page.get_by_role("link", name=f"en {kind.upper()}").click()
        saved = Path(download.value.path()).read_bytes()
        assert download.value.suggested_filename == f"formation-part--FR.{kind}"
        assert _digest(saved) == _digest((site / "figures" / f"formation-part--FR.{kind}").read_bytes())


def test_the_home_page_weighs_less_than_its_budget_and_works_under_a_sub_path(served: str, page: Page) -> None:
    wrong, asked = _watched(page)
    sizes: dict[str, int] = {}
    page.on("response", lambda response: sizes.__setitem__(response.url, len(response.body())))
    page.goto(f"{served}/index.html", wait_until="networkidle")
    page.mouse.wheel(0, 20_000)  # pictures further down are loaded when they come near
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if not url.startswith((served, "data:"))] == []
    assert {url.rpartition(".")[2] for url in sizes} >= {"html", "css", "js", "svg"}
    assert sum(sizes.values()) < BUDGET
    assert wrong == []


def test_text_inside_a_drawing_can_be_selected(site: Path, page: Page) -> None:
    page.goto((site / KINDS["figure"]).as_uri())
    page.evaluate("getSelection().selectAllChildren(document.querySelector('.drawing svg'))")
    assert "répondants" in page.evaluate("getSelection().toString()")


def test_a_printed_page_leaves_out_what_paper_cannot_use(site: Path, page: Page) -> None:
    page.goto((site / KINDS["home"]).as_uri())
    page.emulate_media(media="print")
    expect(page.get_by_role("navigation", name="Menu principal")).to_be_hidden()
    expect(page.locator("form.search")).to_be_hidden()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
