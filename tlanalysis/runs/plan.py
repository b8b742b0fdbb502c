"""Read the plan: the notebooks and the parameters of their runs. All of it is checked before any run starts.

`notebooks/plan.toml` holds a list of `[[run]]`, each with a `notebook` and its `parameters`. A list of values makes one
run per value, several lists make one run per combination. A table `[notebook.NAME]` holds the `title` of a notebook in
each language and, when the home page shows one of its figures, the `leading_figure`; `annex` lists the figures that
only statisticians need: the site shows them apart.
"""

from __future__ import annotations

import itertools
import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tlanalysis.core import paths
from tlanalysis.core.errors import BadInput, did_you_mean
from tlanalysis.core.slugs import is_slug
from tlanalysis.data import territories
from tlanalysis.data.parameters import LANGS, Params, from_text, mistakes_in, run_key, split
from tlanalysis.runs.parameters_cell import TAG, cells_of, defaults_in

PLAN = "plan.toml"
_TABLES = ("notebook", "run")


@dataclass(frozen=True)
class Subject:
    """The title of a notebook by language, the id of its figure on the home page (empty: none), those of its annex."""

    title: dict[str, str]
    leading_figure: str = ""
    annex: tuple[str, ...] = ()


@dataclass(frozen=True)
class Run:
    """One notebook with one set of parameters.

    Attributes
    ----------
    notebook : str
        Name of the notebook.
    parameters : Params
        Every parameter of its parameters cell, with its value in the run.
    given : tuple of str
        Names of the parameters that the plan or the user gave.
    """

    notebook: str
    parameters: Params
    given: tuple[str, ...]

    @property
    def name(self) -> str:
        """The slug `<notebook>--<run_key>`, which starts the names of the run's files."""
        return f"{self.notebook}--{run_key(self.parameters)}"

    @property
    def injected(self) -> dict[str, Any]:
        """The given parameters, which papermill injects; the others keep the defaults of the notebook."""
        values = self.parameters.as_dict()
        return {name: values[name] for name in self.given}


def notebooks() -> list[str]:
    """Return the names of the numbered notebooks of the project, in order."""
    return sorted(path.stem for path in paths.notebooks().glob("[0-9]*.ipynb"))


