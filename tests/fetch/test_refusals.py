"""D20: what a server sends is a file, and nothing of the user goes to it."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import requests

from tlanalysis.fetch import install, transport


def test_d20_credentials_of_netrc_are_not_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine example.org login moi password secret\n", encoding="utf-8")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    request = requests.Request("GET", "https://example.org/f.csv")
    assert "Authorization" in requests.Session().prepare_request(request).headers
    assert "Authorization" not in transport.open_session().prepare_request(request).headers


@pytest.mark.parametrize(
    ("sent", "refused"),
    [
        (b"", True),
        (b"<!DOCTYPE html><title>404</title>", True),
        (b"\xef\xbb\xbf\n <!-- x --> <HTML lang=fr>", True),
        (b"nom;commune\n<html>;Paris\n", False),
        (b"PK\x03\x04", False),
    ],
)
def test_d20_an_empty_file_and_a_web_page_are_not_open_files(sent: bytes, refused: bool, tmp_path: Path) -> None:
    (tmp_path / "f.part").write_bytes(sent)
    assert bool(transport._not_a_file(tmp_path / "f.part")) is refused


def test_d20_a_member_of_a_zip_is_bounded() -> None:
    target = io.BytesIO()
    with pytest.raises(install._TooLarge):
        install._copy(io.BytesIO(b"x" * 3_000_000), target, 1_500_000)
    assert len(target.getvalue()) <= 1_500_000
    install._copy(io.BytesIO(b"x" * 10), target := io.BytesIO(), 10)
    assert target.getvalue() == b"x" * 10
