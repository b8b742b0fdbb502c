"""The forked engine: a notebook that cannot be told from a kernel's, and an end for every child that misbehaves."""

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
from tlanalysis.runs.engine import NAME

# Each is a cell, and what is hard about it.
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
    "the last values": "_, __, In[1][:5], len(Out) > 3",
    "who is asked": "input('name? ')",
    "an exit": "import sys\nsys.exit(3)",
    "not Python": "for in x",
    "an error in a function": "def deep(n):\n    return 1 / n if n == 0 else deep(n - 1)\n\n\ndeep(2)",
    "an error in a library": "pd.DataFrame({'a': [1]}).loc[3, 'b']",
    "a chain of errors": "try:\n    {}['a']\nexcept KeyError as error:\n    raise ValueError('é') from error",
    "an interruption": "raise KeyboardInterrupt",
}
# A kernel hears file descriptors through a thread that comes when it can: its own answer varies. Ours is exact.
RACING = {
    "printed, by Python and by a child": ["a\n", "b\n", "c\n"],
    "a descriptor": ["raw\n"],
    "half a character at a time": ["é\n"],
}
RAISING = {"who is asked", "an exit", "not Python", "an interruption"}


def _craft(folder: Path, cells: dict[str, str]) -> Path:
    path = write_notebook(folder, "carnet", *cells.values())
    notebook = nbformat.read(path, as_version=4)
    for cell, (about, source) in zip(notebook.cells[1:], cells.items(), strict=True):
        if about in RAISING or about.startswith(("an error", "a chain")):
            cell.metadata["tags"] = ["raises-exception"]
        assert cell.source == source
    nbformat.write(notebook, path)
    return path


def _executed(path: Path, engine: str | None, cwd: Path) -> dict[str, Any]:
    target = path.with_name(f"{engine}.ipynb")
    script = f"""
import papermill
from tlanalysis.runs.single_run import local_sockets
with local_sockets() as sockets:
    papermill.execute_notebook(
        {str(path)!r}, {str(target)!r}, parameters={{"territory": "R75"}}, engine_name={engine!r},
        progress_bar=False, cwd={str(cwd)!r}, coalesce_streams=True, config=sockets,
    )
"""
    # A process of its own: pytest's hold on warnings and log messages would be inherited by a fork of it, and kernels
    # do not listen to file descriptors when they find its variable.
    env = {name: value for name, value in os.environ.items() if name != "PYTEST_CURRENT_TEST"}
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False, env=env)
    assert "PapermillExecutionError" in done.stderr  # at the end: some cells raise
    notebook = json.loads(target.read_text(encoding="utf-8"))
    notebook["cells"] = [cell for cell in notebook["cells"] if "error-cell" not in str(cell["metadata"]["tags"])]
    return notebook


def _neutral(notebook: dict[str, Any]) -> Any:
    """Return a notebook without the times and process numbers of its execution, which no two share."""
    text = json.dumps(notebook, sort_keys=True)
    text = re.sub(r"ipykernel_\d+", "ipykernel_N", text)
    text = re.sub(r'"(start_time|end_time|duration|output_path|iopub[^"]*|shell[^"]*)": [^,}]+', r'"\1": 0', text)
    return json.loads(text)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    folder = tmp_path_factory.mktemp("crafted")
    path = _craft(folder, CELLS)
    return [_neutral(_executed(path, engine, folder)) for engine in (NAME, None)]


ALIKE = [number for number, about in enumerate(CELLS) if about not in RACING]


@pytest.mark.parametrize("number", ALIKE, ids=[list(CELLS)[number] for number in ALIKE])
def test_a_cell_leaves_what_a_kernel_would(number: int, both: list[dict[str, Any]]) -> None:
    forked, kernel = (notebook["cells"][number + 2] for notebook in both)  # after two cells of parameters
    assert forked["outputs"] == kernel["outputs"]
    assert forked["execution_count"] == kernel["execution_count"] == number + 3
    assert forked["metadata"] == kernel["metadata"]


def test_the_notebook_says_what_a_kernel_s_says(both: list[dict[str, Any]]) -> None:
    forked, kernel = (notebook["metadata"] for notebook in both)
    assert forked == kernel
    assert forked["language_info"]["name"] == "python"


def test_the_crafted_cells_do_what_they_are_there_for(both: list[dict[str, Any]]) -> None:
    """The comparison would pass on two empty notebooks: this does not."""
    outputs = dict(zip(CELLS, (cell["outputs"] for cell in both[0]["cells"][2:]), strict=True))
    for about, printed in RACING.items():
        assert outputs[about][0]["text"] == printed
    assert outputs["a display that a later cell updates"][0]["data"]["text/html"] == ["new"]
    assert [output["text"] for output in outputs["cleared"]] == [["kept\n"]]
    assert outputs["who is asked"][-1]["ename"] == "StdinNotImplementedError"
    assert outputs["an error in a function"][0]["ename"] == "ZeroDivisionError"
    assert sum(bool(held) for held in outputs.values()) >= len(CELLS) - 8


