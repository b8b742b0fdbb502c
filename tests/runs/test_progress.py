"""Progress: a line per current run on a terminal, a line per ended run elsewhere, and the time left."""

from __future__ import annotations

import io
import sys

import pytest

from tlanalysis.runs import progress as module
from tlanalysis.runs.manifest import Outcome
from tlanalysis.runs.progress import Progress


def _ended(name: str, status: str = "ok", figures: int = 3) -> Outcome:
    held = [f"f{number}" for number in range(figures)]
    return Outcome(name, "essai", {}, status, 1.25, "fork", figures=held)


def test_outside_a_terminal_each_ended_run_has_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(3) as progress:
        progress.due(2)
        progress.started("a--FR")
        progress.at_cell("a--FR", 2, 9)
        progress.finished(_ended("a--FR", figures=1))
        progress.finished(_ended("b--FR", "failed"))
    printed = capsys.readouterr()
    assert printed.out == "ok     a--FR  1.2 s, 1 figure\nfailed b--FR  1.2 s\n"
    assert printed.err == ""


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_each_current_run_has_a_line_with_its_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    with Progress(4) as progress:
        progress.due(4)
        progress.started("a--FR")
        progress.started("b--FR")
        progress.at_cell("a--FR", 5, 17)
        assert progress._bar is not None
        progress._bar.refresh()
        progress.finished(_ended("a--FR"))
        progress._bar.refresh()
        shown = [task.description for task in progress._bar.tasks]
    printed = terminal.getvalue()
    assert "5/17" in printed
    assert "b--FR" in printed
    assert "ok     a--FR" in printed
    assert shown[1:] == ["b--FR"]
    assert shown[0].startswith("runs, about ")


@pytest.mark.parametrize(
    ("elapsed", "done", "total", "printed"),
    [(10.0, 2, 8, "about 30 s left"), (60.0, 1, 11, "about 10 min left"), (5.0, 4, 4, "about 0 s left")],
)
def test_the_time_left_follows_from_the_mean_time_of_ended_runs(
    elapsed: float, done: int, total: int, printed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter([100.0, 100.0 + elapsed])
    monkeypatch.setattr(module.time, "monotonic", lambda: next(clock))
    progress = Progress(total)
    progress._done = done
    assert progress.time_left() == printed
