"""Hold the priors of the forecast in one frozen set of numbers, which `priors` lists and `sensitivity` varies.

Every number is on the scale of the natural logarithm: 0.10 is about ten per cent. The offsets of perimeters, each with
its reason, are columns of the table `perimetres`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tlanalysis.data import perimeter_facts

# Repeated counts of one object in one year: 196 and 212, 231 and 220, 407 and 382; the standard deviation of one count
# is 5.5, 3.4 and 4.5 per cent. The median is their mean square, rounded up; the spreads are chosen.
ERROR = {"compte": (0.05, 0.6), "estime": (0.12, 0.4), "declare": (0.12, 0.4)}


@dataclass(frozen=True)
class Priors:
    """The priors of the forecast.

    Attributes
    ----------
    growth : tuple of float
        Yearly growth at the first figure: mean, standard deviation.
    growth_shock : tuple of float
        Standard deviation of a yearly change of growth (damped trend): median, log-spread.
    waning : float
        Mean yearly change of growth (damped trend); below zero, growth slows.
    shock : tuple of float
        Standard deviation of the yearly random change of any curve: median, log-spread.
    room : tuple of float
        Log of the ceiling over the first level: mean and standard deviation (Gompertz), about median and spread
        (logistic).
    speed : tuple of float
        Speed at which the ceiling is approached, per year: median, log-spread.
    damping : tuple of float
        Share of growth that lasts to the next year: least, most (uniform between).
    error : mapping
        Nature -> standard deviation of a figure around the count of its own perimeter: median, log-spread. The figures
        move it.
    list_misses : tuple of float
        Share of places that a list with places of unknown state misses, log scale: mean, standard deviation.
    list_exceeds : tuple of float
        Share of its listed places that are not open, planned or closed, beyond those it says so of: the same.
    turn : tuple of float
        Probability, per year, that growth changes its sign; standard deviation of the growth that follows.
    support_ends : float
        Factor on that probability, where growth was positive, once public support has ended; 1 switches it off.
    publishers_apart : bool
        Whether each publisher that states no definition has its own, or all of them share one.
    method_required : bool
        Whether a number without a published method is an estimate, whatever its source calls it.
    offsets : mapping, optional
        Perimeter -> (mean, standard deviation) of its offset from the reference definition; by default those of the
        table `perimetres` (see `offsets_used`).
    default_offset : tuple of float
        The same for a perimeter without an entry.

    See Also
    --------
    priors : The numbers in words, with where they come from.
    forecast : Takes them.

    Examples
    --------
    >>> Priors(waning=0.0).waning
    0.0
    """

    growth: tuple[float, float] = (0.07, 0.12)
    growth_shock: tuple[float, float] = (0.06, 0.6)
    waning: float = -0.03
    shock: tuple[float, float] = (0.045, 0.6)
    room: tuple[float, float] = (0.7, 0.7)
    speed: tuple[float, float] = (0.4, 0.55)
    damping: tuple[float, float] = (0.5, 0.98)
    error: Mapping[str, tuple[float, float]] = field(default_factory=lambda: dict(ERROR))
    list_misses: tuple[float, float] = (0.10, 0.10)
    list_exceeds: tuple[float, float] = (0.05, 0.05)
    turn: tuple[float, float] = (0.08, 0.08)
    support_ends: float = 2.0
    publishers_apart: bool = True
    method_required: bool = True
    offsets: Mapping[str, tuple[float, float]] | None = None  # read when used: an import reads no table
    default_offset: tuple[float, float] = (0.0, 0.15)

    def offsets_used(self) -> Mapping[str, tuple[float, float]]:
        """Return the offset of each perimeter that has one: `offsets`, or those of the table `perimetres`."""
        return perimeter_facts.offsets() if self.offsets is None else self.offsets

    def offset(self, perimeter: str) -> tuple[float, float]:
        """Return mean and standard deviation of a perimeter's offset."""
        return self.offsets_used().get(perimeter, self.default_offset)


DEFAULT = Priors()
