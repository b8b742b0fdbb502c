"""Lists compressed alone: the same rows as unpacked, a limit, and nothing left behind."""

from __future__ import annotations

import gc
import gzip
import hashlib
import tempfile
import zipfile
from pathlib import Path

import pandas as pd
import pytest

import tlanalysis as tl
from tests.lists.lists import delimited, write
from tlanalysis.core.errors import BadInput
from tlanalysis.lists.readers import archives

ROWS = [["nom", "code_postal", "commune"], ["Le Lieu", "75011", "Paris"], ["Un Autre", "13001", "Marseille"]]


def _gzip(path, data):
    path.write_bytes(gzip.compress(data, mtime=0))
    return path


def _zip(path, members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Return the folder of temporary files, which this test has to itself."""
    folder = tmp_path / "temporaire"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def test_a_compressed_list_gives_the_rows_of_the_plain_one(tmp_path, temporary):
    data = delimited(ROWS).encode()
    (tmp_path / "l.csv").write_bytes(data)
    plain = tl.clean(tmp_path / "l.csv")
    packed = _gzip(tmp_path / "l.csv.gz", data)
    archive = _zip(tmp_path / "l.zip", {"dossier/": b"", "dossier/lieux.csv": data, "__MACOSX/._lieux.csv": b"\x00"})
    for path, said in ((packed, {"compression": "gzip"}), (archive, {"compression": "zip", "membre": "lieux.csv"})):
        cleaned = tl.clean(path)
        pd.testing.assert_frame_equal(
            cleaned.places.drop(columns="source", errors="ignore"), plain.places.drop(columns="source", errors="ignore")
        )
        assert cleaned.ledger["fichier"] == path.name
        assert cleaned.ledger["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        assert cleaned.ledger["lecture"] == plain.ledger["lecture"] | said
    gc.collect()
    assert list(temporary.iterdir()) == []


def test_a_workbook_alone_in_an_archive_is_read(tmp_path):
    book = write(tmp_path / "l.xlsx", ROWS).read_bytes()
    cleaned = tl.clean(_zip(tmp_path / "export.zip", {"l.xlsx": book}))
    assert cleaned.places["nom"].tolist() == ["Le Lieu", "Un Autre"]


def test_a_name_that_leaves_the_folder_does_not(tmp_path, temporary):
    archive = _zip(tmp_path / "l.zip", {"../../dehors.csv": delimited(ROWS)})
    assert len(tl.clean(archive).places) == 2
    assert not list(Path(tmp_path).rglob("dehors.csv"))


def test_more_than_the_limit_is_refused_and_removed(tmp_path, temporary, monkeypatch):
    monkeypatch.setattr(archives, "MOST_UNPACKED", 1 << 20)
    zeros = b"a;b\n" * (1 << 19)
    for path in (_gzip(tmp_path / "l.csv.gz", zeros), _zip(tmp_path / "l.zip", {"l.csv": zeros})):
        with pytest.raises(BadInput, match=f"{path.name} unpacks to more than 1 MiB"):
            tl.clean(path)
    gc.collect()
    assert list(temporary.iterdir()) == []


def test_archives_that_are_not_one_list_are_refused(tmp_path):
    data = delimited(ROWS).encode()
    with pytest.raises(BadInput, match="of 2 files"):
        tl.clean(_zip(tmp_path / "deux.zip", {"a.csv": data, "b.csv": data}))
    with pytest.raises(BadInput, match="compressed"):
        tl.clean(_gzip(tmp_path / "l.csv.gz.gz", gzip.compress(data)))
    cut = _gzip(tmp_path / "l.csv.gz", data)
    cut.write_bytes(cut.read_bytes()[:-12])
    with pytest.raises(BadInput, match="is damaged"):
        tl.clean(cut)
