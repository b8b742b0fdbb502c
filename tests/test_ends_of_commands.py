"""How a command ends when it is asked twice to end, and when nobody reads what it prints."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.runs.conftest import write_notebook

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="signals and pipes of Linux")

# The end of a worker takes half a minute: the second signal comes while the command ends.
SLOW_END = """
import sys, time
from pathlib import Path
from tlanalysis.cli import main
from tlanalysis.runs import workers
def kill(self):
    Path(sys.argv[-1], "ending").touch()
    time.sleep(30)
workers._Worker.kill = kill
main()
"""
TL = [sys.executable, "-m", "tlanalysis"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)], ids=["SIGTERM", "Ctrl-C"])
def test_the_second_signal_ends_a_command_at_once(
    number: signal.Signals, code: int, project_copy: Path, tmp_path: Path
) -> None:
    write_notebook(project_copy / "notebooks", "00_essai", "open('started', 'w')\nimport time\ntime.sleep(600)")
    out = tmp_path / "out"
    words = [sys.executable, "-c", SLOW_END, "run", "00_essai", "--quiet", "--out", str(out)]
    running = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, start_new_session=True)
    _wait_for(project_copy / "started", running)
    running.send_signal(number)
    _wait_for(out / "ending", running)
    started_at = time.monotonic()
    running.send_signal(number)
    _, printed = running.communicate(timeout=30)
    assert running.returncode == code
    assert time.monotonic() - started_at < 15
    assert printed == "tlanalysis: interrupted; what was finished stays valid.\n"


def _wait_for(path: Path, running: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert running.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.02)


COMMANDS = [["sources", "--json"], ["--version"], ["trace", "no"]]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_reader_that_goes_away_brings_no_traceback(words: list[str]) -> None:
    with subprocess.Popen([*TL, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdout is not None and running.stderr is not None
        running.stdout.close()
        printed = running.stderr.read().decode()
    assert "Traceback" not in printed
    assert "Exception ignored" not in printed
    assert running.returncode == 2
    assert words == ["trace", "no"] or printed == "tlanalysis: standard output: Broken pipe.\n"


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("closed", [">&-", ">&- 2>&-", "<&-"])
def test_closed_streams_bring_no_traceback(closed: str, words: list[str]) -> None:
    command = f'exec "$@" {closed}'
    done = subprocess.run(["sh", "-c", command, "sh", *TL, *words], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr
    assert done.returncode in (0, 2)


def test_the_first_line_alone_can_be_read() -> None:
    command = f"{sys.executable} -m tlanalysis sources | head -1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False)
    assert len(done.stdout.splitlines()) == 1
    assert "Traceback" not in done.stderr
