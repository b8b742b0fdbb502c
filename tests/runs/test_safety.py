"""Runs that are stopped by a kill, a full disk, a read-only folder, another run or a bad notebook."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.runs.conftest import write_notebook
from tlanalysis.core.errors import FolderBusy
from tlanalysis.runs import manifest, single_run
from tlanalysis.runs.lock import locked

CALL = "import tlanalysis as tl\n\np = tl.params(territory=territory, lang=lang)\nheld = tl.holdings()"
PUBLISH = 'ax = tl.plot_holdings(held, lang=p.lang)\nfigure = tl.publish(ax, held, id="essai", params=p)'


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project with two good notebooks, and three that exceed a limit or crash."""
    folder = tmp_path_factory.mktemp("projet")
    shutil.copytree(ROOT / "data" / "raw", folder / "data" / "raw", ignore=shutil.ignore_patterns("downloads"))
    notebooks = folder / "notebooks"
    write_notebook(notebooks, "00_essai", CALL, PUBLISH)
    write_notebook(notebooks, "01_sans_fin", "import time\ntime.sleep(600)")
    write_notebook(notebooks, "02_meurt", "import os\nos._exit(9)")
    write_notebook(notebooks, "03_bavard", "for _ in range(1000):\n    print('x' * 1_000_000)")
    write_notebook(notebooks, "04_simple", "1 + 1")
    plan = '[[run]]\nnotebook = "00_essai"\nparameters = { territory = ["FR", "R75", "D33"] }\n'
    (notebooks / "plan.toml").write_text(plan, encoding="utf-8")
    return folder


