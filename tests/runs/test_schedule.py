"""The files of `docs/schedule`: they parse, and their scripts have the right exit codes."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from tests.conftest import ROOT
from tlanalysis.cli import app

FOLDER = ROOT / "docs" / "schedule"


def _scripts() -> dict[str, str]:
    """Return every script of the continuous-integration files, by service and number."""
    github = yaml.safe_load((FOLDER / "github-actions.yml").read_text(encoding="utf-8"))
    steps = [step["run"] for step in github["jobs"]["figures"]["steps"] if "run" in step]
    gitlab = yaml.safe_load((FOLDER / "gitlab-ci.yml").read_text(encoding="utf-8"))
    found = {f"github {number}": script for number, script in enumerate(steps)}
    return found | {f"gitlab {number}": script for number, script in enumerate(gitlab["figures"]["script"])}


@pytest.mark.parametrize("name", _scripts())
def test_every_script_is_valid_shell(name: str) -> None:
    script = re.sub(r"\$\{\{.*?\}\}", "value", _scripts()[name])
    assert subprocess.run(["bash", "-n"], input=script, text=True, check=False).returncode == 0


@pytest.mark.parametrize("name", [name for name, script in _scripts().items() if " diff " in script])
@pytest.mark.parametrize(("code", "passes"), [(0, True), (4, True), (1, False), (2, False)])
def test_a_script_fails_when_diff_fails_and_not_when_figures_changed(
    name: str, code: int, passes: bool, tmp_path: Path
) -> None:
    (tmp_path / "before").mkdir()
    command = tmp_path / ".venv" / "bin" / "tlanalysis"
    command.parent.mkdir(parents=True)
    command.write_text(f"#!/bin/sh\necho changed\nexit {code}\n", encoding="utf-8")
    command.chmod(0o755)
    # GitHub and GitLab execute it with these options, which stop it at the first command that fails.
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", _scripts()[name]],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "GITHUB_STEP_SUMMARY": str(tmp_path / "summary")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode == 0) is passes
    assert "changed" in done.stdout


def test_the_timer_starts_a_run_missed_while_the_machine_was_off(tmp_path: Path) -> None:
    assert "Persistent=true" in (FOLDER / "tlanalysis.timer").read_text(encoding="utf-8").splitlines()
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    program = tmp_path / "tlanalysis"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    for name in ("tlanalysis.service", "tlanalysis.timer", "tlanalysis-failed.service"):
        text = (FOLDER / name).read_text(encoding="utf-8")
        text = text.replace("/srv/tlanalysis/.venv/bin/tlanalysis", str(program)).replace(
            "=/srv/tlanalysis", f"={tmp_path}"
        )
        (tmp_path / name).write_text(text, encoding="utf-8")
    units = [str(path) for path in sorted(tmp_path.glob("tlanalysis*.*"))]
    done = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False)
    messages = [line for line in done.stderr.splitlines() if "tlanalysis" in line]
    assert (done.returncode, messages) == (0, [])


def test_the_crontab_names_a_command_that_exists() -> None:
    lines = (FOLDER / "crontab").read_text(encoding="utf-8").splitlines()
    (job,) = [line for line in lines if re.match(r"[\d*]", line)]
    command = r"\.venv/bin/tlanalysis figures --quiet --wait 60 --out \"\$REPORTS\""
    assert re.fullmatch(rf"0 3 \* \* \* cd \"\$PROJECT\" && {command}", job)


def test_every_option_of_the_ready_files_exists() -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    seen = 0
    for path in FOLDER.iterdir():
        for line in path.read_text(encoding="utf-8").splitlines():
            for name, words in re.findall(r"bin/tlanalysis (\w+)([^|>]*)", line):
                known = {option for parameter in commands[name].params for option in parameter.opts}
                assert {word for word in words.split() if word.startswith("--")} <= known
                seen += 1
    assert seen >= 5


def test_the_issue_step_creates_an_issue_once_and_then_adds_to_it(tmp_path: Path) -> None:
    steps = yaml.safe_load((FOLDER / "github-actions.yml").read_text(encoding="utf-8"))["jobs"]["figures"]["steps"]
    (step,) = [step for step in steps if step.get("if") == "failure()"]
    gh = tmp_path / "gh"
    for number, called in (("", "issue create"), ("7", "issue comment 7")):
        gh.write_text(
            f'#!/bin/sh\ncase "$2" in\nlist) echo "{number}";;\n'
            f'*) echo "$@" >> "{tmp_path}/called"; cat failed.txt;;\nesac\n',
            encoding="utf-8",
        )
        gh.chmod(0o755)
        (tmp_path / "failed.txt").write_text("01_a--FR failed\n", encoding="utf-8")
        done = subprocess.run(
            ["bash", "-e", "-o", "pipefail", "-c", step["run"]],
            cwd=tmp_path,
            env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout) == (0, "01_a--FR failed\n")
        assert called in (tmp_path / "called").read_text(encoding="utf-8").splitlines()[-1]


def test_the_cache_is_saved_after_a_failure_too() -> None:
    steps = yaml.safe_load((FOLDER / "github-actions.yml").read_text(encoding="utf-8"))["jobs"]["figures"]["steps"]
    saved = [step.get("if") for step in steps if "cache/save" in step.get("uses", "")]
    gitlab = yaml.safe_load((FOLDER / "gitlab-ci.yml").read_text(encoding="utf-8"))
    assert (saved, gitlab["figures"]["cache"]["when"]) == (["always()"], "always")


def test_the_documentation_names_every_file_of_the_folder() -> None:
    text = (ROOT / "docs" / "runs.md").read_text(encoding="utf-8")
    assert all(f"`{path.name}`" in text for path in FOLDER.iterdir())
