"""The same cleaning on a Dask cluster (`tlanalysis[dask]`).

This machine reads and writes, the workers clean, batch by batch.

Batches come back in the order of the list, so the files are the same bytes as on one machine. A worker that dies has
its batch cleaned by another. What bounds it is how fast one machine cuts a CSV into columns, some hundreds of
megabytes a second.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from tlanalysis import __version__
from tlanalysis.core import paths
from tlanalysis.core.errors import BadInput
from tlanalysis.lists.cleaning import Account, Job, cleaned
from tlanalysis.lists.row_cleaning import Batch

_ANSWERS_WITHIN = "10s"
_TRIES = 5


def cleaned_on(address: str) -> Callable[[Job, Account], Iterator[Batch]]:
    """Return what cleans on the cluster whose scheduler is at an address (`tcp://host:8786`).

    Raises
    ------
    BadInput
        Dask is not installed; when called, no scheduler answers, or its workers have another version of this library.
    """
    try:
        import distributed  # noqa: F401
    except ImportError:
        raise BadInput("--scheduler needs Dask: pip install 'tlanalysis[dask]'.") from None
    return partial(_cleaned, address=address)


def _cleaned(job: Job, account: Account, *, address: str) -> Iterator[Batch]:
    from distributed import Client

    try:
        client = Client(address, timeout=_ANSWERS_WITHIN, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise BadInput(f"no Dask scheduler answers at {address}: start one, or leave out --scheduler.") from error
    with client:
        versions: dict[str, Any] = client.run(_settle_in, str(paths.home()))
        if not versions:
            raise BadInput(f"the Dask scheduler at {address} has no worker: start one (dask worker {address}).")
        if odd := {version for version in versions.values() if version != __version__}:
            raise BadInput(
                f"workers of {address} have tlanalysis {', '.join(sorted(odd))}, this is {__version__}: install the "
                "same."
            )
        # A batch travels with its task, so that another worker can take it over: what Dask warns about is meant.
        warnings.filterwarnings("ignore", message="Sending large graph", module="distributed")
        yield from cleaned(job, account, workers=client.get_executor(retries=_TRIES), number=2 * len(versions))


def _settle_in(home: str) -> str:
    """Tell a worker where the project's tables are, if it was not told; return its version of the library."""
    os.environ.setdefault("TLANALYSIS_HOME", home)
    return __version__
