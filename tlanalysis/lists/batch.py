"""What cleaning a batch of rows gives: its places, its refusals and its counts, with their schemas."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pyarrow as pa

from tlanalysis.lists.cells import privacy
from tlanalysis.lists.fields import OUTPUT

PLACE_SCHEMA = pa.schema(
    [
        (
            name,
            pa.float64()
            if name in {"latitude", "longitude"}
            else pa.int64()
            if name == "ligne_source"
            else pa.string(),
        )
        for name in OUTPUT
    ]
)
REJECT_SCHEMA = pa.schema(
    [("ligne_source", pa.int64()), *((name, pa.string()) for name in ("champ", "valeur", "regle", "gravite", "motif"))]
)


def schema_with(kept: tuple[str, ...]) -> pa.Schema:
    """Return the schema of the places with the columns that the user keeps, as text after the others."""
    return pa.schema([*PLACE_SCHEMA, *((kept_as(name), pa.string()) for name in kept)])


def kept_as(header: str) -> str:
    """Return the name of a kept column: the publisher's, without personal data, and unlike ours."""
    name = privacy.without_personal(header, "[…]")
    return f"{name} (liste)" if name in OUTPUT else name


@dataclass(frozen=True)
class Batch:
    """A cleaned batch: accepted `places`, `rejects` (a row per failure), counts per rule, rows read and rejected.

    `file_rows` is how many rows of the file they come from: fewer than `read` where one row holds several places.
    """

    places: pa.Table
    rejects: pa.Table
    applied: Counter[str]
    read: int
    rejected: int
    file_rows: int = 0
