"""The value of each mark of an SVG, in the words of the axes."""

from __future__ import annotations

import re
from collections import Counter
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest

import tlanalysis as tl
from tlanalysis.figures import marks

SVG = "{http://www.w3.org/2000/svg}"


def _values(ax: object, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return what the marks of a saved figure say; the title of the whole is no mark."""
    monkeypatch.setenv("TLANALYSIS_OUT", str(folder))
    name = tl.publish(ax, id="essai").name
    root = ElementTree.fromstring((folder / "figures" / f"{name}.svg").read_text(encoding="utf-8"))
    parents = {child: parent for parent in root.iter() for child in parent}
    titles = [one for one in root.iter(f"{SVG}title") if parents[one] is not root]
    return [title.text or "" for title in titles]


def test_each_bar_says_its_row_and_its_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    held = tl.holdings()
    said = _values(tl.plot_holdings(held, lang="en"), tmp_path, monkeypatch)
    assert Counter(said) == Counter(
        f"{tl.label(held[held['nature'] == row.nature], lang='en').iloc[0, 0]}: {row.nb_chiffres}"
        for row in held.itertuples()
    )


def test_each_point_says_its_row_and_its_value_in_french(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rates = tl.compare_rates("FR")
    said = _values(tl.plot_compare_rates(rates), tmp_path, monkeypatch)
    # 1,512 and 381 places for 68,350,798 inhabitants.
    assert [unescape(text).partition("·")[2].strip() for text in said] == ["France\u00a0: 2,2", "France\u00a0: 0,56"]


def test_a_bar_that_starts_at_zero_is_an_interval_beside_other_intervals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = _values(tl.plot_deffinov_bounds(tl.deffinov_bounds(), focus="R94", lang="en"), tmp_path, monkeypatch)
    assert "Corse: 0 to 138" in said
    assert "Corse: 138" not in said


def test_the_axes_are_as_before_once_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ax = tl.plot_holdings(tl.holdings())
    with marks.named(ax, "fr") as said:
        assert any(artist.get_gid() in said for artist in ax.findobj())
    assert said
    assert [artist for artist in ax.findobj() if str(artist.get_gid()).startswith(marks.PREFIX)] == []


def test_a_group_with_other_marks_than_values_stays() -> None:
    svg = '<g id="marque-1"><use x="1"/><use x="2"/></g><g id="b"><use x="3"/></g>'
    assert marks.with_values(svg, {"marque-1": ["a"]}) == svg
    titled = marks.with_values(svg, {"marque-1": ["a", "<b>"], "absent": ["c"]})
    assert re.findall("<title>(.*?)</title>", titled) == ["a", "&lt;b&gt;"]
    assert titled.endswith('<g id="b"><use x="3"/></g>')
