"""What is believed before seeing a figure: one frozen set of numbers, printed by `priors`, changed by `sensitivity`.

Everything is on the scale of the natural logarithm: 0.10 is about ten per cent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

# Offset of a perimeter from the reference definition: mean, standard deviation. The mission of 2018 counted coworking
# spaces and fablabs only, and thought it had missed a fifth even of those; the report of 2021 may include projects;
# the census of 2023 has no published method; the file of 2026 lists itinerant places, and perhaps projects.
_OFFSETS = {
    "cget_2018": (-0.30, 0.15),
    "ftl_2021": (0.0, 0.12),
    "ftl_2023": (0.0, 0.08),
    "ftl_2026": (0.0, 0.10),
    "non_precise": (0.0, 0.35),
}


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
        Mean yearly change of growth (damped trend): what is new wears off.
    shock : tuple of float
        Standard deviation of what a year adds to or takes from any curve: median, log-spread.
    room : tuple of float
        Log of the ceiling over the first level: mean and standard deviation (Gompertz), about median and spread
        (logistic).
    speed : tuple of float
        Speed at which the ceiling is approached, per year: median, log-spread.
    damping : tuple of float
        Share of growth that lasts to the next year: least, most (uniform between).
    error : mapping
        Nature -> standard deviation of a figure around what its own perimeter holds.
    offsets : mapping
        Perimeter -> (mean, standard deviation) of its offset from the reference definition.
    default_offset : tuple of float
        The same for a perimeter without an entry.
    """

    growth: tuple[float, float] = (0.07, 0.12)
    growth_shock: tuple[float, float] = (0.06, 0.6)
    waning: float = -0.03
    shock: tuple[float, float] = (0.045, 0.6)
    room: tuple[float, float] = (0.7, 0.7)
    speed: tuple[float, float] = (0.4, 0.55)
    damping: tuple[float, float] = (0.5, 0.98)
    error: Mapping[str, float] = field(default_factory=lambda: {"compte": 0.03, "estime": 0.12, "declare": 0.12})
    offsets: Mapping[str, tuple[float, float]] = field(default_factory=lambda: dict(_OFFSETS))
    default_offset: tuple[float, float] = (0.0, 0.15)

    def offset(self, perimeter: str) -> tuple[float, float]:
        """Return mean and standard deviation of a perimeter's offset."""
        return self.offsets.get(perimeter, self.default_offset)


DEFAULT = Priors()


def priors(of: Priors = DEFAULT) -> pd.DataFrame:
    """Return the priors of the forecast, one row each, for whoever wants to attack them.

    Returns
    -------
    DataFrame
        `parametre, a, b, lecture`: two numbers and how to read them (mean and standard deviation, or median and
        log-spread, or the ends of a uniform).
    """
    import pandas as pd

    rows = [
        ("croissance_initiale", *of.growth, "moyenne, écart type"),
        ("choc_de_croissance", *of.growth_shock, "médiane, étalement"),
        ("essoufflement", of.waning, 0.0, "par an, fixé"),
        ("choc_annuel", *of.shock, "médiane, étalement"),
        ("marge_sous_plafond", *of.room, "moyenne, écart type"),
        ("vitesse_vers_plafond", *of.speed, "médiane, étalement"),
        ("amortissement", *of.damping, "uniforme entre"),
    ]
    rows += [(f"erreur_{nature}", 0.0, sd, "moyenne, écart type") for nature, sd in of.error.items()]
    rows += [(f"decalage_{name}", *value, "moyenne, écart type") for name, value in of.offsets.items()]
    rows += [("decalage_par_defaut", *of.default_offset, "moyenne, écart type")]
    return pd.DataFrame(rows, columns=["parametre", "a", "b", "lecture"])
