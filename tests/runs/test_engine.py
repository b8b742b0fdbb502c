"""The forked engine: its outputs equal those of a kernel, and it ends every child that crashes or exceeds a limit."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import nbformat
import papermill
import psutil
import pytest
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.exceptions import PapermillExecutionError

from tests.conftest import ROOT
from tests.runs.conftest import write_notebook
from tlanalysis.core import recorder
from tlanalysis.runs.engine import NAME

# What is hard for an engine -> a cell that does it.
CELLS = {
    "a value": "[1, 2.5, None]",
    "nothing": "x = 3",
    "printed, by Python and by a child": "import os\nprint('a')\nos.system('echo b')\nprint('c')",
    "both streams": "import sys\nprint('out')\nprint('err', file=sys.stderr)\nprint('out again')",
    "a descriptor": "os.write(1, b'raw\\n')",
    "half a character at a time": "import time\nos.write(1, 'é'.encode()[:1])\nos.write(1, 'é'.encode()[1:])\nprint()",
    "a display between prints": "from IPython.display import HTML, clear_output, display\n"
    "print('before')\ndisplay(HTML('<b>1</b>'), metadata={'a': 1})\nprint('after')\n'value'",
    "a display that a later cell updates": "handle = display(HTML('old'), display_id='k')",
    "the update": "handle.update(HTML('new'))",
    "cleared": "print('gone')\nclear_output()\nprint('kept')",
    "cleared when more comes": "print('gone')\nclear_output(wait=True)\nprint('kept')",
    "a carriage return": "print('1 %\\r2 %\\r3 %')",
    "a warning": "import warnings\nwarnings.warn('careful')",
    "a logged line": "import logging\nlogging.warning('logged')",
    "top-level await": "import asyncio\nawait asyncio.sleep(0.01)\nprint('slept')\nawait asyncio.sleep(0, 'value')",
    "a task that outlives its cell": "task = asyncio.ensure_future(asyncio.sleep(0, 'done'))",
    "and is awaited": "await task",
    "line magics": "%env TL_ENGINE=1\n%precision 3\n1 / 3",
    "a cell magic": "%%capture kept\nprint('captured')",
    "what it captured": "kept.stdout",
    "a shell command": "!echo from a shell; echo $TL_ENGINE",
    "a shell command's lines": "lines = !printf 'a\\nb\\n'\nlines",
    "a data frame": "import pandas as pd\npd.DataFrame({'nom': ['é', None], 'valeur': [1.5, float('nan')]})",
    "a wide one": "pd.DataFrame({f'colonne_{n:02d}': [n] for n in range(30)})",
    "a figure": "import matplotlib.pyplot as plt\nfig, ax = plt.subplots(figsize=(1, 1))\nax.plot([1, 2])\nplt.close()",
    "a class of the notebook": "class Point:\n    pass\n\n\nPoint.__module__, __name__",
    "a function through pickle": "import pickle\ndef twice(x): return 2 * x\npickle.loads(pickle.dumps(twice))(2)",
    "the folder where it starts": "from pathlib import Path\n"
    "_dh == [Path.cwd()], get_ipython().starting_dir == os.getcwd()",
    "the last values": "_, __, In[1][:5], len(Out) > 3",
    "a question to the user": "input('name? ')",
    "an exit": "import sys\nsys.exit(3)",
    "not Python": "for in x",
    "an error in a function": "def deep(n):\n    return 1 / n if n == 0 else deep(n - 1)\n\n\ndeep(2)",
    "an error in a library": "pd.DataFrame({'a': [1]}).loc[3, 'b']",
    "a chain of errors": "try:\n    {}['a']\nexcept KeyError as error:\n    raise ValueError('é') from error",
    "an interruption": "raise KeyboardInterrupt",
}
# A kernel reads file descriptors in a thread, so that the place of this text varies between its executions. The forked
# engine always keeps the order.
PRINTED_IN_ORDER = {
    "printed, by Python and by a child": ["a\n", "b\n", "c\n"],
    "a descriptor": ["raw\n"],
    "half a character at a time": ["é\n"],
}
RAISING = {"a question to the user", "an exit", "not Python", "an interruption"}


def _craft(folder: Path, cells: dict[str, str]) -> Path:
    path = write_notebook(folder, "carnet", *cells.values())
    notebook = nbformat.read(path, as_version=4)
    for cell, (about, source) in zip(notebook.cells[1:], cells.items(), strict=True):
        if about in RAISING or about.startswith(("an error", "a chain")):
            cell.metadata["tags"] = ["raises-exception"]
        assert cell.source == source
    nbformat.write(notebook, path)
    return path


def _executed(path: Path, engine: str | None, cwd: Path, before: str = "") -> dict[str, Any]:
    target = path.with_name(f"{engine}.ipynb")
    script = f"""
