"""What stands around a plot in a given width, and how large its letters may be there."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import fsum
from typing import TYPE_CHECKING

from tlanalysis.charts.kit import legends
from tlanalysis.charts.kit.letters import MARGIN, text_width, wrap
from tlanalysis.charts.kit.scaling import scale
from tlanalysis.charts.kit.style import INK, LABEL, PHONE, SMALL, SOFT, SUBTITLE, TITLE, WIDTH

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from tlanalysis.charts.kit.caption import Caption
    from tlanalysis.charts.kit.look import Asked

LEADING = 1.32  # line height over font size
GAP = 0.13  # inches between header, plot and footer
LEAST = 4.4  # inches: letters keep their size down to this width
ON_PHONE = 3.9  # inches, on a phone: letters of 9 px at least, at 100 px an inch
READABLE = 6.0  # points: letters of notes are as high in a column, also where a chart asks for a wider page
AS_LARGE = 7.4  # inches: letters of a figure that is wider may grow with it
STEP = 0.97  # from one size tried to the next
SMALLEST = 0.2
UNDER = 0.9  # inches that a legend takes under a map
LABELS = 0.42  # of the width, at most, for the names of rows
MAP_AND_LEGEND = 6.0  # inches that a map and a legend at its side take
BESIDE = 0.27  # of the width of a phone, at most, for a label beside a mark: what is longer is broken

Line = tuple[str, float, str, str]  # text, size in points, weight, colour


def height_of(lines: list[Line]) -> float:
    """Return the height of lines of text in inches, in letters of full size."""
    return fsum(size * LEADING for _, size, _, _ in lines) / 72


@dataclass
class Frame:
    """The plot of some Axes: its `natural` height in inches, the `look` asked for, the width it needs at `least`.

    Widths and heights are those of letters of full size; on paper they are multiplied by `factor`.
    """

    natural: float
    look: Asked
    least: float | None = None
    factor: float = 1.0
    narrow: bool = False
    axes: Axes = field(init=False, repr=False)
    names: list[str] | None = field(default=None, init=False, repr=False)

    def header(self, caption: Caption, width: float) -> list[Line]:
        """Return the lines above the plot."""
        if self.look.title == "":
            return []
        room, font = self._line(width), self.look.font
        lines = [(line, TITLE, "bold", INK) for line in wrap(caption.title, TITLE, bold=True, width=room, font=font)]
        return lines + [
            (line, SUBTITLE, "normal", SOFT) for line in wrap(caption.subtitle, SUBTITLE, width=room, font=font)
        ]

    def footer(self, caption: Caption, width: float, *, shown: str = "full") -> list[Line]:
        """Return the lines under the plot: all of them, the short ones, the source, or none."""
        held = {"short": caption.short_footer, "full": caption.footer, "source": caption.footer[-1:], "none": []}
        parts = held[self.look.caption or shown]
        room, font = self._line(width), self.look.font
        return [(line, SMALL, "normal", SOFT) for part in parts for line in wrap(part, SMALL, width=room, font=font)]

    def _line(self, width: float) -> float:
        """Return how wide a line may be; small letters on a screen are up to a twentieth wider than in print."""
        return (width - 2.5 * MARGIN) * (1.0 if width == WIDTH else 0.95)

    def choose(self, caption: Caption, width: float, height: float | None, *, most: float | None = None) -> float:
        """Return the largest factor at which everything fits a width and a height in inches (None: any height)."""
        shown = "full" if most is None else "source"
        factor = self._at_most(width, most)
        while height is not None and factor > SMALLEST:
            inner = width / factor
            texts = height_of(self.header(caption, inner)) + height_of(self.footer(caption, inner, shown=shown))
            if (2 * MARGIN + texts + 2 * GAP + self.plot_height(inner)) * factor <= height:
                break
            factor *= STEP
        return factor

    def room(self, width: float, height: float | None) -> float:
        """Return the width expected at full size, before the texts are known."""
        factor = self._at_most(width, None if height is None else 1.0)
        if height is not None:
            factor = min(factor, height / (self.natural + 1.6))
        return width / factor

    def _at_most(self, width: float, most: float | None) -> float:
        largest = max(1.0, width / AS_LARGE) if most is None else most
        if legends.is_beside_a_map(getattr(self, "axes", None)):
            return min(largest, width / MAP_AND_LEGEND)
        least = ON_PHONE if self.look.width == PHONE else min(self.least or LEAST, width * SMALL / READABLE)
        return min(largest, width / least)

    def plot_height(self, width: float) -> float:
        """Return the height that the plot needs in a width: more where the names of its rows take more lines."""
        if width >= WIDTH:
            return self.natural
        if self.axes.get_aspect() != "auto":
            return self.natural * width / WIDTH + (UNDER if legends.is_under(self.axes) else 0.0)
        rows = len(self._names())
        if not rows:
            return self.natural
        pitch = (self.natural - 0.75) / rows
        lines = [len(self._broken(name, width)) for name in self._names()]
        needed = (max(lines) * 1.2 * LABEL + 3) / 72
        return self.natural + rows * max(0.0, needed - pitch)

    def _names(self) -> list[str]:
        """Return the names of the rows as they were first written."""
        if self.names is None:
            ticks = self.axes.get_yticklabels() if getattr(self.axes, "rows", False) else []
            self.names = [label.get_text() for label in ticks]
        return self.names

    def _broken(self, name: str, width: float) -> list[str]:
        """Return the name of a row in lines that leave the plot its part of the width."""
        room = LABELS * width
        if all(text_width(line, LABEL) <= room for line in name.split("\n")):
            return name.split("\n")
        return [part for line in name.split("\n") for part in wrap(line, LABEL, width=room, font=self.look.font)]

    def resize(self, factor: float, width: float) -> None:
        """Give letters, lines and marks their size for a width, and break names and legend where the width asks it."""
        inner = width / factor
        changed = factor / self.factor
        scale(self.axes, changed)
        self.factor, self.narrow = factor, inner < WIDTH
        if (names := self._names()) and (inner < WIDTH or changed != 1):
            broken = ["\n".join(self._broken(name, inner)) if inner < WIDTH else name for name in names]
            self.axes.set_yticks(self.axes.get_yticks(), broken)
        if names and self.look.width == PHONE:
            self._break_labels(inner)
        if inner < WIDTH or factor != 1:
            room = inner - 2 * MARGIN - (self._names_width(inner) if names else 0.0)
            taller = self.plot_height(inner) / self.natural
            legends.redraw(self.axes, factor, room, self.look.font, taller=taller)

    def _break_labels(self, width: float) -> None:
        """Break the labels beside marks whose lines would leave the plot too little of the width."""
        room, font = BESIDE * width, self.look.font
        for label in self.axes.texts:
            size, lines = float(label.get_fontsize()) / self.factor, label.get_text().split("\n")
            if any(text_width(line, size, font=font) > room for line in lines):
                label.set_text("\n".join(part for line in lines for part in wrap(line, size, width=room, font=font)))

    def _names_width(self, width: float) -> float:
        lines = (line for name in self._names() for line in self._broken(name, width))
        return max((text_width(line, LABEL, font=self.look.font) for line in lines), default=0.0) + 0.1
