"""The drawing of a figure for narrow screens: the same chart, or none."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import tlanalysis as tl
from tests.charts.drawn import case
from tests.figures.published import NAME, files_of, publish
from tlanalysis.charts.kit import again, caption
from tlanalysis.charts.kit.layout import figure_of
from tlanalysis.core import files
from tlanalysis.figures import publishing
from tlanalysis.figures.trace import read_facts

pytestmark = pytest.mark.usefixtures("out")


def _phone(out: Path, figure: str) -> Path:
    return out / "figures" / "phone" / f"{figure}.svg"


def test_a_figure_has_a_drawing_for_narrow_screens_with_the_same_facts(out: Path) -> None:
    published = publish(fresh=True)
    assert read_facts(_phone(out, NAME)) == published.facts
    root = ElementTree.parse(_phone(out, NAME)).getroot()
    width, height = map(float, root.get("viewBox", "").split()[2:])
    plot = published.facts["phone"]
    assert width == pytest.approx(3.4 * 72, abs=0.1)  # 340 px at 100 dpi; an SVG counts in points
    assert height / 72 == pytest.approx(plot["height"], abs=0.01)
    assert 0 < plot["top"] < plot["bottom"] < plot["height"]
    sizes = [float(found) for found in re.findall(r"font-size: ([\d.]+)px", _phone(out, NAME).read_text("utf-8"))]
    assert min(sizes) * 312 / width >= 9  # 312 px: what a screen of 320 px leaves to a drawing


def _changed(ax: Any) -> None:
    ax.get_lines()[0].set_color("#ff00ff")


def _annotated(ax: Any) -> None:
    ax.annotate("mine", (0.5, 0.5))


@pytest.mark.parametrize("change", [_changed, _annotated])
def test_a_chart_that_was_changed_has_no_drawing_that_lacks_the_change(out: Path, change: Any) -> None:
    tl.publish(tl.plot_share_training(tl.share_training()), id="essai")
    assert _phone(out, "essai--FR").is_file()
    ax = tl.plot_share_training(tl.share_training())
    change(ax)
    published = tl.publish(ax, id="essai")
    assert published.facts["phone"] is None
    assert not _phone(out, "essai--FR").exists()


def test_a_chart_that_was_shown_and_saved_is_still_drawn_for_narrow_screens(out: Path, tmp_path: Path) -> None:
    ax = tl.plot_holdings(tl.holdings(), lang="en", title="Mine")
    ax._repr_png_()  # type: ignore[attr-defined]
    tl.save(ax, tmp_path / "mine.pdf")
    published = tl.publish(ax, id="essai")
    assert published.facts["phone"] is not None
    assert ">Mine<" in _phone(out, "essai--FR-en").read_text(encoding="utf-8")


def test_a_table_that_was_changed_since_changes_no_drawing(out: Path) -> None:
    table = tl.holdings()
    ax = tl.plot_holdings(table)
    tl.publish(ax, id="essai")
    before = _phone(out, "essai--FR").read_bytes()
    again = tl.plot_holdings(table)
    table["nb_chiffres"] = 1
    tl.publish(again, id="essai")
    assert _phone(out, "essai--FR").read_bytes() == before


def test_a_chart_in_given_axes_has_no_drawing_for_narrow_screens(out: Path) -> None:
    ax = tl.plot_holdings(tl.holdings(), ax=Figure(figsize=(8, 6)).subplots())
    assert tl.publish(ax, id="essai").facts["phone"] is None
    assert not _phone(out, "essai--FR").exists()


@pytest.fixture
def forgotten(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the widths of the figures that are taken out of the register of pyplot, in inches."""
    widths: list[float] = []

    def forget(figure: Figure) -> None:
        widths.append(round(figure.get_size_inches()[0], 1))

    monkeypatch.setattr(publishing, "forget", forget)
    monkeypatch.setattr(again, "forget", forget)
    return widths


def test_nothing_is_half_written_when_the_drawing_for_narrow_screens_fails(
    out: Path, monkeypatch: pytest.MonkeyPatch, forgotten: list[float]
) -> None:
    publish()
    before = files_of(out)
    draw = publishing.render

    def render(ax: Axes, *given: Any) -> bytes:
        if figure_of(ax).get_size_inches()[0] < 4:
            raise OSError("no space left")
        return draw(ax, *given)

    monkeypatch.setattr(publishing, "render", render)
    forgotten.clear()
    drawn = case("plot_holdings")
    table = drawn.table.assign(nb_chiffres=drawn.table["nb_chiffres"] + 1)
    with pytest.raises(OSError, match="no space left"):
        tl.publish(drawn.on(table, lang="en"), table, id="qualite-natures", params={"lang": "en"})
    assert files_of(out) == before
    assert forgotten == [3.4]


def test_a_drawing_for_narrow_screens_stays_when_the_chart_that_has_none_is_not_written(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(fresh=True)
    before = files_of(out)
    drawn = case("plot_holdings")
    ax = drawn.on(drawn.table, lang="en")
    _annotated(ax)

    def write_together(contents: dict[Path, bytes]) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(files, "write_together", write_together)
    with pytest.raises(OSError, match="no space left"):
        tl.publish(ax, drawn.table, id="qualite-natures", params={"lang": "en"})
    assert f"figures/phone/{NAME}.svg" in before
    assert files_of(out) == before


def test_a_copy_with_another_caption_is_forgotten(forgotten: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    ax = tl.plot_holdings(tl.holdings())
    held = caption.of(ax)
    monkeypatch.setattr(caption, "of", lambda drawn: held if drawn is ax else None)
    assert again.again(ax, "phone") is None
    assert forgotten == [3.4]
