"""Write on clean places which list they come from, so that every figure of them says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tlanalysis.core.own_list import OwnList
from tlanalysis.core.provenance import KEYS, Source, source_of_list
from tlanalysis.data.remote_files import remote

if TYPE_CHECKING:
    import pandas as pd


def sign(places: pd.DataFrame, signed: OwnList) -> None:
    """Write the name and sha256 of a list on its places; its publisher, where the bytes are those of an open file."""
    name = next((one for one, entry in remote().items() if entry.get("sha256") == signed.sha256), None)
    if name is not None:
        sign_as(places, name)
        return
    places.attrs |= {"inputs": [signed.key], "sources": [source_of_list(signed)]}


def sign_as(places: pd.DataFrame, name: str) -> None:
    """Write an open file of the catalog, and its publisher, on the places that come from it."""
    entry = remote()[name]
    where = entry.get("url", entry.get("landing", ""))
    source = Source(zip(KEYS, (entry["publisher"], where, entry["vintage"]), strict=True))
    places.attrs |= {"inputs": [name], "sources": [source]}
