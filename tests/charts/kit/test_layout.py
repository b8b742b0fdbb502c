"""The widths that lines are broken by, against those that matplotlib draws."""

from __future__ import annotations

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from tlanalysis.charts.kit.letters import text_width
from tlanalysis.charts.kit.style import SAVED_DPI, SMALL, SUBTITLE, TITLE, style

SENTENCES = (
    "Part des tiers-lieux qui forment, par région",
    "Training reach of third places, 2018–2026 (declared)",
    "À La Réunion, 1\u202f234,5 places pour 100\u202f000 habitants (12,5\u00a0%)",
)
KERNED = "AVATAR To Ty"  # hardly a sentence: every pair of letters is drawn closer than the letters are wide


def drawn_width(text: str, size: float, weight: str) -> float:
    with style():
        figure = Figure(dpi=SAVED_DPI)
        FigureCanvasAgg(figure)
        drawn = figure.text(0, 0, text, fontsize=size, fontweight=weight)
        return drawn.get_window_extent().width / SAVED_DPI


@pytest.mark.parametrize("size", [SMALL, SUBTITLE, TITLE])
@pytest.mark.parametrize("weight", ["normal", "bold"])
@pytest.mark.parametrize(("text", "most"), [*((sentence, 1.01) for sentence in SENTENCES), (KERNED, 1.10)])
def test_a_text_is_never_taken_for_narrower_than_drawn(text: str, most: float, weight: str, size: float) -> None:
    ratio = text_width(text, size, weight == "bold") / drawn_width(text, size, weight)
    assert 0.999 < ratio < most
