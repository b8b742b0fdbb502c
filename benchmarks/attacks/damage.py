"""Damaged bytes, hostile names and hostile lists, drawn at random."""

from __future__ import annotations

import json
import random
from typing import Any

HOSTILE_NAMES = (
    "", ".", "..", "../outside/precious", "/etc/passwd", "/dev/null", "*", "?", "[a]", "a/b", "a\\b", "-x",
    "--force", "é" * 200,
    "x" * 300, "\u202egnp.exe", "\udcff", "a\nb", "a\tb", "CON", "~", "~root", "$HOME", "$(touch x)", "`id`",
    ";id", "|", "&",
    "%00", "{}", "{0}", "%s", "00_essai", "00_essai.ipynb", "00_essai--FR", "essai--FR", "out", "outside",
    "liste.csv", "\u0000x"[1:],
    "http://127.0.0.1:1/x.csv", "file:///etc/passwd", "http://[::1", "𝕊", "‮", "\ufeff", " ", "  x  ", "'", '"',
    "<script>",
)  # fmt: skip
_VALUES = (None, True, False, 0, -1, 1e308, "", "x", [], {}, [[]], {"a": {}}, "../../x", "*", "\u202e", "9" * 30)


def damaged(data: bytes, random_: random.Random) -> bytes:
    """Return bytes with a flip, a cut, an insertion, a doubled part, or in JSON a value of another type."""
    kinds = [_flipped, _cut, _inserted, _doubled, _emptied, _other_type, _other_type, _other_type, _other_encoding]
    return random_.choice(kinds)(data, random_)


def _flipped(data: bytes, random_: random.Random) -> bytes:
    changed = bytearray(data or b"x")
    for _ in range(random_.choice([1, 1, 3, 30])):
        changed[random_.randrange(len(changed))] ^= 1 << random_.randrange(8)
    return bytes(changed)


def _cut(data: bytes, random_: random.Random) -> bytes:
    return data[: random_.randrange(len(data) + 1)]


def _inserted(data: bytes, random_: random.Random) -> bytes:
    at = random_.randrange(len(data) + 1)
    what = random_.choice([b"\0", b"\xff\xfe", b"{" * 5000, b"[" * 100_000, b'"', b"\r\n", random_.randbytes(50)])
    return data[:at] + what + data[at:]


def _doubled(data: bytes, random_: random.Random) -> bytes:
    at = random_.randrange(len(data) + 1)
    return data[:at] + data[at // 2 :]


def _emptied(data: bytes, random_: random.Random) -> bytes:
    return random_.choice([b"", b"\n", b"null", b"[]", b"{}", b"0", b'"x"', b"\xef\xbb\xbf", b"nan"])


def _other_encoding(data: bytes, random_: random.Random) -> bytes:
    return data.decode("utf-8", "replace").encode(random_.choice(["utf-16", "latin-1", "utf-32"]), "replace")


def _other_type(data: bytes, random_: random.Random) -> bytes:
    try:
        value = json.loads(data)
    except ValueError:
        return _flipped(data, random_)
    places: list[tuple[Any, Any]] = []

    def collect(held: Any) -> None:
        pairs = held.items() if isinstance(held, dict) else enumerate(held) if isinstance(held, list) else ()
        for key, inner in pairs:
            places.append((held, key))
            collect(inner)

    collect(value)
    if not places:
        return b"[]"
    held, key = random_.choice(places)
    if random_.random() < 0.3:
        del held[key]
    else:
        held[key] = random_.choice(_VALUES)
    return json.dumps(value).encode()


_CELLS = (
    "", "=1+1", "@SUM(A1)", "-1", "+33612345678", "jean@exemple.fr", "\0", "\ufeff", "\u202e", "\u200b",
    "x" * 200_000, '"', '""',
    "\n", "\r", ";", ",", "\t", "NaN", "null", "1e309", "9" * 400, "48,85", "-91", "181", "99999", "2A004", "0",
    "é" * 300, "𝕊",
    "<script>alert(1)</script>", "{{x}}", "${x}", "%s", "../../x", "\u0301" * 50, "Rennes", "35000", "Le Lieu",
    "\udcff",
)  # fmt: skip


def hostile_list(random_: random.Random) -> bytes:
    """Return a CSV file with hostile headers, cells, separators and encodings."""
    headers = ["nom", "commune", "code_postal", "latitude", "longitude", "id", "site_web", "état", "Prénom", "nom", ""]
    columns = random_.sample(headers, random_.randrange(1, 8))
    if random_.random() < 0.7:
        columns = list(dict.fromkeys(["nom", "commune", *columns]))
    mark, end = random_.choice([";", ",", "\t", "|"]), random_.choice(["\n", "\r\n", "\r"])
    rows = [mark.join(columns)]
    for _ in range(random_.choice([0, 1, 5, 60])):
        rows.append(mark.join(_cell(random_) for _ in range(len(columns) + random_.choice([0, 0, 0, 1, -1]))))
    encoding = random_.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16", "latin-1"])
    data = end.join(rows).encode(encoding, "surrogateescape" if encoding.startswith("utf-8") else "replace")
    return _flipped(data, random_) if random_.random() < 0.2 else data


def _cell(random_: random.Random) -> str:
    chosen = random_.choice(_CELLS)
    return f'"{chosen}"' if random_.random() < 0.3 else chosen
