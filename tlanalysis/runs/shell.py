"""The forked side of a run: an IPython kernel without sockets, that answers on pipes.

It is `ipykernel`'s own kernel and shell, so that what a cell shows, raises or warns is what a kernel would have sent;
the only piece of ours is the session, which hands messages to a pipe. What is printed goes through file descriptors 1
and 2, so that Python, a subprocess and a C library are heard in the order they spoke.
"""

from __future__ import annotations

import asyncio
import atexit
import io
import logging
import os
import pickle
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

from ipykernel.ipkernel import IPythonKernel
from ipykernel.zmqshell import ZMQInteractiveShell
from jupyter_client.session import Session, json_packer
from traitlets.config import Config

from tlanalysis.core import recorder

PRINTED = (1, 2)  # file descriptors of what is printed


@dataclass(frozen=True)
class Request:
    """One cell to execute, under the message id its outputs will carry."""

    msg_id: str
    code: str
    store_history: bool


class PipeSession(Session):
    """A session whose messages leave through a pipe, pickled: header, parent id, content, metadata and buffers."""

    def __init__(self) -> None:
        super().__init__(key=b"")
        self._turn = threading.Lock()
        self._waiting: list[tuple[Any, ...]] = []

    def open(self, outbox: Connection, mark: bytes) -> None:
        """Speak for this process, through this pipe."""
        self.pid = os.getpid()
        self._outbox = outbox
        self._mark = mark

    def send(
        self,
        stream: object,
        msg_or_type: Any,
        content: Any = None,
        parent: Any = None,
        ident: object = None,
        buffers: Any = None,
        track: bool = False,
        header: Any = None,
        metadata: Any = None,
        more: bool = False,
    ) -> None:
        """Send one message, or keep it for the next if there is `more`; a process that forked has nothing to say."""
        if os.getpid() != self.pid:
            return
        if isinstance(msg_or_type, dict):
            message = msg_or_type
        else:
            message = self.msg(msg_or_type, content=content, parent=parent, header=header, metadata=metadata)
        about = message["parent_header"].get("msg_id")
        held = [bytes(part) for part in buffers or message.get("buffers", [])]
        parts = (message["header"], about, json_packer(message["content"]), json_packer(message["metadata"]), held)
        with self._turn:
            self._waiting.append(parts)
            if more:
                return
            sent = pickle.dumps(self._waiting)
            self._waiting.clear()
            # What was printed before this message and what will be printed after it come through other pipes.
            for number in PRINTED:
                with suppress(OSError):  # a notebook may close them
                    os.write(number, self._mark)
            self._outbox.send_bytes(sent)


def serve(inbox: Connection, outbox: Connection, mark: bytes) -> NoReturn:
    """Execute the cells that come in, until the pipe closes; then end the process.

    Parameters
    ----------
    inbox, outbox : Connection
        Requests, and messages.
    mark : bytes
        Written to what is printed, wherever a message was sent.
    """
    kernel = _prepared or _kernel()
    session: Any = kernel.session
    session.open(outbox, mark)
    _prepare_streams()
    _take_over(kernel)
    atexit._clear()  # only what the notebook registers is done at the end
    session.send(None, "ready", {"language_info": kernel.language_info})
    asyncio.run(_execute_all(kernel, session, inbox))
    _leave()


_prepared: IPythonKernel | None = None


def prepare() -> None:
    """Make a kernel that every fork of this process will find made; nothing else here knows of it."""
    global _prepared
    main = sys.modules["__main__"]
    _prepared = _kernel()
    sys.modules["__main__"] = main
    shell: Any = _prepared.shell
    atexit.unregister(shell.atexit_operations)
    _forget_instances()  # whoever asks whether this is IPython hears no


def _prepare_streams() -> None:
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: PTH123, SIM115 - it stays open as long as the process
    for number, name in ((1, "stdout"), (2, "stderr")):
        raw = io.FileIO(number, "w", closefd=False)
        stream = io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", write_through=True)
        setattr(sys, name, stream)
        setattr(sys, f"__{name}__", stream)


def _kernel() -> IPythonKernel:
    _forget_instances()  # a shell of the parent (papermill called from a notebook) is not ours to reuse
    session = PipeSession()
    return IPythonKernel.instance(
        config=Config({"HistoryManager": {"enabled": False}}),
        session=session,
        iopub_socket=session,
        log=logging.getLogger("tlanalysis.runs.shell"),
        # No thread of channels here: a cell may run on the loop of this process.
        shell_channel_thread=SimpleNamespace(parent_thread=None),
    )


def _forget_instances() -> None:
    ZMQInteractiveShell.clear_instance()
    IPythonKernel.clear_instance()


def _take_over(kernel: IPythonKernel) -> None:
    """Make this process the kernel's, as ipykernel's application does before its first cell."""
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    if "" not in sys.path:
        sys.path.insert(0, "")
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()  # not the state every sibling inherits
    logging.root.handlers.clear()  # nor what the parent does with log messages
    logging.root.setLevel(logging.WARNING)
    shell: Any = kernel.shell
    for one in (kernel, shell):
        for kind in type(one)._walk_mro():  # as `instance()` does; there is no way to say so of one that is made
            kind._instance = one
    sys.modules["__main__"] = shell.user_module
    shell.user_ns["_dh"][:] = [Path.cwd()]
    sys.displayhook = shell.displayhook
    if os.environ.get(recorder.VARIABLE):
        recorder.load_ipython_extension(shell)


async def _execute_all(kernel: IPythonKernel, session: PipeSession, inbox: Connection) -> None:
    while True:
        try:
            request: Request = inbox.recv()
        except EOFError:
            return
        header = session.msg_header("execute_request") | {"msg_id": request.msg_id}
        parent = {"header": header, "parent_header": {}, "metadata": {}, "content": {"code": request.code}}
        kernel.set_parent([], parent, channel="shell")
        session.send(None, "status", {"execution_state": "busy"}, parent, more=True)
        number = kernel.execution_count
        session.send(None, "execute_input", {"code": request.code, "execution_count": number}, parent)
        reply = await kernel.do_execute(request.code, silent=False, store_history=request.store_history)
        sys.stdout.flush()
        sys.stderr.flush()
        kept = {
            key: reply[key] for key in ("status", "execution_count", "ename", "evalue", "traceback") if key in reply
        }
        session.send(None, "execute_reply", kept, parent, more=True)
        session.send(None, "status", {"execution_state": "idle"}, parent)


def _leave() -> NoReturn:
    """End at once, after what the notebook registered to be done at exit: nothing of the parent is undone here."""
    atexit._run_exitfuncs()
    os._exit(0)
