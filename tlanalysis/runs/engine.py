"""The papermill engine `tlanalysis`: a forked child of a process that has imported everything executes the notebook.

papermill injects the parameters and writes the notebook, and nbclient turns messages into outputs, as with any kernel.
The child (`tlanalysis.runs.child`) takes the place of the kernel.

    papermill --engine tlanalysis in.ipynb out.ipynb -p territory R75
"""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from multiprocessing import Pipe
from queue import Empty
from types import FrameType, SimpleNamespace
from typing import Any, NoReturn

from ipykernel.ipkernel import IPythonKernel
from jupyter_client.session import Session, json_unpacker
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat.v4 import new_output
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine
from papermill.log import logger

from tlanalysis.core.errors import BadInput
from tlanalysis.runs import limits
from tlanalysis.runs.child import PrintedText, execute_cells
from tlanalysis.runs.limits import Family, Limits

NAME = "tlanalysis"
INTERVAL = 0.1  # seconds between two looks at what was printed
FAREWELL = 2.0  # seconds for what a notebook registered to be done at its exit


class ForkEngine(Engine):
    """The engine; `Limits` says what a notebook may use."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        *,
        memory_gb: float = Limits.memory_gb,
        output_mb: float = Limits.output_mb,
        execution_timeout: float | None = None,
        start_timeout: float | None = None,
        input_path: str = "",
        **kwargs: Any,
    ) -> Any:
        """Execute a notebook that papermill has prepared.

        Parameters
        ----------
        nb_man : papermill.engines.NotebookExecutionManager
            The notebook, and what records its progress.
        kernel_name : str
            Not used: the kernel is this very Python. Nor are `start_timeout` and `input_path`, which papermill gives.
        memory_gb, output_mb : float
            Most memory a process of the notebook may add, and most it may show; 0 for no limit.
        execution_timeout : float, optional
            Seconds that a cell may last.
        **kwargs
            What papermill's client takes: `log_output`, `on_cell_start`, ...

        Raises
        ------
        BadInput
            Where processes cannot be forked safely.
        DeadKernelError
            When the child died or was killed, with the reason.
        CellTimeoutError
            When a cell lasted too long.
        """
        if not limits.can_fork():
            raise BadInput(
                "the engine `tlanalysis` forks, which is safe on Linux only: use papermill's own engine here."
            )
        kwargs = {"timeout": execution_timeout, "log": logger} | kwargs
        client = _Client(nb_man, **kwargs)
        client.kc = _Child(Limits(memory_gb=memory_gb, output_mb=output_mb))
        try:
            with _sigterm_raises():
                return client.execute()
        except (DeadKernelError, CellTimeoutError):
            # papermill saves the notebook when it knows where, and does not know if it saves only at the end.
            nb_man.output_path = nb_man.nb.metadata.papermill["output_path"]
            raise


class _Client(PapermillNotebookClient):
    """papermill's client, whose kernel is a forked child."""

    def execute(self) -> Any:
        self.reset_execution_trackers()
        with self.kc:
            self.papermill_execute_cells()
        self.nb.metadata["language_info"] = deepcopy(IPythonKernel.language_info)
        self.set_widgets_metadata()
        return self.nb

    def execute_cell(self, cell: Any, cell_index: int, **kwargs: Any) -> Any:
        self.kc.show = lambda message: self.process_message(message, cell, cell_index)
        try:
            return super().execute_cell(cell, cell_index, **kwargs)
        except (DeadKernelError, CellTimeoutError, SystemExit):
            cell.outputs += self.kc.unsent()
            raise


