"""Clean a list on a Dask cluster (`tlanalysis[dask]`): this machine reads and writes, the workers clean batches.

Batches come back in the order of the list, so the files have the same bytes as on one machine. When a worker dies,
another cleans its batch. The limit is how fast one machine reads a CSV file: some hundreds of megabytes a second.
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
from tlanalysis.lists.accounts import Totals
from tlanalysis.lists.batch import Batch
from tlanalysis.lists.cleaning import clean_batches
from tlanalysis.lists.messages import say
from tlanalysis.lists.preparation import Job

_ANSWERS_WITHIN = "10s"
_TRIES = 5


def clean_batches_on(address: str) -> Callable[[Job, Totals], Iterator[Batch]]:
    """Return a function that cleans a list on the cluster of the scheduler at an address (`tcp://host:8786`).

    Raises
    ------
    BadInput
        Dask is not installed; when called, no scheduler answers, or its workers have another version of this library.
    """
    try:
        import distributed  # noqa: F401
    except ImportError:
        raise BadInput(say("no_dask")) from None
    return partial(_clean_batches, address=address)


def _clean_batches(job: Job, totals: Totals, *, address: str) -> Iterator[Batch]:
    from distributed import Client

    try:
        client = Client(address, timeout=_ANSWERS_WITHIN, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise BadInput(say("no_scheduler", address=address)) from error
    with client:
        versions: dict[str, Any] = client.run(_set_home, str(paths.home()))
        if not versions:
            raise BadInput(say("no_worker", address=address, again=address))
        if odd := {version for version in versions.values() if version != __version__}:
            raise BadInput(say("other_version", address=address, theirs=", ".join(sorted(odd)), ours=__version__))
        # Each task holds its batch, so that another worker can clean it. Dask warns about large tasks, without need.
        warnings.filterwarnings("ignore", message="Sending large graph", module="distributed")
        yield from clean_batches(job, totals, workers=client.get_executor(retries=_TRIES), number=2 * len(versions))


def _set_home(home: str) -> str:
    """Set the project's home on a worker that has none; return the worker's version of the library."""
    os.environ.setdefault("TLANALYSIS_HOME", home)
    return __version__
