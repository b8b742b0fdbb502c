"""Start a project without a clone: a folder with the tables and notebooks, and a notebook that obeys the rules."""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from tlanalysis.core import files, paths
from tlanalysis.core.errors import BadInput
from tlanalysis.data.parameters import LANGS
from tlanalysis.runs.plan import PLAN, notebooks, read_plan

_NAME = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
_PARAMETERS = 'territory = "FR"\nlang = "fr"'
_CELLS = (
    "import tlanalysis as tl\n\np = tl.params(territory=territory, lang=lang)",
    "people = tl.people_trained(p.territory)\npeople",
    "ax = tl.plot_people_trained(people, lang=p.lang)",
    'figure = tl.publish(ax, people, id="{figure}", params=p)',
)


def init(folder: Path) -> Path:
    """Copy the tables, the notebooks and the plan to a new folder, in which every command then works; return it.

    Parameters
    ----------
    folder : Path
        A folder that does not exist or is empty.

    Raises
    ------
    BadInput
        When the folder holds something.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadInput(f"{folder} is not empty: name a new folder.")
    folder.parent.mkdir(parents=True, exist_ok=True)
    # The copy gets its name when it is whole: a stopped command leaves no half of a project.
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as scratch:
        copy = Path(scratch) / "project"
        shutil.copytree(paths.raw(), copy / "data" / "raw", ignore=shutil.ignore_patterns("downloads", ".*"))
        ignored = shutil.ignore_patterns(".*")
        shutil.copytree(paths.notebooks(), copy / "notebooks", ignore=ignored)
        if folder.exists():
            folder.rmdir()
        copy.replace(folder)
    return folder


def new_notebook(name: str) -> Path:
    """Write a notebook that obeys the rules of `tlanalysis check`, and plan its run; return its path.

    Parameters
    ----------
    name : str
        `05_my_subject`, or `my_subject`, which gets the next number.

    Raises
    ------
    BadInput
        When the name is not lower-case words joined by underscores, or a notebook has it.
    """
    paths.check_own()
    if not _NAME.fullmatch(name):
        raise BadInput(f"{name!r} is not a name for a notebook: write lower-case words joined by _, e.g. my_subject.")
    if not name[0].isdigit():
        numbers = [int(found[0]) for each in notebooks() if (found := re.match(r"\d+", each))]
        name = f"{max(numbers, default=-1) + 1:02d}_{name}"
    path, plan = paths.notebooks() / f"{name}.ipynb", paths.notebooks() / PLAN
    if path.exists():
        raise BadInput(f"notebooks/{path.name} exists: choose another name.")
    read_plan()  # a plan with mistakes is refused before anything is written
    words = re.sub(r"^\d+_", "", name).replace("_", " ").capitalize()
    titles = ", ".join(f'{lang} = "{words}"' for lang in LANGS)
    entry = f'\n[[run]]\nnotebook = "{name}"\n\n[notebook.{name}]\ntitle = {{ {titles} }}\n'
    text = plan.read_text(encoding="utf-8").rstrip("\n")
    files.write_together({path: _skeleton(name, words), plan: f"{text}\n{entry}".encode()})
    return path


def _skeleton(name: str, words: str) -> bytes:
    figure = re.sub(r"^\d+_", "", name).replace("_", "-")
    sources = [_PARAMETERS, *(cell.replace("{figure}", figure) for cell in _CELLS)]
    cells = [_cell("markdown", 0, f"# {words}"), *(_cell("code", at, source) for at, source in enumerate(sources, 1))]
    cells[1]["metadata"]["tags"] = ["parameters"]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(notebook, ensure_ascii=False, indent=1) + "\n").encode()


def _cell(kind: str, number: int, source: str) -> dict[str, Any]:
    cell = {"cell_type": kind, "id": f"cell-{number:02d}", "metadata": {}, "source": source.splitlines(keepends=True)}
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})
