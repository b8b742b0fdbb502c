"""A long name of the temporary folder: sockets have room elsewhere, and nothing stays behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.runs.conftest import write_notebook
from tlanalysis.core import staging

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="processes are forked on Linux only")

SOCKETS = "import os\nprint(os.environ['TLANALYSIS_SOCKETS'])"
MANAGER = "import multiprocessing\nwith multiprocessing.Manager() as manager:\n    print(list(manager.list([1, 2])))"


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """Return a temporary folder in which no path of a socket fits."""
    folder = tmp_path / ("x" * 100)
    folder.mkdir()
    return folder


def _environment(project: Path, temporary: Path) -> dict[str, str]:
    return os.environ | {"TLANALYSIS_HOME": str(project), "TMPDIR": str(temporary)}


def _command(engine: str, out: Path) -> list[str]:
    """Return the command that runs the notebook of these tests."""
    return [sys.executable, "-m", "tlanalysis", "run", "00_essai", "--engine", engine, "--out", str(out)]


@pytest.mark.parametrize("engine", ["fork", "kernel"])
def test_a_run_in_a_long_temporary_folder_succeeds_and_leaves_nothing(
    engine: str, project_copy: Path, tmp_path: Path, temporary: Path
) -> None:
    write_notebook(project_copy / "notebooks", "00_essai", SOCKETS, *([MANAGER] if engine == "fork" else []))
    command = _command(engine, tmp_path / "out")
    done = subprocess.run(
        command, env=_environment(project_copy, temporary), cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    cells = json.loads((tmp_path / "out" / "notebooks" / "00_essai--FR.ipynb").read_text(encoding="utf-8"))["cells"]
    printed = ["".join(cell["outputs"][0]["text"]).strip() for cell in cells[1:]]
    assert printed[1:] == ["[1, 2]"] * (engine == "fork")
    sockets = Path(printed[0])
    assert len(str(sockets)) < 50
    _wait_until_gone(sockets, temporary)


@pytest.mark.parametrize("engine", ["fork", "kernel"])
def test_sockets_have_room_in_the_longest_folder_that_we_take(engine: str, project_copy: Path, tmp_path: Path) -> None:
    write_notebook(project_copy / "notebooks", "00_essai", SOCKETS, MANAGER)
    command = _command(engine, tmp_path / "out")
    with tempfile.TemporaryDirectory(dir="/tmp") as base:
        temporary = Path(base, "x" * (staging.LONGEST - len(os.fsencode(base)) - 1))
        temporary.mkdir()
        assert len(os.fsencode(temporary)) == staging.LONGEST
        environment = _environment(project_copy, temporary)
        done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        cells = json.loads((tmp_path / "out" / "notebooks" / "00_essai--FR.ipynb").read_text(encoding="utf-8"))["cells"]
        sockets = Path("".join(cells[1]["outputs"][0]["text"]).strip())
        assert sockets.parent == temporary
        _wait_until_gone(sockets, temporary)


def test_a_run_that_is_killed_in_a_long_temporary_folder_leaves_nothing(
    project_copy: Path, tmp_path: Path, temporary: Path
) -> None:
    source = f"{SOCKETS}\nopen('sockets', 'w').write(os.environ['TLANALYSIS_SOCKETS'])\nimport time\ntime.sleep(600)"
    write_notebook(project_copy / "notebooks", "00_essai", source)
    command = [sys.executable, "-m", "tlanalysis", "run", "00_essai", "--out", str(tmp_path / "out")]
    with subprocess.Popen(command, env=_environment(project_copy, temporary), cwd=tmp_path) as running:
        told = project_copy / "sockets"
        deadline = time.monotonic() + 60
        while not (told.is_file() and told.stat().st_size):
            assert time.monotonic() < deadline and running.poll() is None
            time.sleep(0.05)
        sockets = Path(told.read_text(encoding="utf-8"))
        assert sockets.is_dir()
        running.send_signal(signal.SIGKILL)
    _wait_until_gone(sockets, temporary)


def _wait_until_gone(sockets: Path, temporary: Path) -> None:
    """Wait until the guard has deleted both folders of the command.

    They do not go at the same moment: a command that starts in `/tmp` deletes abandoned folders there, and may delete
    the folder of sockets before the guard does.
    """
    deadline = time.monotonic() + 10
    while (sockets.exists() or list(temporary.iterdir())) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not sockets.exists()
    assert list(temporary.iterdir()) == []


EARLY = """
import os, signal
from tlanalysis.core import staging
from tlanalysis.runs import guard
def see(event, given):
    if event == "open" and str(given[0]).endswith(f"/{staging.MARKER}"):
        os.kill(os.getpid(), signal.SIGKILL)
import sys
sys.addaudithook(see)
guard.start(os.getpid())
"""


def test_the_guard_deletes_the_folders_of_a_command_killed_while_it_made_them(temporary: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", EARLY], env=os.environ | {"TMPDIR": str(temporary)}, check=False)
    assert killed.returncode == -signal.SIGKILL
    deadline = time.monotonic() + 10
    while list(temporary.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert list(temporary.iterdir()) == []
