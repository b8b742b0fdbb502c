"""How our figures look: one size, one font, one mark per nature of a number.

Colours stay distinct in grey and for colour-blind readers.

Seaborn makes the colour ramp and draws the bars of counts (`plot_holdings`). Matplotlib draws the other charts, for
these reasons:

- maps and grids (`maps`, `plot_unknowns`, `plot_deffinov_regions`): `seaborn.heatmap` leaves a missing cell empty,
  while a figure of ours hatches it, writes several lines in it and frames the territory in focus;
- rows of marks and intervals (`training`, `profile`, `funnel`, `money`, ...): `seaborn.pointplot` computes an interval
  from repeated observations, while our tables hold the interval, and the fill of a mark depends on the row;
- fans (`forecasts`): `seaborn.lineplot` draws one band from repeated values, while our tables hold the bounds of two;
- no chart draws a distribution of observations.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import seaborn as sns
from matplotlib.patheffects import withStroke
from matplotlib.text import Annotation

from tlanalysis.charts.kit import fonts
from tlanalysis.data import perimeter_facts

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.typing import RcKeyType

WIDTH = 7.2  # inches: 720 px at 100 dpi
PHONE = 3.4  # inches: 340 px
DPI = 100
SAVED_DPI = 2 * DPI  # of a PNG: sharp on dense screens
INK, SOFT, RULE, PALE = "#1a1a1a", "#555555", "#d9d9d9", "#efefef"
ACCENT, CONTRAST = "#0072B2", "#C04A00"

TITLE, SUBTITLE, LABEL, SMALL = 15.0, 11.2, 10.6, 9.6

# Bands of a fan: 95 %, 80 %.
WIDE, NARROW = "#c9dfee", "#7fb2d6"

# White around the letters of a label that may cross a line: points.
HALO = 2.6

# Nature of a number -> marker and whether it is filled.
MARKS = {
    "compte": {"marker": "o", "filled": True},
    "estime": {"marker": "o", "filled": False},
    "declare": {"marker": "s", "filled": False},
    "objectif": {"marker": "D", "filled": False},
    "prevision": {"marker": "D", "filled": False},
}

# Unknown: diagonal hatching on light grey, and the word.
UNKNOWN: dict[str, Any] = {"facecolor": PALE, "edgecolor": "#8c8c8c", "hatch": "////", "linewidth": 0.0}

RC: dict[RcKeyType, Any] = {
    "figure.dpi": DPI,
    "figure.facecolor": "white",
    "font.family": fonts.FAMILIES,
    "font.sans-serif": [fonts.BESIDE],
    "font.size": LABEL,
    "axes.edgecolor": RULE,
    "axes.labelcolor": SOFT,
    "axes.labelsize": LABEL,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.grid": False,
    "axes.axisbelow": True,
    "axes.formatter.use_locale": False,
    "xtick.color": SOFT,
    "ytick.color": INK,
    "xtick.labelsize": LABEL,
    "ytick.labelsize": LABEL,
    "xtick.major.size": 3,
    "ytick.major.size": 0,
    "text.color": INK,
    "text.hinting": "none",  # letters are as wide in a PNG as in an SVG, and as measured
    "hatch.linewidth": 0.6,
    "hatch.color": "#a6a6a6",
    "svg.fonttype": "none",
    "svg.hashsalt": "tlanalysis",
    "legend.frameon": False,
    "legend.fontsize": SMALL,
}


_DEFAULTS: dict[RcKeyType, Any] = {
    key: value
    for key, value in mpl.rcParamsDefault.items()
    if key not in {"backend", "backend_fallback", "interactive"}
}
_STYLE = _DEFAULTS | RC


def style() -> AbstractContextManager[None]:
    """Return the context in which every figure is drawn and saved; the caller's own settings stay as they were.

    It starts from the defaults of matplotlib: a `matplotlibrc` of the user changes no figure. The backend alone stays.
    """
    fonts.register()
    # matplotlib checks each setting that it is given, and most are as they should be already.
    return mpl.rc_context({key: value for key, value in _STYLE.items() if dict.get(mpl.rcParams, key) != value})


def halo(ax: Axes) -> None:
    """Put white around the labels of marks, which may cross lines, unless they are white or have a ground of their own.

    A label is an annotation; the texts inside the shapes of a map are not.
    """
    for label in (text for axes in (ax, *ax.child_axes) for text in axes.texts):
        if not isinstance(label, Annotation):
            continue
        if label.get_bbox_patch() is None and mpl.colors.to_rgb(label.get_color()) != (1.0, 1.0, 1.0):
            label.set_path_effects([withStroke(linewidth=HALO, foreground="white")])


def perimeter_colour(perimeter: str) -> str:
    """Return the colour of a perimeter: the same in every figure, from the table `perimetres`."""
    return perimeter_facts.colour(perimeter, SOFT)


def mark(nature: str, colour: str = ACCENT, size: float = 7.5) -> dict[str, Any]:
    """Return the marker settings of a nature; raises `KeyError` on an unknown one."""
    shape = MARKS[nature]
    face = colour if shape["filled"] else "white"
    return {
        "marker": shape["marker"],
        "markersize": size,
        "markerfacecolor": face,
        "markeredgecolor": colour,
        "markeredgewidth": 1.6,
    }


def sequential(n: int) -> list[str]:
    """Return `n` colours of a perceptually even ramp, light to dark."""
    return list(sns.color_palette("blend:#e3eef6,#a9cde6,#3b78ab,#0b3c68", n_colors=n).as_hex())


def on(colour: str) -> str:
    """Return the text colour, black or white, that reads better on a background."""
    r, g, b = (x / 12.92 if x <= 0.03928 else ((x + 0.055) / 1.055) ** 2.4 for x in mpl.colors.to_rgb(colour))
    luminance = 0.2126 * r + 0.7152 * g + 0.0722 * b
    return "white" if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.06 else INK