import papermill
from tlanalysis.runs.child import prepare_kernel
from tlanalysis.runs.single_run import local_sockets
{before}
with local_sockets() as sockets:
    papermill.execute_notebook(
        {str(path)!r}, {str(target)!r}, parameters={{"territory": "R75"}}, engine_name={engine!r},
        progress_bar=False, cwd={str(cwd)!r}, coalesce_streams=True, config=sockets,
    )
"""
    # A separate process: a fork of this one would inherit pytest's handlers of warnings and log messages, and a kernel
    # does not capture file descriptors when it finds pytest's variable.
    env = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, env=env)
    assert "PapermillExecutionError" in done.stderr  # papermill raises after the last cell, because some cells fail
    notebook = json.loads(target.read_text(encoding="utf-8"))
    notebook["cells"] = [cell for cell in notebook["cells"] if "error-cell" not in str(cell["metadata"]["tags"])]
    return notebook


def _neutral(notebook: dict[str, Any]) -> Any:
    """Return a notebook without the times and process numbers of its execution."""
    text = json.dumps(notebook, sort_keys=True)
    text = re.sub(r"ipykernel_\d+", "ipykernel_N", text)
    text = re.sub(r'"(start_time|end_time|duration|output_path|iopub[^"]*|shell[^"]*)": [^,}]+', r'"\1": 0', text)
    return json.loads(text)


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Return a notebook as a child of a worker executes it, as a child of another process does, and a kernel."""
    folder = tmp_path_factory.mktemp("crafted")
    path = _craft(folder, CELLS)
    ways = ((NAME, "prepare_kernel()"), (NAME, ""), (None, ""))
    return [_neutral(_executed(path, engine, folder, before)) for engine, before in ways]


EQUAL = [number for number, about in enumerate(CELLS) if about not in PRINTED_IN_ORDER]


@pytest.mark.parametrize("number", EQUAL, ids=[list(CELLS)[number] for number in EQUAL])
def test_a_cell_has_the_outputs_of_a_kernel(number: int, executed: list[dict[str, Any]]) -> None:
    *forks, kernel = (notebook["cells"][number + 2] for notebook in executed)  # after two cells of parameters
    for forked in forks:
        assert forked["outputs"] == kernel["outputs"]
        assert forked["execution_count"] == kernel["execution_count"] == number + 3
        assert forked["metadata"] == kernel["metadata"]


def test_a_notebook_has_the_metadata_of_a_kernel_s_notebook(executed: list[dict[str, Any]]) -> None:
    *forks, kernel = (notebook["metadata"] for notebook in executed)
    assert forks == [kernel, kernel]
    assert kernel["language_info"]["name"] == "python"


def test_the_cells_have_the_outputs_that_they_are_written_for(executed: list[dict[str, Any]]) -> None:
    """Two empty notebooks would be equal too: this test fails on them."""
    for forked in executed[:2]:
        outputs = dict(zip(CELLS, (cell["outputs"] for cell in forked["cells"][2:]), strict=True))
        for about, printed in PRINTED_IN_ORDER.items():
            assert outputs[about][0]["text"] == printed
        assert outputs["a display that a later cell updates"][0]["data"]["text/html"] == ["new"]
        assert [output["text"] for output in outputs["cleared"]] == [["kept\n"]]
        assert outputs["the folder where it starts"][0]["data"]["text/plain"] == ["(True, True)"]
        assert outputs["a question to the user"][-1]["ename"] == "StdinNotImplementedError"
        assert outputs["an error in a function"][0]["ename"] == "ZeroDivisionError"
        assert sum(map(bool, outputs.values())) >= len(CELLS) - 8


