"""Read the sheets of a workbook in a process of its own, with limits of memory and time.

python-calamine allocates a sheet up to its last cell before it returns one, follows the sectors of a damaged XLS file
in a ring, and ends the process when it fails. The process that does this holds nothing else, and imports little.
"""

from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_MEMORY, _SECONDS = 2 << 30, 120

Grid = list[list[str]]


def sheets_of(path: Path) -> dict[str, Grid]:
    """Return the sheets of a workbook, every cell as text.

    Raises
    ------
    subprocess.SubprocessError
        The workbook cannot be read within the limits.
    """
    code = "from tlanalysis.lists.readers.workbook_process import send_sheets; send_sheets()"
    done = subprocess.run(
        [sys.executable, "-c", code, path], capture_output=True, timeout=_SECONDS, check=True, stdin=subprocess.DEVNULL
    )
    return json.loads(done.stdout)


def send_sheets() -> None:
    """Print the sheets of the workbook that the command line names, as JSON.

    Where the system allows it, the memory of the process is limited.
    """
    from python_calamine import load_workbook

    with contextlib.suppress(ImportError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    book = load_workbook(io.BytesIO(Path(sys.argv[1]).read_bytes()))
    sheets = {name: _cells(book.get_sheet_by_name(name).to_python(skip_empty_area=False)) for name in book.sheet_names}
    sys.stdout.write(json.dumps(sheets))


def _cells(rows: Sequence[Sequence[object]]) -> Grid:
    return [[as_string(cell) or "" for cell in row] for row in rows]


def as_string(value: Any) -> str | None:
    """Return a typed cell as text, or None for an empty one.

    A whole float loses its `.0`, a date becomes ISO 8601, and the items of a list are joined by `|`.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return None if value != value else str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, (list, tuple)):
        return "|".join(text for item in value if (text := as_string(item))) or None
    if hasattr(value, "isoformat"):
        return value.isoformat().removesuffix("T00:00:00")
    return str(value)
