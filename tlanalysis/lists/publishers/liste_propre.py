"""The clean list that this package writes: cleaning it again changes nothing."""

from __future__ import annotations

from tlanalysis.lists.fields import OUTPUT
from tlanalysis.lists.publishers.published_list import PublishedList

# Column -> field: two columns of the output are read as the field that they come from.
_FIELD_OF = {"code_departement": "departement", "code_region": "region"}
RAW_TO_CLEAN = {name: name for name in OUTPUT if name not in _FIELD_OF} | _FIELD_OF

LIST = PublishedList(RAW_TO_CLEAN, frozenset(OUTPUT))
