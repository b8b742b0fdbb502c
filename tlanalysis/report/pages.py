"""The pages of the site: one method per kind of page collects the values that its template shows."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from tlanalysis.core import paths
from tlanalysis.data import embedded
from tlanalysis.data.documents import cited
from tlanalysis.data.parameters import LANGS
from tlanalysis.data.territories import FRANCE
from tlanalysis.report import docs, history, html_tables, notebooks, picture, results, territory_index
from tlanalysis.report.api_reference import reference
from tlanalysis.report.kept_pages import KeptPages
from tlanalysis.report.render import HOME, Renderer, path_of, texts
from tlanalysis.report.results import QUALITY, Figure, Run
from tlanalysis.runs.plan import subjects

Page = tuple[str, str]


class Site:
    """The pages of a site in every language.

    Parameters
    ----------
    runs : list of Run
        The runs of the reports folder.
    contents : dict
        History files of the site (see `tlanalysis.report.history`).
    out : Path
        Reports folder, whose pages stay when what they are made from stays.
    """

    def __init__(self, runs: list[Run], contents: dict[str, bytes], out: Path) -> None:
        self._history = contents
        self._profiles = results.profiled(runs)
        self._runs = {lang: [run for run in runs if run.lang == lang] for lang in LANGS}
        folder = paths.home() / "docs"
        self._documents = docs.documents(folder)
        self._subjects = subjects()
        slugs: dict[str, Collection[str]] = {lang: self._slugs(lang) for lang in LANGS}
        self._renderer = Renderer(slugs, self._subjects)
        self.kept = KeptPages(out, f"{ {lang: sorted(slugs[lang]) for lang in LANGS} } {self._subjects}")

    def pages(self, lang: str) -> Iterator[Page]:
        """Yield the path inside the reports folder and the HTML of every page of a language."""
        yield self._home(lang)
        for notebook in self._notebooks(lang):
            yield self._subject(lang, notebook)
        yield self._territories(lang)
        for code in self._ran(lang):
            yield self._territory(lang, code)
        for run in self._runs[lang]:
            for figure in run.figures:
                inputs = self._inputs_of_figure(run, figure)
                yield self.kept.page(path_of(lang, figure.slug), inputs, partial(self._figure, lang, run, figure))
            if run.executed:
                inputs = [_described(run), run.executed.read_bytes()]
                yield self.kept.page(path_of(lang, run.slug), inputs, partial(self._notebook, lang, run))
        if QUALITY not in self._notebooks(lang):
            yield self._quality(lang, [])
        yield self._forecasts(lang)
        yield self._sources(lang)
        yield from self._docs(lang)

    def territories(self, lang: str) -> list[dict[str, Any]]:
        """Return the territories of the search box."""
        return territory_index.searchable(self._ran(lang))

    def _slugs(self, lang: str) -> set[str]:
        runs = self._runs[lang]
        fixed = [HOME, "territories.html", "quality.html", "forecasts.html", "sources.html"]
        documents = ["docs/index.html", "docs/dictionary.html", "docs/api.html"]
        documents += [f"docs/{name}.html" for name in self._documents]
        of_notebooks = [_subject_slug(notebook) for notebook in self._notebooks(lang)]
        territories = [f"territory/{code}.html" for code in self._ran(lang)]
        figures = [figure.slug for run in runs for figure in run.figures]
        executed = [run.slug for run in runs if run.executed]
        return {*fixed, *documents, *of_notebooks, *territories, *figures, *executed}

    def _notebooks(self, lang: str) -> list[str]:
        return sorted({run.notebook for run in self._runs[lang]})

    def _ran(self, lang: str) -> list[str]:
        return sorted({run.territory for run in self._runs[lang] if self._is_of_territory(run)})

    def _is_of_territory(self, run: Run) -> bool:
        return run.territory != FRANCE or run.notebook in self._profiles

    def _home(self, lang: str) -> Page:
        shown = []
        # Leading figures come in the order of the plan. The first figures of the other notebooks follow.
        leading = {name: subject.leading_figure for name, subject in self._subjects.items() if subject.leading_figure}
        rest = [notebook for notebook in self._notebooks(lang) if notebook not in {*leading, *self._profiles}]
        for notebook in [*leading, *rest]:
            runs = [run for run in self._runs[lang] if run.notebook == notebook and run.territory == FRANCE]
            figures = [figure for run in runs for figure in run.figures if figure.facts]
            named = [figure for figure in figures if figure.facts and figure.facts["id"] == leading.get(notebook)]
            shown += (named or figures)[:1]
        failed = [run for run in self._runs[lang] if run.status != "ok"]
        title = texts()[lang]["title"]
        listed = [(notebook, _subject_slug(notebook)) for notebook in self._notebooks(lang)]
        return self._renderer.page(lang, HOME, "home.html.jinja", title, findings=shown, subjects=listed, failed=failed)

    def _subject(self, lang: str, notebook: str) -> Page:
        mine = [run for run in self._runs[lang] if run.notebook == notebook]
        if notebook == QUALITY:
            return self._quality(lang, mine)
        runs = [run for run in mine if run.territory == FRANCE]
        codes = sorted({run.territory for run in mine if self._is_of_territory(run)})
        title = self._renderer.title_of(notebook, lang)
        found = [territory for territory in self.territories(lang) if territory["code"] in codes]
        slug = _subject_slug(notebook)
        return self._renderer.page(lang, slug, "subject.html.jinja", title, runs=runs, found=found, shown={}, lead="")

    def _inputs_of_figure(self, run: Run, figure: Figure) -> list[str | bytes]:
        own = [figure.path(kind).read_bytes() for kind in ("svg", "csv") if kind in figure.kinds]
        change = history.change(figure.name, self._history)
        return [_described(run, figure), repr(change), *own]

    def _quality(self, lang: str, runs: list[Run]) -> Page:
        # Its tables come from all embedded tables, whose digests the package holds, and from the state of each source.
        inputs = [*(_described(run, *run.figures) for run in runs), repr(embedded.package()), self._holdings.to_csv()]
        return self.kept.page(path_of(lang, "quality.html"), inputs, partial(self._make_quality, lang, runs))

    def _make_quality(self, lang: str, runs: list[Run]) -> Page:
        text = texts()[lang]
        shown = {text[name]: self._table(frame, lang) for name, frame in self._quality_tables.items()}
        return self._renderer.page(
            lang, "quality.html", "subject.html.jinja", text["quality"],
            runs=runs, found=[], shown=shown, lead=text["quality_lead"],
        )  # fmt: skip

    @cached_property
    def _quality_tables(self) -> dict[str, Any]:
        from tlanalysis.data.embedded_ledger import ledger
        from tlanalysis.data.evidence import contradictions
        from tlanalysis.indicators.quality import holdings

        return {"held": holdings(), "contradictions": contradictions(), "ledger": ledger()}

    @cached_property
    def _register(self) -> Any:
        from tlanalysis.forecasting.published import published_forecasts

        return published_forecasts()

    @cached_property
    def _holdings(self) -> Any:
        return embedded.sources()

    def _table(self, frame: Any, lang: str) -> html_tables.Table:
        codes = texts()[lang]["codes"]
        worded = frame.assign(
            **{
                name: frame[name].map(lambda code: codes.get(code, code))
                for name in ("nature", "verdict", "motif", "etat")
                if name in frame
            }
        )
        return html_tables.from_frame(worded, lang, texts()[lang]["columns"])

    def _territories(self, lang: str) -> Page:
        title = texts()[lang]["territories"]
        return self._renderer.page(
            lang, "territories.html", "territories.html.jinja", title, listed=self.territories(lang)
        )

    def _territory(self, lang: str, code: str) -> Page:
        territory = next(each for each in self.territories(lang) if each["code"] == code)
        runs = [run for run in self._runs[lang] if run.territory == code and self._is_of_territory(run)]
        slug = f"territory/{code}.html"
        return self._renderer.page(
            lang, slug, "territory.html.jinja", territory["name"], territory=territory, runs=runs
        )

    def _figure(self, lang: str, run: Run, figure: Figure) -> Page:
        svg = figure.path("svg").read_text(encoding="utf-8", errors="replace") if figure.facts else None
        return self._renderer.page(
            lang, figure.slug, "figure.html.jinja", figure.facts["title"] if figure.facts else figure.name,
            run=run, figure=figure, subject=_subject_slug(run.notebook),
            territory_page=f"territory/{run.territory}.html" if self._is_of_territory(run) else "",
            drawing=picture.inlined(svg, figure.plot_area) if svg is not None else None,
            table=html_tables.from_csv(figure.path("csv").read_bytes(), lang) if "csv" in figure.kinds else None,
            change=history.change(figure.name, self._history), most=history.SHOWN,
        )  # fmt: skip

    def _notebook(self, lang: str, run: Run) -> Page:
        text = texts()[lang]
        title = f"{text['notebook']}{text['colon']} {run.name}"
        body = notebooks.to_html(run.executed, text["table"]) if run.executed else None
        subject = _subject_slug(run.notebook)
        return self._renderer.page(lang, run.slug, "notebook.html.jinja", title, run=run, body=body, subject=subject)

    def _forecasts(self, lang: str) -> Page:
        title = texts()[lang]["forecasts"]
        columns = ["periode_cible", "valeur_bas", "valeur_haut", "editeur", "date_publication", "condition", "verdict"]
        table = self._table(self._register[[*columns, "motif", "mesure_bas", "mesure_haut", "mesure_periode"]], lang)
        rows = self._register[["editeur", "source", "date_publication"]].fillna("").to_dict("records")
        named = [(seen["editeur"], seen["titre"], seen["source"]) for seen in cited(rows)]
        figures = [figure for run in self._runs[lang] for figure in run.figures if figure.name.startswith("previsions")]
        return self._renderer.page(
            lang, "forecasts.html", "forecasts.html.jinja", title, table=table, named=named, figures=figures
        )

    def _sources(self, lang: str) -> Page:
        title = texts()[lang]["sources_page"]
        cards = [(entry["title"], entry["sources"], entry["licenses"]) for entry in embedded.package()["resources"]]
        table = self._table(self._holdings, lang)
        return self._renderer.page(lang, "sources.html", "sources.html.jinja", title, table=table, cards=cards)

    def _docs(self, lang: str) -> Iterator[Page]:
        text = texts()[lang]
        chosen = {}
        for name, written in self._documents.items():
            written_in = lang if lang in written else next(iter(written))
            data = written[written_in].read_bytes()
            heading = docs.title(data.decode("utf-8", errors="replace"), name)
            chosen[name] = (written_in, heading)
            make = partial(self._document, lang, name, written_in, heading)
            yield self.kept.page(path_of(lang, f"docs/{name}.html"), [data, repr(sorted(self._documents))], make)
        yield self._renderer.page(lang, "docs/index.html", "docs.html.jinja", text["docs"], chosen=chosen)
        package = embedded.package()["resources"]
        yield self._renderer.page(
            lang, "docs/dictionary.html", "dictionary.html.jinja", text["dictionary"], package=package
        )
        yield self.kept.page(path_of(lang, "docs/api.html"), [], partial(self._api, lang))

    def _document(self, lang: str, name: str, written_in: str, heading: str) -> Page:
        body = docs.to_html(self._documents[name][written_in], self._documents)
        values = {"body": body, "written_in": written_in}
        return self._renderer.page(lang, f"docs/{name}.html", "doc.html.jinja", heading, **values)

    def _api(self, lang: str) -> Page:
        title = texts()[lang]["api"]
        return self._renderer.page(lang, "docs/api.html", "api.html.jinja", title, modules=self._reference)

    @cached_property
    def _reference(self) -> Any:
        return reference()


def _described(run: Run, *figures: Figure) -> str:
    """Return what a page says of a run and of figures; wherever the reports folder lies, this is the same."""
    named = tuple(replace(figure, folder=Path()) for figure in figures)
    return repr(replace(run, figures=named, executed=run.executed and Path(run.executed.name)))


def _subject_slug(notebook: str) -> str:
    return "quality.html" if notebook == QUALITY else f"subject/{notebook}.html"
