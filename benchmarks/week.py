"""Simulate nights of a scheduler, one mishap each, and print what cron would have mailed.

Usage: python -m benchmarks.week [WORDS...] (the command of each night; by default `figures`, in the suite `run`)

cron mails what a command prints. A quiet night prints nothing. Any other night prints what moved or failed.
"""

from __future__ import annotations

import csv
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import nbformat

from tlanalysis.core import paths
from tlanalysis.data.embedded import seal
from tlanalysis.runs.execute import STAGING
from tlanalysis.runs.lock import locked

# Rows of the observations: the first notebook reads those of `READ`, and no notebook those of `UNREAD`.
READ = {"id_observation": "fr-personnes_formees-2025-1"}
UNREAD = {"indicateur": "tiers_lieux", "territoire": "D33"}
DRAWS = """import tlanalysis as tl
p = tl.params(territory=territory, lang=lang)
people = tl.people_trained("FR")
ax = tl.plot_people_trained(people, lang=p.lang)
tl.publish(ax, people, id="semaine-essai", params=p)"""


@dataclass(frozen=True)
class Night:
    """One night: its name, the exit code, what cron would have mailed, and what the command of --on-failure read."""

    name: str
    code: int
    mail: str
    on_failure: str


class Server:
    """A project folder with two notebooks and their plan, and the reports that the nights fill."""

    def __init__(self, folder: Path, command: list[str]) -> None:
        self.home, self.out = folder / "project", folder / "reports"
        self._command, self._told = command, folder / "told"
        shutil.copytree(paths.raw(), self.home / "data" / "raw", ignore=shutil.ignore_patterns("downloads"))
        self.write("00_bon", DRAWS)
        self.write("01_autre", "1 + 1")
        plan = "".join(f'[[run]]\nnotebook = "{name}"\n\n' for name in ("00_bon", "01_autre"))
        titles = "".join(
            f'[notebook.{name}]\ntitle = {{ fr = "{name}", en = "{name}" }}\n\n' for name in ("00_bon", "01_autre")
        )
        (self.home / "notebooks" / "plan.toml").write_text(plan + titles, encoding="utf-8")

    def write(self, name: str, *sources: str) -> None:
        """Write a notebook of a parameters cell and other cells."""
        sources = ('territory = "FR"\nlang = "fr"', *sources)
        cells = [nbformat.v4.new_code_cell(source, id=f"cell-{at:02d}") for at, source in enumerate(sources)]
        cells[0].metadata["tags"] = ["parameters"]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        (self.home / "notebooks").mkdir(exist_ok=True)
        notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
        nbformat.write(notebook, self.home / "notebooks" / f"{name}.ipynb")

    def change(self, row: dict[str, str], *, sealed: bool = True) -> None:
        """Add 1 to the newest value of some rows of the observations."""
        path = self.home / "data" / "raw" / "observations.csv"
        with path.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines)
            columns, rows = list(reader.fieldnames or []), list(reader)
        wanted = [each for each in rows if each["valeur"] and all(each[key] == value for key, value in row.items())]
        wanted[-1]["valeur"] = f"{float(wanted[-1]['valeur']) + 1:g}"
        with path.open("w", encoding="utf-8", newline="") as lines:
            writer = csv.DictWriter(lines, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
        if sealed:
            self.seal()

    def seal(self) -> None:
        """Record the checksums, as `tlanalysis seal` does."""
        before = os.environ.get("TLANALYSIS_HOME")
        os.environ["TLANALYSIS_HOME"] = str(self.home)
        try:
            seal()
        finally:
            os.environ.pop("TLANALYSIS_HOME")
            os.environ |= {"TLANALYSIS_HOME": before} if before else {}

    def start(self, out: Path | None = None) -> subprocess.Popen[str]:
        """Start the command of the night."""
        self._told.unlink(missing_ok=True)
        words = [sys.executable, "-m", "tlanalysis", *self._command, "--quiet", "--out", str(out or self.out)]
        return subprocess.Popen(
            [*words, "--on-failure", f"cat > '{self._told}'"],
            cwd=self.home,
            env=os.environ | {"TLANALYSIS_HOME": str(self.home), "TLANALYSIS_COMMIT": ""},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def night(self, name: str, out: Path | None = None) -> Night:
        """Let the command of the night run to its end."""
        started = self.start(out)
        mail, _ = started.communicate()
        told = self._told.read_text(encoding="utf-8") if self._told.is_file() else ""
        return Night(name, started.returncode, mail, told)


def week(folder: Path, command: list[str]) -> list[Night]:
    """Return the nights of one week, in their order.

    Parameters
    ----------
    folder : Path
        An empty folder.
    command : list of str
        The subcommand of `tlanalysis` with its options.
    """
    server = Server(folder, command)
    nights = [server.night("the first night"), server.night("nothing changed")]
    server.change(UNREAD, sealed=False)
    nights.append(server.night("a table was edited and not sealed"))
    server.seal()
    nights.append(server.night("it is sealed, and no run asked for its row"))
    server.change(READ)
    nights.append(server.night("a value moved"))
    server.write("01_autre", "1 / 0")
    nights.append(server.night("a notebook fails"))
    server.write("01_autre", "1 + 1")
    nights.append(server.night("it is mended"))
    with locked(server.out):
        nights.append(server.night("another run holds the folder"))
    nights.append(_on_a_full_disk(server, folder / "disk"))
    server.change(READ)
    nights += [_killed(server), server.night("the night after")]
    return [night for night in nights if night]


def _on_a_full_disk(server: Server, disk: Path) -> Night | None:
    """Return a first night on a disk with too little room; None where no small disk can be mounted."""
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=160k", "tmpfs", str(disk)]
    if shutil.which("mount") is None or subprocess.run(command, capture_output=True, check=False).returncode:
        return None
    try:
        return server.night("the disk is full", disk / "reports")
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def _killed(server: Server) -> Night:
    """Return a night whose processes are killed while a run writes to its staging folder."""
    started = server.start()
    until = time.monotonic() + 60
    while not any((server.out / STAGING).glob("*")) and time.monotonic() < until:
        time.sleep(0.01)
    os.killpg(started.pid, signal.SIGKILL)
    mail, _ = started.communicate()
    return Night("the machine stops during a run", started.returncode, mail, "")


def main(command: list[str]) -> None:
    """Print the nights, with what each would have mailed."""
    with tempfile.TemporaryDirectory() as folder:
        for number, night in enumerate(week(Path(folder), command), start=1):
            mail = night.mail.replace(folder, "/srv").rstrip("\n") or "(no mail)"
            print(f"{number}. {night.name}: exit code {night.code}")
            print("\n".join(f"     {line}" for line in mail.splitlines()))
            if night.on_failure:
                print(f"     the command of --on-failure read {len(night.on_failure.splitlines())} lines")


if __name__ == "__main__":
    main(sys.argv[1:] or ["figures"])
