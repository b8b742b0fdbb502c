"""What `fetch` brings from an address, a zip, a mirror or a hand, and what it leaves alone."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from typing import Any

import pytest

from tests.fetch.conftest import DATA, NEWER, holds, kept, sha
from tests.fetch.file_server import Manners
from tlanalysis import __version__, fetch
from tlanalysis.core.errors import BadInput, SourceError
from tlanalysis.data import remote_files
from tlanalysis.fetch import install, selection, transport

# ---------------------------------------------------------------- what comes


def test_a_file_comes_verbatim_and_verified(bring, server):
    (outcome,) = bring("liste")
    assert (outcome.status, outcome.failed) == ("fetched", False)
    assert outcome.sentence == f"102 kB, sha256 {sha(DATA)[:12]}… verified"
    assert holds("liste") == {"liste.csv": DATA}
    assert remote_files.read_remote("liste") == DATA
    assert server.asked("User-Agent") == [f"tlanalysis/{__version__}"]
    assert server.asked("Accept-Encoding") == ["identity"]


def test_the_receipt_says_what_came_from_where(bring, server):
    bring("autre")
    receipt = json.loads((remote_files.folder("autre") / "autre.csv.json").read_text(encoding="utf-8"))
    assert receipt.pop("date").startswith("20")
    assert receipt == {
        "id": "autre",
        "file": "autre.csv",
        "sha256": sha(b"a;b\n"),
        "bytes": 4,
        "url": f"{server.address}/autre.csv",
        "etag": f'"{sha(b"a;b" + bytes([10]))[:16]}"',
    }


def test_a_file_that_is_here_and_verified_is_left_alone(bring, server):
    bring("liste", "autre")
    asked = len(server.seen)
    again = bring("liste", "autre")
    assert [outcome.status for outcome in again] == ["here", "here"]
    assert len(server.seen) == asked


def test_a_file_without_recorded_sum_is_trusted_once(bring):
    assert "recorded at first sight" in bring("autre")[0].sentence
    assert remote_files.read_remote("autre") == b"a;b\n"
    (remote_files.folder("autre") / "autre.csv").write_bytes(b"a;c\n")
    with pytest.raises(SourceError, match="not the recorded version"):
        remote_files.read_remote("autre")


def test_an_address_nobody_tried_is_announced(bring, entries):
    entries["autre"]["grade"] = "C"
    assert bring("autre")[0].sentence.endswith("address read in public code, never tried")
    del entries["liste"]["sha256"]
    entries["liste"] |= {"grade": "M", "url": entries["liste"]["url"] + "x"}
    assert "(address written from memory, never tried): " in bring("liste")[0].sentence


# ---------------------------------------------------------------- a zip, a mirror, a hand


def _zip(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(f"{name}.csv", data)
    return made.getvalue()


@pytest.fixture
def zipped(server: Manners, entries: dict[str, dict[str, Any]]) -> bytes:
    """Make `liste` a member of a zip, and return the zip."""
    made = _zip(communes=DATA, regions=b"r")
    server.files["/tout.zip"] = made
    entries["liste"] |= {"url": f"{server.address}/tout.zip", "archive": "tout.zip", "member": "communes.csv"}
    return made


def test_a_member_is_taken_out_of_a_zip_that_stays_whole(bring, zipped):
    (outcome,) = bring("liste")
    assert outcome.sentence.endswith("verified")
    assert holds("liste") == {"liste.csv": DATA, "tout.zip": zipped}
    receipt = remote_files.receipt(remote_files.folder("liste") / "liste.csv")
    assert receipt["archive"] == {"file": "tout.zip", "sha256": sha(zipped), "bytes": len(zipped)}


def test_a_newer_zip_is_kept_beside_with_its_member(bring, server, zipped, living):
    bring("liste")
    server.files["/tout.zip"] = newer = _zip(communes=NEWER)
    bring("liste", again=True)
    digits = sha(NEWER)[:12]
    both = {"liste.csv": DATA, "tout.zip": zipped, kept(NEWER): NEWER, f"tout.zip.{digits}": newer}
    assert holds("liste") == both
    fetch.accept("liste")
    digits = sha(DATA)[:12]
    assert holds("liste") == {"liste.csv": NEWER, "tout.zip": newer, kept(DATA): DATA, f"tout.zip.{digits}": zipped}


@pytest.mark.parametrize(
    ("served", "said"), [(b"not a zip", "not a zip"), (_zip(regions=b"r"), "does not hold communes.csv")]
)
def test_a_zip_without_the_member_is_refused(bring, server, zipped, served, said):
    server.files["/tout.zip"] = served
    (outcome,) = bring("liste")
    assert outcome.failed
    assert said in outcome.sentence
    assert not remote_files.folder("liste").exists()


@pytest.mark.parametrize("path", ["liste.csv", "liste/liste.csv"])
def test_a_mirror_stands_in_for_the_network(bring, server, tmp_path, path):
    held = tmp_path / "miroir" / path
    held.parent.mkdir(parents=True)
    held.write_bytes(DATA)
    (outcome,) = bring("liste", mirror=tmp_path / "miroir")
    assert outcome.status == "copied"
    assert holds("liste") == {"liste.csv": DATA}
    assert server.seen == []


def test_a_mirror_may_hold_the_zip(bring, server, zipped, tmp_path):
    (tmp_path / "tout.zip").write_bytes(zipped)
    assert bring("liste", mirror=tmp_path)[0].status == "copied"
    assert holds("liste") == {"liste.csv": DATA, "tout.zip": zipped}


def test_a_mirror_with_other_bytes_is_not_believed(bring, tmp_path):
    (tmp_path / "liste.csv").write_bytes(NEWER)
    (outcome,) = bring("liste", mirror=tmp_path)
    assert outcome.failed
    assert "liste.csv" not in holds("liste")
    assert (tmp_path / "liste.csv").read_bytes() == NEWER


def test_what_a_mirror_lacks_is_fetched_when_named_only(bring, server, tmp_path):
    (tmp_path / "liste.csv").write_bytes(DATA)
    assert [outcome.name for outcome in bring(mirror=tmp_path)] == ["liste"]
    assert selection.default_plan(tmp_path).not_in_mirror == ["autre"]
    assert server.seen == []
    assert bring("autre", mirror=tmp_path)[0].status == "fetched"


def test_a_mirror_that_holds_nothing_or_is_none_is_said(bring, tmp_path):
    with pytest.raises(SourceError, match="holds none of the files"):
        bring(mirror=tmp_path)
    with pytest.raises(BadInput, match="is not a folder"):
        bring("liste", mirror=tmp_path / "nowhere")


def test_a_file_saved_by_hand_is_recorded(bring, server, entries):
    del entries["autre"]["url"]
    entries["autre"]["landing"] = "https://example.org/page"
    (outcome,) = bring("autre")
    assert outcome.sentence.startswith(
        "autre.csv has no known address: save it by hand from https://example.org/page as "
        "data/raw/downloads/autre/autre.csv, or "
    )
    assert selection.default_plan(None).by_hand == ["autre"]
    remote_files.folder("autre").mkdir(parents=True)
    (remote_files.folder("autre") / "autre.csv").write_bytes(b"a;b\n")
    with pytest.raises(SourceError, match=r"nothing vouches for autre\.csv yet: `tlanalysis fetch autre`"):
        remote_files.read_remote("autre")
    assert [outcome.status for outcome in bring()] == ["fetched", "recorded"]
    assert remote_files.read_remote("autre") == b"a;b\n"
    (remote_files.folder("autre") / "autre.csv").write_bytes(b"a;c\n")
    assert "to record yours, delete data/raw/downloads/autre/autre.csv.json" in bring("autre")[0].sentence
    (remote_files.folder("autre") / "autre.csv.json").unlink()
    assert bring("autre")[0].status == "recorded"
    assert remote_files.read_remote("autre") == b"a;c\n"


def test_a_damaged_receipt_is_named(bring):
    bring("autre")
    (remote_files.folder("autre") / "autre.csv.json").write_text("{", encoding="utf-8")
    with pytest.raises(SourceError, match=r"autre\.csv\.json is not a receipt"):
        remote_files.read_remote("autre")
    assert bring("autre")[0].failed


# ---------------------------------------------------------------- what is asked for


def test_a_large_file_comes_only_when_named(bring, entries, server):
    entries["liste"]["bytes"] = selection.LARGE + 1
    assert selection.default_plan(None).large == ["liste"]
    assert "left out (larger than 50 MB, fetched when named): liste 50.0 MB" in selection.default_plan(None).lines()
    assert [outcome.name for outcome in bring()] == ["autre"]
    assert bring("liste")[0].status == "fetched"


def test_a_file_that_turns_out_large_stops_and_goes_on_when_named(bring, server, monkeypatch):
    monkeypatch.setattr(selection, "LARGE", 50_000)
    monkeypatch.setattr(transport, "CHUNK", 1024)
    server.announced = False
    assert [outcome.status for outcome in bring()] == ["failed", "fetched"]
    kept = len(holds("liste")["liste.csv.part"])
    assert 0 < kept <= 50_000
    assert bring("liste")[0].status == "fetched"
    assert server.asked("Range")[-1] == f"bytes={kept}-"


def test_an_unknown_id_stops_before_anything_is_fetched(bring, server):
    with pytest.raises(BadInput, match="did you mean 'liste'"):
        bring("autre", "listes")
    with pytest.raises(BadInput, match="regions is embedded"):
        bring("regions")
    assert server.seen == []


def test_two_processes_do_not_write_into_one_another(bring, server):
    with install.locked(remote_files.folder("liste")):
        (outcome,) = bring("liste")
    assert outcome.sentence == "liste is being fetched by another process: wait for it."
    assert server.seen == []
    assert bring("liste", "liste")[0].status == "fetched"


def test_a_terminal_gets_a_bar_and_a_pipe_a_line(bring, capsys, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    bring("liste")
    assert "liste" in terminal.getvalue()
    assert "102.4/102.4 kB" in terminal.getvalue()
    assert capsys.readouterr().out == f"fetched   liste  102 kB, sha256 {sha(DATA)[:12]}… verified\n"
    monkeypatch.undo()


# ---------------------------------------------------------------- the real catalog and mirror


@pytest.mark.mirror
def test_the_real_mirror_fills_the_downloads(mirror, project_copy, monkeypatch):
    monkeypatch.delenv("TLANALYSIS_MIRROR", raising=False)
    held = {name: entry for name, entry in remote_files.remote().items() if (mirror / entry["file"]).is_file()}
    assert {name for name, entry in remote_files.remote().items() if "sha256" in entry} <= set(held)
    outcomes = fetch.fetch(mirror=mirror)
    assert {outcome.name: outcome.status for outcome in outcomes} == dict.fromkeys(held, "copied")
    for name, entry in held.items():
        assert remote_files.find_remote(name) == remote_files.folder(name) / entry["file"]
        assert remote_files.read_remote(name) == (mirror / entry["file"]).read_bytes()
