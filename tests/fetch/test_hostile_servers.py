"""A server that drips is left after a time, and none receives the credentials of the user; all in other processes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from urllib3.util.ssltransport import SSLTransport

from tests.conftest import ROOT
from tests.fetch.file_server import serving
from tlanalysis.core import web

# A catalog of one file of a server on this machine; a second is the patience with it.
FETCH = """
import sys
from tlanalysis import fetch
from tlanalysis.core import web
from tlanalysis.data import remote_files
from tlanalysis.fetch import transport
web.SLOW_AFTER = 1.0
entry = {"file": "liste.csv", "url": sys.argv[1], "grade": "A"}
remote_files.remote = lambda: {"liste": entry}
session = transport.open_session(plain_http="http://127.0.0.1:", backoff=0)
print(fetch.fetch(["liste"], session=session)[0].sentence)
"""
CLEAN = """
import sys
from tlanalysis.core import web
from tlanalysis.cli import main
web.SLOW_AFTER = 1.0
import tlanalysis as tl
try:
    print(tl.clean(sys.argv[1]).places["nom"].tolist())
except Exception as error:
    print(f"{type(error).__name__}: {error}")
"""


def _call(script: str, address: str, project: Path, **variables: str) -> tuple[str, str, float]:
    environment = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
    started_at = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", script, address],
        env=environment | {"TLANALYSIS_HOME": str(project)} | variables,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.stdout, done.stderr, time.monotonic() - started_at


@contextmanager
def _dripping(start: bytes) -> Iterator[str]:
    """Serve answers that begin with some bytes and go on with a byte each fifth of a second."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=drip, args=(server.accept()[0],), daemon=True).start()

        def drip(connection: socket.socket) -> None:
            with suppress(OSError), connection:
                connection.recv(65536)
                connection.sendall(start)
                while True:
                    time.sleep(0.2)
                    connection.sendall(b"x")

        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/liste.csv"


BODY = b"HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nContent-Length: 100000\r\n\r\nnom,commune\n"
HEADERS = b"HTTP/1.1 200 OK\r\nX-Long: "


@pytest.mark.parametrize(
    ("start", "script", "sentence"),
    [
        (BODY, FETCH, "sends less than 1000 bytes per second"),
        (HEADERS, FETCH, "takes too long to answer"),
        (BODY, CLEAN, "SlowServer"),
        (HEADERS, CLEAN, "SourceError"),
    ],
    ids=["the body of a file", "the headers of a file", "the body of a list", "the headers of a list"],
)
def test_a_server_that_drips_is_left_after_a_time(start: bytes, script: str, sentence: str, project_copy: Path) -> None:
    with _dripping(start) as address:
        printed, errors, seconds = _call(script, address, project_copy)
    assert sentence in printed, errors
    assert "Traceback" not in errors
    assert seconds < 60


@pytest.mark.parametrize("script", [FETCH, CLEAN], ids=["fetch", "clean"])
@pytest.mark.parametrize("redirected", [False, True], ids=["at once", "after a redirection"])
def test_the_credentials_of_netrc_are_never_sent(
    script: str, redirected: bool, project_copy: Path, tmp_path: Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login moi password secret\ndefault login moi password secret\n", "utf-8")
    netrc.chmod(0o600)
    with serving() as first, serving() as second:
        second.files["/liste.csv"] = b"nom,commune,code_postal\nLe Lieu,Rennes,35000\n"
        address = f"{second.address}/liste.csv"
        if redirected:
            first.redirect, address = address, f"{first.address}/liste.csv"
        printed, errors, _ = _call(script, address, project_copy, NETRC=str(netrc))
        assert [path for path, _ in second.seen] == ["/liste.csv"], printed + errors
        assert [*first.asked("Authorization"), *second.asked("Authorization")] == [None] * (1 + redirected)


def test_a_proxy_that_encrypts_is_left_after_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Encryption inside the encryption of a proxy is an object around a socket, and no socket."""
    near, far = socket.socketpair()
    monkeypatch.setattr(web, "SLOW_AFTER", 0.1)
    around = SSLTransport.__new__(SSLTransport)
    around.socket = near

    class Silent:
        sock = around

        def getresponse(self) -> None:
            near.settimeout(10)
            assert near.recv(1) == b"", "nobody has ended the connection"

    class Connection(web._Deadline, Silent):
        pass

    with near, far, pytest.raises(TimeoutError, match="headers took too long"):
        Connection().getresponse()