# ---------------------------------------------------------------- children that crash or exceed a limit


def _run(folder: Path, *sources: str, **options: Any) -> Path:
    path = write_notebook(folder, "carnet", *sources)
    target = folder / "fait.ipynb"
    papermill.execute_notebook(path, target, engine_name=NAME, progress_bar=False, cwd=folder, **options)
    return target


def _children() -> set[int]:
    return {process.pid for process in psutil.Process().children(recursive=True)}


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("import os\nprint('printed', flush=True)\nos._exit(9)", "exit code 9"),
        ("import os, signal\nprint('printed')\nos.kill(os.getpid(), signal.SIGKILL)", "killed by SIGKILL"),
    ],
    ids=["an exit", "a crash"],
)
def test_the_error_names_the_cause_when_the_child_ends_early(source: str, cause: str, tmp_path: Path) -> None:
    with pytest.raises(DeadKernelError, match=cause):
        _run(tmp_path, "1 + 1", source, "never = 1", request_save_on_cell_execute=False)
    saved = json.loads((tmp_path / "fait.ipynb").read_text(encoding="utf-8"))["cells"]
    assert saved[1]["outputs"][0]["data"]["text/plain"] == ["2"]
    assert saved[2]["outputs"][0]["text"] == ["printed\n"]
    assert saved[3]["outputs"] == []


def test_a_cell_without_end_is_killed_at_its_timeout(tmp_path: Path) -> None:
    before, started_at = _children(), time.monotonic()
    with pytest.raises(CellTimeoutError):
        _run(tmp_path, "while True:\n    pass", execution_timeout=1)
    assert time.monotonic() - started_at < 15
    assert _children() == before


def test_a_notebook_that_prints_a_gigabyte_is_killed_before_it_fills_memory_and_disk(tmp_path: Path) -> None:
    before = psutil.Process().memory_info().rss
    with pytest.raises(DeadKernelError, match="showed more than 3 MB"):
        _run(tmp_path, "for _ in range(1000):\n    print('x' * 1_000_000)", output_mb=3)
    assert psutil.Process().memory_info().rss - before < 200e6
    assert (tmp_path / "fait.ipynb").stat().st_size < 20e6


def test_a_cell_that_exceeds_the_memory_limit_raises_memory_error(tmp_path: Path) -> None:
    with pytest.raises(PapermillExecutionError, match="MemoryError"):
        _run(tmp_path, "held = bytearray(10**9)", memory_gb=0.3)


def test_processes_that_a_notebook_starts_end_with_it(tmp_path: Path) -> None:
    daemon = """
import os, time
pid = os.fork()
if not pid:
    os.setsid()
    time.sleep(600)
    os._exit(0)
print(pid)
"""
    before = _children()
    target = _run(tmp_path, daemon, "import subprocess\nsubprocess.Popen(['sleep', '600']).pid")
    cells = json.loads(target.read_text(encoding="utf-8"))["cells"]
    started = [int(cells[1]["outputs"][0]["text"][0]), int(cells[2]["outputs"][0]["data"]["text/plain"][0])]
    assert all(not psutil.pid_exists(pid) or psutil.Process(pid).status() == "zombie" for pid in started)
    assert _children() == before


def test_exit_functions_of_a_notebook_are_called(tmp_path: Path) -> None:
    _run(tmp_path, "import atexit, pathlib\natexit.register(pathlib.Path('left.txt').write_text, 'done')")
    assert (tmp_path / "left.txt").read_text(encoding="utf-8") == "done"


def test_two_notebooks_draw_different_random_numbers(tmp_path: Path) -> None:
    source = "import random\nimport numpy as np\nrandom.random(), np.random.random()"
    drawn = []
    for _ in range(2):
        cells = json.loads(_run(tmp_path, source).read_text(encoding="utf-8"))["cells"]
        drawn.append(cells[1]["outputs"][0]["data"]["text/plain"])
    assert drawn[0] != drawn[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["SIGTERM", "SIGKILL"])
