"""Nothing of the user's is overwritten or deleted: the reproductions of the review, each by its number."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.runs.conftest import write_notebook
from tlanalysis.core.errors import BadInput
from tlanalysis.runs import manifest
from tlanalysis.runs.execute import RunOptions, execute
from tlanalysis.runs.lock import locked
from tlanalysis.runs.plan import grid, read_plan, selected_runs

LIST = "nom;code_postal;commune\nLe Lieu;75011;Paris\nAutre;13001;Marseille\n"


Tl = Callable[..., tuple[int, str]]


@pytest.fixture
def tl(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Tl:
    """Return the command line, which returns its exit code and what it printed on standard error."""
    from tlanalysis.cli import main

    def call(*words: object) -> tuple[int, str]:
        monkeypatch.setattr("sys.argv", ["tlanalysis", *map(str, words)])
        with pytest.raises(SystemExit) as end:
            main()
        return int(end.value.code or 0), capfd.readouterr().err

    return call


def test_d1_a_notebook_of_another_folder_does_not_run_and_deletes_nothing(notebooks: Path, tmp_path: Path) -> None:
    outside = tmp_path / "ext"
    (outside / "nb--FR").mkdir(parents=True)
    (outside / "nb--FR" / "data.txt").write_text("precious", encoding="utf-8")
    shutil.copy(notebooks / "00_essai.ipynb", outside / "nb.ipynb")
    for given in (outside / "nb", outside / "nb.ipynb", "../notebooks/00_essai", "../ext/nb.ipynb"):
        with pytest.raises(BadInput, match="is not in"):
            selected_runs([str(given)], [], None)
    for name in (str(outside / "nb"), "../notebooks/00_essai", "..", "", ".hidden", "00_ess*", "a\nb", "x" * 300):
        with pytest.raises(BadInput, match="is not the name of a notebook"):
            grid(name, {})
        plan = notebooks / "plan.toml"
        plan.write_text(f"[[run]]\nnotebook = {json.dumps(name)}\n", encoding="utf-8")
        with pytest.raises(BadInput, match="is not the name of a notebook"):
            read_plan(plan)
    assert (outside / "nb--FR" / "data.txt").read_text(encoding="utf-8") == "precious"


def test_the_path_that_tab_completes_names_a_notebook(notebooks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(notebooks.parent)
    for given in ("notebooks/00_essai.ipynb", "./notebooks/00_essai.ipynb", str(notebooks / "00_essai.ipynb")):
        assert [run.name for run in selected_runs([given], [], None)] == ["00_essai--FR"]
    monkeypatch.chdir(notebooks)
    assert [run.name for run in selected_runs(["00_essai.ipynb", "./01_suite.ipynb"], [], None)] == [
        "00_essai--FR",
        "01_suite--FR",
    ]


def test_a_staging_folder_that_is_not_ours_stops_the_run(notebooks: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / ".staging").mkdir(parents=True)
    (out / ".staging" / "precious").write_text("1", encoding="utf-8")
    with pytest.raises(BadInput, match="holds files that are not of tlanalysis"):
        execute(grid("00_essai", {}), out, RunOptions())
    assert (out / ".staging" / "precious").is_file()


def test_d2_clean_refuses_to_overwrite_what_it_reads(tl: Tl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("places.csv", "l.csv"):
        Path(name).write_text(LIST, encoding="utf-8")
    for words in (
        ("clean", "places.csv", "--out", "."),
        ("clean", "places.csv", "--out", ".", "--force"),
        ("clean", "l.csv", "--propose", "l.csv"),
        ("clean", "l.csv", "--propose", "l.csv", "--force"),
    ):
        code, err = tl(*words)
        assert (code, err.count("\n")) == (2, 1)
        assert "would be overwritten" in err
    Path("mapping.toml").write_text("# corrected by hand\n", encoding="utf-8")
    code, err = tl("clean", "l.csv", "--propose", "mapping.toml")
    assert (code, "did not write it" in err) == (2, True)
    assert Path("mapping.toml").read_text(encoding="utf-8") == "# corrected by hand\n"
    assert Path("places.csv").read_text(encoding="utf-8") == Path("l.csv").read_text(encoding="utf-8") == LIST
    assert tl("clean", "l.csv", "--propose", "mapping.toml", "--force")[0] == 0


def test_d20_two_lists_of_one_name_do_not_share_a_folder(
    tl: Tl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TLANALYSIS_PROCESSED", str(tmp_path / "processed"))
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "liste.csv").write_text(LIST, encoding="utf-8")
    assert tl("clean", tmp_path / "a" / "liste.csv")[0] == 0
    code, err = tl("clean", tmp_path / "b" / "liste.csv")
    assert (code, "holds the clean list of" in err) == (2, True)
    assert tl("clean", tmp_path / "a" / "liste.csv")[0] == 0
    assert tl("clean", tmp_path / "b" / "liste.csv", "--force")[0] == 0


def test_d18_the_folder_of_a_killed_clean_is_taken_away(tl: Tl, tmp_path: Path) -> None:
    path, out = tmp_path / "liste.csv", tmp_path / "propre"
    path.write_text(LIST, encoding="utf-8")
    left = out / ".tlanalysis-killed"
    left.mkdir(parents=True)
    for name in (".tlanalysis", "places.csv"):
        (left / name).write_text("half", encoding="utf-8")
    (out / "places.parquet").write_text("placed before the kill", encoding="utf-8")
    assert tl("clean", path, "--out", out) == (0, "")
    assert sorted(file.name for file in out.iterdir()) == [
        "duplicates.csv", "ledger.json", "mapping.toml", "places.csv", "places.parquet", "rejects.csv",
    ]  # fmt: skip


def test_d19_a_damaged_manifest_deletes_nothing_and_writes_nowhere_else(
    tl: Tl, notebooks: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert tl("run", "01_suite", "--out", out)[0] == 0
    (out / "figures").mkdir(exist_ok=True)
    for number in range(5):
        (out / "figures" / f"other{number}--FR.svg").write_text("x", encoding="utf-8")
    for figure in ("*", "../../x--FR", "other*"):
        content = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
        content["runs"][0]["figures"] = [figure]
        (out / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
        before = sorted(path for path in tmp_path.rglob("*.html"))
        assert tl("report", "--out", out)[0] == 2
        assert sorted(path for path in tmp_path.rglob("*.html")) == before
        assert tl("run", "01_suite", "--out", out)[0] == 0
        assert len(list((out / "figures").glob("other*"))) == 5
        assert manifest.read(out)["01_suite--FR"].status == "ok"


@pytest.mark.parametrize("inside", [".", "notebooks", "data/raw", "data/raw/reports", "docs"])
def test_reports_are_not_written_over_the_project(tl: Tl, inside: str, notebooks: Path) -> None:
    before = sorted(notebooks.parent.rglob("*"))
    code, err = tl("run", "01_suite", "--out", notebooks.parent / inside)
    assert (code, "is a folder of the project itself" in err) == (2, True)
    assert sorted(notebooks.parent.rglob("*")) == before


@pytest.mark.parametrize("name", ["site/mine.html", "index.html"])
def test_a_page_of_the_user_is_not_replaced_by_the_site(tl: Tl, name: str, notebooks: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / name).parent.mkdir(parents=True)
    (out / name).write_text("mine", encoding="utf-8")
    assert tl("run", "01_suite", "--out", out)[0] == 0
    code, err = tl("report", "--out", out)
    assert (code, "was not written by tlanalysis" in err) == (2, True)
    assert (out / name).read_text(encoding="utf-8") == "mine"
    (out / name).unlink()
    if name.startswith("site"):
        (out / "site").rmdir()
    for _ in range(2):
        assert tl("report", "--out", out)[0] == 0


@pytest.mark.parametrize("place", ["essai--FR.svg", "phone/essai--FR.svg"])
def test_d12_an_altered_file_is_named_by_trace_and_made_again_by_run(
    place: str, tl: Tl, notebooks: Path, tmp_path: Path
) -> None:
    call = "import tlanalysis as tl\np = tl.params(territory=territory, lang=lang)\nheld = tl.holdings()"
    publish = 'ax = tl.plot_holdings(held, lang=p.lang)\nfigure = tl.publish(ax, held, id="essai", params=p)'
    write_notebook(notebooks, "02_figure", call, publish)
    out = tmp_path / "out"
    assert tl("run", "02_figure", "--out", out)[0] == 0
    drawn = out / "figures" / place
    before = drawn.read_bytes()
    drawn.write_bytes(before.replace(b"</svg>", b"<!-- forged --></svg>"))
    code, err = tl("trace", drawn)
    assert (code, "was altered after the run" in err) == (3, True)
    assert f"{place} was altered" in tl("report", "--out", out)[1]
    assert tl("run", "02_figure", "--out", out)[0] == 0
    assert drawn.read_bytes() == before
    assert tl("trace", drawn) == (0, "")


@pytest.mark.parametrize("source", ["import sys\nsys.exit(0)", "import sys\nsys.exit(1)", "exit()", "raise SystemExit"])
def test_d17_a_cell_that_exits_fails_its_run(source: str, tl: Tl, notebooks: Path, tmp_path: Path) -> None:
    write_notebook(notebooks, "03_sort", source, "1 + 1")
    code, err = tl("run", "03_sort", "--out", tmp_path / "out")
    assert (code, "03_sort--FR failed" in err) == (1, True)


def test_a_link_in_the_place_of_the_lock_is_refused_and_its_target_stays(tmp_path: Path) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("precious", encoding="utf-8")
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / ".lock").symlink_to(mine)
    with pytest.raises(BadInput, match="is a link"), locked(tmp_path / "reports"):
        pass
    assert mine.read_text(encoding="utf-8") == "precious"