# ---------------------------------------------------------------- children that misbehave


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
        ("import os\nprint('said', flush=True)\nos._exit(9)", "exit code 9"),
        ("import os, signal\nprint('said')\nos.kill(os.getpid(), signal.SIGKILL)", "killed by SIGKILL"),
    ],
    ids=["an exit", "a crash"],
)
def test_a_child_that_dies_is_told_with_its_cause(source: str, cause: str, tmp_path: Path) -> None:
    with pytest.raises(DeadKernelError, match=cause):
        _run(tmp_path, "1 + 1", source, "never = 1", request_save_on_cell_execute=False)
    saved = json.loads((tmp_path / "fait.ipynb").read_text(encoding="utf-8"))["cells"]
    assert saved[1]["outputs"][0]["data"]["text/plain"] == ["2"]
    assert saved[2]["outputs"][0]["text"] == ["said\n"]
    assert saved[3]["outputs"] == []


def test_a_cell_that_never_ends_is_ended(tmp_path: Path) -> None:
    before, begun = _children(), time.monotonic()
    with pytest.raises(CellTimeoutError):
        _run(tmp_path, "while True:\n    pass", execution_timeout=1)
    assert time.monotonic() - begun < 15
    assert _children() == before


def test_a_notebook_that_prints_a_gigabyte_is_ended_before_it_weighs(tmp_path: Path) -> None:
    before = psutil.Process().memory_info().rss
    with pytest.raises(DeadKernelError, match="showed more than 3 MB"):
        _run(tmp_path, "for _ in range(1000):\n    print('x' * 1_000_000)", output_mb=3)
    assert psutil.Process().memory_info().rss - before < 200e6
    assert (tmp_path / "fait.ipynb").stat().st_size < 20e6


def test_memory_past_the_bound_is_an_error_of_the_cell(tmp_path: Path) -> None:
    with pytest.raises(PapermillExecutionError, match="MemoryError"):
        _run(tmp_path, "held = bytearray(10**9)", memory_gb=0.3)


def test_a_notebook_that_forks_leaves_nothing_behind(tmp_path: Path) -> None:
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


def test_what_a_notebook_registers_for_its_end_is_done(tmp_path: Path) -> None:
    _run(tmp_path, "import atexit, pathlib\natexit.register(pathlib.Path('left.txt').write_text, 'done')")
    assert (tmp_path / "left.txt").read_text(encoding="utf-8") == "done"


def test_two_notebooks_do_not_share_their_chance(tmp_path: Path) -> None:
    source = "import random\nimport numpy as np\nrandom.random(), np.random.random()"
    drawn = []
    for _ in range(2):
        cells = json.loads(_run(tmp_path, source).read_text(encoding="utf-8"))["cells"]
        drawn.append(cells[1]["outputs"][0]["data"]["text/plain"])
    assert drawn[0] != drawn[1]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL], ids=["asked", "killed"])
def test_the_child_does_not_outlive_papermill(number: signal.Signals, tmp_path: Path) -> None:
    source = "import os, time\nprint(1)\ntime.sleep(1)\nopen('pid', 'w').write(str(os.getpid()))\ntime.sleep(600)"
    path = write_notebook(tmp_path, "carnet", source)
    command = [sys.executable, "-m", "papermill", "--engine", NAME, str(path), str(tmp_path / "fait.ipynb")]
    with subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        pid = int(_waited(tmp_path / "pid"))
        running.send_signal(number)
        code = running.wait(timeout=30)
    assert code == (128 + signal.SIGTERM if number == signal.SIGTERM else -signal.SIGKILL)
    until = time.monotonic() + 10
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie":
        assert time.monotonic() < until, "the child is still there"
        time.sleep(0.05)
    if number == signal.SIGTERM:  # what was printed before is in the notebook that papermill saved
        saved = json.loads((tmp_path / "fait.ipynb").read_text(encoding="utf-8"))
        assert saved["cells"][1]["outputs"][0]["text"] == ["1\n"]


def _waited(path: Path) -> str:
    until = time.monotonic() + 60
    while not (path.is_file() and path.stat().st_size):
        assert time.monotonic() < until, f"{path.name} was not written"
        time.sleep(0.05)
    return path.read_text(encoding="utf-8")


# ---------------------------------------------------------------- the notebooks of the project


def test_the_five_notebooks_are_those_that_kernels_stored(tmp_path: Path) -> None:
    """What `make notebooks` stored, a kernel each, is what the forked engine leaves, pictures included."""
    names = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))
    command = [sys.executable, "-m", "tlanalysis", "run", *names, "--engine", "fork", "--out", str(tmp_path)]
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL, env=os.environ)
    for name in names:
        stored = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
        forked = json.loads((tmp_path / "notebooks" / f"{name}--FR.ipynb").read_text(encoding="utf-8"))["cells"]
        assert len(forked) == len(stored)
        for one, other in zip(forked, stored, strict=True):
            assert (one["source"], one.get("execution_count")) == (other["source"], other.get("execution_count"))
            assert one.get("outputs") == other.get("outputs"), f"{name}: {''.join(one['source'])}"


def test_a_process_that_is_ready_to_fork_is_not_taken_for_ipython() -> None:
    script = "import tlanalysis.runs.preload, sys\nfrom IPython import get_ipython\n"
    script += "print(get_ipython(), sys.modules['__main__'].__name__)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "None __main__\n"
