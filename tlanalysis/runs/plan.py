"""The plan: which notebook runs over which parameters, checked as a whole before any kernel starts.

`notebooks/plan.toml` holds a list of `[[run]]`, each a `notebook` and its `parameters`; a list of values stands for
every one of them, several lists for every combination.
"""

from __future__ import annotations

import ast
import itertools
import json
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tlanalysis.core import paths
from tlanalysis.core.errors import BadInput, did_you_mean
from tlanalysis.data import territories
from tlanalysis.data.parameters import Params, mistakes_in, params, parse, run_key

TAG = "parameters"


@dataclass(frozen=True)
class Run:
    """One notebook over one set of parameters; `name` is `<notebook>--<run_key>`."""

    notebook: str
    parameters: Params
    given: tuple[str, ...]

    @property
    def name(self) -> str:
        """The slug under which everything of this run is filed."""
        return f"{self.notebook}--{run_key(self.parameters)}"

    @property
    def injected(self) -> dict[str, Any]:
        """What papermill is to inject: only what was asked for, the notebook's defaults do the rest."""
        values = self.parameters.as_dict()
        return {name: values[name] for name in self.given}


def notebooks() -> list[str]:
    """Return the names of the notebooks of the project, in order."""
    return sorted(path.stem for path in paths.notebooks().glob("[0-9]*.ipynb"))


def lab_notebooks() -> list[str]:
    """Return the notebooks for exploring: those without a number, which no plan runs."""
    return sorted({path.stem for path in paths.notebooks().glob("*.ipynb")} - set(notebooks()))


def read_plan(path: Path | None = None) -> list[Run]:
    """Return the runs of a plan, in its order.

    Parameters
    ----------
    path : Path, optional
        By default `notebooks/plan.toml`.

    Raises
    ------
    BadInput
        With every mistake of the plan in one message.
    """
    path = path or paths.notebooks() / "plan.toml"
    try:
        plan = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInput(f"{path.name} is missing from {path.parent.name}/: restore it from git.") from None
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{path.name} is not valid TOML: {error}.") from None
    mistakes = [
        f"unknown table {key!r}{did_you_mean(key, ['run'])}: a plan is a list of [[run]]."
        for key in plan
        if key != "run"
    ]
    runs: list[Run] = []
    entries = plan.get("run", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise BadInput(
            f"{path.name}: it is not a list of [[run]] tables: write [[run]], with two brackets, before each."
        )
    for number, entry in enumerate(entries, start=1):
        found, wrong = _expand(entry)
        runs += found
        mistakes += [f"run {number}: {sentence}" for sentence in wrong]
    names = [run.name for run in runs]
    mistakes += [f"{name} is planned twice." for name in sorted({name for name in names if names.count(name) > 1})]
    if not runs and not mistakes:
        mistakes.append("it holds no [[run]].")
    if mistakes:
        raise BadInput("\n".join(f"{path.name}: {sentence}" for sentence in mistakes))
    return runs


def _expand(entry: dict[str, Any]) -> tuple[list[Run], list[str]]:
    wrong = [
        f"unknown key {key!r}{did_you_mean(key, ['notebook', 'parameters'])}."
        for key in entry
        if key not in {"notebook", "parameters"}
    ]
    if not isinstance(entry.get("notebook"), str):
        return [], [*wrong, "it does not name a notebook."]
    if not isinstance(entry.get("parameters", {}), dict):
        return [], [*wrong, 'its parameters are not a table: write parameters = { lang = "fr" }.']
    try:
        return [*grid(entry["notebook"], entry.get("parameters", {}))], wrong
    except BadInput as error:
        return [], [*wrong, str(error)]


def grid(notebook: str, values: dict[str, Any]) -> Iterable[Run]:
    """Return one run per combination of the listed values.

    Raises
    ------
    BadInput
        Unknown notebook, a parameter the notebook does not take, a value that does not exist.
    """
    taken = parameters_of(notebook)
    wrong = [
        f"{notebook} takes no parameter {name!r}{did_you_mean(name, taken)}: it takes {', '.join(taken)}."
        for name in values
        if name not in taken
    ]
    wrong += [f"{name} is an empty list: give it a value." for name, value in values.items() if value == []]
    known = {name: value if isinstance(value, list) else [value] for name, value in values.items() if name in taken}
    combinations = [dict(zip(known, combination, strict=True)) for combination in itertools.product(*known.values())]
    wrong += list(dict.fromkeys(mistake for given in combinations for mistake in mistakes_in(given)))
    if wrong:
        raise BadInput(" ".join(wrong))
    return [Run(notebook, params(**given), tuple(given)) for given in combinations]


def asked_for(names: list[str], given: list[str], territories_wanted: str | None) -> list[Run]:
    """Return the runs that a command line asks for.

    Parameters
    ----------
    names : list of str
        Notebooks.
    given : list of str
        `name=value` each.
    territories_wanted : str or None
        `regions`, `departements` or `all`.

    Raises
    ------
    BadInput
        With every mistake of the command line, one per line.
    """
    mistakes: list[str] = []
    values: dict[str, Any] = {}
    for text in given:
        try:
            name, value = parse(text)
        except BadInput as error:
            mistakes.append(str(error))
            continue
        if name in values:
            mistakes.append(f"{name} is given twice.")
        values[name] = value
    if territories_wanted and "territory" in values:
        mistakes.append("--for already says which territories: leave out -p territory=...")
    elif territories_wanted:
        try:
            values["territory"] = territories_for(territories_wanted)
        except BadInput as error:
            mistakes.append(str(error))
    runs: list[Run] = []
    for name in dict.fromkeys(names):
        try:
            runs += grid(name, values)
        except BadInput as error:
            mistakes.append(str(error))
    if mistakes:
        raise BadInput("\n".join(dict.fromkeys(mistakes)))
    return runs


def parameters_of(notebook: str) -> list[str]:
    """Return the names assigned in the parameters cell of a notebook.

    Raises
    ------
    BadInput
        Unknown notebook, or one without a readable parameters cell.
    """
    path = paths.notebooks() / f"{notebook}.ipynb"
    if not path.is_file():
        raise BadInput(f"no notebook called {notebook!r}{did_you_mean(notebook, notebooks())}.")
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        tagged = [cell for cell in cells if TAG in cell.get("metadata", {}).get("tags", [])]
        body = ast.parse("".join(tagged[0]["source"])).body
    except (ValueError, KeyError, IndexError, SyntaxError):
        raise BadInput(
            f"{path.name} is not a notebook with a cell tagged 'parameters': open it in JupyterLab."
        ) from None
    return [
        target.id
        for statement in body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    ]


def territories_for(which: str) -> list[str]:
    """Return the territory codes that `--for` stands for: `regions`, `departements`, or `all` with France first.

    Raises
    ------
    BadInput
        When it is none of these words.
    """
    levels = {"regions": ["region"], "departements": ["departement"], "all": ["region", "departement"]}
    if which not in levels:
        raise BadInput(f"--for is {which!r}: it is one of {', '.join(levels)}.")
    found = [code for level in levels[which] for code in territories.codes_of(level)]
    return [territories.FRANCE, *found] if which == "all" else found
