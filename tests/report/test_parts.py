"""The parts of the site: drawings, tables, changes of figures, territories, documents, the replaced folder."""

from __future__ import annotations

import errno
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

import tlanalysis as tl
from tests.report.made_up import publish, ran
from tests.report.pages import Page
from tlanalysis.data import territories
from tlanalysis.report import (
    api_reference,
    commune_index,
    docs,
    html_tables,
    picture,
    replace_folder,
    results,
    territory_index,
)
from tlanalysis.report.function_index import functions_of
from tlanalysis.report.gallery import report
from tlanalysis.runs import manifest
from tlanalysis.runs.manifest import Outcome

NAMESPACES = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
SVG = f'<svg {NAMESPACES} width="9" viewBox="0 0 9 9">{{}}</svg>'


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        "<foreignObject><b/></foreignObject>",
        '<g onclick="alert(1)"/>',
        '<use href="https://example.org/x.svg#a"/>',
        '<use xlink:href="https://example.org/x.svg#a"/>',
        '<path style="fill: url(https://example.org/x)"/>',
        "<style>@import 'https://example.org/x.css';</style>",
        '<a href="javascript:alert(1)"><text>x</text></a>',
        '<image href="https://example.org/x.png"/>',
    ],
)
def test_a_drawing_keeps_no_script_and_no_outside_address(inside: str) -> None:
    cleaned = picture.inlined(SVG.format(f'{inside}<use xlink:href="#kept"/><text>words</text>'))
    assert cleaned is not None
    assert not any(word in cleaned for word in ("alert", "example.org", "foreignObject"))
    assert "#kept" in cleaned
    assert ">words</text>" in cleaned


def test_a_drawing_keeps_every_mark_of_its_figure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TLANALYSIS_OUT", str(tmp_path))
    for gaps, plot in ((tl.unknowns(), tl.plot_unknowns), (tl.access(), tl.plot_access)):
        name = tl.publish(plot(gaps), gaps, id="essai").name
        svg = (tmp_path / "figures" / f"{name}.svg").read_text(encoding="utf-8")
        cleaned = str(picture.inlined(svg))
        drawn = re.sub("<metadata.*?</metadata>", "", svg, flags=re.DOTALL)
        for element in ("path", "use", "text", "rect", "pattern", "clipPath"):
            assert cleaned.count(f"<{element}") == drawn.count(f"<{element}"), element
        assert "<pattern" in cleaned  # it hatches the areas of unknown values
        assert set(re.findall(r"(?:url\(|href=\")#([\w-]+)", cleaned)) <= set(re.findall(r'id="([\w-]+)"', cleaned))


def test_a_slim_drawing_keeps_its_shapes_and_loses_its_facts() -> None:
    drawn = '<path d="M 1.23456 -2.04 \nL 10 3.96 z" style="opacity: 0.35"/><text>1.23456</text>'
    slim = picture.slim(SVG.format(f"<metadata id='x'>{{}}</metadata>{drawn}"))
    assert slim == SVG.format(drawn.replace("M 1.23456 -2.04 \nL 10 3.96 z", "M 1.2 -2 10 4 z"))


def test_the_shapes_of_a_map_say_their_name_and_lead_to_their_portrait() -> None:
    drawn = SVG.format('<g id="territoire-D33"><path d="M0 0"/></g><g id="autre"><path d="M1 1"/></g>')
    said = {"territoire-D33": "Gironde. Lieux: 87"}
    linked = str(picture.inlined(drawn, said=said, link=lambda shape: f"../territory/{shape[11:]}.html"))
    assert '<a href="../territory/D33.html" aria-label="Gironde. Lieux: 87"><title>Gironde. Lieux: 87</title>' in linked
    assert linked.count("<a ") == 1
    assert "<a " not in str(picture.inlined(drawn, said=said))


def test_two_drawings_of_a_page_share_no_identifier() -> None:
    drawn = SVG.format('<g id="a" clip-path="url(#c)"/><use xlink:href="#a"/><clipPath id="c"/>')
    first, second = (str(picture.inlined(drawn, prefix=prefix)) for prefix in ("x-", "y-"))
    assert re.findall('id="(.*?)"', first + second) == ["x-a", "x-c", "y-a", "y-c"]
    assert 'clip-path="url(#x-c)"' in first
    assert 'href="#x-a"' in first


