"""The text font: from its package, before any font of the same name, with every sign that figures write."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from matplotlib.font_manager import FontProperties, findfont, get_font

from tests.charts.drawn import CASES, case, drawn_texts, figure_of
from tlanalysis.charts.kit import fonts
from tlanalysis.charts.kit.style import style


def test_the_files_of_the_font_lie_in_its_package_with_their_licence() -> None:
    files = fonts.font_files()
    assert sorted(files) == [400, 700]
    assert {path.parent.parent.name for path in files.values()} == {"font_source_sans_pro"}
    licence = (files[400].parent / fonts.LICENCE).read_text(encoding="utf-8")
    assert "SIL Open Font License, Version 1.1" in licence


@pytest.mark.parametrize(("weight", "name"), [("normal", "Regular"), ("bold", "Bold")])
def test_matplotlib_finds_the_files_of_the_package(weight: str, name: str) -> None:
    with style():
        found = Path(findfont(FontProperties(family=fonts.FAMILIES, weight=weight)))
    assert found == fonts.font_files()[700 if weight == "bold" else 400]
    assert name in found.name


def test_a_font_of_the_user_with_the_same_name_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    from matplotlib.font_manager import FontEntry, fontManager

    fonts.register()
    theirs = FontEntry(
        fname=findfont("DejaVu Serif"),
        name=fonts.FAMILY,
        style="normal",
        variant="normal",
        weight=400,
        stretch="normal",
        size="scalable",
    )
    monkeypatch.setattr(fontManager, "ttflist", [*fontManager.ttflist, theirs])
    assert Path(fontManager._find_fonts_by_props(FontProperties(family=[fonts.FAMILY]))[0]) == fonts.font_files()[400]


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "find_spec", lambda name: None)
    with pytest.raises(FileNotFoundError, match="pip install font-source-sans-pro"):
        fonts.font_files()


def test_a_missing_file_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "WEIGHTS", {400: "Nothing.ttf"})
    with pytest.raises(FileNotFoundError, match=r"Nothing\.ttf"):
        fonts.font_files()


def test_the_font_has_the_signs_that_are_written_in_letters() -> None:
    face = get_font(str(fonts.font_files()[400]))
    lacking = set()
    for one in CASES[::7]:
        for text in drawn_texts(figure_of(one.draw("fr"))):
            lacking |= {sign for sign in text.get_text() if sign != "\n" and not face.get_char_index(ord(sign))}
    assert lacking <= set("○□●◇▬")  # DejaVu Sans, beside matplotlib, has these


def test_an_svg_keeps_its_labels_as_text_with_white_around_them(tmp_path: Path) -> None:
    import tlanalysis as tl

    ax = case("plot_rates_from_shares").draw("fr")
    labels = [text.get_text() for text in ax.texts]
    svg = tl.save(ax, tmp_path / "taux.svg").read_text(encoding="utf-8")
    haloed = re.findall(r'<g stroke="#ffffff" [^>]*paint-order="stroke">\s*<text[^>]*>([^<]+)</text>', svg)
    assert haloed == labels
    assert "halo-" not in svg
    assert all(text.get_path_effects() for text in ax.texts)
