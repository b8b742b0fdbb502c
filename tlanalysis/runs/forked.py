"""A kernel that is a forked child: what nbclient asks of a manager and a client, answered through pipes.

What the child prints and what it sends come through pipes of their own; it marks in the first where it sent the
second, so that their order is the order in which they happened.
"""

from __future__ import annotations

import asyncio
import codecs
import os
import pickle
import signal
import time
import traceback
import uuid
from datetime import UTC, datetime
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from queue import Empty
from types import TracebackType
from typing import Any, NoReturn

from jupyter_client.session import json_unpacker
from nbclient.exceptions import DeadKernelError

from tlanalysis.runs.limits import Bounds, Family, stand_alone
from tlanalysis.runs.shell import Request, serve

STREAMS = ("stdout", "stderr")
CHUNK = 1 << 16
GATHERING = 0.2  # seconds that printed text waits for more, as ipykernel's own streams do


class ForkedKernel:
    """A forked child that executes cells: both the manager and the client that nbclient expects of a kernel.

    Parameters
    ----------
    limits : Bounds
        What the child may use.
    """

    has_kernel = True
    allow_stdin = False

    def __init__(self, limits: Bounds) -> None:
        self._limits = limits
        self._cause = ""
        self._cell = ""
        self._shown = 0
        self._language: dict[str, Any] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self.iopub_channel, self.shell_channel = _Channel(), _Channel()

    # ------------------------------------------------------------ the child

    def __enter__(self) -> ForkedKernel:
        self._family = Family()
        from_us, self._to_child = Pipe(duplex=False)
        self._from_child, to_us = Pipe(duplex=False)
        # Where a message was sent, the child marks what it printed: nobody prints this by chance.
        mark = b"\x1b]" + uuid.uuid4().hex.encode() + b"\x07"
        self._printed: dict[str, _Printed] = {name: _Printed(name, mark) for name in STREAMS}
        self._pid = os.fork()
        if self._pid == 0:
            self._become_the_child(from_us, to_us, mark)
        for end in (from_us, to_us):
            end.close()
        for printed in self._printed.values():
            os.close(printed.writing)
        return self

    def _become_the_child(self, inbox: Connection, outbox: Connection, mark: bytes) -> NoReturn:
        try:
            self._to_child.close()
            self._from_child.close()
            for number, printed in enumerate(self._printed.values(), start=1):
                os.dup2(printed.writing, number)
                os.close(printed.writing)
                os.close(printed.reading)
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, signal.SIG_DFL if number == signal.SIGTERM else signal.default_int_handler)
            # The parent may be executing us from a coroutine; its loop is not ours.
            asyncio._set_running_loop(None)
            asyncio.set_event_loop(None)
            stand_alone(self._limits)
            serve(inbox, outbox, mark)
        except BaseException:
            os.write(2, traceback.format_exc().encode())
        finally:
            os._exit(70)  # nothing of the parent may run on here

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.stop_channels()
        self._to_child.close()
        if not self._cause:
            self._wait_for_the_end(2.0)
        self._family.end()
        self._from_child.close()
        for printed in self._printed.values():
            os.close(printed.reading)

    def _wait_for_the_end(self, seconds: float) -> None:
        """Let the child do what it registered for its exit, a moment only."""
        until = time.monotonic() + seconds
        while self._alive() and time.monotonic() < until:
            self._hear_nothing()
            time.sleep(0.002)

    def _hear_nothing(self) -> None:
        """Empty the pipes, so that a child that still prints does not wait for us."""
        for printed in self._printed.values():
            printed.read()
            printed.held.clear()

    def _alive(self) -> bool:
        if self._pid:
            ended, status = os.waitpid(self._pid, os.WNOHANG)
            if ended:
                self._pid = 0
                self._cause = self._cause or _how(os.waitstatus_to_exitcode(status))
        return bool(self._pid)

    def cause(self) -> str:
        """Say why the child is no more."""
        return self._cause or "the process of the notebook died"

    def _end(self, cause: str) -> None:
        self._cause = cause
        self._family.end(self._pid)

    # ------------------------------------------------------------ what nbclient asks of a kernel

    def client(self) -> ForkedKernel:
        """Return what talks to the kernel: itself."""
        return self

    async def start_channels(self) -> None:
        """Begin to listen."""
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._from_child.fileno(), self._receive)
        for printed in self._printed.values():
            self._loop.add_reader(printed.reading, self._hear)

    def stop_channels(self) -> None:
        """Stop listening: nothing will come."""
        if self._loop is None or self._loop.is_closed():
            return
        for number in (self._from_child.fileno(), *(printed.reading for printed in self._printed.values())):
            self._loop.remove_reader(number)

    def shutdown_kernel(self, now: bool = False) -> None:
        """End the child, when nbclient could not start talking to it."""
        self._end(self._cause or "it did not start")

    def cleanup_resources(self, restart: bool = False) -> None:
        """Nothing is left to clean: `__exit__` does it."""

    async def wait_for_ready(self, timeout: float) -> None:
        """Wait until the child can execute."""
        until = time.monotonic() + timeout
        while True:
            try:
                message = await self.shell_channel.get_msg(0.1)
            except Empty:
                if not self._alive() or time.monotonic() > until:
                    said = self._printed["stderr"].take(until_mark=False).strip().splitlines()[-1:]
                    self._cause = ": ".join([self._cause or "it did not start", *said])
                    raise DeadKernelError(self._cause) from None
            else:
                self._language = message["content"]["language_info"]
                return

    async def is_alive(self) -> bool:
        """Tell whether the child is there."""
        return self._alive()

    def kernel_info(self) -> str:
        """Answer what language this is, as a kernel does on its shell channel."""
        number = uuid.uuid4().hex
        self.shell_channel.put(_message("kernel_info_reply", {"language_info": self._language}, number))
        return number

    def execute(self, code: str, *, store_history: bool, stop_on_error: bool) -> str:
        """Hand a cell to the child; return the id that its messages will name."""
        self._cell = uuid.uuid4().hex
        try:
            self._to_child.send(Request(self._cell, code, store_history))
        except BrokenPipeError:
            self._alive()
            raise DeadKernelError(self.cause()) from None
        return self._cell

    # ------------------------------------------------------------ what the child says

    def _receive(self) -> None:
        """Take what was sent, after whatever was printed before it."""
        self._hear()
        try:
            sent = pickle.loads(self._from_child.recv_bytes())  # noqa: S301
        except (EOFError, OSError):
            self.stop_channels()
            return
        for printed in self._printed.values():
            self._tell(printed, until_mark=True)
        for header, about, content, metadata, buffers in sent:
            self._count(len(content) + sum(map(len, buffers)))
            message = _message(header["msg_type"], json_unpacker(content), about, header)
            message |= {"metadata": json_unpacker(metadata), "buffers": buffers}
            channel = self.shell_channel if message["msg_type"] in {"ready", "execute_reply"} else self.iopub_channel
            channel.put(message)

    def _hear(self) -> None:
        """Gather what was printed; it is told when a message follows, or after a moment."""
        for printed in self._printed.values():
            self._count(printed.read())
            self._tell_later(printed)

    def _tell_later(self, printed: _Printed) -> None:
        if printed.held and printed.timer is None:
            printed.timer = asyncio.get_running_loop().call_later(GATHERING, self._tell, printed)

    def _tell(self, printed: _Printed, *, until_mark: bool = False) -> None:
        if not (self._cell or until_mark):  # it does not execute anything yet: kept, in case it does not start
            return
        text = printed.take(until_mark=until_mark)
        if text and self._cell:
            self.iopub_channel.put(_message("stream", {"name": printed.name, "text": text}, self._cell))
        self._tell_later(printed)  # what came after the mark

    def _count(self, size: int) -> None:
        self._shown += size
        if self._limits.output_mb and self._shown > self._limits.output_mb * 1e6 and not self._cause:
            self._end(f"it showed more than {self._limits.output_mb:g} MB: print less, or raise the bound")
            self.stop_channels()


