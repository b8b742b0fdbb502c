"""A lock on a reports folder, so that one process at a time writes to it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tlanalysis.core import staging
from tlanalysis.core.errors import BadInput, FolderBusy

FILE = ".lock"
POLL_INTERVAL = 0.2  # seconds between two attempts while waiting


@contextmanager
def locked(out: Path, wait: float = 0) -> Iterator[None]:
    """Lock a reports folder; the system releases the lock when this process ends for any reason.

    Parameters
    ----------
    out : Path
        Reports folder.
    wait : float
        Seconds to wait while another process holds the lock.

    Raises
    ------
    BadInput
        When the lock is a link to another file.
    FolderBusy
        When another process still holds the lock after `wait` seconds.
    """
    out.mkdir(parents=True, exist_ok=True)
    deadline = time.monotonic() + wait
    if (out / FILE).is_symlink():  # writing to it would empty a file of somebody else
        raise BadInput(f"{out / FILE} is a link: remove it, the lock is a file of its own folder.")
    with (out / FILE).open("a+") as file:
        while not staging.lock(file.fileno()):
            if time.monotonic() >= deadline:
                file.seek(0)
                raise FolderBusy(
                    f"another run is writing to {out} (process {file.read().strip() or 'unknown'}): "
                    "try again when it ends, wait for it with --wait MINUTES, or choose another folder with --out."
                )
            time.sleep(POLL_INTERVAL)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
