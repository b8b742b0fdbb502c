"""The forked process of a run: it executes cells in ipykernel's own shell and sends what they show through a pipe.

It has no socket and no thread. What is printed goes to one file per stream, through file descriptors 1 and 2: Python, a
subprocess and a C library all write there. Before each message the process reads what was printed until then and sends
it first, so that text and displays arrive in their order.
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
from types import SimpleNamespace
from typing import Any, NoReturn, cast

from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from jupyter_client.session import Session, json_packer
from traitlets.config import Config

from tlanalysis.core import recorder
from tlanalysis.runs.limits import Limits, stand_alone

# Every kernel imports debugpy, which is slow and prints advice about itself: import it once, silently, before the fork.
os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
import_module("ipykernel.debugger")

CHUNK = 1 << 20


class PrintedText:
    """The file that one stream of a notebook is printed to.

    Parent and child open it before the fork, so that they share the reading position: what the child has read is sent,
    and when the child dies, the parent reads the rest.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        with tempfile.NamedTemporaryFile() as file:
            self.writing = open(file.name, "ab", buffering=0)  # noqa: PTH123, SIM115 - open as long as the run
            self._reading = open(file.name, "rb", buffering=0)  # noqa: PTH123, SIM115
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def size(self) -> int:
        """Return the number of bytes printed."""
        return os.fstat(self._reading.fileno()).st_size

    def read(self) -> str:
        """Return text that nobody has read, a bounded amount; empty when there is none."""
        if self._reading.tell() > self.size():  # a shell command that writes `> /dev/stdout` empties the file
            self._reading.seek(0)
        return self._decoder.decode(self._reading.read(CHUNK))

    def close(self) -> None:
        """Close the file; the system then deletes it."""
        self.writing.close()
        self._reading.close()


class PipeSession(Session):
    """A Jupyter session that sends messages through a pipe, after the text printed before them."""

    def open(self, pipe: Connection, printed: list[PrintedText]) -> None:
        """Send the messages of this process, and of no process that it forks, through a pipe."""
        self.pid = os.getpid()
        self._pipe, self._printed, self._lock = pipe, printed, threading.RLock()
        self.cell: dict[str, Any] = {}  # header of the request that is being executed

    def send(self, stream: object, msg_or_type: Any, content: Any = None, parent: Any = None, **more: Any) -> None:  # type: ignore[override]
        """Send one message as JSON, with its binary buffers."""
        if os.getpid() != self.pid:
            return
        message = msg_or_type
        if not isinstance(message, dict):
            message = self.msg(message, content, parent, more.get("header"), more.get("metadata"))
        buffers = [bytes(part) for part in more.get("buffers") or message.get("buffers", [])]
        with self._lock, suppress(BrokenPipeError):  # the parent no longer listens once the last cell has ended
            for printed in self._printed:
                while text := printed.read():
                    stream_message = self.msg("stream", {"name": printed.name, "text": text}, {"header": self.cell})
                    self._pipe.send((json_packer(stream_message), []))
            self._pipe.send((json_packer(message | {"buffers": []}), buffers))


def execute_cells(pipe: Connection, printed: list[PrintedText], limits: Limits) -> NoReturn:
    """Execute the cells that come through a pipe until it closes, then end the process.

    Parameters
    ----------
    pipe : Connection
        It brings (message id, source, store history) and takes messages.
    printed : list of PrintedText
        Standard output and standard error.
    limits : Limits
        What the process may use.
    """
    try:
        for number, stream in enumerate(printed, start=1):
            os.dup2(stream.writing.fileno(), number)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        # The parent may be executing a coroutine; its event loop is not the child's.
        asyncio._set_running_loop(None)
        asyncio.set_event_loop(None)
        stand_alone(limits)
        _replace_streams()
        kernel = _kernel(pipe, printed)
        atexit._clear()  # what the parent registered is not the child's to do
        asyncio.run(_execute_all(kernel, pipe))
        atexit._run_exitfuncs()
        os._exit(0)
    except BaseException:
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(70)


def _replace_streams() -> None:
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115 - open as long as the process
    for number, name in ((1, "stdout"), (2, "stderr")):
        raw = io.FileIO(number, "w", closefd=False)
        stream = io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", write_through=True)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _kernel(pipe: Connection, printed: list[PrintedText]) -> IPythonKernel:
    """Return a kernel of this process, set up as ipykernel's application does before its first cell."""
    for kind in (ZMQInteractiveShell, IPythonKernel):
        kind.clear_instance()  # papermill may have been called from a notebook: that shell is the parent's
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    if "" not in sys.path:
        sys.path.insert(0, "")
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()  # else every child of this parent draws the same numbers
    logging.root.handlers.clear()
    logging.root.setLevel(logging.WARNING)
    session = PipeSession(key=b"")
    session.open(pipe, printed)
    kernel = IPythonKernel.instance(
        config=Config({"HistoryManager": {"enabled": False}}),
        session=session,
        iopub_socket=session,
        log=logging.getLogger("tlanalysis.runs.child"),
        # ipykernel compares this thread with the current one; here cells run on the main thread.
        shell_channel_thread=SimpleNamespace(parent_thread=None),
    )
    shell: Any = kernel.shell
    sys.displayhook = shell.displayhook
    if os.environ.get(recorder.ENVIRONMENT_VARIABLE):
        recorder.load_ipython_extension(shell)
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
        if os.getpid() != own:  # the cell forked, and its child came back here
            return
        session.send(None, "execute_reply", reply, parent)
