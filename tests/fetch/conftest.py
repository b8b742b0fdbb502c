"""A catalog of two files that a real server on this machine serves, and `fetch` allowed to speak to it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fetch.file_server import Manners, serving
from tlanalysis import fetch
from tlanalysis.data import remote_files
from tlanalysis.fetch import Outcome, transport

DATA = bytes(range(256)) * 400  # 102,400 bytes
NEWER = b"newer" + DATA
ROW = {"title": "Essai", "publisher": "Essai", "licence": "inconnue", "vintage": "2026", "grade": "A"}
Fetch = Callable[..., list[Outcome]]


def sha(data: bytes) -> str:
    """Return the sha256 of some bytes."""
    return hashlib.sha256(data).hexdigest()


def kept(data: bytes) -> str:
    """Return the name under which a version of `liste.csv` is kept beside the one in use."""
    return f"liste.csv.{sha(data)[:12]}"


@pytest.fixture
def server() -> Iterator[Manners]:
    with serving() as manners:
        manners.files = {"/liste.csv": DATA, "/autre.csv": b"a;b\n"}
        yield manners


@pytest.fixture
def entries(server: Manners, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, Any]]:
    """Return a catalog of two files of the server: `liste`, whose sha256 is recorded, and `autre`, whose is not."""
    held = {
        "liste": {**ROW, "file": "liste.csv", "url": f"{server.address}/liste.csv", "sha256": sha(DATA)},
        "autre": {**ROW, "file": "autre.csv", "url": f"{server.address}/autre.csv"},
    }
    monkeypatch.setattr("tlanalysis.data.remote_files.remote", lambda: held)
    return held


@pytest.fixture
def bring(
    server: Manners, entries: dict[str, dict[str, Any]], project_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> Fetch:
    """Return `fetch`, allowed to speak to the server of the test, and impatient."""
    monkeypatch.delenv("TLANALYSIS_MIRROR", raising=False)
    session = transport.open_session(backoff=0.001, plain_http=f"{server.address}/")
    session.trust_env = False
    return lambda *names, **options: fetch.fetch(names, session=session, pause=0.001, **options)


def holds(name: str) -> dict[str, bytes]:
    """Return what lies in the downloads of an id, receipts apart."""
    folder = remote_files.folder(name)
    return {path.name: path.read_bytes() for path in folder.glob("*") if path.suffix != ".json"}


@pytest.fixture
def living(entries: dict[str, dict[str, Any]]) -> None:
    """Make `liste` a file that is rewritten upstream every day."""
    del entries["liste"]["sha256"]
    entries["liste"]["refreshed"] = "daily"
