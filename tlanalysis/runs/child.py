"""The forked process of a run: it executes cells in ipykernel's shell and sends their outputs through a pipe.

The process opens no socket and starts no thread. Printed text goes to one file per stream, through file descriptors 1
and 2: Python, subprocesses and C libraries all write there. Before each message the process reads the text printed
since the last one and sends it first, so that text and displays arrive in their order.
"""

from __future__ import annotations

import asyncio
import atexit
import codecs
import io
import logging
import os
import signal
import sys
import tempfile
import threading
import traceback
from contextlib import suppress
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn, cast

from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from jupyter_client.session import Session, json_packer
from traitlets.config import Config

from tlanalysis.charts.on_screen import as_html
from tlanalysis.core import recorder
from tlanalysis.core.notebook_tables import register
from tlanalysis.runs.limits import Limits, isolate

# ipykernel imports debugpy, which is slow and prints advice: import it once before the fork, with its advice disabled.
os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
import_module("ipykernel.debugger")

CHUNK = 1 << 20
_PREPARED: list[IPythonKernel] = []  # what `prepare_kernel` made: one at most


class PrintedText:
    """The file that receives one stream of a notebook.

    It is opened before the fork, so that parent and child share the reading position. The child sends the text that it
    reads; when the child has ended, the parent reads the rest.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        with tempfile.NamedTemporaryFile() as file:
            self.writing = open(file.name, "ab", buffering=0)  # noqa: PTH123, SIM115 - `close` closes it
            self._reading = open(file.name, "rb", buffering=0)  # noqa: PTH123, SIM115
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def size(self) -> int:
        """Return the number of bytes printed."""
        return os.fstat(self._reading.fileno()).st_size

    def read(self) -> str:
        """Return the next text, at most `CHUNK` bytes; empty when all is read."""
        if self._reading.tell() > self.size():  # a shell command with `> /dev/stdout` has emptied the file
            self._reading.seek(0)
        return self._decoder.decode(self._reading.read(CHUNK))

    def close(self) -> None:
        """Close the file, which the system then deletes."""
        self.writing.close()
        self._reading.close()


class PipeSession(Session):
    """A Jupyter session that sends messages through a pipe; it first sends the text printed before each message."""

    def open(self, pipe: Connection, printed: list[PrintedText]) -> None:
        """Set the pipe and the streams; a process that this one forks sends nothing."""
        self.pid = os.getpid()
        self._pipe, self._printed, self._lock = pipe, printed, threading.RLock()
        self.cell: dict[str, Any] = {}  # header of the request that executes the current cell

    def send(self, stream: object, msg_or_type: Any, content: Any = None, parent: Any = None, **more: Any) -> None:  # type: ignore[override]
        """Send one message as JSON with its binary buffers."""
        if os.getpid() != self.pid:
            return
        message = msg_or_type
        if not isinstance(message, dict):
            message = self.msg(message, content, parent, more.get("header"), more.get("metadata"))
        buffers = [bytes(part) for part in more.get("buffers") or message.get("buffers", [])]
        with self._lock, suppress(BrokenPipeError):  # the parent closes its end after the last cell
            for printed in self._printed:
                while text := printed.read():
                    stream_message = self.msg("stream", {"name": printed.name, "text": text}, {"header": self.cell})
                    self._pipe.send((json_packer(stream_message), []))
            self._pipe.send((json_packer(message | {"buffers": []}), buffers))


def execute_cells(pipe: Connection, printed: list[PrintedText], limits: Limits) -> NoReturn:
    """Execute the cells that a pipe delivers until it closes, then end the process.

    Parameters
    ----------
    pipe : Connection
        The process receives (message id, source, store history) from it and sends messages to it.
    printed : list of PrintedText
        Standard output and standard error.
    limits : Limits
        Limits of the process.
    """
    try:
        for number, stream in enumerate(printed, start=1):
            os.dup2(stream.writing.fileno(), number)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        # The parent may run an event loop, which the child must not use.
        asyncio._set_running_loop(None)
        asyncio.set_event_loop(None)
        isolate(limits)
        _replace_streams()
        kernel = _kernel(pipe, printed)
        atexit._clear()  # the exit functions of the parent are not for the child
        asyncio.run(_execute_all(kernel, pipe))
        atexit._run_exitfuncs()
        os._exit(0)
    except BaseException:
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(70)


def _replace_streams() -> None:
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115 - the process keeps it open
    for number, name in ((1, "stdout"), (2, "stderr")):
        raw = io.FileIO(number, "w", closefd=False)
        stream = io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", write_through=True)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def prepare_kernel() -> None:
    """Make the kernel that the next children of this process will use, so that no child has to make its own.

    A kernel replaces `__main__` and the shell that `get_ipython` returns: only a worker, which does nothing else than
    execute runs, may call this function.
    """
    if not _PREPARED:
        _PREPARED.append(_new_kernel())


def _kernel(pipe: Connection, printed: list[PrintedText]) -> IPythonKernel:
    """Return the kernel of this process, with the settings of ipykernel's application before its first cell."""
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    if "" not in sys.path:
        sys.path.insert(0, "")
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()  # otherwise every child of this parent draws the same numbers
    logging.root.handlers.clear()
    logging.root.setLevel(logging.WARNING)
    # The prepared kernel is used once: a cell may execute another notebook in a fork, which needs a kernel of its own.
    kernel = _PREPARED.pop() if _PREPARED else _new_kernel()
    cast(PipeSession, kernel.session).open(pipe, printed)
    shell: Any = kernel.shell
    shell.starting_dir = os.getcwd()  # noqa: PTH109 - IPython keeps a text
    shell.history_manager.dir_hist[:] = [Path.cwd()]
    sys.displayhook = shell.displayhook
    if os.environ.get(recorder.ENVIRONMENT_VARIABLE):
        recorder.load_ipython_extension(shell)
    return kernel


def _new_kernel() -> IPythonKernel:
    for kind in (ZMQInteractiveShell, IPythonKernel):
        kind.clear_instance()  # a notebook may have called papermill: its shell belongs to the parent
    session = PipeSession(key=b"")
    kernel = IPythonKernel.instance(
        config=Config({"HistoryManager": {"enabled": False}}),
        session=session,
        iopub_socket=session,
        log=logging.getLogger("tlanalysis.runs.child"),
        # ipykernel compares this thread with the current one; here the main thread executes the cells.
        shell_channel_thread=SimpleNamespace(parent_thread=None),
    )
    register(kernel.shell, as_html)  # as `import tlanalysis` does in a kernel: here it came before there was a shell
    return kernel


async def _execute_all(kernel: IPythonKernel, pipe: Connection) -> None:
    own, session = os.getpid(), cast(PipeSession, kernel.session)
    while True:
        try:
            number, source, store_history = pipe.recv()
        except EOFError:
            return
        header = session.msg_header("execute_request") | {"msg_id": number}
        parent = {"header": header, "parent_header": {}, "metadata": {}, "content": {"code": source}}
        kernel.set_parent([], parent, channel="shell")
        session.cell = header
        session.send(None, "status", {"execution_state": "busy"}, parent)
        session.send(None, "execute_input", {"code": source, "execution_count": kernel.execution_count}, parent)
        reply = await kernel.do_execute(source, silent=False, store_history=store_history)
        if os.getpid() != own:  # this is a process that the cell forked and did not end
            return
        session.send(None, "execute_reply", reply, parent)
