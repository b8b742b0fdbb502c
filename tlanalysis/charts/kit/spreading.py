"""Labels and marks that would stand on one another, moved apart as little as possible, both ways."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from math import fsum
from typing import TypeVar

Name = TypeVar("Name", bound=Hashable)


def spread(places: Mapping[Name, float], gap: float) -> dict[Name, float]:
    """Return where labels stand: their places, moved apart both ways until `gap` separates any two.

    The order is kept, and labels that meet are spread around the mean of their places: no label is nearer the place of
    another than its own place is.

    Examples
    --------
    >>> spread({"a": 10.0, "b": 11.0, "c": 30.0}, gap=3.0)
    {'a': 9.0, 'b': 12.0, 'c': 30.0}
    """
    order = sorted(places, key=lambda name: places[name])
    groups: list[list[Name]] = []
    for name in order:
        groups.append([name])
        while len(groups) > 1 and _first(groups[-1], places, gap) < _last(groups[-2], places, gap) + gap:
            groups[-2:] = [groups[-2] + groups[-1]]
    return {name: _first(group, places, gap) + rank * gap for group in groups for rank, name in enumerate(group)}


def _first(group: list[Name], places: Mapping[Name, float], gap: float) -> float:
    """Return where the first of a group stands when the group is centred on the mean of its places."""
    return fsum(places[name] for name in group) / len(group) - gap * (len(group) - 1) / 2


def _last(group: list[Name], places: Mapping[Name, float], gap: float) -> float:
    return _first(group, places, gap) + gap * (len(group) - 1)
