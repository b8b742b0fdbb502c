"""Numbers of an axis: all of them with as many decimals as the finest tick needs; zero is written 0."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from matplotlib.ticker import Formatter

MOST = 3  # decimals


def decimals(values: Sequence[float]) -> int:
    """Return how many decimals write all values exactly, at most three.

    Examples
    --------
    >>> decimals([0, 0.5, 1.0]), decimals([0, 2, 10])
    (1, 0)
    """
    return next((n for n in range(MOST) if all(abs(round(v, n) - v) < 1e-9 for v in values)), MOST)


class _SameDecimals(Formatter):
    def __init__(self, say: Callable[..., str]) -> None:
        self.say = say

    def __call__(self, x: float, pos: int | None = None) -> str:
        """Return the label of one value alone."""
        return self.say(x)

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """Return the labels of all ticks."""
        name = getattr(self.say, "__name__", "")
        if name not in {"number", "percent"}:
            return [self.say(value) for value in values]
        digits = decimals([float(value) * (100 if name == "percent" else 1) for value in values])
        return [self.say(value, digits if value else 0) for value in values]


def same_decimals(say: Callable[..., str]) -> Any:
    """Return a formatter of ticks that writes all of them with the same number of decimals, and zero without any.

    Parameters
    ----------
    say : callable
        Writes a value; `Words.number` and `Words.percent` are told how many decimals to write.
    """
    return _SameDecimals(say)
