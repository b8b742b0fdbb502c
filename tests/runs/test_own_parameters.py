"""Manifest, run name and figures hold the same parameters: those of the parameters cell and the injected ones."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.runs.conftest import PARAMETERS, write_notebook
from tlanalysis.core.errors import BadInput
from tlanalysis.maintain.check import check_notebook
from tlanalysis.runs import manifest
from tlanalysis.runs.due import ProjectState, reasons_due
from tlanalysis.runs.execute import RunOptions, execute
from tlanalysis.runs.plan import Run, selected_runs

TABLE = "held = tl.holdings()\nheld"
CHART = 'figure = tl.publish(tl.plot_holdings(held, lang=p.lang), held, id="essai", params=p)'


def _write(notebooks: Path, parameters: str) -> Path:
    names = re.findall(r"^\w+", parameters, flags=re.MULTILINE)
    call = f"import tlanalysis as tl\n\np = tl.params({', '.join(f'{name}={name}' for name in names)})"
    return write_notebook(notebooks, "02_rayon", call, TABLE, CHART, parameters=parameters)


def _run(runs: list[Run], out: Path) -> dict[str, manifest.Outcome]:
    outcomes = execute(runs, out, RunOptions(jobs=1))
    assert [outcome.error for outcome in outcomes] == [""] * len(runs)
    return manifest.read(out)


def _params_of(out: Path, figure: str) -> dict[str, object]:
    facts = json.loads((out / "figures" / f"{figure}.json").read_text(encoding="utf-8"))
    assert f"{facts['id']}--{facts['run_key']}" == figure
    return facts["params"]


def test_manifest_run_name_and_figures_hold_a_parameter_of_the_notebook_s_own(notebooks: Path, tmp_path: Path) -> None:
    _write(notebooks, f"{PARAMETERS}\nrayon: int = 10")
    out = tmp_path / "out"
    runs = [*selected_runs(["02_rayon"], [], None), *selected_runs(["02_rayon"], ["rayon=20", "lang=en"], None)]
    assert [run.injected for run in runs] == [{}, {"rayon": 20, "lang": "en"}]
    recorded = _run(runs, out)
    assert [(name, run.figures) for name, run in recorded.items()] == [
        ("02_rayon--FR-en-rayon20", ["essai--FR-en-rayon20"]),
        ("02_rayon--FR-rayon10", ["essai--FR-rayon10"]),
    ]
    for run in recorded.values():
        assert _params_of(out, run.figures[0]) == run.parameters
    assert recorded["02_rayon--FR-en-rayon20"].parameters == {"territory": "FR", "lang": "en", "rayon": 20}
    assert reasons_due(runs[0], recorded[runs[0].name], ProjectState(out)) == []


def test_a_changed_default_changes_manifest_run_name_and_figures(notebooks: Path, tmp_path: Path) -> None:
    path = _write(notebooks, f'{PARAMETERS}\nas_of = "2025-01-01"')
    out = tmp_path / "out"
    ((name, outcome),) = _run(selected_runs(["02_rayon"], ["territory=D33"], None), out).items()
    assert name == "02_rayon--D33-asof20250101"
    assert outcome.parameters == {"territory": "D33", "lang": "fr", "as_of": "2025-01-01"}
    assert outcome.figures == ["essai--D33-asof20250101"]
    assert _params_of(out, "essai--D33-asof20250101") == outcome.parameters
    assert [problem for problem in check_notebook(path) if "as_of is '2025-01-01'" in problem]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("rayon=vingt", "rayon is 'vingt': it is a whole number."),
        ("rayon=2.5", "rayon is '2.5': it is a whole number."),
        ("rayons=20", "02_rayon takes no parameter 'rayons' (did you mean 'rayon'?)"),
        ("horizon=2035", "02_rayon takes no parameter 'horizon'"),
    ],
)
def test_a_value_of_another_type_is_refused_before_a_run_starts(given: str, expected: str, notebooks: Path) -> None:
    _write(notebooks, f"{PARAMETERS}\nrayon = 10")
    with pytest.raises(BadInput) as caught:
        selected_runs(["02_rayon"], [given], None)
    assert expected in str(caught.value)