def test_a_drawing_takes_the_width_of_the_page() -> None:
    cleaned = picture.inlined(SVG.format(""))
    assert cleaned is not None
    assert "width=" not in cleaned
    assert 'viewBox="0 0 9 9"' in cleaned


def test_a_page_shows_the_plot_area_in_points(tmp_path: Path) -> None:
    plot = {"width": 7.2, "height": 6.0, "top": 1.0, "bottom": 5.5}
    publish(tmp_path, "essai--FR", plot=plot)
    manifest.write(tmp_path, {"01_essai--FR": ran("01_essai", "essai--FR")})
    ((figure,),) = (run.figures for run in results.read(tmp_path))
    assert figure.plot_area is not None
    assert (figure.plot_area.ratio, round(figure.plot_area.above, 6)) == (1.6, 13.888889)  # 7.2 / 4.5; 1 / 7.2
    cleaned = picture.inlined(SVG.format(""), figure.plot_area)
    assert cleaned is not None
    assert 'viewBox="0 72 518.4 324"' in cleaned


@pytest.mark.parametrize(
    "plot",
    [
        None,
        "<script>",
        {},
        {"width": 7.2, "height": 6.0, "top": 1.0},
        {"width": "7", "height": 6.0, "top": 1.0, "bottom": 5.0},
        {"width": 7.2, "height": 6.0, "top": 5.0, "bottom": 1.0},
        {"width": 7.2, "height": 6.0, "top": 1.0, "bottom": 7.0},
        {"width": float("nan"), "height": 6.0, "top": 1.0, "bottom": 5.0},
    ],
)
def test_a_figure_with_an_impossible_plot_area_keeps_its_whole_picture(plot: object, tmp_path: Path) -> None:
    publish(tmp_path, "essai--FR", plot=plot)
    manifest.write(tmp_path, {"01_essai--FR": ran("01_essai", "essai--FR")})
    ((figure,),) = (run.figures for run in results.read(tmp_path))
    assert figure.facts is not None
    assert figure.plot_area is None


@pytest.mark.parametrize("text", ["", "x", "<html/>", "<svg>", "<svg/>"])
def test_a_text_that_is_not_a_drawing_gives_none(text: str) -> None:
    assert picture.inlined(text) is None


def test_a_table_has_the_cells_of_the_csv_in_words() -> None:
    data = b"code,annee,part,petit,n,periode\n01,2026.0,0.123456,1.5e-05,12345,2021-08\n2A,2027,,2.0,inf,2022/2024\n"
    fr, en = html_tables.from_csv(data, "fr"), html_tables.from_csv(data, "en")
    assert fr.columns == ("Code", "Année", "Part (%)", "Petit", "N", "Période")
    assert fr.rows[0] == ("01", "2026", "12,35", "0,000015", "12\u202f345", "août 2021")
    assert fr.rows[1] == ("2A", "2027", "", "2", "∞", "2022 à 2024")
    assert (en.rows[0][2], en.rows[0][4], en.rows[0][5]) == ("12.35", "12,345", "August 2021")
    assert fr.numeric == (False, True, True, True, True, False)
    assert fr.keys[0] == ("01", "2026.0", "0.123456", "1.5e-05", "12345", "2021-08")
    assert html_tables.from_csv(b"annee\n2018.5\n2020.9167\n", "fr").rows == (("2018,5",), ("2020,92",))
    assert html_tables.from_csv(b"a,b\n", "fr").rows == ()
    assert html_tables.from_csv(b"", "fr").columns == ()
    assert html_tables.from_csv(b"a,b\n1,2\n\xe9", "fr").rows == (
        ("1", "2"),
        ("\ufffd", ""),
    )  # a short row and a byte that is not UTF-8


def test_a_table_names_codes_territories_and_documents() -> None:
    kept = "000_fd5d903f810a6107.txt"  # a kept copy: readers see its title, never its name
    data = f"territoire,nature,est_connu,source\nD33,declare,True,{kept}\nR75;D24,compte,False,x\n".encode()
    fr, en = html_tables.from_csv(data, "fr"), html_tables.from_csv(data, "en")
    assert fr.rows[0][:3] == ("Gironde", "déclaré", "oui")
    assert fr.rows[0][3].startswith("60 % des tiers lieux investis dans des activités de formation professionnelle, ")
    assert en.rows[1] == ("Nouvelle-Aquitaine; Dordogne", "counted", "no", "x")


