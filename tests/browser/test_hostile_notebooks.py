"""A notebook whose cells and outputs hold scripts: none runs on its page, and none would run if it got there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.report.made_up import publish, ran
from tlanalysis.report.gallery import report
from tlanalysis.runs import manifest

# `fired` is set by any script that runs. Each payload ran, or nearly, on a page of an earlier version.
FIRE = "window.fired=(window.fired||0)+1"
PAYLOADS = {
    "script": f"<script>{FIRE}</script>",
    "img": f"<img src=x onerror={FIRE}>",
    "unclosed": f"<img src=x onerror={FIRE} x=",
    "cdata": f"<![CDATA[><img src=x onerror={FIRE}>]]>",
    "comment": f"<!--><img src=x onerror={FIRE}>-->",
    "bang": f"<!--!><img src=x onerror={FIRE}>",
    "instruction": f"<?xml ><img src=x onerror={FIRE}>",
    "svg": f"<svg onload={FIRE}></svg>",
    "math": f"<math><mtext><table><mglyph><style><img src=x onerror={FIRE}></style></mglyph></table></mtext></math>",
    "template": f"<template><img src=x onerror={FIRE}></template>",
    "noscript": f"<noscript><p title='</noscript><img src=x onerror={FIRE}>'>",
    "details": f"<details open ontoggle={FIRE}>x</details>",
    "iframe": f"<iframe srcdoc='<script>parent.{FIRE}</script>'></iframe>",
    "object": f"<object data='data:text/html,<script>{FIRE}</script>'></object>",
    "link": "<link rel=stylesheet href=https://example.org/x.css>",
    "outside picture": "<img src=https://example.org/x.png>",
    "refresh": "<meta http-equiv=refresh content='0;url=https://example.org/'>",
    "style": "<div style='background:url(https://example.org/x)'>x</div><style>@import 'https://example.org/x'</style>",
    "form": f"<form action=https://example.org><input autofocus onfocus={FIRE}></form>",
    "base": "<base href=https://example.org/>",
    "address": f"<a id=go href='javascript:{FIRE}'>go</a><a href='data:text/html,<script>{FIRE}</script>'>data</a>",
    "table": f"<table><tr><td onclick={FIRE} onmouseover={FIRE}>cell</td></tr></table>",
}


def _notebook() -> dict[str, object]:
    cells: list[dict[str, object]] = []
    for number, (name, payload) in enumerate(PAYLOADS.items()):
        cells.append({"cell_type": "markdown", "id": f"m{number}", "metadata": {}, "source": f"{name}\n\n{payload}\n"})
        data = {"text/html": payload, "text/plain": name, "image/svg+xml": payload, "text/markdown": payload}
        outputs = [
            {"output_type": "display_data", "metadata": {}, "data": data},
            {"output_type": "stream", "name": "stdout", "text": payload},
            {"output_type": "error", "ename": payload, "evalue": payload, "traceback": [payload]},
            {
                "output_type": "display_data",
                "metadata": {"image/png": {"alt": f'"{payload}', "width": f'1"{payload}'}},
                "data": {"image/png": f'AAAA" onerror="{FIRE}'},
            },
        ]
        code = {"cell_type": "code", "id": f"c{number}", "metadata": {}, "execution_count": 1, "source": payload}
        cells.append(code | {"outputs": outputs})
        cells.append({"cell_type": "raw", "id": f"r{number}", "metadata": {}, "source": payload})
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("hostile") / "reports"
    publish(out, "part--FR")
    (out / "notebooks").mkdir()
    (out / "notebooks" / "01_essai--FR.ipynb").write_text(json.dumps(_notebook()), encoding="utf-8")
    outcome = ran("01_essai", "part--FR")
    manifest.write(out, {outcome.name: outcome})
    report(out)
    return out


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context()
    yield context.new_page()
    context.close()


def _opened(page: Page, path: Path) -> tuple[int, list[str]]:
    """Return how many scripts ran on a page, and the addresses elsewhere that the browser really asked for."""
    asked: list[str] = []
    blocked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("requestfailed", lambda request: blocked.append(request.url) if "csp" in request.failure.lower() else None)
    page.goto(path.as_uri(), wait_until="load")
    page.wait_for_timeout(500)
    for link in page.locator(".notebook td, .notebook a, main details").all()[:40]:
        link.dispatch_event("mouseover")
        link.dispatch_event("click")
    page.wait_for_timeout(100)
    return page.evaluate("window.fired || 0"), [url for url in asked if "example.org" in url and url not in blocked]


def test_no_payload_runs_on_the_page_of_an_executed_notebook(hostile: Path, page: Page) -> None:
    path = hostile / "site" / "fr" / "notebook" / "01_essai--FR.html"
    assert _opened(page, path) == (0, [])
    text = page.inner_text("main")
    assert all(name in text for name in PAYLOADS)  # the words of each cell are there


def test_the_policy_of_the_pages_stops_every_payload_that_gets_into_one(hostile: Path, page: Page) -> None:
    path = hostile / "site" / "fr" / "notebook" / "01_essai--FR.html"
    # A policy does not forbid a page to leave by itself; an open tag or comment would hide the payloads after it.
    inside = "".join(
        payload for name, payload in PAYLOADS.items() if name not in ("refresh", "base", "unclosed", "bang")
    )
    bad, without = path.with_name("bad.html"), path.with_name("without.html")
    html = path.read_text(encoding="utf-8")
    bad.write_text(html.replace("</main>", f"{inside}</main>"), encoding="utf-8")
    assert _opened(page, bad) == (0, [])
    policy = html[html.index('<meta http-equiv="Content-Security-Policy"') :].partition(">")[0]
    without.write_text(bad.read_text(encoding="utf-8").replace(policy, "<meta"), encoding="utf-8")
    fired, asked = _opened(page, without)
    assert fired > 0
    assert asked


def test_every_page_carries_the_policy_first(hostile: Path) -> None:
    pages = [*hostile.glob("*.html"), *(hostile / "site").rglob("*.html")]
    heads = [
        path.read_text(encoding="utf-8").partition("<head>")[2].lstrip()
        for path in pages
        if path.stem not in ("bad", "without")
    ]
    assert len(heads) > 20
    for head in heads:
        assert head.startswith(
            '<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy" content="default-src'
        )