def lab_notebooks() -> list[str]:
    """Return the names of the notebooks without a number, which are for exploring and not for plans."""
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
        When the plan has mistakes; the message names each.
    """
    path = path or paths.notebooks() / PLAN
    plan = _toml(path)
    mistakes = [
        f"unknown table {key!r}{did_you_mean(key, _TABLES)}: a plan is a list of [[run]], and tables [notebook.NAME]."
        for key in plan
        if key not in _TABLES
    ]
    mistakes += _subjects_of(plan)[1]
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
    planned = Counter(run.name for run in runs)
    mistakes += [f"{name} is planned twice." for name, times in sorted(planned.items()) if times > 1]
    if not runs and not mistakes:
        mistakes.append("it holds no [[run]].")
    if mistakes:
        raise BadInput("\n".join(f"{path.name}: {sentence}" for sentence in mistakes))
    return runs


def subjects() -> dict[str, Subject]:
    """Return the tables `[notebook.NAME]` of `notebooks/plan.toml` by name, in their order.

    Raises
    ------
    BadInput
        When these tables have mistakes; the message names each.
    """
    path = paths.notebooks() / PLAN
    found, mistakes = _subjects_of(_toml(path)) if path.is_file() else ({}, [])
    if mistakes:
        raise BadInput("\n".join(f"{path.name}: {sentence}" for sentence in mistakes))
    return found


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadInput(f"{path.name} is missing from {path.parent.name}/: restore it from git.") from None
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"{path.name} is not valid TOML: {error}.") from None
    except UnicodeDecodeError:
        raise BadInput(f"{path.name} is not UTF-8 text: save it again as UTF-8.") from None
    except RecursionError:
        raise BadInput(f"{path.name} is nested too deeply: restore it from git.") from None


def _subjects_of(plan: dict[str, Any]) -> tuple[dict[str, Subject], list[str]]:
    tables = plan.get("notebook", {})
    if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
        return {}, ["its notebooks are not tables: write [notebook.NAME] before each title."]
    known = ("title", "leading_figure", "annex")
    wrong = [
        f"notebook {name}: unknown key {key!r}{did_you_mean(key, known)}."
        for name, table in tables.items()
        for key in table
        if key not in known
    ]
    wrong += [
        f"no notebook called {name!r}{did_you_mean(name, notebooks())}: rename or delete its table [notebook.{name}]."
        for name in tables
        if name not in notebooks()
    ]
    wrong += [
        f"notebook {name}: its title is not a table of texts in {', '.join(LANGS)}."
        for name, table in tables.items()
        if not _is_title(table.get("title"))
    ]
    wrong += [
        f"notebook {name}: its leading_figure is not the id of a figure."
        for name, table in tables.items()
        if not isinstance(table.get("leading_figure", ""), str)
    ]
    wrong += [
        f"notebook {name}: its annex is not a list of ids of figures."
        for name, table in tables.items()
        if not _is_list(table.get("annex", []))
    ]
    if wrong:
        return {}, wrong
    return {name: Subject(**table | {"annex": tuple(table.get("annex", []))}) for name, table in tables.items()}, []


def _is_list(annex: object) -> bool:
    return isinstance(annex, list) and all(isinstance(figure, str) and is_slug(figure) for figure in annex)


def _is_title(title: object) -> bool:
    return isinstance(title, dict) and all(isinstance(title.get(lang), str) and title[lang] for lang in LANGS)


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
    """Return one run per combination of the values.

    Raises
    ------
    BadInput
        When the notebook does not exist, has no such parameter, or a value is not valid.
    """
    defaults = parameters_of(notebook)
    wrong = [
        f"{notebook} takes no parameter {name!r}{did_you_mean(name, defaults)}: it takes {', '.join(defaults)}."
        for name in values
        if name not in defaults
    ]
    wrong += [f"{name} is an empty list: give it a value." for name, value in values.items() if value == []]
    listed = {name: value if isinstance(value, list) else [value] for name, value in values.items() if name in defaults}
    combinations = [defaults | dict(zip(listed, one, strict=True)) for one in itertools.product(*listed.values())]
    # Each value is checked once, not once per combination: there may be a hundred thousand.
    checked = {name: [value] for name, value in defaults.items()} | listed
    each = [{name: value} for name, options in checked.items() for value in options]
    wrong += list(dict.fromkeys(mistake for one in each for mistake in mistakes_in(one, defaults)))
    if wrong:
        raise BadInput(" ".join(wrong))
    return [Run(notebook, Params(**held), tuple(listed)) for held in combinations]


def selected_runs(names: list[str], given: list[str], territories_wanted: str | None) -> list[Run]:
    """Return the runs that the arguments of the command line select.

    Parameters
    ----------
    names : list of str
        Names of notebooks, or paths of files of `notebooks/`.
    given : list of str
        Parameters, each `name=value`.
    territories_wanted : str or None
        `regions`, `departements` or `all`.

    Raises
    ------
    BadInput
        When the arguments have mistakes; the message names each on one line.
    """
    mistakes: list[str] = []
    values: dict[str, str | list[str]] = {}
    for text in given:
        try:
            name, value = split(text)
        except BadInput as error:
            mistakes.append(str(error))
            continue
        if name in values:
            mistakes.append(f"{name} is given twice.")
        values[name] = value
    if territories_wanted and "territory" in values:
        mistakes.append("--for already selects territories: leave out -p territory=...")
    elif territories_wanted:
        try:
            values["territory"] = territories_for(territories_wanted)
        except BadInput as error:
            mistakes.append(str(error))
    runs: list[Run] = []
    for given_name in dict.fromkeys(names):
        try:
            name = _name_of(given_name)
            runs += grid(name, _in_its_types(name, values))
        except BadInput as error:
            mistakes.append(str(error))
    if mistakes:
        raise BadInput("\n".join(dict.fromkeys(mistakes)))
    return runs


def _name_of(given: str) -> str:
    """Return the name of a notebook that the user gave by its name or by its path."""
    path = Path(given)
    if path.name == given.removeprefix("./") and not (path.is_file() and given.endswith(".ipynb")):
        return path.name.removesuffix(".ipynb")
    if path.parent.resolve() != paths.notebooks().resolve():
        raise BadInput(
            f"{given} is not in {paths.notebooks()}: the files of a run bear the name of its notebook, so only those "
            "of that folder run; move it there, or execute it with `papermill --engine tlanalysis`."
        )
    return path.name.removesuffix(".ipynb")


def _in_its_types(notebook: str, values: dict[str, str | list[str]]) -> dict[str, Any]:
    """Convert each text of the command line to the type of the parameter's default in the notebook."""
    defaults = parameters_of(notebook)
    return {
        name: from_text(name, value, defaults.get(name)) if isinstance(value, str) else value
        for name, value in values.items()
    }


def parameters_of(notebook: str) -> dict[str, Any]:
    """Return name -> default of the parameters cell of a notebook.

    Raises
    ------
    BadInput
        When the notebook does not exist or has no readable parameters cell.
    """
    if not is_slug(notebook):
        raise BadInput(
            f"{notebook!r} is not the name of a notebook: write that of a file of notebooks/, made of letters, digits, "
            "'_', '-' and '.'."
        )
    path = paths.notebooks() / f"{notebook}.ipynb"
    if not path.is_file():
        raise BadInput(f"no notebook called {notebook!r}{did_you_mean(notebook, notebooks())}.")
    try:
        tagged = [cell for cell in cells_of(path.read_bytes()) if TAG in cell["metadata"].get("tags", [])]
        source = "".join(tagged[0]["source"])
    except (ValueError, IndexError, TypeError):
        raise BadInput(
            f"{path.name} is not a notebook with a cell tagged 'parameters': open it in JupyterLab."
        ) from None
    try:
        return defaults_in(source)
    except BadInput as error:
        raise BadInput(f"{path.name}: {error}") from None


def territories_for(which: str) -> list[str]:
    """Return the territory codes of `--for`: `regions`, `departements`, or `all` with France first.

    Raises
    ------
    BadInput
        When `which` is another word.
    """
    levels = {"regions": ["region"], "departements": ["departement"], "all": ["region", "departement"]}
    if which not in levels:
        raise BadInput(f"--for is {which!r}: it is one of {', '.join(levels)}.")
    found = [code for level in levels[which] for code in territories.codes_of(level)]
    return [territories.FRANCE, *found] if which == "all" else found
