"""The network: a download that breaks off is resumed, two versions are never joined, refusals are named."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import ROOT
from tests.fetch.conftest import DATA, NEWER, holds, sha
from tests.fetch.file_server import serving
from tlanalysis import fetch
from tlanalysis.data import remote_files
from tlanalysis.fetch import selection, transport
from tlanalysis.fetch.progress import Transfers

# ---------------------------------------------------------------- a connection that breaks


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "in chunks"])
def test_a_download_that_broke_off_is_resumed(bring, server, announced):
    server.cuts, server.announced = [40_000, 30_000], announced
    assert bring("liste")[0].status == "fetched"
    assert holds("liste") == {"liste.csv": DATA}
    assert server.asked("Range") == [None, "bytes=40000-", "bytes=70000-"]
    assert len(set(server.asked("If-Range")[1:])) == 1
    assert server.sent == len(DATA)


def test_a_line_that_drops_often_but_goes_on_is_borne(bring, server):
    server.cuts = [8000] * 12
    assert bring("liste")[0].status == "fetched"
    assert len(server.seen) == 13
    assert server.sent == len(DATA)


def test_a_server_that_mistakes_the_range_is_asked_from_the_start(bring, server):
    server.cuts, server.mistaken = [40_000], True
    assert bring("liste")[0].status == "fetched"
    assert server.asked("Range") == [None, "bytes=40000-", None]


def test_a_server_that_ignores_ranges_is_asked_from_the_start(bring, server):
    server.cuts, server.ranges = [40_000], False
    assert bring("liste")[0].status == "fetched"
    assert holds("liste") == {"liste.csv": DATA}
    assert server.sent == 40_000 + len(DATA)


def test_without_a_validator_nothing_is_joined(bring, server):
    server.cuts, server.validators = [40_000], False
    assert bring("liste")[0].status == "fetched"
    assert server.asked("Range") == [None, None]


def test_two_versions_are_never_joined(bring, server, entries):
    server.cuts = [40_000] * transport.BREAKS
    server.ranges = False
    (outcome,) = bring("liste")
    assert "keeps breaking off" in outcome.sentence
    assert "40000 bytes are kept" in outcome.sentence
    server.files["/liste.csv"], server.ranges, server.cuts = NEWER, True, []
    entries["liste"]["sha256"] = sha(NEWER)
    assert bring("liste")[0].status == "fetched"
    assert holds("liste") == {"liste.csv": NEWER}
    assert server.asked("Range")[-1] == "bytes=40000-"


def test_a_download_that_was_whole_when_it_stopped_is_not_asked_again(bring, server):
    bring("liste")
    folder = remote_files.folder("liste")
    (folder / "liste.csv").replace(folder / "liste.csv.part")
    etag = remote_files.receipt(folder / "liste.csv")["etag"]
    notes = {"url": f"{server.address}/liste.csv", "etag": etag}
    (folder / "liste.csv.part.json").write_text(json.dumps(notes), encoding="utf-8")
    server.sent = 0
    assert bring("liste")[0].status == "fetched"
    assert (holds("liste"), server.sent) == ({"liste.csv": DATA}, 0)


def test_a_server_that_stalls_is_asked_again(bring, server, monkeypatch):
    monkeypatch.setattr(transport, "TIMEOUT", (1, 0.2))
    server.stalls = [1.0]
    assert bring("liste")[0].status == "fetched"
    assert holds("liste") == {"liste.csv": DATA}
    assert server.asked("Range")[-1] is not None


@given(st.binary(min_size=1, max_size=2000), st.lists(st.integers(1, 500), max_size=12), st.booleans())
def test_whatever_the_cuts_the_bytes_are_those_served(data: bytes, cuts: list[int], ranges: bool) -> None:
    with serving() as manners, tempfile.TemporaryDirectory() as folder:
        manners.files, manners.cuts, manners.ranges = {"/f": data}, [*cuts] if ranges else cuts[:3], ranges
        session = transport.open_session(backoff=0, plain_http=f"{manners.address}/")
        session.trust_env = False
        part, told = Path(folder) / "f.part", []
        watch = lambda here, total: told.append((here, total))  # noqa: E731
        transport.receive(session, f"{manners.address}/f", part, limit=10_000, watch=watch, pause=0)
        assert part.read_bytes() == data
        assert told[-1] == (len(data), len(data))
        assert manners.sent == len(data) if ranges else manners.sent >= len(data)


KILLED = """
import sys
from tlanalysis import fetch
from tlanalysis.data import remote_files
from tlanalysis.fetch import transport
transport.CHUNK = 1024
url, sha256 = sys.argv[1:]
entry = {"file": "liste.csv", "url": url, "sha256": sha256, "grade": "A"}
remote_files.remote = lambda: {"liste": entry}
session = transport.open_session(plain_http="http://127.0.0.1:")
session.trust_env = False
print(fetch.fetch(["liste"], session=session)[0].status)
"""


def test_a_killed_process_is_taken_up_where_it_was(bring, server, project_copy):
    server.pace = 0.01  # 100 pieces: a second
    part = remote_files.folder("liste") / "liste.csv.part"
    words = [sys.executable, "-c", KILLED, f"{server.address}/liste.csv", sha(DATA)]
    environment = {**os.environ, "TLANALYSIS_HOME": str(project_copy)}
    with subprocess.Popen(words, cwd=ROOT, env=environment) as process:
        while not (part.exists() and part.stat().st_size > 8192):
            assert process.poll() is None
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
    assert set(holds("liste")) == {"liste.csv.part"}
    kept = part.stat().st_size
    server.pace, server.sent = 0.0, 0
    assert bring("liste")[0].status == "fetched"
    assert holds("liste") == {"liste.csv": DATA}
    assert server.asked("Range")[-1] == f"bytes={kept}-"
    assert len(DATA) - kept <= server.sent < len(DATA) - 8192


def test_an_interruption_keeps_what_came(bring, server):
    class Interrupted(Transfers):
        def watch(self, name: str) -> transport.Watch:
            def watch(here: int, total: int | None) -> None:
                if here:
                    raise KeyboardInterrupt

            return watch

    with pytest.raises(KeyboardInterrupt):
        bring("liste", transfers=Interrupted())
    assert set(holds("liste")) == {"liste.csv.part"}
    assert bring("liste")[0].status == "fetched"
    assert server.asked("Range")[-1] is not None


# ---------------------------------------------------------------- a server that refuses


def test_a_server_that_is_busy_is_asked_again(bring, server):
    server.refusals = [503, 429]
    assert bring("liste")[0].status == "fetched"
    assert len(server.seen) == 3


@pytest.mark.parametrize(
    ("status", "asked"), [(503, 5), (404, 1), (403, 1)], ids=["always busy", "not there", "forbidden"]
)
def test_a_refusal_names_its_status_and_the_ways_out(bring, server, status, asked):
    server.refusals = [status] * 9
    (outcome,) = bring("liste")
    assert outcome.failed
    assert f"answers {status} " in outcome.sentence
    assert f"{server.address}/liste.csv" in outcome.sentence
    assert "`--mirror DIR`" in outcome.sentence
    assert outcome.sentence.endswith("by hand as data/raw/downloads/liste/liste.csv.")
    assert len(server.seen) == asked
    assert not remote_files.folder("liste").exists()


def test_offline_the_others_are_still_tried(bring, entries):
    entries["liste"]["url"] = "http://127.0.0.1:9/liste.csv"  # the discard port: nobody listens
    session = transport.open_session(backoff=0, plain_http="http://127.0.0.1:")
    session.trust_env = False
    outcomes = fetch.fetch(["liste", "autre"], session=session)
    assert [outcome.status for outcome in outcomes] == ["failed", "fetched"]
    assert "no answer from 127.0.0.1:9: it is down, or this machine is offline" in outcomes[0].sentence
    assert not remote_files.folder("liste").exists()


def test_a_web_page_is_not_a_file(bring, server):
    server.kind = "text/html; charset=utf-8"
    assert "answers with a web page instead of the file" in bring("autre")[0].sentence
    assert not remote_files.folder("autre").exists()


def test_only_encrypted_addresses_are_followed(bring, server, entries):
    server.redirect = server.address.replace("127.0.0.1", "localhost") + "/autre.csv"
    assert "which is not encrypted" in bring("autre")[0].sentence
    server.redirect = ""
    assert "which is not encrypted" in fetch.fetch(["autre"])[0].sentence
    assert len(server.seen) == 1


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "not announced"])
def test_a_file_far_larger_than_written_down_is_refused(bring, server, entries, monkeypatch, announced):
    monkeypatch.setattr("tlanalysis.fetch.selection.CAP", 50_000)
    server.announced = announced
    assert "serves more than" in bring("liste")[0].sentence
    assert set(holds("liste")) == (set() if announced else {"liste.csv.part"})


def test_the_limit_follows_the_size_that_was_written_down(entries):
    assert selection.limit("liste", named=True) == selection.CAP
    assert selection.limit("liste", named=False) == 50_000_000
    entries["liste"]["bytes"] = 5_000_000
    assert selection.limit("liste", named=True) == selection.limit("liste", named=False) == 15_000_000
    entries["liste"]["bytes"] = 30_000  # an error page, or a file that really grew, still comes down to be compared
    assert selection.limit("liste", named=True) == 10_000_000
