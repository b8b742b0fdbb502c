"""The kernel engine reads nothing of the user's IPython and Jupyter: the same run gives the same bytes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.runs.conftest import write_notebook

STARTUP = "print('of the user')\nuser_variable = 1\nimport builtins\nbuiltins.sorted = None\n"
SETTINGS = (
    "c.InteractiveShellApp.exec_lines = ['print(\"of the settings\")']\n"
    "c.InteractiveShell.ast_node_interactivity = 'all'\n"
)
SOURCE = "1\nprint(sorted([2, 1]), 'user_variable' in globals())\n2"


def _run(project: Path, home: Path, out: Path) -> bytes:
    command = [sys.executable, "-m", "tlanalysis", "run", "00_essai", "--engine", "kernel", "--out", str(out)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("IPYTHON", "JUPYTER"))}
    done = subprocess.run(
        command,
        env=environment | {"TLANALYSIS_HOME": str(project), "HOME": str(home)},
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return (out / "notebooks" / "00_essai--FR.ipynb").read_bytes()


def test_a_profile_that_raises_prints_and_changes_the_shell_changes_nothing(project_copy: Path, tmp_path: Path) -> None:
    write_notebook(project_copy / "notebooks", "00_essai", SOURCE)
    nobody, user = tmp_path / "nobody", tmp_path / "user"
    nobody.mkdir()
    profile = user / ".ipython" / "profile_default"
    (profile / "startup").mkdir(parents=True)
    (profile / "startup" / "00.py").write_text(STARTUP, encoding="utf-8")
    (profile / "startup" / "01.py").write_text("raise SystemExit(3)", encoding="utf-8")
    for name in ("ipython_config.py", "ipython_kernel_config.py"):
        (profile / name).write_text(SETTINGS, encoding="utf-8")
    assert _run(project_copy, user, tmp_path / "one") == _run(project_copy, nobody, tmp_path / "two")
