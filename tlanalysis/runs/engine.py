"""The papermill engine `tlanalysis`: it forks a process that has imported everything, and the child executes the cells.

papermill injects the parameters and writes the notebook, and nbclient turns messages into outputs, as with any kernel.
The child (`tlanalysis.runs.child`) replaces the kernel.

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
from tlanalysis.runs.limits import Descendants, Limits
from tlanalysis.runs.parameters_cell import check_injected

NAME = "tlanalysis"
POLL_INTERVAL = 0.1  # seconds between two checks of the child and of its output
EXIT_TIME = 2.0  # seconds that the exit functions of a notebook (`atexit`) may take


class ForkEngine(Engine):
    """The engine `tlanalysis`; the defaults of its limits are those of `Limits`."""

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
        """Execute a notebook that papermill has prepared; return it.

        Parameters
        ----------
        nb_man : papermill.engines.NotebookExecutionManager
            The notebook and its progress.
        kernel_name, start_timeout, input_path
            papermill passes them; this engine starts no kernel and does not use them.
        memory_gb, output_mb : float
            Limits of the memory that a process of the notebook adds, and of its output; 0 for no limit.
        execution_timeout : float, optional
            Limit of the time of one cell, in seconds.
        **kwargs
            Arguments of papermill's client: `log_output`, `on_cell_start`, ...

        Raises
        ------
        BadInput
            On a system where processes cannot fork safely, or when the parameters cell holds no parameter of a name
            that was given.
        DeadKernelError
            When the child ended before the last cell, with the cause.
        CellTimeoutError
            When a cell took longer than `execution_timeout`.
        """
        if not limits.can_fork():
            raise BadInput(
                "the engine `tlanalysis` forks processes, which is safe on Linux only: use papermill's own engine."
            )
        check_injected(nb_man.nb.cells, nb_man.nb.metadata.papermill.get("parameters", {}))
        kwargs = {"timeout": execution_timeout, "log": logger} | kwargs
        client = _Client(nb_man, **kwargs)
        client.kc = _Child(Limits(memory_gb=memory_gb, output_mb=output_mb))
        try:
            with _sigterm_raises():
                return client.execute()
        except (DeadKernelError, CellTimeoutError):
            # papermill saves the notebook to this path; it leaves the path unset when it saves only at the end.
            nb_man.output_path = nb_man.nb.metadata.papermill["output_path"]
            raise


class _Client(PapermillNotebookClient):
    """papermill's client, with a forked child instead of a kernel."""

    def execute(self) -> Any:
        self.reset_execution_trackers()
        with self.kc:
            self.papermill_execute_cells()
        self.nb.metadata["language_info"] = deepcopy(IPythonKernel.language_info)
        self.set_widgets_metadata()
        return self.nb

    def execute_cell(self, cell: Any, cell_index: int, **kwargs: Any) -> Any:
        self.kc.show_message = lambda message: self.process_message(message, cell, cell_index)
        try:
            return super().execute_cell(cell, cell_index, **kwargs)
        except (DeadKernelError, CellTimeoutError, SystemExit):
            cell.outputs += self.kc.unsent_text()
            raise


