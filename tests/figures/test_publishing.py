"""A figure's files: whole or not at all, the same bytes for the same data, the same facts in each."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import matplotlib as mpl
import pandas as pd
import pytest
import resvg
from matplotlib.figure import Figure
from PIL import Image

import tlanalysis as tl
from tests.charts.drawn import case
from tests.conftest import ROOT
from tests.figures.published import NAME, files_of, publish
from tlanalysis.charts.kit import caption
from tlanalysis.charts.kit.style import style
from tlanalysis.core.errors import BadInput, SourceError
from tlanalysis.figures import svg_canvas
from tlanalysis.figures.publishing import Published
from tlanalysis.figures.trace import read_facts, written

SVG = "{http://www.w3.org/2000/svg}"
pytestmark = pytest.mark.usefixtures("out")


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> tuple[Published, Path]:
    """Return a figure published once, and the folder of its files, to be read only."""
    folder = tmp_path_factory.mktemp("publie")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TLANALYSIS_OUT", str(folder))
        return publish(), folder / "figures"


def test_files_are_named_after_the_figure_and_its_run(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    published = publish(fresh=True)
    four = {f"figures/{NAME}.{kind}" for kind in ("csv", "json", "png", "svg")}
    assert {*files_of(out)} == {*four, f"figures/phone/{NAME}.svg"}
    assert published.name == NAME
    drawn = re.sub("<metadata.*?</metadata>", "", (out / "figures" / f"{NAME}.svg").read_text("utf-8"), flags=re.DOTALL)
    picture = hashlib.sha256(drawn.encode()).hexdigest()[:16]
    assert capsys.readouterr().out == f"{NAME}  {published.fingerprint}  {picture}\n"


def test_a_changed_colour_changes_the_fingerprint_of_the_picture_and_not_that_of_the_data(
    out: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    table = tl.share_training()
    printed = []
    for commit, colour in (("a" * 40, None), ("b" * 40, None), ("b" * 40, "#ff00ff")):
        monkeypatch.setenv("TLANALYSIS_COMMIT", commit)
        ax = tl.plot_share_training(table)
        if colour:
            ax.get_lines()[0].set_color(colour)
        tl.publish(ax, table, id="essai-couleur")
        printed.append(capsys.readouterr().out.split())
    (_, data, picture), again, (_, data_then, picture_then) = printed
    assert again == ["essai-couleur--FR", data, picture]  # another commit changes neither
    assert data_then == data
    assert picture_then != picture


def test_run_key_of_the_name_is_what_differs_from_the_defaults(out: Path) -> None:
    name = "qualite-natures--R75-en-horizon2035"
    assert publish(territory="R75", horizon=2035).name == name
    assert all(written.rpartition("/")[2].startswith(f"{name}.") for written in files_of(out))


@pytest.mark.parametrize(
    ("figure", "plot"),
    [
        ("qualite-natures", "plot_holdings"),
        ("deffinov-regions", "plot_deffinov_regions"),
        ("fabriques-lorenz", "plot_lorenz"),
    ],
)
def test_the_same_data_give_the_same_bytes(figure: str, plot: str, out: Path) -> None:
    publish(figure, plot, fresh=True)
    first = files_of(out)
    shutil.rmtree(out)
    publish(figure, plot, fresh=True)
    second = files_of(out)
    assert len(first) == 5
    assert [name for name in first if first[name] != second.get(name)] == []


def test_publishing_axes_again_gives_the_bytes_of_fresh_ones(out: Path) -> None:
    drawn = case("plot_holdings")
    ax = drawn.on(drawn.table, lang="en")
    for _ in range(2):
        tl.publish(ax, drawn.table, id="qualite-natures", params={"lang": "en"})
    again = files_of(out)
    publish(fresh=True)
    assert files_of(out) == again


def test_a_chart_that_was_drawn_saved_and_measured_is_published_as_a_fresh_one(out: Path) -> None:
    publish(fresh=True)
    fresh = files_of(out)
    drawn = case("plot_holdings")
    ax = drawn.on(drawn.table, lang="en")
    figure = ax.get_figure(root=True)
    assert isinstance(figure, Figure)
    figure.canvas.draw()
    figure.savefig(io.BytesIO(), format="svg")
    ax.get_tightbbox()
    ax.get_xticklabels()[0].get_window_extent()
    tl.publish(ax, drawn.table, id="qualite-natures", params={"lang": "en"})
    assert f"figures/phone/{NAME}.svg" in fresh
    assert files_of(out) == fresh


def test_a_change_made_while_a_figure_is_drawn_leaves_no_drawing_for_narrow_screens(out: Path) -> None:
    drawn = case("plot_holdings")
    ax = drawn.on(drawn.table, lang="en")
    figure = ax.get_figure(root=True)
    assert isinstance(figure, Figure)
    figure.canvas.mpl_connect("draw_event", lambda _: ax.set_title("mine"))
    figure.canvas.draw()
    tl.publish(ax, drawn.table, id="qualite-natures", params={"lang": "en"})
    assert f"figures/phone/{NAME}.svg" not in files_of(out)


def test_the_sidecar_says_everything(once: tuple[Published, Path], raw: Path) -> None:
    facts = json.loads((once[1] / f"{NAME}.json").read_text(encoding="utf-8"))
    for key in ("title", "subtitle", "lecture", "champ", "alt", "source", "licence", "version", "fingerprint"):
        assert isinstance(facts[key], str)
        assert facts[key].strip(), key
    assert (facts["id"], facts["run_key"], facts["lang"]) == ("qualite-natures", "FR-en", "en")
    assert facts["params"] == {"lang": "en"}
    assert facts["version"] == tl.__version__
    digest = hashlib.sha256((raw / "observations.csv").read_bytes()).hexdigest()
    assert facts["inputs"] == {"observations": digest}
    assert len(facts["sources"]) > 20
    assert all(source["editeur"] for source in facts["sources"])
    assert any(source["titre"] and source["source"] for source in facts["sources"])
    assert not any(re.search(r"\d{3}_[0-9a-f]{16}\.txt", str(source)) for source in facts["sources"])
    assert any(re.match(r"20\d\d", source["date_publication"]) for source in facts["sources"])


@pytest.mark.skipif(not (ROOT / ".git").exists(), reason="not a git checkout")
def test_the_sidecar_names_the_commit(once: tuple[Published, Path]) -> None:
    found = subprocess.run(["git", "-C", ROOT, "log", "-1", "--format=%H"], capture_output=True, text=True, check=True)
    sidecar = json.loads((once[1] / f"{NAME}.json").read_text(encoding="utf-8"))
    assert sidecar["commit"].removesuffix("-dirty") == found.stdout.strip()
    assert re.fullmatch(r"[0-9a-f]{40}(-dirty)?", sidecar["commit"])


def test_the_csv_holds_the_table(once: tuple[Published, Path]) -> None:
    data = (once[1] / f"{NAME}.csv").read_bytes()
    header, *rows = csv.reader(io.StringIO(data.decode("utf-8")))
    table = case("plot_holdings").table
    assert header == list(table.columns)
    assert [row[:2] for row in rows] == [[row.nature, str(row.nb_chiffres)] for row in table.itertuples()]
    assert b"\r" not in data
    assert once[0].fingerprint == hashlib.sha256(data).hexdigest()[:16]


def test_the_svg_is_accessible_and_keeps_its_text(once: tuple[Published, Path]) -> None:
    root = ElementTree.parse(once[1] / f"{NAME}.svg").getroot()
    assert root.tag == f"{SVG}svg"
    assert root.get("role") == "img"
    assert root.get("lang") == "en"
    title, desc = root[0], root[1]
    assert (title.tag, title.text) == (f"{SVG}title", once[0].facts["title"])
    assert (desc.tag, desc.text) == (f"{SVG}desc", once[0].facts["alt"])
    assert root.get("aria-labelledby", "").split() == [title.get("id"), desc.get("id")]
    texts = ["".join(element.itertext()).strip() for element in root.iter(f"{SVG}text")]
    assert once[0].facts["title"] in " ".join(texts)
    assert {"counted", "estimated", "declared", "target", "forecast"} <= set(texts)


def test_the_svg_loads_nothing_and_holds_no_script(once: tuple[Published, Path]) -> None:
    root = ElementTree.parse(once[1] / f"{NAME}.svg").getroot()
    assert not [element.tag for element in root.iter() if element.tag in {f"{SVG}script", f"{SVG}image"}]
    links = [value for element in root.iter() for key, value in element.attrib.items() if key.endswith("href")]
    assert all(link.startswith("#") for link in links)


def test_texts_that_mean_something_to_xml_survive(out: Path) -> None:
    drawn = case("plot_holdings")
    ax = drawn.on(drawn.table)
    title = "A < B & \"C\" > 'D' </title><script>&lt;"
    caption.attach(ax, replace(caption.of(ax), title=title))
    tl.publish(ax, drawn.table, id="essai")
    root = ElementTree.parse(out / "figures" / "essai--FR.svg").getroot()
    assert root[0].text == title
    for kind in ("svg", "png", "json"):
        assert read_facts(out / "figures" / f"essai--FR.{kind}")["title"] == title


def test_the_png_is_twice_as_wide_as_the_page(once: tuple[Published, Path]) -> None:
    with Image.open(once[1] / f"{NAME}.png") as image:
        assert image.width == 1440
        assert image.height > 400


def test_the_sidecar_says_where_the_plot_stands(once: tuple[Published, Path]) -> None:
    drawn = case("plot_holdings")
    figure = drawn.draw("en").get_figure()
    assert isinstance(figure, Figure)
    plot, height = once[0].facts["plot"], figure.get_size_inches()[1]
    assert (plot["width"], plot["height"]) == (7.2, pytest.approx(height, abs=1e-3))
    box = figure.axes[0].get_tightbbox()
    assert box is not None
    drawn_at = box.transformed(figure.transFigure.inverted())
    assert plot["top"] < (1 - drawn_at.y1) * height < (1 - drawn_at.y0) * height < plot["bottom"]
    around = [(1 - text.get_position()[1]) * height for text in figure.texts]  # tops of the lines
    assert [top for top in around if plot["top"] < top < plot["bottom"]] == []
    assert min(around) < plot["top"] < plot["bottom"] < max(around)


def test_a_picture_that_travelled_alone_still_says_where_it_comes_from(
    once: tuple[Published, Path], tmp_path: Path
) -> None:
    for kind in ("svg", "png", "json"):
        elsewhere = tmp_path / kind / f"photo.{kind}"
        elsewhere.parent.mkdir()
        shutil.copy(once[1] / f"{NAME}.{kind}", elsewhere)
        assert _without_making(read_facts(elsewhere)) == once[0].facts
    (tmp_path / "csv").mkdir()
    for kind in ("csv", "json"):
        shutil.copy(once[1] / f"{NAME}.{kind}", tmp_path / "csv" / f"table.{kind}")
    assert _without_making(read_facts(tmp_path / "csv" / "table.csv")) == once[0].facts


def _without_making(facts: dict[str, Any]) -> dict[str, Any]:
    """Return the facts that every file of a figure carries: what made it stands in the sidecar alone."""
    return {name: value for name, value in facts.items() if name not in {"notebook", "command", "commit", "versions"}}


def test_d12_a_table_that_was_altered_beside_its_sidecar_is_refused(
    once: tuple[Published, Path], tmp_path: Path
) -> None:
    for kind in ("csv", "json"):
        shutil.copy(once[1] / f"{NAME}.{kind}", tmp_path / f"table.{kind}")
    (tmp_path / "table.csv").write_text("", encoding="utf-8")
    for kind in ("csv", "json"):
        with pytest.raises(SourceError, match="is not the table that was published"):
            read_facts(tmp_path / f"table.{kind}")


@pytest.mark.parametrize("missing", ["id", "title", "params", "sources", "licence", "inputs", "version"])
def test_d16_a_sidecar_without_a_field_is_one_sentence(
    missing: str, once: tuple[Published, Path], tmp_path: Path
) -> None:
    facts = {key: value for key, value in once[0].facts.items() if key != missing}
    (tmp_path / "f.json").write_text(json.dumps(facts), encoding="utf-8")
    with pytest.raises(BadInput, match="carries no trace"):
        read_facts(tmp_path / "f.json")


def test_d6_a_matplotlibrc_of_the_user_changes_no_figure() -> None:
    with mpl.rc_context({"savefig.bbox": "tight", "axes.linewidth": 5, "font.weight": "bold"}), style():
        assert mpl.rcParams["savefig.bbox"] is None
        assert mpl.rcParams["axes.linewidth"] == mpl.rcParamsDefault["axes.linewidth"]
        assert mpl.rcParams["font.weight"] == "normal"


def test_what_trace_prints_names_sources_parameters_and_inputs(once: tuple[Published, Path]) -> None:
    facts = once[0].facts
    lines = written(facts)
    for said in (facts["title"], NAME, "parameters   lang=en", facts["inputs"]["observations"], facts["licence"]):
        assert said in lines
    assert all(source["source"] in lines and source["editeur"] in lines for source in facts["sources"])


def _foreign(folder: Path) -> dict[str, Path]:
    Image.new("RGB", (4, 4)).save(folder / "foreign.png")
    (folder / "foreign.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', encoding="utf-8")
    (folder / "foreign.json").write_text('["not ours"]', encoding="utf-8")
    (folder / "broken.json").write_text("{", encoding="utf-8")
    (folder / "broken.png").write_bytes(b"\x89PNG nothing")
    (folder / "latin.svg").write_bytes("<svg>é</svg>".encode("latin-1"))
    (folder / "alone.csv").write_text("a\n1\n", encoding="utf-8")
    (folder / "notes.txt").write_text("rien", encoding="utf-8")
    (folder / "folder.png").mkdir()
    return {path.name: path for path in folder.iterdir()}


@pytest.mark.parametrize(
    "name",
    [
        "foreign.png",
        "foreign.svg",
        "foreign.json",
        "broken.json",
        "broken.png",
        "latin.svg",
        "alone.csv",
        "notes.txt",
        "folder.png",
        "absent.png",
    ],
)
def test_a_file_without_our_facts_is_refused_by_name(name: str, tmp_path: Path) -> None:
    path = _foreign(tmp_path).get(name, tmp_path / name)
    with pytest.raises(BadInput, match=re.escape(path.stem)):
        read_facts(path)


@pytest.mark.parametrize("figure", ["Formation", "formation_part", "formation part", "../part", "part-", "", "é"])
def test_a_bad_id_writes_nothing(figure: str, out: Path) -> None:
    with pytest.raises(BadInput, match="figure id"):
        publish(figure)
    assert files_of(out) == {}


def test_axes_without_a_caption_write_nothing(out: Path) -> None:
    with pytest.raises(BadInput, match="no caption"):
        tl.publish(Figure().subplots(), case("plot_holdings").table, id="sans-legende")
    assert files_of(out) == {}


def test_a_table_without_inputs_writes_nothing(out: Path) -> None:
    lost = case("plot_holdings").table.copy()
    lost.attrs = {}
    with pytest.raises(BadInput, match="does not say what it was computed from"):
        tl.publish(tl.plot_holdings(lost), lost, id="sans-source")
    assert files_of(out) == {}


def test_a_bad_parameter_writes_nothing(out: Path) -> None:
    with pytest.raises(BadInput, match="territoire"):
        publish(territoire="R75")
    assert files_of(out) == {}


@pytest.mark.parametrize("broken", ["svg", "png"])
def test_nothing_is_half_written_when_drawing_fails(broken: str, out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish()
    before = files_of(out)

    def print_svg(self: svg_canvas.FigureCanvas, target: Any, **given: Any) -> None:
        target.write(b"half")
        raise OSError("no space left")

    def render(*given: Any) -> None:
        raise OSError("no space left")

    if broken == "svg":
        monkeypatch.setattr(svg_canvas.FigureCanvas, "print_svg", print_svg)
    else:
        monkeypatch.setattr(resvg, "render", render)
    with pytest.raises(OSError, match="no space left"):
        publish()
    with pytest.raises(OSError, match="no space left"):
        publish("autre")
    assert files_of(out) == before


def test_a_failed_write_leaves_the_old_file_and_no_part(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish()
    before = files_of(out)

    def replace(self: Path, target: Path) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(OSError, match="no space left"):
        publish()
    assert files_of(out) == before


def test_a_disk_that_fills_up_half_way_leaves_the_four_oldfiles_of(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish()
    before = files_of(out)
    drawn = case("plot_holdings")
    table = drawn.table.assign(nb_chiffres=drawn.table["nb_chiffres"] + 1)
    original = Path.write_bytes

    def write_bytes(self: Path, data: bytes) -> int:
        if ".csv" in self.name:
            raise OSError("no space left")
        return original(self, data)

    monkeypatch.setattr(Path, "write_bytes", write_bytes)
    with pytest.raises(OSError, match="no space left"):
        tl.publish(drawn.on(table, lang="en"), table, id="qualite-natures", params={"lang": "en"})
    assert files_of(out) == before


def test_the_fingerprint_follows_the_data() -> None:
    table = pd.DataFrame({"nom": ["é", None], "valeur": [1.0, 2.5]})
    # printf 'nom,valeur\né,1\n,2.5\n' | sha256sum
    expected = hashlib.sha256("nom,valeur\né,1\n,2.5\n".encode()).hexdigest()[:16]
    assert tl.fingerprint(table) == expected
    assert tl.fingerprint(table.copy().set_axis([7, 9])) == expected
    assert tl.fingerprint(table.assign(valeur=[1.0, 2.6])) != expected
    assert tl.fingerprint(table.iloc[::-1]) != expected
    assert tl.fingerprint(table.rename(columns={"valeur": "part"})) != expected


def test_a_published_figure_can_be_cited(out: Path) -> None:
    published = publish()
    said = tl.cite(NAME)
    assert published.facts["title"] in said
    assert published.fingerprint in said
    with pytest.raises(BadInput, match="qualite-natures"):
        tl.cite("qualite-nature")


def test_a_table_is_not_needed_and_another_is_refused(out: Path) -> None:
    drawn = case("plot_holdings")
    with_it = tl.publish(drawn.draw("fr"), drawn.table, id="essai")
    before = files_of(out)
    assert tl.publish(drawn.draw("fr"), id="essai") == with_it
    assert files_of(out) == before
    with pytest.raises(BadInput, match=r"plot_holdings drew, which has 5 rows"):
        tl.publish(drawn.draw("fr"), case("plot_people_trained").table, id="essai")
    with pytest.raises(BadInput, match=r"plot_holdings drew"):
        tl.publish(drawn.draw("fr"), drawn.table.assign(nb_chiffres=1), id="essai")
    assert files_of(out) == before


def test_the_table_is_the_one_drawn_whatever_becomes_of_it(out: Path) -> None:
    table = case("plot_holdings").table.copy()
    ax = tl.plot_holdings(table)
    table["nb_chiffres"] = 0
    tl.publish(ax, id="essai")
    assert set(pd.read_csv(out / "figures" / "essai--FR.csv")["nb_chiffres"]) != {0}


def test_language_and_territory_are_the_charts(out: Path) -> None:
    english = case("plot_holdings").draw("en")
    assert tl.publish(english, id="essai").name == "essai--FR-en"
    with pytest.raises(BadInput, match=r'lang="en" and the parameters say lang="fr"'):
        tl.publish(english, id="essai", params={"territory": "FR"})
    bretagne = tl.plot_places_over_time(tl.places_over_time("R53"))
    assert tl.publish(bretagne, id="essai").name == "essai--R53"
    with pytest.raises(BadInput, match=r'shows R53 and the parameters say territory="R75"'):
        tl.publish(bretagne, id="essai", params={"territory": "R75"})
    assert tl.publish(bretagne, id="essai", params={"territory": "D35"}).name == "essai--D35"  # in Bretagne
    assert {Path(name).stem for name in files_of(out)} == {"essai--D35", "essai--FR-en", "essai--R53"}


BESIDE = {
    "plot_forecast": {"chiffres", "references", "annonce"},
    "plot_regions_forecast": {"france"},
    "plot_people_forecast": {"declare"},
    "plot_funnel": {"limites"},
    "plot_rates_from_shares": {"france"},
}


@pytest.mark.parametrize("plot", BESIDE)
def test_the_csv_holds_everything_drawn(plot: str, out: Path) -> None:
    drawn = case(plot)
    tl.publish(drawn.draw(), id="essai")
    written = pd.read_csv(out / "figures" / "essai--FR.csv")
    assert set(written["serie"]) == {"principale"} | BESIDE[plot]
    assert (written["serie"] == "principale").sum() == len(drawn.table)


def test_the_csv_of_a_forecast_holds_the_figures_and_the_references_it_shows(out: Path) -> None:
    drawn = case("plot_forecast")
    (fc,) = drawn.extras
    tl.publish(drawn.draw(), id="essai")
    rows = pd.read_csv(out / "figures" / "essai--FR.csv").set_index("serie")
    assert sorted(rows.loc["chiffres", "valeur"].dropna()) == sorted(fc.used["valeur"].dropna())
    assert list(rows.loc["references", "lineaire"]) == pytest.approx(list(fc.references["lineaire"]))
    assert rows.loc["annonce", "valeur"] == 5000


@pytest.mark.parametrize("plot", ["plot_holdings", "plot_rank", "plot_funnel"])
@pytest.mark.parametrize("kind", ["pdf", "svg", "png", "eps"])
def test_a_saved_file_carries_its_facts_and_is_the_same_twice(kind: str, plot: str, tmp_path: Path) -> None:
    drawn = case(plot)
    file = tmp_path / f"f.{kind}"
    first, again = (tl.save(drawn.on(drawn.table, lang="en"), file).read_bytes() for _ in range(2))
    assert again == first
    facts = read_facts(tmp_path / f"f.{kind}")
    assert facts["title"] == caption.of(drawn.draw("en")).title
    assert (facts["id"], facts["lang"], facts["params"]) == ("f", "en", {"lang": "en"})
    assert facts["inputs"]
    assert facts["fingerprint"] in written(facts)
    assert b"CreationDate" not in first


def test_dots_per_inch_are_those_asked_for(tmp_path: Path) -> None:
    file = tl.save(case("plot_holdings").draw(), tmp_path / "f.png", dpi=300)
    with Image.open(file) as image:
        assert image.width == 2160
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)


def test_half_transparent_lines_are_pale_in_postscript_and_unchanged_afterwards(tmp_path: Path) -> None:
    ax = case("plot_rank", "D33").draw()
    before = [(list(map(tuple, lines.get_color())), lines.get_alpha()) for lines in ax.collections]  # type: ignore[attr-defined]
    tl.save(ax, tmp_path / "f.eps")
    assert [(list(map(tuple, lines.get_color())), lines.get_alpha()) for lines in ax.collections] == before  # type: ignore[attr-defined]
    assert {alpha for _, alpha in before} == {0.4}
    # #9a9a9a on white, 0.4 of it: 1 - 0.4 * (1 - 154 / 255) = 0.842
    assert b"0.842" in (tmp_path / "f.eps").read_bytes()


@pytest.mark.parametrize(
    ("file", "dpi", "said"),
    [
        ("f.jpg", 300, "saved as .pdf, .svg, .png, .eps"),
        ("f", 300, "saved as"),
        ("f.pfd", 300, "did you mean 'pdf'"),
        ("nowhere/f.pdf", 300, "does not exist"),
        ("f.png", 0, "from 20 to 2400"),
        ("f.png", "300", "from 20 to 2400"),
    ],
)
def test_a_wrong_file_is_one_sentence(file: str, dpi: Any, said: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=said):
        tl.save(case("plot_holdings").draw(), tmp_path / file, dpi=dpi)
    assert list(tmp_path.iterdir()) == []


def test_a_figure_made_in_a_run_says_how_to_make_it_again(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TLANALYSIS_NOTEBOOK", "04_territory_profile")
    publish(territory="R75", seed=0)
    facts = json.loads((out / "figures" / "qualite-natures--R75-en.json").read_text(encoding="utf-8"))
    assert facts["notebook"] == "04_territory_profile"
    assert facts["command"] == "tlanalysis run 04_territory_profile -p territory=R75 -p lang=en"
    assert set(facts["versions"]) == {"python", "matplotlib", "numpy", "pandas", "resvg", "scipy"}
    assert facts["command"] in written(facts)
    assert "command" not in read_facts(out / "figures" / "qualite-natures--R75-en.svg")
