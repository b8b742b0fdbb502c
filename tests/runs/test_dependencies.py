"""The code that a notebook depends on: it contains every module that the notebook imports."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.conftest import ROOT
from tlanalysis.runs import dependencies


def _depends_on(*sources: str) -> set[str]:
    cells = [{"cell_type": "code", "source": source} for source in sources]
    return set(dependencies.code_of(json.dumps({"cells": [*cells, {"cell_type": "markdown", "source": "é"}]}).encode()))


def test_a_notebook_without_the_package_depends_on_none_of_its_files() -> None:
    assert _depends_on("import pandas as pd\npd.DataFrame()") == set()


def test_a_public_name_adds_its_module_and_the_imports_of_that_module() -> None:
    found = _depends_on("import tlanalysis as tl", "tl.observations('tiers_lieux')")
    assert {"__init__.py", "data/evidence.py", "data/embedded.py", "core/files.py", "data/remote_files.toml"} <= found
    assert not {name for name in found if name.startswith(("charts/", "forecasting/"))}


@pytest.mark.parametrize(
    "source",
    [
        "import tlanalysis as tl\ntl.plot_holdings(None)",
        "import tlanalysis\ntlanalysis.plot_holdings(None)",
        "from tlanalysis import plot_holdings",
        "from tlanalysis.charts import quality",
        "import tlanalysis.charts.quality",
        "def later():\n    from tlanalysis.charts.quality import plot_holdings",
    ],
    ids=["tl.", "the package", "from the package", "a module from a room", "a module", "inside a function"],
)
def test_each_way_to_import_a_chart_is_found(source: str) -> None:
    found = _depends_on(source)
    assert {"charts/quality.py", "charts/kit/wording.py", "charts/messages/quality.toml"} <= found
    assert "forecasting/model.py" not in found


@pytest.mark.parametrize(
    "around",
    [
        "if a:\n    pass\nelif b:\n    {}\n",
        "for a in b:\n    pass\nelse:\n    {}\n",
        "while a:\n    {}\n",
        "try:\n    pass\nexcept KeyError:\n    {}\n",
        "try:\n    pass\nfinally:\n    {}\n",
        "with a:\n    {}\n",
        "match a:\n    case 1:\n        {}\n",
        "class A:\n    async def b(self):\n        async with c:\n            {}\n",
    ],
)
def test_an_import_is_found_in_any_block(around: str) -> None:
    assert "charts/quality.py" in _depends_on(around.format("import tlanalysis.charts.quality"))


@pytest.mark.parametrize(
    "source",
    [
        "import tlanalysis as tl\ngetattr(tl, 'forecast')",
        "%matplotlib inline",
        "!ls",
        "import tlanalysis as tl\nx = tl",
    ],
    ids=["getattr", "a magic", "a command", "an assignment"],
)
def test_a_notebook_that_cannot_be_followed_depends_on_the_whole_package(source: str) -> None:
    assert _depends_on(source) == set(dependencies.whole_package())


def test_the_digest_of_a_module_is_that_of_its_file() -> None:
    assert dependencies.whole_package()["core/files.py"] == dependencies._digest(
        ROOT / "tlanalysis" / "core" / "files.py"
    )
    assert len(dependencies.whole_package()) > 60


@pytest.mark.parametrize("name", ["00_data_quality", "04_territory_profile"])
def test_every_module_that_a_notebook_imports_is_found(name: str) -> None:
    """Execute the cells: `code_of` contains every module of the package that they load."""
    script = (
        "import json, sys, os\n"
        "for cell in json.load(open(sys.argv[1]))['cells']:\n"
        "    if cell['cell_type'] == 'code':\n"
        "        exec(''.join(cell['source']).replace('tl.publish', 'str'))\n"
        "found = [m.__file__ for n, m in sys.modules.items() if n.startswith('tlanalysis') and m.__file__]\n"
        "print('loaded', json.dumps(found))\n"
    )
    path = ROOT / "notebooks" / f"{name}.ipynb"
    script = script.replace("'str'", "'(lambda ax, table, id, params: None)'")
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True, cwd=ROOT
    )
    line = next(line for line in done.stdout.splitlines() if line.startswith("loaded "))
    loaded = {file.partition("/tlanalysis/")[2] for file in json.loads(line.removeprefix("loaded "))}
    assert loaded - set(dependencies.code_of(path.read_bytes())) == set()
    assert "data/embedded.py" in loaded