class _Printed:
    """What a stream of the child has printed and is not told yet."""

    def __init__(self, name: str, mark: bytes) -> None:
        self.name = name
        self.reading, self.writing = os.pipe()
        os.set_blocking(self.reading, False)
        self.held = bytearray()
        self.timer: asyncio.TimerHandle | None = None
        self._mark = mark
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def read(self) -> int:
        """Read what is there, a bounded amount; return the bytes."""
        size = 0
        while size < 64 * CHUNK:
            try:
                data = os.read(self.reading, CHUNK)
            except BlockingIOError:
                break
            if not data:
                break
            size += len(data)
            self.held += data
        return size

    def take(self, *, until_mark: bool) -> str:
        """Return what is held, once: all that was printed before the next message, or before the one that came."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        before, mark, after = bytes(self.held).partition(self._mark)
        self.held = bytearray((after if until_mark else mark + after) if mark else b"")
        return self._decoder.decode(before)


class _Channel:
    """Messages waiting for nbclient."""

    def __init__(self) -> None:
        self._queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue()

    def put(self, message: dict[str, Any]) -> None:
        self._queue.put_nowait(message)

    async def get_msg(self, timeout: float | None = None) -> dict[str, Any]:
        """Return the next message.

        Raises
        ------
        queue.Empty
            When none came in time.
        """
        try:
            return await asyncio.wait_for(self._queue.get(), timeout)
        except TimeoutError:
            raise Empty from None


def _message(kind: str, content: dict[str, Any], about: str, header: dict[str, Any] | None = None) -> dict[str, Any]:
    header = header or {"msg_type": kind, "date": datetime.now(UTC)}
    parent = {"msg_id": about}
    return {"msg_type": kind, "header": header, "parent_header": parent, "content": content, "metadata": {}}


def _how(code: int) -> str:
    if code >= 0:
        return f"the process of the notebook ended with exit code {code}"
    return f"the process of the notebook was killed by {signal.Signals(-code).name}"
