"""Ask a web server for a file: nothing of the user is sent to it, and a slow one is left after a time.

This module imports requests: import it where an address is read.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPException
from socket import SHUT_RDWR, socket
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

SLOW_AFTER, SLOWEST = 120.0, 1000  # seconds after which a server must have sent that many bytes per second


class SlowServer(requests.Timeout):
    """Raised when a server sends its file too slowly."""


class Session(requests.Session):
    """A session that sends no credentials: requests would send those of `~/.netrc`, also after a redirection."""

    def __init__(self) -> None:
        super().__init__()
        self.auth = _as_it_is
        for scheme in ("https://", "http://"):
            self.mount(scheme, Adapter())

    def rebuild_auth(self, prepared_request: requests.PreparedRequest, response: requests.Response) -> None:
        """Send no credentials to the address that an answer leads to."""
        prepared_request.headers.pop("Authorization", None)


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


class _Deadline:
    """A connection that waits `SLOW_AFTER` seconds for the headers of an answer, however they drip in."""

    sock: socket | None

    def getresponse(self) -> Any:
        ended = threading.Event()
        # Encryption inside the encryption of a proxy is no socket: it holds one.
        given: Any = getattr(self.sock, "socket", self.sock)

        def end() -> None:
            ended.set()
            with suppress(OSError):  # it is closed
                if isinstance(given, socket):
                    socket.shutdown(given, SHUT_RDWR)  # that of an SSL socket would end its encryption first
                elif given is not None:
                    given.close()

        timer = threading.Timer(SLOW_AFTER, end)
        timer.daemon = True
        timer.start()
        try:
            answer = super().getresponse()  # type: ignore[misc]
        except (OSError, HTTPException):
            if not ended.is_set():
                raise
        finally:
            timer.cancel()
        if ended.is_set():  # an answer whose headers are cut may look whole
            raise TimeoutError("the headers took too long")
        return answer


class _Connection(_Deadline, HTTPConnection):
    pass


class _SecureConnection(_Deadline, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


class Adapter(HTTPAdapter):
    """The adapter of requests, with a deadline for the headers of an answer."""

    def init_poolmanager(self, *given: Any, **options: Any) -> None:
        """Make the connections of this adapter."""
        super().init_poolmanager(*given, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}

    def proxy_manager_for(self, *given: Any, **options: Any) -> Any:
        """Return the connections through a proxy."""
        manager = super().proxy_manager_for(*given, **options)
        manager.pool_classes_by_scheme = {"http": _Pool, "https": _SecurePool}
        return manager


def pieces(response: requests.Response, most: int) -> Iterator[bytes]:
    """Yield the body of an answer in pieces of at most `most` bytes, as they come.

    Raises
    ------
    SlowServer
        When less than `SLOWEST` bytes per second have come after `SLOW_AFTER` seconds.
    """
    began, received = time.monotonic(), 0
    # read1 returns the bytes received so far; iter_content waits for a full piece and loses it on a disconnection.
    while piece := response.raw.read1(most, decode_content=True):
        received += len(piece)
        yield piece
        seconds = time.monotonic() - began
        if seconds > SLOW_AFTER and received / seconds < SLOWEST:
            raise SlowServer(f"less than {SLOWEST} bytes per second")
