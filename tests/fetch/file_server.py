"""A real web server on 127.0.0.1 whose manners a test sets: it serves ranges or not, breaks off, refuses, stalls."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Manners:
    """How the server behaves, and what it saw."""

    files: dict[str, bytes] = field(default_factory=dict)
    ranges: bool = True
    validators: bool = True
    mistaken: bool = False  # answers a range with the whole file, as if it were the range
    announced: bool = True  # whether Content-Length is sent; else the body comes in chunks
    kind: str = "text/csv"
    redirect: str = ""
    refusals: list[int] = field(default_factory=list)  # statuses of the first answers
    cuts: list[int] = field(default_factory=list)  # bytes after which the first answers break off
    stalls: list[float] = field(default_factory=list)  # seconds the first answers wait in the middle of the body
    pace: float = 0.0  # seconds between two pieces of 1 kB
    seen: list[tuple[str, Message]] = field(default_factory=list)
    sent: int = 0
    address: str = ""

    def asked(self, header: str) -> list[str | None]:
        """Return one header of every request, in order."""
        return [headers.get(header) for _, headers in self.seen]


@contextmanager
def serving() -> Iterator[Manners]:
    """Serve on a free port until the block ends."""
    manners = Manners()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            _answer(self, manners)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    manners.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield manners
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _answer(handler: BaseHTTPRequestHandler, manners: Manners) -> None:
    manners.seen.append((handler.path, handler.headers))
    handler.close_connection = True
    if manners.refusals:
        handler.send_error(manners.refusals.pop(0))
        return
    if manners.redirect:
        handler.send_response(302)
        handler.send_header("Location", manners.redirect)
        handler.end_headers()
        return
    if handler.path not in manners.files:
        handler.send_error(404)
        return
    data = manners.files[handler.path]
    etag = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
    asked = handler.headers.get("Range")
    start = int(asked.removeprefix("bytes=").rstrip("-")) if asked and manners.ranges else 0
    if start and handler.headers.get("If-Range") != etag:
        start = 0
    if handler.headers.get("If-None-Match") == etag:
        handler.send_response(304)
        handler.end_headers()
        return
    if start >= len(data) > 0:
        handler.send_response(416)
        handler.send_header("Content-Range", f"bytes */{len(data)}")
        handler.end_headers()
        return
    handler.send_response(206 if start else 200)
    start = 0 if manners.mistaken else start
    handler.send_header("Content-Type", manners.kind)
    if asked:
        handler.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
    if manners.validators:
        handler.send_header("ETag", etag)
    if manners.announced:
        handler.send_header("Content-Length", str(len(data) - start))
    else:
        handler.send_header("Transfer-Encoding", "chunked")
    handler.send_header("Connection", "close")
    handler.end_headers()
    _send(handler, manners, data[start:])


def _send(handler: BaseHTTPRequestHandler, manners: Manners, data: bytes) -> None:
    cut = manners.cuts.pop(0) if manners.cuts else None
    stall = manners.stalls.pop(0) if manners.stalls else 0.0
    body = data[:cut]
    step = 1024 if manners.pace or stall else max(len(data), 1)
    try:
        for begin in range(0, len(body), step):
            piece = body[begin : begin + step]
            manners.sent += len(piece)  # before it is written: the client may be done the moment after
            handler.wfile.write(piece if manners.announced else b"%x\r\n%b\r\n" % (len(piece), piece))
            time.sleep(manners.pace)
            if stall and begin:
                time.sleep(stall)
                stall = 0.0
        if not manners.announced and cut is None:
            handler.wfile.write(b"0\r\n\r\n")
    except (BrokenPipeError, ConnectionResetError):
        pass  # the client went away: a killed process, a time-out