class _Child:
    """The forked child, with the part of a kernel client's interface that nbclient uses to execute a cell.

    nbclient awaits the reply of a cell in one task and its outputs in another. Here the first task reads both from one
    pipe, in their order, and passes outputs to `show_message`; the second waits until the first has read the reply.
    """

    show_message: Any

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._shown = 0  # bytes of messages
        self._cause = ""
        # The child receives cells only: messages that an `Output` widget of nbclient sends to the kernel are dropped.
        self.session = Session()
        self.shell_channel = SimpleNamespace(get_msg=self._reply, send=lambda message: None)
        self.iopub_channel = SimpleNamespace(get_msg=self._end_of_outputs)

    def __enter__(self) -> _Child:
        self._descendants = Descendants()
        self._printed = [PrintedText("stdout"), PrintedText("stderr")]
        self._pipe, child_end = Pipe()
        self._pid = os.fork()
        if self._pid == 0:
            self._pipe.close()
            execute_cells(child_end, self._printed, self._limits)
        child_end.close()
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._pipe.close()
        deadline = time.monotonic() + EXIT_TIME
        while kind is None and self.is_alive() and time.monotonic() < deadline:
            time.sleep(0.002)
        self._descendants.kill()
        for printed in self._printed:
            printed.close()

    def is_alive(self) -> bool:
        """Return whether the child runs; store the cause when it has ended."""
        if self._pid:
            try:
                ended, status = os.waitpid(self._pid, os.WNOHANG)
            except ChildProcessError:  # it was killed with the other descendants, and has been waited for
                self._pid = 0
                return False
            if ended:
                self._pid = 0
                self._cause = self._cause or _cause_of(os.waitstatus_to_exitcode(status))
        return bool(self._pid)

    def execute(self, source: str, *, store_history: bool, stop_on_error: bool) -> str:
        """Send a cell to the child; return the id that the messages of this cell carry."""
        self._number, self._ended = uuid.uuid4().hex, asyncio.Event()
        try:
            self._pipe.send((self._number, source, store_history))
        except BrokenPipeError:
            raise self._end_error() from None
        return self._number

    async def _reply(self, timeout: float | None = None) -> dict[str, Any]:
        """Show the outputs of a cell, then return its reply.

        Raises
        ------
        queue.Empty
            When the cell takes longer than `timeout`.
        DeadKernelError
            When the child has ended, or has shown too much.
        """
        deadline = time.monotonic() + timeout if timeout else float("inf")
        while time.monotonic() < deadline:
            if self._pipe.poll(min(POLL_INTERVAL, deadline - time.monotonic())):
                message = self._receive()
                if message["msg_type"] == "execute_reply":
                    self._ended.set()
                    return message
                if message["parent_header"].get("msg_id") == self._number:
                    self.show_message(message)
            elif not self.is_alive():
                raise self._end_error()
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
            raise self._end_error() from None
        message = json_unpacker(packed)
        if message["msg_type"] != "stream":  # `_check_output` counts printed text by the size of its file
            self._shown += len(packed) + sum(map(len, buffers))
        return message | {"buffers": buffers}

    def _check_output(self) -> None:
        size = self._shown + sum(printed.size() for printed in self._printed)
        if self._limits.output_mb and size > self._limits.output_mb * 1e6:
            self._cause = f"it showed more than {self._limits.output_mb:g} MB: print less, or raise the limit"
            raise self._end_error()

    def _end_error(self) -> DeadKernelError:
        """Kill the child if it still runs; return an error with the cause of its end."""
        deadline = time.monotonic() + 1
        while not self._cause and self.is_alive() and time.monotonic() < deadline:
            time.sleep(0.002)  # the child has closed its pipe, and its exit code follows
        self._kill()
        return DeadKernelError(self._cause or "the process of the notebook closed its pipe")

    def _kill(self) -> None:
        """Kill the child, whose exit code `is_alive` reads later; kill its orphans when it has already ended."""
        if self._pid:
            self._descendants.kill_child(self._pid)
        else:
            self._descendants.kill()

    def unsent_text(self) -> list[Any]:
        """Return as outputs the text that the child printed and did not send, up to the limit."""
        self._kill()
        most = self._limits.output_mb * 1e6 or float("inf")
        outputs = []
        for printed in self._printed:
            text = ""
            while len(text) < most and (more := printed.read()):
                text += more
            if text:
                outputs.append(new_output("stream", name=printed.name, text=text))
        return outputs


def _cause_of(code: int) -> str:
    if code >= 0:
        return f"the process of the notebook ended with exit code {code}"
    return f"the process of the notebook was killed by {signal.Signals(-code).name}"


@contextmanager
def _sigterm_raises() -> Iterator[None]:
    """Make SIGTERM raise `SystemExit`, so that the engine kills the child and papermill saves the notebook."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def exit_with_signal(number: int, frame: FrameType | None) -> NoReturn:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, exit_with_signal)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
