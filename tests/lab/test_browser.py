"""JupyterLab in a real browser, as a newcomer meets it: notebook 02 to its end, then the exploring panel."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import ROOT

SHOWN = ["02_deffinov_coverage", "explore"]
TOKEN = "essai"
# No bulletin from elsewhere, and every cell in the page whether it is looked at or not.
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},
}


@dataclass(frozen=True)
class Lab:
    """A server of our own, and the folder in which its runs write."""

    port: int
    out: Path


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Start JupyterLab on copies of the notebooks without outputs; stop it, kernels included."""
    root, out, own = (tmp_path_factory.mktemp(name) for name in ("notebooks", "out", "jupyter"))
    for name in SHOWN:
        notebook = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", 4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.update(outputs=[], execution_count=None)
        nbformat.write(notebook, root / f"{name}.ipynb")
    for name, values in SETTINGS.items():
        path = own / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    places = {
        "JUPYTER_CONFIG_DIR": own / "config",
        "JUPYTER_DATA_DIR": own / "data",
        "JUPYTER_RUNTIME_DIR": own / "runtime",
        "JUPYTERLAB_SETTINGS_DIR": own / "settings",
        "JUPYTERLAB_WORKSPACES_DIR": own / "workspaces",
        "IPYTHONDIR": own / "ipython",
        "TLANALYSIS_HOME": ROOT,
        "TLANALYSIS_OUT": out,
        "TLANALYSIS_PROCESSED": own / "processed",
    }
    options = {"ip": "127.0.0.1", "port": "0", "open_browser": "False", "allow_root": "True", "root_dir": str(root)}
    command = [sys.executable, "-m", "jupyterlab", f"--IdentityProvider.token={TOKEN}"]
    command += [f"--ServerApp.{name}={value}" for name, value in options.items()]
    env = os.environ | {name: str(path) for name, path in places.items()}
    env.pop("MPLBACKEND", None)  # as a newcomer has it: the notebook chooses how figures are shown
    with (own / "log").open("wb") as log:
        server = subprocess.Popen(command, env=env, cwd=root, stdout=log, stderr=log, start_new_session=True)
    try:
        yield Lab(_port(server, own), out)
    finally:
        server.send_signal(signal.SIGTERM)
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _port(server: subprocess.Popen[bytes], own: Path) -> int:
    """Return the port that the server chose and wrote down."""
    until = time.monotonic() + 60
    while time.monotonic() < until and server.poll() is None:
        for path in (own / "runtime").glob(f"jpserver-{server.pid}.json"):
            if text := path.read_text(encoding="utf-8"):
                return int(json.loads(text)["port"])
        time.sleep(0.1)
    raise AssertionError(f"JupyterLab did not start:\n{(own / 'log').read_text(encoding='utf-8')[-2000:]}")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Return a page of a browser; fail when it asked anything of another machine."""
    hosts: set[str | None] = set()
    opened = browser.new_page(viewport={"width": 1440, "height": 900})
    opened.set_default_timeout(60_000)
    opened.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    yield opened
    opened.close()
    assert hosts - {None} == {"127.0.0.1"}


def _run_all(page: Page, lab: Lab, name: str) -> None:
    """Open a notebook and run all its cells from the menu; return once the last has run."""
    # A workspace of its own: what another test left open is not opened again.
    page.goto(f"http://127.0.0.1:{lab.port}/lab/workspaces/{name}/tree/{name}.ipynb?token={TOKEN}")
    page.locator(".jp-Notebook .jp-CodeCell").first.wait_for()
    page.get_by_text("| Idle").wait_for()  # before its kernel is there, a notebook lets go of what is run
    page.locator(".lm-MenuBar-item", has_text="Run").click()
    page.locator(".lm-Menu-item[data-command='runmenu:run-all']").click()
    prompts = page.locator(".jp-CodeCell .jp-InputPrompt")
    expect(prompts).to_have_text([re.compile(r"\[\d+\]")] * prompts.count(), timeout=120_000)
    assert page.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0
    assert page.locator("[data-mime-type='application/vnd.jupyter.stderr']").count() == 0


def test_notebook_02_runs_to_its_end_and_shows_its_figures(page: Page, lab: Lab) -> None:
    _run_all(page, lab, "02_deffinov_coverage")
    widths = page.locator(".jp-OutputArea-output img").evaluate_all("images => images.map(one => one.naturalWidth)")
    written = list((lab.out / "figures").glob("*.png"))
    assert len(widths) == len(written) > 5
    assert min(widths) > 300


def test_a_region_chosen_from_a_list_changes_the_figure_and_the_table(page: Page, lab: Lab) -> None:
    _run_all(page, lab, "explore")
    territory = page.locator("input[list]").first
    figure = page.locator(".jp-OutputArea-output img").first
    figure.wait_for()
    assert "Bretagne" in str(figure.get_attribute("alt"))
    territory.fill("Occitanie (R76)")
    territory.press("Enter")
    page.locator(".jp-OutputArea-output img[alt*='Occitanie']").wait_for()
    page.locator(".jp-OutputArea-output", has_text='tl.known_figures("R76")').first.wait_for()
    page.locator("table.dataTable").first.wait_for()  # DataTables travels with the page