def test_the_child_ends_when_papermill_ends(number: signal.Signals, tmp_path: Path) -> None:
    source = "import os, time\nprint(1)\ntime.sleep(1)\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(600)"
    path = write_notebook(tmp_path, "carnet", source)
    command = [sys.executable, "-m", "papermill", "--engine", NAME, str(path), str(tmp_path / "fait.ipynb")]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        pid = int(_wait_for(tmp_path / "pid"))
        running.send_signal(number)
        code = running.wait(timeout=30)
    assert code == (128 + signal.SIGTERM if number == signal.SIGTERM else -signal.SIGKILL)
    until = time.monotonic() + 10
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie":
        assert time.monotonic() < until, "the child still runs"
        time.sleep(0.05)
    if number == signal.SIGTERM:  # papermill saves the notebook, with the text printed before the signal
        saved = json.loads((tmp_path / "fait.ipynb").read_text(encoding="utf-8"))
        assert saved["cells"][1]["outputs"][0]["text"] == ["1\n"]


def _wait_for(path: Path) -> str:
    until = time.monotonic() + 60
    while not (path.is_file() and path.stat().st_size):
        assert time.monotonic() < until, f"{path.name} was not written"
        time.sleep(0.05)
    return path.read_text(encoding="utf-8")


# ---------------------------------------------------------------- the notebooks of the project


def test_the_forked_engine_reproduces_the_stored_notebooks(tmp_path: Path) -> None:
    """`make notebooks` stores outputs of kernels; the forked engine gives the same outputs, pictures included.

    Two notebooks, with estimates and a forecast's draws: nbval compares all of them.
    """
    names = ["01_training_reach", "04_territory_profile"]
    command = [sys.executable, "-m", "tlanalysis", "run", *names, "--engine", "fork", "--out", str(tmp_path)]
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL, env=os.environ)
    for name in names:
        stored = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
        forked = json.loads((tmp_path / "notebooks" / f"{name}--FR.ipynb").read_text(encoding="utf-8"))["cells"]
        assert len(forked) == len(stored)
        for one, other in zip(forked, stored, strict=True):
            assert (one["source"], one.get("execution_count")) == (other["source"], other.get("execution_count"))
            assert one.get("outputs") == other.get("outputs"), f"{name}: {''.join(one['source'])}"


def test_a_process_that_imported_preload_has_no_ipython_shell() -> None:
    script = "import tlanalysis.runs.preload, sys\nfrom IPython import get_ipython\n"
    script += "print(get_ipython(), sys.modules['__main__'].__name__)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "None __main__\n"


def test_what_preload_has_estimated_is_recorded_as_read_all_the_same(tmp_path: Path) -> None:
    """The rates of the notebooks are in a cache of the server; a run still opens the tables that they come from."""
    read = {}
    for first in ("", "import tlanalysis.runs.preload\n"):
        target = tmp_path / f"reads-{len(read)}.json"
        script = first + (
            "import os, tlanalysis as tl\n"
            "from types import SimpleNamespace\n"
            "from tlanalysis.core import recorder\n"
            "said = []\n"
            "events = SimpleNamespace(register=lambda name, call: said.append(call))\n"
            "shell = SimpleNamespace(events=events, push=lambda *names, **options: None)\n"
            "recorder.load_ipython_extension(shell)\n"
            "tl.plot_funnel(tl.rates('tiers_lieux', 'region'))\n"
            "for call in said: call()\n"
        )
        env = os.environ | {recorder.ENVIRONMENT_VARIABLE: str(target)}
        subprocess.run([sys.executable, "-c", script], check=True, env=env, cwd=ROOT)
        read[first] = json.loads(target.read_text(encoding="utf-8"))
    alone, preloaded = read.values()
    assert any(record.get("file", "").endswith("regions.csv") for record in alone)
    assert preloaded == alone
