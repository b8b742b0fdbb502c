"""A file that changed: kept beside the one in use, reported, never swapped in silently."""

from __future__ import annotations

import pytest

from tests.fetch.conftest import DATA, NEWER, holds, kept, sha
from tlanalysis import fetch
from tlanalysis.core.errors import BadInput, SourceError
from tlanalysis.data import remote_files
from tlanalysis.fetch import install


def test_another_version_than_the_recorded_one_is_kept_apart(bring, server):
    server.files["/liste.csv"] = NEWER
    (outcome,) = bring("liste")
    assert outcome.failed
    assert sha(NEWER)[:12] in outcome.sentence
    assert sha(DATA)[:12] in outcome.sentence
    assert "nothing is in use" in outcome.sentence
    assert holds("liste") == {kept(NEWER): NEWER}


def test_a_recorded_file_that_changed_upstream_stays_in_use(bring, server):
    bring("liste")
    server.files["/liste.csv"] = NEWER
    assert bring("liste")[0].status == "here"
    (outcome,) = bring("liste", again=True)
    assert outcome.failed
    assert f"{sha(DATA)[:12]}… stays in use" in outcome.sentence
    assert holds("liste") == {"liste.csv": DATA, kept(NEWER): NEWER}
    assert remote_files.read_remote("liste") == DATA


def test_an_altered_file_is_replaced_and_kept(bring):
    bring("liste")
    (remote_files.folder("liste") / "liste.csv").write_bytes(b"altered")
    (outcome,) = bring("liste")
    assert outcome.status == "fetched"
    assert f"what was there is kept as {kept(b'altered')}" in outcome.sentence
    assert holds("liste") == {"liste.csv": DATA, kept(b"altered"): b"altered"}
    assert remote_files.receipt(remote_files.folder("liste") / "liste.csv")["sha256"] == sha(DATA)
    assert remote_files.receipt(remote_files.folder("liste") / kept(b"altered")) is None


def test_a_living_file_changes_when_it_is_accepted(bring, server, living):
    bring("liste")
    server.files["/liste.csv"] = NEWER
    (outcome,) = bring("liste", again=True)
    assert (outcome.status, outcome.failed) == ("changed", False)
    assert f"--accept liste:{sha(NEWER)[:12]}" in outcome.sentence
    assert remote_files.read_remote("liste") == DATA
    assert "is in use; the one before is kept as" in fetch.accept("liste")
    assert remote_files.read_remote("liste") == NEWER
    assert holds("liste") == {"liste.csv": NEWER, kept(DATA): DATA}
    assert remote_files.receipt(remote_files.folder("liste") / "liste.csv")["url"].endswith("/liste.csv")
    assert bring("liste", again=True)[0].status == "unchanged"
    fetch.accept("liste")
    assert remote_files.read_remote("liste") == DATA


def test_a_living_file_that_was_deleted_comes_anew_and_says_what_it_was(bring, server, living):
    bring("liste")
    (remote_files.folder("liste") / "liste.csv").unlink()
    server.files["/liste.csv"] = NEWER
    (outcome,) = bring("liste")
    assert outcome.status == "fetched"
    assert outcome.sentence.endswith(f"recorded in place of {sha(DATA)[:12]}…")
    assert remote_files.read_remote("liste") == NEWER


@pytest.mark.parametrize("validators", [True, False], ids=["told so", "compared"])
def test_a_living_file_that_did_not_change_is_left_alone(bring, server, living, validators):
    server.validators = validators
    bring("liste")
    server.sent = 0
    assert bring("liste", again=True)[0].status == "unchanged"
    assert holds("liste") == {"liste.csv": DATA}
    assert server.sent == (0 if validators else len(DATA))


def test_a_file_trusted_once_that_changed_is_a_failure(bring, server, living, entries):
    del entries["liste"]["refreshed"]
    bring("liste")
    server.files["/liste.csv"] = NEWER
    (outcome,) = bring("liste", again=True)
    assert outcome.failed
    assert remote_files.read_remote("liste") == DATA


def test_accept_asks_which_of_several(bring, server, living):
    bring("liste")
    for data in (NEWER, b"newest"):
        server.files["/liste.csv"] = data
        bring("liste", again=True)
    with pytest.raises(BadInput, match=f"liste:{sha(NEWER)[:12]}") as refused:
        fetch.accept("liste")
    assert f"liste:{sha(b'newest')[:12]}" in str(refused.value)
    fetch.accept(f"liste:{sha(b'newest')[:4]}")
    assert remote_files.read_remote("liste") == b"newest"


def test_accept_refuses_what_it_cannot_vouch_for(bring, server, entries):
    with pytest.raises(BadInput, match=r"remote_files\.toml"):
        fetch.accept("liste")
    with pytest.raises(BadInput, match="no other version of autre"):
        fetch.accept("autre")
    with pytest.raises(BadInput, match="did you mean 'autre'"):
        fetch.accept("autres")
    entries["autre"]["refreshed"] = "daily"
    bring("autre")
    server.files["/autre.csv"] = NEWER
    bring("autre", again=True)
    (remote_files.folder("autre") / f"autre.csv.{sha(NEWER)[:12]}").write_bytes(b"altered")
    with pytest.raises(SourceError, match="was altered"):
        fetch.accept("autre")
    assert remote_files.read_remote("autre") == b"a;b\n"


@pytest.mark.parametrize(
    ("found", "recorded", "current", "expected"),
    [
        ("a", None, None, "install"),
        ("a", "a", None, "install"),
        ("a", "a", "b", "install"),
        ("a", "a", "a", "same"),
        ("a", "b", "a", "same"),
        ("a", "b", "b", "beside"),
        ("a", "b", None, "beside"),
        ("a", "b", "c", "beside"),
    ],
)
def test_verdict(found, recorded, current, expected):
    assert install.verdict(found, recorded, current) == expected
