"""The papermill engine `tlanalysis`: a notebook runs in a fork of the process that has already imported everything.

papermill injects the parameters and writes the notebook, nbclient turns messages into outputs, as with any kernel; only
the kernel is another: a forked child (`tlanalysis.runs.forked`) reached through pipes instead of sockets.

    papermill --engine tlanalysis in.ipynb out.ipynb -p territory R75
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from types import FrameType
from typing import Any, NoReturn

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from papermill.engines import NBClientEngine

from tlanalysis.core.errors import BadInput
from tlanalysis.runs import limits
from tlanalysis.runs.forked import ForkedKernel
from tlanalysis.runs.limits import Bounds

# Every kernel imports debugpy, which is dear and prints advice to people who debug: once, in silence, before the fork.
os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
import_module("ipykernel.debugger")

NAME = "tlanalysis"


class ForkEngine(NBClientEngine):
    """papermill's own engine over a forked kernel; see `Bounds` for what it may use."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        *,
        memory_gb: float = Bounds.memory_gb,
        output_mb: float = Bounds.output_mb,
        **kwargs: Any,
    ) -> Any:
        """Execute a notebook that papermill has prepared.

        Parameters
        ----------
        nb_man : papermill.engines.NotebookExecutionManager
            The notebook, and what records its progress.
        kernel_name : str
            Not used: the kernel is this very Python.
        memory_gb, output_mb : float
            Most memory a process of the notebook may add, and most it may show; 0 for no bound.
        **kwargs
            What papermill's engine takes: `execution_timeout` (seconds a cell may last), `log_output`, ...

        Raises
        ------
        BadInput
            Where processes cannot be forked safely.
        DeadKernelError
            When the child died or was ended, with the reason.
        """
        if not limits.can_fork():
            raise BadInput(
                "the engine `tlanalysis` forks, which is safe on Linux only: use papermill's own engine here."
            )
        with _ended_by_sigterm(), ForkedKernel(Bounds(memory_gb=memory_gb, output_mb=output_mb)) as kernel:
            try:
                return super().execute_managed_notebook(nb_man, kernel_name, km=kernel, **kwargs)
            except (DeadKernelError, CellTimeoutError) as error:
                # papermill saves what there is when it is told where, and it was not if it saves at the end only.
                nb_man.output_path = nb_man.nb.metadata.papermill["output_path"]
                if isinstance(error, CellTimeoutError):
                    raise
                raise DeadKernelError(kernel.cause()) from None


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Let SIGTERM unwind the engine, so that the child dies and the notebook so far is saved."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(number: int, frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
