"""`tlanalysis check`: check data, notebooks and plan against the rules.

Each check returns a list of problems, one sentence each; an empty list means that it passed.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tlanalysis.core import paths
from tlanalysis.core.errors import TlanalysisError
from tlanalysis.core.extras import missing
from tlanalysis.data import embedded
from tlanalysis.data.documents import citation_problems
from tlanalysis.data.parameters import SHARED, Params, mistakes_in
from tlanalysis.runs import prose
from tlanalysis.runs.parameters_cell import TAG, defaults_in
from tlanalysis.runs.plan import PLAN, lab_notebooks, notebooks, read_plan, subjects

_FORBIDDEN_CALLS = {"open", "read_csv", "read_excel", "read_parquet", "read_json"}
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")
_PATH = re.compile(r"[/\\]|\.(csv|json|parquet|xlsx|ods|geojson)$")


def check() -> list[str]:
    """Return one sentence per broken rule."""
    return [*check_data(), *check_notebooks(), *check_plan()]


def check_data() -> list[str]:
    """Return the problems that the Frictionless validator and our own rules find in `data/raw/`."""
    problems = []
    for name in embedded.names():
        try:
            embedded.load(name)
        except TlanalysisError as error:
            problems.append(str(error))
    if problems:
        return problems
    return [*_frictionless_errors(), *_territory_errors(), *citation_problems(), *_contradictions()]


def _contradictions() -> Iterable[str]:
    """Yield one sentence per number of ours that contradicts a published one and has no reason in the data."""
    from tlanalysis.indicators.reconciliation import unexplained

    for row in unexplained().itertuples():
        yield (
            f"{row.table} gives {row.valeur_calculee:g} for {row.indicateur} of {row.territoire} ({row.periode}), "
            f"{row.source} prints {row.valeur_publiee:g}: correct one of them, or write the reason in "
            "data/raw/rapprochements.csv."
        )


def _frictionless_errors() -> Iterable[str]:
    try:
        from frictionless import Package, system
    except ModuleNotFoundError as absent:
        raise missing(absent) from absent

    with system.use_context(trusted=True):
        report = Package(str(paths.raw() / embedded.PACKAGE_FILE)).validate()
    for task in report.tasks:
        for error in task.errors:
            yield f"data/raw/{task.name}.csv: {error.message}"
    yield from (f"data/raw/{embedded.PACKAGE_FILE}: {error.message}" for error in report.errors)


def _territory_errors() -> Iterable[str]:
    rows = embedded.load("observations")
    for row in rows[rows["territoire"].isna() == rows["territoires"].isna()].itertuples():
        yield f"data/raw/observations.csv: {row.id_observation} names one territory or lists several, never both."
    without = rows[["valeur", "valeur_bas", "valeur_haut"]].isna().all(axis=1)
    for row in rows[without].itertuples():
        yield f"data/raw/observations.csv: {row.id_observation} has no value and no bound."


def check_plan() -> list[str]:
    """Return the mistakes of `notebooks/plan.toml`: every planned notebook has a title, and texts in each language."""
    try:
        runs = read_plan()
    except TlanalysisError as error:
        return str(error).splitlines()
    planned, titled = dict.fromkeys(run.notebook for run in runs), subjects()
    spoken = dict.fromkeys((run.notebook, run.parameters.lang) for run in runs)
    return [
        *(f"{PLAN}: {name} has no title: write a table [notebook.{name}]." for name in planned if name not in titled),
        *(sentence for name, lang in spoken for sentence in _untranslated(name, lang)),
    ]


def _untranslated(name: str, lang: str) -> Iterable[str]:
    cells = json.loads((paths.notebooks() / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    for number in prose.untranslated(cells, lang):
        yield (
            f"{name}.ipynb: cell {number}, a text, is not written in {lang}, in which {PLAN} runs it: "
            f"write it in the metadata of the cell, tlanalysis.{lang}."
        )


def check_notebooks() -> list[str]:
    """Return the broken rules of every notebook of the project."""
    planned = [problem for name in notebooks() for problem in check_notebook(paths.notebooks() / f"{name}.ipynb")]
    return planned + [
        problem for name in lab_notebooks() for problem in check_lab_notebook(paths.notebooks() / f"{name}.ipynb")
    ]


def check_lab_notebook(path: Path) -> list[str]:
    """Return the broken rules of one notebook for exploring, each with the cell it is about.

    Such a notebook holds no result, so it needs no parameters and no order of tables and charts. Its outputs depend on
    the choices of its user, so it is stored without outputs. Like every notebook it reads and writes no file itself.
    Once one of its texts is written in another language, all of them are.
    """
    if (code := _code_cells(path)) is None:
        return [f"{path.name} is not a notebook."]
    problems = []
    for number, cell in enumerate(code, start=1):
        if cell.get("outputs") or cell.get("execution_count") is not None:
            problems.append(f"code cell {number}: it is stored with what it gave: clear all outputs.")
        problems += [f"code cell {number}: {sentence}" for sentence in _source_rules(cell)]
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    problems += [
        f"cell {number}, a text, is not written in {lang}, as others are: "
        f"write it in the metadata of the cell, tlanalysis.{lang}."
        for lang in prose.languages(cells)
        for number in prose.untranslated(cells, lang)
    ]
    return [f"{path.name}: {problem}" for problem in problems]


def _code_cells(path: Path) -> list[dict[str, Any]] | None:
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return [cell for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError):
        return None


def check_notebook(path: Path) -> list[str]:
    """Return the broken rules of one notebook, each with the cell it is about.

    The rules: execution counts run 1..n; one parameters cell, the first, of plain literals that are valid defaults,
    those of the library where it has one; `tl.params` is given each of them; no path, no `open`, no `read_csv`; a chart
    cell follows the cell that shows its table and ends with an assignment; no `;`; no timestamp, set, Styler or
    progress bar in a stored output; at most one `nbval-ignore-output`, with its reason.
    """
    if (code := _code_cells(path)) is None:
        return [f"{path.name} is not a notebook."]
    problems = [*_counts(code), *_parameters(code), *_ignored(code)]
    for before, cell in zip([None, *code], code, strict=False):
        problems += [f"cell {cell.get('execution_count')}: {sentence}" for sentence in _cell(before, cell)]
    return [f"{path.name}: {problem}" for problem in problems]


def _counts(code: list[dict[str, Any]]) -> list[str]:
    found = [cell.get("execution_count") for cell in code]
    # The wheel carries notebooks without outputs, and `init` copies them: only the repository stores outputs.
    repository = (paths.home() / "pyproject.toml").is_file()
    if not repository and set(found) == {None}:
        return []
    if found == list(range(1, len(code) + 1)):
        return []
    return [f"execution counts are {found}: run `make notebooks`."]


def _parameters(code: list[dict[str, Any]]) -> list[str]:
    tagged = [number for number, cell in enumerate(code) if TAG in cell["metadata"].get("tags", [])]
    if tagged != [0]:
        return ["the first code cell, and no other, carries the tag 'parameters'."]
    try:
        defaults = defaults_in(_source(code[0]))
    except TlanalysisError as error:
        return [str(error)]
    return [*mistakes_in(defaults), *_other_defaults(defaults), *_not_passed_on(defaults, code[1:])]


def _other_defaults(defaults: dict[str, Any]) -> Iterable[str]:
    for name, value in defaults.items():
        if name in SHARED and value != getattr(Params, name):
            yield (
                f"{name} is {value!r} in the parameters cell, its default is {getattr(Params, name)!r}: "
                f"write that, and give other values to a run (-p {name}={value})."
            )


def _not_passed_on(defaults: dict[str, Any], code: list[dict[str, Any]]) -> Iterable[str]:
    """Yield the parameters that the call of `tl.params` leaves out: run keys and figures would not record them."""
    calls = [call for cell in code for call in _calls(cell) if _name(call.func) == "params"]
    passed = {key.arg for call in calls for key in call.keywords if _name(key.value) == key.arg}
    if missing := [name for name in defaults if name not in passed]:
        call = f"tl.params({', '.join(f'{name}={name}' for name in defaults)})"
        yield f"tl.params is not given {', '.join(missing)}: write {call}."


def _calls(cell: dict[str, Any]) -> list[ast.Call]:
    try:
        return [node for node in ast.walk(ast.parse(_source(cell))) if isinstance(node, ast.Call)]
    except SyntaxError:  # another rule reports that cell
        return []


def _ignored(code: list[dict[str, Any]]) -> list[str]:
    marked = [
        cell
        for cell in code
        if "nbval-ignore-output" in cell["metadata"].get("tags", []) or "NBVAL_IGNORE_OUTPUT" in _source(cell)
    ]
    if len(marked) > 1:
        return ["more than one cell ignores its output."]
    return [
        "a cell ignores its output without saying why: add a comment." for cell in marked if "#" not in _source(cell)
    ]


def _cell(before: dict[str, Any] | None, cell: dict[str, Any]) -> Iterable[str]:
    yield from _source_rules(cell)
    try:
        tree = ast.parse(_source(cell))
    except SyntaxError:
        return
    if any(name.startswith("plot_") for name in _called(tree)):
        yield from _chart(before, tree)
    yield from _outputs(cell)


def _called(tree: ast.Module) -> set[str]:
    return {_name(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}


def _source_rules(cell: dict[str, Any]) -> Iterable[str]:
    source = _source(cell)
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        yield f"it is not Python ({error.msg})."
        return
    if any(line.rstrip().endswith(";") for line in source.splitlines()):
        yield "a line ends with ';'."
    texts = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    if any(_PATH.search(text) for text in texts):
        yield "it holds a path: the library knows where things lie."
    if wrong := sorted(_called(tree) & _FORBIDDEN_CALLS):
        yield f"it calls {', '.join(wrong)}: use tl.load or an indicator."


def _chart(before: dict[str, Any] | None, tree: ast.Module) -> Iterable[str]:
    if not isinstance(tree.body[-1], ast.Assign):
        yield "a chart cell ends with an assignment."
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _name(node.func).startswith("plot_")]
    first = calls[0].args[0] if calls and calls[0].args else None
    plotted = first.id if isinstance(first, ast.Name) else None
    shown = _last_statement(before)
    if not (isinstance(shown, ast.Expr) and isinstance(shown.value, ast.Name) and shown.value.id == plotted):
        yield f"the cell before a chart shows its table ({plotted})."


def _last_statement(cell: dict[str, Any] | None) -> ast.stmt | None:
    try:
        body = ast.parse(_source(cell)).body if cell else []
    except SyntaxError:  # that cell already has a problem
        return None
    return body[-1] if body else None


def _outputs(cell: dict[str, Any]) -> Iterable[str]:
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        text = "".join(output.get("text", [])) + "".join(
            map("".join, (v for k, v in data.items() if k.startswith("text/")))
        )
        if output["output_type"] == "error":
            yield "its stored output is an error."
        if _TIMESTAMP.search(text):
            yield "its stored output holds a timestamp."
        if "<style id=" in text or "<style type=" in text:
            yield "its stored output is a Styler."
        if "%|" in text or "it/s" in text:
            yield "its stored output holds a progress bar."
        plain = "".join(data.get("text/plain", output.get("text", [])))
        if re.fullmatch(r"\{[^:{}]+\}", plain.strip()):
            yield "its stored output is a set, whose order changes."


def _source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def _name(node: ast.AST) -> str:
    return getattr(node, "attr", getattr(node, "id", ""))