class _Child:
    """The forked child, with the part of a kernel client's interface that nbclient uses to execute a cell.

    nbclient awaits the reply on one channel and the outputs on another, in two tasks. Here the first reads both, in
    their order, and hands outputs to `show`; the second only waits for the end.
    """

    show: Any

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._shown = 0
        self._cause = ""
        # An `Output` widget of nbclient answers the kernel; the child receives nothing but cells.
        self.session = Session()
        self.shell_channel = SimpleNamespace(get_msg=self._reply, send=lambda message: None)
        self.iopub_channel = SimpleNamespace(get_msg=self._end_of_outputs)

    def __enter__(self) -> _Child:
        self._family = Family()
        self._printed = [PrintedText("stdout"), PrintedText("stderr")]
        self._pipe, theirs = Pipe()
        self._pid = os.fork()
        if self._pid == 0:
            self._pipe.close()
            execute_cells(theirs, self._printed, self._limits)
        theirs.close()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._pipe.close()
        until = time.monotonic() + FAREWELL
        while kind is None and self.is_alive() and time.monotonic() < until:
            time.sleep(0.002)
        self._family.end()
        for printed in self._printed:
            printed.close()

    def is_alive(self) -> bool:
        """Return whether the child runs; when it has ended, keep the cause."""
        if self._pid:
            ended, status = os.waitpid(self._pid, os.WNOHANG)
            if ended:
                self._pid = 0
                self._cause = self._cause or _how(os.waitstatus_to_exitcode(status))
        return bool(self._pid)

    def execute(self, source: str, *, store_history: bool, stop_on_error: bool) -> str:
        """Send a cell to the child; return the id that its messages will carry."""
        self._number, self._ended = uuid.uuid4().hex, asyncio.Event()
        try:
            self._pipe.send((self._number, source, store_history))
        except BrokenPipeError:
            raise self._death() from None
        return self._number

    async def _reply(self, timeout: float | None = None) -> dict[str, Any]:
        """Return the reply to a cell, after showing its outputs.

        Raises
        ------
        queue.Empty
            When it did not come in time.
        DeadKernelError
            When the child died, or showed too much.
        """
        until = time.monotonic() + timeout if timeout else float("inf")
        while time.monotonic() < until:
            if self._pipe.poll(min(INTERVAL, until - time.monotonic())):
                message = self._receive()
                if message["msg_type"] == "execute_reply":
                    self._ended.set()
                    return message
                if message["parent_header"].get("msg_id") == self._number:
                    self.show(message)
            elif not self.is_alive():
                raise self._death()
            self._check_output()
        raise Empty

    async def _end_of_outputs(self, timeout: float | None = None) -> dict[str, Any]:
        await self._ended.wait()
        idle = {"msg_type": "status", "content": {"execution_state": "idle"}}
        return idle | {"header": {}, "parent_header": {"msg_id": self._number}}

    def _receive(self) -> dict[str, Any]:
        try:
            packed, buffers = self._pipe.recv()
        except (EOFError, OSError):
            raise self._death() from None
        message = json_unpacker(packed)
        if message["msg_type"] != "stream":  # printed text is counted in its file
            self._shown += len(packed) + sum(map(len, buffers))
        return message | {"buffers": buffers}

    def _check_output(self) -> None:
        size = self._shown + sum(printed.size() for printed in self._printed)
        if self._limits.output_mb and size > self._limits.output_mb * 1e6:
            self._cause = f"it showed more than {self._limits.output_mb:g} MB: print less, or raise the limit"
            raise self._death()

    def _death(self) -> DeadKernelError:
        """Kill the child if it still runs, and return the error that says why it ended."""
        until = time.monotonic() + 1
        while not self._cause and self.is_alive() and time.monotonic() < until:
            time.sleep(0.002)  # it has closed the pipe: its exit code comes
        self._family.end(self._pid)
        return DeadKernelError(self._cause or "the process of the notebook closed its pipe")

    def unsent(self) -> list[Any]:
        """Return as outputs what was printed and not sent, within the limit."""
        self._family.end(self._pid)
        most = self._limits.output_mb * 1e6 or float("inf")
        outputs = []
        for printed in self._printed:
            text = ""
            while len(text) < most and (more := printed.read()):
                text += more
            if text:
                outputs.append(new_output("stream", name=printed.name, text=text))
        return outputs


def _how(code: int) -> str:
    if code >= 0:
        return f"the process of the notebook ended with exit code {code}"
    return f"the process of the notebook was killed by {signal.Signals(-code).name}"


@contextmanager
def _sigterm_raises() -> Iterator[None]:
    """Have SIGTERM raise `SystemExit`, so that the child is killed and the notebook so far is saved."""
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