def test_a_change_is_shown_until_the_data_change_again(tmp_path: Path) -> None:
    manifest.write(tmp_path, {run.name: run for run in [ran("01_essai", "taux--FR")]})

    def page_with(csv: str, fingerprint: str) -> str:
        publish(tmp_path, "taux--FR", csv=csv, fingerprint=fingerprint)
        report(tmp_path)
        return Page(tmp_path / "site" / "fr" / "figure" / "taux--FR.html").text

    assert "Aucun changement" in page_with("lieu,n\na,1\nb,2\n", "f1")
    changed = page_with("lieu,n\na,1\nb,3\nc,4\n", "f2")
    assert "empreinte f1. Lignes parties : 1. Lignes nouvelles : 2." in changed
    assert page_with("lieu,n\na,1\nb,3\nc,4\n", "f2") == changed  # another report, same data: the same page
    again = page_with("lieu,part\na,1\n", "f3")
    assert "empreinte f2" in again
    assert "Colonnes parties : n. Colonnes nouvelles : part." in again


def test_every_territory_is_listed_and_a_postal_code_belongs_to_one_departement() -> None:
    listed = territory_index.searchable()
    assert [territory["code"] for territory in listed] == territories.codes()
    starts = [start for territory in listed for start in territory["postal"]]
    assert len(starts) == len(set(starts)) == 103  # 101 départements, and Corse has four
    by_code = {territory["code"]: territory for territory in listed}
    assert (by_code["D33"]["region"], by_code["D2A"]["postal"]) == ("Nouvelle-Aquitaine", ["200", "201"])


def test_the_list_of_territories_is_a_script_that_holds_json() -> None:
    listed = territory_index.searchable()
    script = territory_index.as_script(listed)
    assert json.loads(script.removeprefix("window.tlTerritories = ").removesuffix(";\n")) == listed
    assert script.isascii()


def test_each_commune_of_a_departement_is_in_the_script_of_its_first_letter() -> None:
    scripts = commune_index.scripts()
    lines = {
        letter: json.loads(f"[{script.removeprefix('window.tlCommunes(').removesuffix(');' + chr(10))}]")
        for letter, script in scripts.items()
    }
    assert all(named == letter for letter, (named, _) in lines.items())
    found = {letter: text.split("\n") for letter, (_, text) in lines.items()}
    assert "Bordeaux|33" in found["b"]
    assert "Épinal|88" in found["e"]
    assert "Saint-Denis|974" in found["s"]
    assert "L'Haÿ-les-Roses|94" in found["l"]
    ends = {line.rpartition("|")[2] for lines in found.values() for line in lines}
    assert ends == {code.removeprefix("D") for code in territories.codes_of("departement")}


def test_a_document_escapes_html_and_keeps_only_links_to_existing_pages(tmp_path: Path) -> None:
    path = tmp_path / "un.md"
    path.write_text(
        "# `Un`\n\n<script>alert(1)</script>\n\n## A\n\n## A\n\n[deux](deux.md#a) [absent](../x.py) [site](https://example.org)\n\n"
        "[clean](../tlanalysis/lists/cleaning.py#clean)\n\n"
        "[js](javascript:alert(1)) ![image](x.png)\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
        encoding="utf-8",
    )
    html = docs.to_html(path, {"deux"})
    assert "&lt;script&gt;" in html
    assert '<h2 id="a">' in html
    assert '<h2 id="a-2">' in html
    assert 'href="deux.html#a"' in html
    assert 'href="api.html#clean"' in html
    assert ">absent<" not in html
    assert "absent" in html
    assert 'href="https://example.org"' in html
    assert 'href="javascript' not in html
    assert "<img" not in html
    assert html.count('<th scope="col">') == 2
    assert docs.title(path.read_text(encoding="utf-8"), "un") == "Un"


