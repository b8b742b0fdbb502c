"""Download one address to one partial file, and resume it where it stopped.

A download is written to `<name>.part`; `<name>.part.json` beside it holds the address and the validator (ETag or
Last-Modified) of what is being received. A later call asks for the missing bytes under that validator (`Range` with
`If-Range`, RFC 9110 §14.2 and §13.1.5): bytes of two versions are never joined.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import IO, Any, NoReturn
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3 import Retry
from urllib3.exceptions import HTTPError, ReadTimeoutError

from tlanalysis import __version__
from tlanalysis.core import files, web

CHUNK = 1 << 18
TIMEOUT = (10, 60)  # seconds: to connect, between two pieces of an answer
BREAKS = 5  # how often in a row a download may break off without a new byte
_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)

Watch = Callable[[int, int | None], None]  # bytes received, bytes announced


class TransferError(Exception):
    """Raised when a download fails; its message is the end of a sentence."""


@dataclass(frozen=True)
class Answer:
    """The headers of a server about the file that it sent; empty where it sent none."""

    url: str
    etag: str = ""
    last_modified: str = ""
    date: str = ""

    @property
    def validator(self) -> str:
        """The value of `If-Range`: a strong ETag, else a date; a weak ETag does not identify bytes."""
        return self.etag if self.etag and not self.etag.startswith("W/") else self.last_modified

    def facts(self) -> dict[str, str]:
        """Return the headers for a receipt."""
        return {key: value for key, value in asdict(self).items() if value}


class _RefusePlainHttp(HTTPAdapter):
    """Refuses plain http, also after a redirection."""

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> NoReturn:
        raise TransferError(f"it leads to {request.url}, which is not encrypted (https)")


class _BrokenOff(Exception):
    """The answer stopped before its end."""


def open_session(*, backoff: float = 0.5, plain_http: str | None = None) -> requests.Session:
    """Return a session that retries, sends its name, and uses https only.

    Parameters
    ----------
    backoff : float
        Seconds; the waits between two tries are 0, 2, 4, 8... times this, 30 s at most.
    plain_http : str, optional
        The one address prefix that may do without encryption (``"http://127.0.0.1:"``), for a server on this machine.
    """
    session = web.Session()
    session.headers.update({"User-Agent": f"tlanalysis/{__version__}", "Accept-Encoding": "identity"})
    retry = Retry(
        connect=2,
        read=3,
        status=4,
        other=0,
        allowed_methods={"GET"},
        status_forcelist={429, 500, 502, 503, 504},
        backoff_factor=backoff,
        backoff_max=30,
        retry_after_max=60,
        raise_on_status=False,
    )
    session.mount("https://", web.Adapter(max_retries=retry))
    session.mount("http://", _RefusePlainHttp())
    if plain_http:
        session.mount(plain_http, web.Adapter(max_retries=retry))
    return session


def receive(
    session: requests.Session,
    url: str,
    part: Path,
    *,
    limit: int,
    watch: Watch,
    known: Answer | None = None,
    pause: float = 0.5,
) -> Answer | None:
    """Download an address to `part`, resuming what is there; return the headers of the server.

    Parameters
    ----------
    session : requests.Session
        See `open_session`.
    url : str
        The address.
    part : Path
        The partial file. It is whole when this returns an answer; it stays, to be resumed, when this raises.
    limit : int
        Bytes; a larger file is refused.
    watch : callable
        Called after each piece with the bytes received and the bytes announced.
    known : Answer, optional
        Headers of the version in use; when the server still has it, nothing is downloaded.
    pause : float
        Seconds before an interrupted download is resumed; doubled each time.

    Returns
    -------
    Answer or None
        None when the server still has the version `known`.

    Raises
    ------
    TransferError
        No answer, a refusal, a page instead of a file, more than `limit`, or an answer that kept breaking off.
    """
    breaks, furthest = 0, 0
    while True:
        try:
            return _receive(session, url, part, limit, watch, known)
        except requests.RequestException as error:
            raise TransferError(_why(error, url)) from error
        except (ValueError, UnicodeError) as error:  # a redirection to an address that cannot be read
            raise TransferError(f"{_host(url)} redirects to an address that cannot be read") from error
        except OSError as error:
            if error.errno is not None:  # the disk
                raise
            raise TransferError(str(error)) from error  # the certificates of this machine are missing
        except _BrokenOff as broken:
            here = part.stat().st_size if part.exists() else 0
            breaks = 1 if here > furthest else breaks + 1
            furthest = max(furthest, here)
            if breaks >= BREAKS:
                kept = f"; {here} bytes are kept, the next fetch goes on from there" if _resumable(part, url) else ""
                raise TransferError(f"the download keeps breaking off ({broken}){kept}") from broken
        time.sleep(pause * 2 ** (breaks - 1))


def _receive(
    session: requests.Session, url: str, part: Path, limit: int, watch: Watch, known: Answer | None
) -> Answer | None:
    begun = _resumable(part, url)
    here = part.stat().st_size if begun else 0
    with session.get(url, headers=_conditions(begun, here, known), stream=True, timeout=TIMEOUT) as response:
        if response.status_code == requests.codes.not_modified and not begun:
            return None
        if response.status_code == requests.codes.requested_range_not_satisfiable and begun:
            # With If-Range, this status is about the same version: either all of it is here, or the server is wrong.
            if response.headers.get("Content-Range", "").rpartition("/")[2] == str(here):
                return begun
            _forget(part)
            raise _BrokenOff("the server does not know the bytes that were asked for")
        if response.status_code not in (requests.codes.ok, requests.codes.partial_content):
            raise TransferError(f"{_host(url)} answers {response.status_code} {response.reason}".rstrip())
        if response.headers.get("Content-Type", "").partition(";")[0].strip().lower() == "text/html":
            raise TransferError(f"{_host(url)} answers with a web page instead of the file")
        answer = _answer(url, response)
        resumed = response.status_code == requests.codes.partial_content
        if resumed and not (begun and _continues(response, answer, begun, here)):
            _forget(part)
            raise _BrokenOff("the server sent other bytes than those asked for")
        here = here if resumed else 0
        total = _total(response, here)
        if total is not None and total > limit:
            raise TransferError(_too_large(url, limit))
        if not resumed:
            _forget(part)
            if answer.validator and "Content-Encoding" not in response.headers:
                files.write_text(_headers_file(part), files.to_json(asdict(answer)))
        with part.open("ab" if resumed else "wb") as file:
            here = _write_body(response, file, here, total, limit, watch)
    if total is not None and here != total:
        raise _BrokenOff(f"{here} bytes came of {total}")
    if problem := _not_a_file(part):
        _forget(part)
        raise TransferError(f"{_host(url)} {problem} instead of the file")
    return begun if resumed else answer


def _write_body(
    response: requests.Response, file: IO[bytes], here: int, total: int | None, limit: int, watch: Watch
) -> int:
    watch(here, total)
    try:
        for piece in web.pieces(response, CHUNK):
            here += len(piece)
            if here > limit:
                raise TransferError(_too_large(response.url, limit))
            file.write(piece)
            watch(here, total)
    except web.SlowServer as slow:
        raise TransferError(f"{_host(response.url)} sends {slow}") from slow
    except HTTPError as error:
        raise _BrokenOff(f"the connection was lost after {here} bytes") from error
    return here


def _not_a_file(part: Path) -> str:
    """Return what came when it cannot be an open file: nothing, or a web page under another type; empty otherwise."""
    with part.open("rb") as file:
        head = file.read(1024)
    if not head:
        return "answers with 0 bytes"
    return "answers with a web page" if _PAGE.match(head) else ""


def _resumable(part: Path, url: str) -> Answer | None:
    """Return the headers of a partial file that can be resumed, or None."""
    try:
        answer = Answer(**json.loads(_headers_file(part).read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError, RecursionError):
        return None
    if not all(isinstance(value, str) for value in asdict(answer).values()):
        return None
    return answer if answer.url == url and part.exists() and part.stat().st_size else None


def _conditions(begun: Answer | None, here: int, known: Answer | None) -> dict[str, str]:
    if begun:
        return {"Range": f"bytes={here}-", "If-Range": begun.validator}
    if known and known.etag:
        return {"If-None-Match": known.etag}
    return {"If-Modified-Since": known.last_modified} if known and known.last_modified else {}


def _answer(url: str, response: requests.Response) -> Answer:
    headers = response.headers
    return Answer(url, headers.get("ETag", ""), headers.get("Last-Modified", ""), _iso(headers.get("Date", "")))


def _iso(date: str) -> str:
    try:
        return parsedate_to_datetime(date).isoformat()
    except (ValueError, OverflowError, TypeError):
        return ""


def _continues(response: requests.Response, answer: Answer, begun: Answer, here: int) -> bool:
    """Return whether a partial answer starts where the partial file ends, in the same version."""
    start = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    same = all(
        not said or said == before
        for said, before in ((answer.etag, begun.etag), (answer.last_modified, begun.last_modified))
    )
    return same and start is not None and int(start[1]) == here


def _total(response: requests.Response, here: int) -> int | None:
    """Return the announced size of the whole file; None for a compressed answer, which announces another size."""
    length = response.headers.get("Content-Length", "")
    return here + int(length) if length.isdigit() and "Content-Encoding" not in response.headers else None


def _headers_file(part: Path) -> Path:
    return part.with_name(f"{part.name}.json")


def _forget(part: Path) -> None:
    part.unlink(missing_ok=True)
    _headers_file(part).unlink(missing_ok=True)


def forget_headers(part: Path) -> None:
    """Delete the headers that were stored to resume a file that is now complete."""
    _headers_file(part).unlink(missing_ok=True)


def _host(url: str) -> str:
    return urlsplit(url).netloc


def _too_large(url: str, limit: int) -> str:
    return f"{_host(url)} serves more than {limit / 1e6:.0f} MB"


def _why(error: requests.RequestException, url: str) -> str:
    host = _host(url)
    after_retries = getattr(error.args[0], "reason", None) if error.args else None
    if isinstance(error, requests.Timeout) or isinstance(after_retries, ReadTimeoutError):
        return f"{host} takes too long to answer"
    if isinstance(error, requests.TooManyRedirects):
        return f"{host} redirects without end"
    if isinstance(error, requests.exceptions.SSLError):
        return f"the certificate of {host} could not be verified"
    if isinstance(error, requests.ConnectionError | requests.exceptions.ChunkedEncodingError):
        return f"no answer from {host}: it is down, or this machine is offline"
    return f"{host}: {type(error).__name__}"
