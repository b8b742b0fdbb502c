"""A run from Python, and a figure made again, on small notebooks."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import tlanalysis as tl
from tests.runs.conftest import write_notebook
from tlanalysis.cli import app
from tlanalysis.core.errors import BadInput
from tlanalysis.runs.reproduce import reproduce

CALL = "import tlanalysis as tl\n\np = tl.params(territory=territory, lang=lang)\nheld = tl.holdings()"
PUBLISH = 'ax = tl.plot_holdings(held, lang=p.lang)\ntl.publish(ax, id="natures", params=p)'


@pytest.fixture
def essai(notebooks: Path) -> Path:
    write_notebook(notebooks, "00_essai", CALL, PUBLISH)
    return notebooks


def test_a_notebook_runs_from_python_and_its_figure_can_be_made_again(essai: Path, tmp_path: Path) -> None:
    out = tmp_path / "reports"
    outcome = tl.run("00_essai", out=out, territory="R75")
    assert (outcome.status, outcome.figures, outcome.name) == ("ok", ["natures--R75"], "00_essai--R75")
    assert tl.run("00_essai.ipynb", out=out, territory="R75") == tl.run("00_essai", out=out, territory="R75")
    figure = out / "figures" / "natures--R75.json"
    facts = json.loads(figure.read_text(encoding="utf-8"))
    assert (facts["notebook"], facts["command"]) == ("00_essai", "tlanalysis run 00_essai -p territory=R75")

    made = reproduce(figure.with_suffix(".png"))
    assert (made.same, made.differ) == (("svg", "png", "csv", "json", "phone/natures--R75.svg"), ())
    figure.with_suffix(".csv").write_bytes(b"nature\n")
    changed = reproduce(figure.with_suffix(".svg"))
    assert changed.differ == ("csv",)
    assert "the bytes of csv differ (svg, png, json, phone/natures--R75.svg agree); the data are the same" in str(
        changed
    )
    command = CliRunner().invoke(app, ["reproduce", str(figure)])
    assert command.exit_code == 4
    assert "natures--R75: the bytes of csv differ" in command.stdout

    alone = tmp_path / "photo.svg"
    shutil.copy(figure.with_suffix(".svg"), alone)
    with pytest.raises(BadInput, match=r"photo.svg travelled alone: .* natures--R75.json"):
        reproduce(alone)


def test_a_script_that_runs_a_notebook_is_executed_once(essai: Path, tmp_path: Path) -> None:
    """Without `if __name__ == "__main__"`: multiprocessing executes the script again in each process that it starts."""
    script = tmp_path / "script.py"
    lines = [
        "import tlanalysis as tl",
        'print("here")',
        f'outcome = tl.run("00_essai", out={str(tmp_path / "reports")!r})',
    ]
    script.write_text("\n".join([*lines, "print(outcome.status, outcome.error, __file__)"]), encoding="utf-8")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, f"here\nok  {script}\n"), done.stderr


def test_a_relative_reports_folder_is_taken_from_the_folder_one_is_in(
    essai: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker stands in another folder: it wrote the figures elsewhere, and the good ones were deleted."""
    (tmp_path / "deep" / "here").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deep" / "here")
    monkeypatch.setenv("TLANALYSIS_OUT", "../reports")
    for _ in range(2):
        assert tl.run("00_essai", force=True).figures == ["natures--FR"]
        assert (tmp_path / "deep" / "reports" / "figures" / "natures--FR.png").is_file()
    assert not list(tmp_path.glob("reports*"))


def test_a_broken_notebook_returns_why(notebooks: Path, tmp_path: Path) -> None:
    write_notebook(notebooks, "00_essai", CALL, "1 / 0")
    outcome = tl.run("00_essai", out=tmp_path / "reports")
    assert outcome.status == "failed"
    assert "ZeroDivisionError" in outcome.error


def test_what_cannot_be_run_is_one_sentence(essai: Path) -> None:
    for given, said in (
        ({"territory": "Bretagne"}, "did you mean R53, Bretagne"),
        ({"territory": ["R53", "R75"]}, "once per value"),
        ({"teritory": "R53"}, "did you mean 'territory'"),
        ({"lang": "de"}, "it is one of fr, en"),
    ):
        with pytest.raises(BadInput, match=said):
            tl.run("00_essai", **given)
    with pytest.raises(BadInput, match="did you mean '00_essai'"):
        tl.run("00_essay")


def test_what_cannot_be_made_again_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TLANALYSIS_OUT", str(tmp_path))
    tl.publish(tl.plot_holdings(tl.holdings()), id="natures")
    with pytest.raises(BadInput, match="does not say which notebook made it"):
        reproduce("natures--FR")
    with pytest.raises(BadInput, match="did you mean 'natures--FR'"):
        reproduce("nature--FR")