def _tl(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tlanalysis", *words],
        env=os.environ | {"TLANALYSIS_HOME": str(home)},
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_a_run_killed_at_eight_moments_loses_nothing(home: Path, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.runs.killing", str(tmp_path)],
        env=os.environ | {"TLANALYSIS_HOME": str(home), "TLANALYSIS_COMMIT": ""},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert len(found) == 8
    for one in found:
        assert one["damage"] == [], one
        assert one["code"] == 0, one
        assert one["different"] == [], one
        assert one["status"] == ["ok"], one
        assert one["leftovers"] == [], one


@pytest.fixture(scope="module")
def misbehaved(
    home: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, subprocess.CompletedProcess[str], float]:
    """Run the bad notebooks beside a good one; return the folder, the ended command and its seconds."""
    out = tmp_path_factory.mktemp("out")
    started_at = time.monotonic()
    done = _tl(home, "run", "01_sans_fin", "02_meurt", "03_bavard", "04_simple", "--minutes", "0.1", "--out", str(out))
    return out, done, time.monotonic() - started_at


def test_each_bad_notebook_fails_with_one_sentence_and_the_good_one_runs(
    misbehaved: tuple[Path, subprocess.CompletedProcess[str], float],
) -> None:
    out, done, seconds = misbehaved
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    names = ("01_sans_fin--FR", "02_meurt--FR", "03_bavard--FR")
    stop, dead, loud = (f" (see {out}/failed/{name}.ipynb and {out}/failed/{name}.log)" for name in names)
    assert done.stderr.splitlines() == [
        f"tlanalysis: 01_sans_fin--FR failed: it took more than 0.1 minutes, at cell 2 of the notebook{stop}",
        f"02_meurt--FR failed: the process of the notebook ended with exit code 9, at cell 2 of the notebook{dead}",
        "03_bavard--FR failed: it showed more than 64 MB: print less, or raise the limit, at cell 2 of the "
        f"notebook{loud}",
    ]
    assert {name: outcome.status for name, outcome in manifest.read(out).items()} == {
        "01_sans_fin--FR": "failed",
        "02_meurt--FR": "failed",
        "03_bavard--FR": "failed",
        "04_simple--FR": "ok",
    }
    assert seconds < 90


def test_a_failed_run_keeps_its_notebook(
    misbehaved: tuple[Path, subprocess.CompletedProcess[str], float],
) -> None:
    out, _, _ = misbehaved
    assert {path.stem for path in (out / "failed").glob("*.ipynb")} == {
        "01_sans_fin--FR",
        "02_meurt--FR",
        "03_bavard--FR",
    }
    assert all(path.stat().st_size < 150e6 for path in (out / "failed").iterdir())


def test_processes_whose_total_memory_exceeds_the_limit_are_killed(home: Path, tmp_path: Path) -> None:
    holding = "import time; held = bytearray(b'x' * 250_000_000); time.sleep(600)"
    source = f"import subprocess, sys, time\ncommand = [sys.executable, '-c', {holding!r}]\n"
    source += "started = [subprocess.Popen(command) for _ in range(5)]\ntime.sleep(600)"
    write_notebook(home / "notebooks", "05_lourd", source)
    done = _tl(home, "run", "05_lourd", "--memory", "0.6", "--out", str(tmp_path))
    assert done.returncode == 1
    assert "05_lourd--FR failed: its processes used more than 0.6 GB of memory, at cell 2" in done.stderr


def test_a_killed_worker_fails_its_run_and_no_other(home: Path, tmp_path: Path) -> None:
    write_notebook(home / "notebooks", "03_orphelin", "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)")
    done = _tl(home, "run", "03_orphelin", "04_simple", "--jobs", "1", "--out", str(tmp_path))
    assert done.returncode == 1
    assert "03_orphelin--FR failed: the process that executed it ended (exit code -9), at cell 2" in done.stderr
    assert {name: outcome.status for name, outcome in manifest.read(tmp_path).items()} == {
        "03_orphelin--FR": "failed",
        "04_simple--FR": "ok",
    }


def test_fail_fast_stops_after_the_first_failure(home: Path, tmp_path: Path) -> None:
    done = _tl(home, "run", "02_meurt", "04_simple", "--jobs", "1", "--fail-fast", "--out", str(tmp_path))
    assert done.returncode == 1
    recorded = manifest.read(tmp_path)
    assert (recorded["02_meurt--FR"].status, recorded["04_simple--FR"].status) == ("failed", "unfinished")
    again = _tl(home, "run", "04_simple", "--dry-run", "--out", str(tmp_path))
    assert "would run 04_simple--FR: it did not finish last time" in again.stdout


def test_sigterm_ends_a_run_and_its_processes(home: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tlanalysis", "run", "01_sans_fin", "--out", str(tmp_path)]
    env = os.environ | {"TLANALYSIS_HOME": str(home)}
    with subprocess.Popen(command, env=env, cwd=home, stderr=subprocess.PIPE, text=True) as running:
        until = time.monotonic() + 60
        while not (tmp_path / ".staging" / "01_sans_fin--FR").exists():
            assert time.monotonic() < until
            time.sleep(0.05)
        running.send_signal(signal.SIGTERM)
        _, printed = running.communicate(timeout=30)
    assert running.returncode == 143
    assert printed == "tlanalysis: interrupted; what was finished stays valid.\n"
    assert not (tmp_path / ".staging").exists()
    assert manifest.read(tmp_path)["01_sans_fin--FR"].status == "unfinished"


# ---------------------------------------------------------------- folders


def test_two_runs_do_not_share_a_folder(home: Path, tmp_path: Path) -> None:
    with locked(tmp_path):
        done = _tl(home, "run", "04_simple", "--out", str(tmp_path))
    assert done.returncode == 75
    assert f"another run is writing to {tmp_path} (process {os.getpid()})" in done.stderr
    assert not (tmp_path / "manifest.json").exists()


def test_a_lock_is_released_at_the_end_of_its_block(tmp_path: Path) -> None:
    for _ in range(2):
        with locked(tmp_path), pytest.raises(FolderBusy, match="another run"), locked(tmp_path):
            pass


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a disk of one megabyte, or skip where one cannot be mounted."""
    folder = tmp_path / "petit"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("only root can mount a small disk")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _figures(folder: Path) -> dict[str, bytes]:
    """Return the files of the figures of a folder, with the drawings for narrow screens."""
    found = [path for path in sorted((folder / "figures").rglob("*")) if path.is_file()]
    return {path.relative_to(folder / "figures").as_posix(): path.read_bytes() for path in found}


def test_a_full_disk_stops_the_run_and_leaves_the_former_figures(home: Path, small_disk: Path) -> None:
    first = _tl(home, "run", "00_essai", "--out", str(small_disk))
    assert first.returncode == 0, first.stderr
    before = _figures(small_disk)
    assert "phone/essai--FR.svg" in before
    with (small_disk / "lest").open("wb") as ballast:  # the free space suffices to start the run, not to finish it
        ballast.write(b"x" * (shutil.disk_usage(small_disk).free - 60_000))
    done = _tl(home, "run", "00_essai", "04_simple", "--force", "--jobs", "1", "--out", str(small_disk))
    assert done.returncode == 1
    assert "the disk is full: make room, then run again" in done.stderr
    assert "Traceback" not in done.stderr
    assert _figures(small_disk) == before
    (small_disk / "lest").unlink()
    assert _tl(home, "run", "00_essai", "04_simple", "--out", str(small_disk)).returncode == 0


def test_a_read_only_folder_is_refused_in_one_sentence(home: Path, small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    done = _tl(home, "run", "04_simple", "--out", str(small_disk / "rapports"))
    assert done.returncode == 2
    assert done.stderr == f"tlanalysis: {small_disk / 'rapports'}: Read-only file system.\n"


def test_a_file_instead_of_the_reports_folder_is_refused_in_one_sentence(home: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("", encoding="utf-8")
    done = _tl(home, "run", "04_simple", "--out", str(tmp_path / "out"))
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)


def test_each_file_of_a_run_is_flushed_and_the_error_of_one_is_raised(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = [tmp_path / "figures" / "phone" / "a.svg", *(tmp_path / f"{number}.csv" for number in range(20))]
    places[0].parent.mkdir(parents=True)
    for place in places:
        place.write_text(place.name, encoding="utf-8")
    flushed: list[Path] = []

    def flush(number: int) -> None:
        flushed.append(Path(f"/proc/self/fd/{number}").readlink())
        if flushed[-1].name == "7.csv":
            raise OSError(errno.EIO, "damaged")

    monkeypatch.setattr(os, "fsync", flush)
    with pytest.raises(OSError, match="damaged"):
        single_run._flush_files(tmp_path)
    (tmp_path / "7.csv").unlink()
    flushed.clear()
    single_run._flush_files(tmp_path)
    assert sorted(flushed) == sorted(places[:8] + places[9:])
