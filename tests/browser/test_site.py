"""The site in a real browser: no error, no request out of its folder, no barrier, and everything works by keyboard."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Request, Route, expect

from tests.conftest import ROOT

# One of each kind of page.
KINDS = {
    "home": "index.html",
    "home-en": "index.en.html",
    "subjects": "site/fr/subjects.html",
    "gallery": "site/fr/figures.html",
    "subject": "site/fr/subject/01_training_reach.html",
    "failed": "site/fr/subject/02_deffinov_coverage.html",
    "territories": "site/fr/territories.html",
    "territory": "site/fr/territory/R75.html",
    "territory-without-run": "site/en/territory/D33.html",
    "compare": "site/fr/compare.html",
    "figure": "site/fr/figure/formation-part--FR.html",
    "figure-en": "site/en/figure/qualite-inconnus--FR.html",
    "embed": "site/fr/embed/qualite-inconnus--FR.html",
    "runs": "site/fr/runs.html",
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
# The dark scheme changes colours and nothing else: those alone are looked at again, on the pages that hold them all.
RULES = {"light": OPTIONS, "dark": OPTIONS | {"runOnly": ["color-contrast"]}}
LOOKED_AT = {
    "light": tuple(KINDS),
    "dark": ("home", "failed", "territory", "compare", "gallery", "figure", "notebook", "forecasts"),
}
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
    for kind in LOOKED_AT[scheme]:
        page.goto((site / KINDS[kind]).as_uri())
        answer = Axe().run(page, options=RULES[scheme]).response
        assert len(answer["passes"]) >= (15 if scheme == "light" else 1), kind
        found[kind] = [
            (rule["id"], [node["html"][:120] for node in rule["nodes"][:3]]) for rule in answer["violations"]
        ]
    context.close()
    assert found == {kind: [] for kind in LOOKED_AT[scheme]}


# The letters of the smallest text that a screen shows in a drawing, in pixels.
SMALLEST = """() => Math.min(...[...document.querySelectorAll(".drawing svg text, .map text")]
    .filter((text) => text.getClientRects().length)
    .map((text) => { const turned = text.getScreenCTM();
                     return parseFloat(getComputedStyle(text).fontSize) * Math.hypot(turned.a, turned.b); }))"""


@pytest.mark.parametrize("kind", ["home", "subject", "territory", "figure"])
def test_a_narrow_screen_shows_the_drawing_made_for_it_in_letters_that_can_be_read(
    kind: str, site: Path, page: Page
) -> None:
    page.goto((site / KINDS[kind]).as_uri())
    for width, shown, hidden in ((320, ".drawing.phone", ".drawing.wide"), (1440, ".drawing.wide", ".drawing.phone")):
        page.set_viewport_size({"width": width, "height": 900})
        expect(page.locator(shown).first).to_be_visible()
        expect(page.locator(f"{hidden}:visible")).to_have_count(0)
        assert page.evaluate(SMALLEST) >= 9
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 500, "height": 900})
    expect(page.locator(".drawing.phone:visible")).to_have_count(0)


def test_axe_would_find_a_barrier(site: Path, page: Page) -> None:
    page.goto((site / KINDS["home"]).as_uri())
    page.evaluate("document.querySelector('.findings svg').setAttribute('role', 'img')")
    page.evaluate("document.querySelector('.findings svg').removeAttribute('aria-label')")
    page.evaluate("document.querySelectorAll('.findings svg title').forEach((title) => title.remove())")
    assert [rule["id"] for rule in Axe().run(page, options=OPTIONS).response["violations"]] == ["svg-img-alt"]


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


SHEET = 690  # pixels that a sheet of A4 leaves between its margins


def test_every_page_fits_a_printed_sheet(site: Path, page: Page) -> None:
    page.emulate_media(media="print")
    page.set_viewport_size({"width": SHEET, "height": 1000})
    wide = []
    for kind, path in KINDS.items():
        page.goto((site / path).as_uri())
        if page.evaluate("document.documentElement.scrollWidth") > SHEET:
            wide.append(kind)
        page.screenshot(path=SHOTS / f"{kind}-print.png")
    assert wide == []


@pytest.mark.parametrize(
    ("typed", "first", "count"),
    [
        ("nouvelle aquitaine", "Nouvelle-Aquitaine", "1 résultat"),
        ("Nouvelle-Aq", "Nouvelle-Aquitaine", "1 résultat"),
        ("R75", "Nouvelle-Aquitaine", "1 résultat"),
        ("75", "Nouvelle-Aquitaine", "2 résultats"),  # the région's code, and Paris
        ("33000", "Gironde", "1 résultat"),
        ("20137", "Corse-du-Sud", "1 résultat"),
        ("20620", "Haute-Corse", "1 résultat"),
        ("97419", "La Réunion", "1 résultat"),
        ("ile de france", "Île-de-France", "1 résultat"),
        ("abbevillers", "Abbévillers", "1 résultat"),  # a commune
        ("l hay les roses", "L'Haÿ-les-Roses", "1 résultat"),
        ("atlantide", "", "Rien ne correspond."),
        ("<script>alert(1)</script>", "", "Rien ne correspond."),
        ("", "", ""),
    ],
)
def test_a_territory_is_found(typed: str, first: str, count: str, site: Path, page: Page) -> None:
    wrong, _ = _watched(page)
    page.goto((site / KINDS["territories"]).as_uri())
    page.get_by_label("Trouver un territoire ou une commune").fill(typed)
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


def test_a_commune_leads_to_the_portrait_of_its_departement(site: Path, page: Page) -> None:
    wrong, asked = _watched(page)
    page.goto((site / KINDS["home"]).as_uri())
    page.get_by_label("Trouver un territoire ou une commune").fill("arcachon")
    expect(page.locator("#search-found li")).to_contain_text("Commune · Gironde")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Gironde")
    assert [url.rpartition("/")[2] for url in asked if "/communes/" in url] == ["a.js"]  # one letter, not all communes
    assert wrong == []


def test_communes_that_arrive_late_leave_the_reader_on_the_same_result(site: Path, served: str, page: Page) -> None:
    held: list[Route] = []
    page.route("**/communes/g.js", lambda route: held.append(route))
    page.goto(f"{served}/{KINDS['home']}")
    page.get_by_label("Trouver un territoire ou une commune").fill("gironde")
    page.keyboard.press("ArrowDown")
    result = page.get_by_role("link", name="Gironde", exact=True)
    expect(result).to_be_focused()
    expect(page.locator("#search-found li")).to_have_count(1)
    held[0].continue_()
    expect(page.locator("#search-found li")).not_to_have_count(1)
    expect(result).to_be_focused()


def test_a_reader_goes_from_the_map_to_a_portrait_and_to_its_comparison(site: Path, page: Page) -> None:
    wrong, _ = _watched(page)
    page.goto((site / KINDS["home"]).as_uri())
    page.get_by_role("link", name="Gironde (33)").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Gironde")
    here = page.locator("table.measures").first.locator("tr", has_text="lieux pour 100 000").first.locator("td").first
    rate = here.text_content()
    page.get_by_role("link", name="Comparer avec Nouvelle-Aquitaine", exact=True).first.click()
    expect(page.locator("#pair")).to_have_text("Gironde et Nouvelle-Aquitaine")
    row = page.locator("#compared tr", has_text="lieux pour 100 000").first
    expect(row.locator("[data-side=a]")).to_contain_text(str(rate))
    page.get_by_label("Second territoire").select_option("R53")
    expect(page.locator("#pair")).to_have_text("Gironde et Bretagne")
    expect(page.locator("[data-name=b]")).to_have_text("Bretagne")
    page.get_by_role("link", name="Portrait : Bretagne").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bretagne")
    assert wrong == []


def test_the_map_is_reached_and_followed_by_keyboard(site: Path, page: Page) -> None:
    page.goto((site / KINDS["home"]).as_uri())
    page.get_by_role("link", name="Comparer deux territoires").focus()
    page.keyboard.press("Tab")
    name = page.evaluate("document.activeElement.getAttribute('aria-label')").partition(" (")[0]
    expect(page.locator("#said")).to_contain_text(name)
    expect(page.locator("#said")).to_contain_text("lieux listés")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_a_table_is_sorted_by_its_headings_with_the_unknown_last(site: Path, page: Page) -> None:
    page.goto((site / KINDS["sources"]).as_uri())
    table = page.locator("table.sortable").first
    heading = table.locator("th", has_text="Lignes")
    column = heading.evaluate("cell => cell.cellIndex")

    def numbers() -> list[int | None]:
        cells = table.locator(f"tbody td:nth-child({column + 1})").all_text_contents()
        digits = ["".join(character for character in cell if character.isdigit()) for cell in cells]
        return [int(text) if text else None for text in digits]

    heading.get_by_role("button").press("Enter")
    expect(heading).to_have_attribute("aria-sort", "ascending")
    up = numbers()
    heading.get_by_role("button").press("Enter")
    expect(heading).to_have_attribute("aria-sort", "descending")
    down = numbers()
    known = [number for number in up if number is not None]
    assert known == sorted(known)
    assert known[0] < 1000 < known[-1]  # numbers of several lengths: text would sort otherwise
    assert [number for number in down if number is not None] == known[::-1]
    assert None not in down[: len(known)]


def test_a_citation_is_copied(site: Path, served: str, browser: Browser) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{served}/{KINDS['figure']}")
    page.get_by_role("button", name="Copier la citation").click()
    expect(page.locator("#copied")).to_have_text("Copié.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator("#citation").text_content()
    assert "formation-part--FR, données" in copied
    page.get_by_role("button", name="Copier le cadre (iframe)").click()
    frame = page.evaluate("navigator.clipboard.readText()")
    assert f'src="{served}/site/fr/embed/formation-part--FR.html"' in frame
    context.close()


def test_the_page_of_a_figure_alone_leads_back_and_is_shown_in_a_frame(site: Path, served: str, page: Page) -> None:
    wrong, _ = _watched(page)
    page.goto(f"{served}/{KINDS['figure']}")
    page.get_by_role("link", name="La figure sans le reste, à placer dans une autre page").click()
    expect(page.locator(".drawing.wide svg")).to_be_visible()
    expect(page.locator("svg:visible")).to_have_count(1)
    assert page.locator("nav").count() == 0
    alone = page.url
    page.get_by_role("link", name="Données, sources et fabrication").click()
    assert page.url == f"{served}/{KINDS['figure']}"
    around = f'<link rel="icon" href="data:,"><iframe src="{alone}" width="600"></iframe>'
    (site.parent / "elsewhere.html").write_text(around, encoding="utf-8")
    page.goto(f"{served.rpartition('/')[0]}/elsewhere.html")
    frame = page.frame_locator("iframe")  # 600 pixels: a narrow screen
    expect(frame.locator(".drawing.phone svg")).to_be_visible()
    expect(frame.locator("svg:visible")).to_have_count(1)
    assert wrong == []


@pytest.mark.parametrize(("width", "shown"), [(1280, ".drawing.wide"), (320, ".drawing.phone")])
def test_the_values_of_marks_are_read_with_the_keyboard(width: int, shown: str, site: Path, page: Page) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto((site / KINDS["figure"]).as_uri())
    said = page.locator(".values + strong")
    first = page.locator(".drawing .mark[tabindex='0']:visible")
    expect(first).to_have_count(1)  # one stop of the Tab key, however many marks
    marks = 0
    while page.evaluate("document.activeElement.id") != "embedded":
        page.keyboard.press("Tab")
        marks += page.locator(".mark:focus").count()
    assert marks == 1
    first.focus()
    expect(said).to_have_text(str(first.get_attribute("aria-label")))
    before = said.text_content()
    page.keyboard.press("ArrowRight")
    expect(said).not_to_have_text(str(before))
    expect(said).to_contain_text("%")
    page.keyboard.press("ArrowLeft")
    expect(said).to_have_text(str(before))
    last = page.locator(f"{shown} .mark").last
    last.hover()
    expect(said).to_have_text(str(last.get_attribute("aria-label")))


def test_the_gallery_shows_the_figures_that_hold_the_words_typed(site: Path, page: Page) -> None:
    page.goto((site / KINDS["gallery"]).as_uri())
    shown = page.locator(".gallery li:visible")
    every = shown.count()
    assert every > 1
    page.get_by_label("Filtrer par mot").fill("repondants")
    expect(page.locator("#filter-count")).to_have_text("1 figure")
    assert shown.count() == 1 < every
    shown.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("répondants")


def test_without_script_every_portrait_and_the_comparison_can_be_read(site: Path, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((site / KINDS["home"]).as_uri())
    assert page.locator(".map a").count() == 101
    assert page.locator(".keys li").count() == 4
    page.get_by_role("link", name="Gironde (33)").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Gironde")
    page.goto((site / KINDS["compare"]).as_uri())
    expect(page.get_by_text("Sans script, cette page compare")).to_be_visible()
    assert page.locator("#compared tbody tr").count() > 8
    page.goto((site / KINDS["figure"]).as_uri())
    expect(page.locator(".drawing.wide svg")).to_be_visible()
    expect(page.locator(".drawing svg:visible")).to_have_count(1)
    expect(page.get_by_text("Citation :")).to_be_visible()
    assert page.locator("button:visible").count() == 0  # nothing that would need a script
    context.close()


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
    assert {url.rpartition(".")[2] for url in sizes} >= {"html", "css", "js", "woff"}
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