def test_documents_are_found_by_language(tmp_path: Path) -> None:
    for name in ("a.md", "a.fr.md", "b.md"):
        (tmp_path / name).write_text("# x", encoding="utf-8")
    found = docs.documents(tmp_path)
    assert {name: sorted(languages) for name, languages in found.items()} == {"a": ["en", "fr"], "b": ["en"]}
    assert docs.documents(tmp_path / "none") == {}


def test_the_reference_holds_every_public_name() -> None:
    import tlanalysis

    questions = api_reference.reference()
    entries = [entry for question in questions for entry in question.entries]
    assert sorted(entry.name for entry in entries) == sorted(tlanalysis.__all__)
    assert all(len(question.words["fr"]) * len(question.words["en"]) and question.entries for question in questions)
    assert [entry.name for entry in entries if not entry.sections[0].paragraphs] == []
    named = {entry.name: entry.commands for entry in entries if entry.commands}
    assert named["open_files"] == ("tlanalysis fetch", "tlanalysis build")
    cite = next(entry for entry in entries if entry.name == "cite")
    assert (
        cite.signature
        == "tl.cite(thing: str | pd.DataFrame | Axes | Published, style: str = 'text', *, lang: str = 'fr') -> str"
    )
    assert [section.title for section in cite.sections] == [
        "",
        "Parameters",
        "Returns",
        "Raises",
        "See Also",
        "Examples",
    ]
    assert cite.sections[1].entries[0][0] == "thing : str, DataFrame, Axes or Published"


def test_a_folder_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = tmp_path / "site"
    replace_folder.replace(folder, {"a.html": b"1", "b/c.html": b"2"})
    replace_folder.replace(folder, {"a.html": b"3"})
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.html", "site"]
    with pytest.raises(OSError, match="File name too long"):
        replace_folder.replace(folder, {"a.html": b"4", "x" * 300: b"5"})
    assert (folder / "a.html").read_bytes() == b"3"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["site"]


def test_a_replacement_stopped_between_its_two_moves_is_repaired(tmp_path: Path) -> None:
    (tmp_path / ".site.old").mkdir()
    (tmp_path / ".site.old" / "a.html").write_bytes(b"1")
    with pytest.raises(OSError, match="File name too long"):
        replace_folder.replace(tmp_path / "site", {"x" * 300: b"2"})
    assert (tmp_path / "site" / "a.html").read_bytes() == b"1"


def test_language_territory_and_key_come_from_the_parameters_not_from_the_name(tmp_path: Path) -> None:
    """The name of this run has another form, and one parameter belongs to the notebook alone."""
    given = {"territory": "R75", "lang": "en", "rayon": 20}
    manifest.write(tmp_path, {"x": Outcome("x", "05_essai", given, "ok", 1.0, "kernel")})
    [run] = results.read(tmp_path)
    assert (run.lang, run.territory, run.key) == ("en", "R75", "R75-rayon20")


def test_figures_of_one_run_about_several_territories_have_a_page_each(tmp_path: Path) -> None:
    for code in ("R75", "R11"):
        publish(tmp_path, f"taux--{code}-en", params={"territory": code, "lang": "en"})
    publish(tmp_path, "taux--D33", params={"territory": "R53"})
    names = ["taux--R75-en", "taux--R11-en", "taux--D33"]
    manifest.write(tmp_path, {"01_essai--FR-en": ran("01_essai", *names, key="FR-en")})
    [run] = results.read(tmp_path)
    assert [figure.key for figure in run.figures] == ["R75", "R11", "D33"]
    assert run.key == "FR"


@pytest.mark.parametrize("name", ["taux--FR.json", "01_essai.ipynb"])
def test_a_disk_that_does_not_give_a_file_ends_the_report(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that leaves the file out would count as up to date when the disk gives it again."""
    publish(tmp_path, "taux--FR")
    manifest.write(tmp_path, {"01_essai--FR": ran("01_essai", "taux--FR")})
    read = Path.read_text

    def failing(path: Path, *given: Any, **more: Any) -> str:
        if path.name == name:
            raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))
        return read(path, *given, **more)

    monkeypatch.setattr(Path, "read_text", failing)
    with pytest.raises(OSError, match=name):
        results.read(tmp_path)
        functions_of(tmp_path / "01_essai.ipynb")
