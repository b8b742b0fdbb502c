"""The pages of the site: one method per kind of page collects the values that its template shows."""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterator
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from tlanalysis.core import paths
from tlanalysis.data import embedded, territories
from tlanalysis.data.documents import cited
from tlanalysis.data.parameters import LANGS
from tlanalysis.data.territories import FRANCE
from tlanalysis.report import docs, figure_files, history, html_tables, notebooks, results, territory_index
from tlanalysis.report import portrait as portraits
from tlanalysis.report.api_reference import reference
from tlanalysis.report.function_index import functions_of
from tlanalysis.report.home_map import home_map
from tlanalysis.report.kept_pages import KeptPages, described, drawings
from tlanalysis.report.key_numbers import key_numbers
from tlanalysis.report.portrait import Portrait
from tlanalysis.report.portrait_tables import numbers
from tlanalysis.report.ran import table_of_runs
from tlanalysis.report.register import register_in_words
from tlanalysis.report.render import HOME, Renderer, path_of, texts
from tlanalysis.report.results import QUALITY, Figure, Run
from tlanalysis.runs.plan import subjects

Page = tuple[str, str]
_FIXED = (
    HOME,
    "subjects.html",
    "figures.html",
    "territories.html",
    "compare.html",
    "quality.html",
    "forecasts.html",
    "sources.html",
    "runs.html",
    "docs/index.html",
    "docs/dictionary.html",
    "docs/api.html",
)
_CODES = ("nature", "verdict", "motif", "etat", "temps")  # columns whose codes the texts of the site name


class Site:
    """The pages of a site in every language.

    Parameters
    ----------
    runs : list of Run
        The runs of the reports folder.
    contents : dict
        History files of the site (see `tlanalysis.report.history`).
    folder : Path
        The folder of the present site, whose pages stay when what they are made from stays.
    base_url : str
        The address that the reports folder will have; empty when it is not known.
    """

    def __init__(self, runs: list[Run], contents: dict[str, bytes], folder: Path, base_url: str = "") -> None:
        self._history = contents
        self._profiles = results.profiled(runs)
        self._runs = {lang: [run for run in runs if run.lang == lang] for lang in LANGS}
        self._documents = docs.documents(paths.home() / "docs")
        self._subjects = subjects()
        slugs: dict[str, Collection[str]] = {lang: self._slugs(lang) for lang in LANGS}
        self._renderer = Renderer(slugs, self._subjects, base_url)
        names = {territory["code"]: territory["name"] for territory in self.territories}
        links = {lang: sorted(slugs[lang]) for lang in LANGS}
        self.kept = KeptPages(folder, f"{links} {self._subjects} {names} {base_url}")

    def pages(self, lang: str) -> Iterator[Page]:
        """Yield the path inside the reports folder and the HTML of every page of a language."""
        yield self._home(lang)
        yield self._list_of_subjects(lang)
        yield self._gallery(lang)
        for notebook in self._notebooks(lang):
            yield self._subject(lang, notebook)
        yield self._territories(lang)
        for code in territories.codes():
            yield self._territory(lang, code)
        yield self._compare(lang)
        for run in self._runs[lang]:
            for figure in run.figures:
                yield from self._figure(lang, run, figure)
            if run.executed:
                inputs: list[str | bytes] = [described(run), run.executed.read_bytes()]
                yield self.kept.page(path_of(lang, run.slug), inputs, partial(self._notebook, lang, run))
        if QUALITY not in self._notebooks(lang):
            yield self._quality(lang, [])
        yield self._forecasts(lang)
        yield self._sources(lang)
        yield self._what_ran(lang)
        yield from self._docs(lang)

    def compared(self, lang: str) -> dict[str, Any]:
        """Return what the page of comparison needs of every territory: its name, and the cells of its measures."""
        return {
            code: {
                "name": one.name,
                "level": one.territory.level,
                "cells": [[line.value, line.interval, line.rank] for line in one.lines],
            }
            for code, one in self._portraits[lang].items()
        }

    def changed(self, lang: str) -> list[tuple[Figure, str]]:
        """Return the figures whose data have changed, each with the day of its present files, latest first."""
        changed = [
            (figure, figure.day)
            for run in self._runs[lang]
            for figure in run.figures
            if figure.facts and history.change(figure.name, self._history) is not None
        ]
        return sorted(changed, key=lambda one: (one[1], one[0].name), reverse=True)

    @cached_property
    def territories(self) -> list[dict[str, Any]]:
        """The territories of the search box."""
        return territory_index.searchable()

    @cached_property
    def _portraits(self) -> dict[str, dict[str, Portrait]]:
        held = numbers()
        return {lang: {code: Portrait(code, held, lang) for code in territories.codes()} for lang in LANGS}

    def _slugs(self, lang: str) -> set[str]:
        runs = self._runs[lang]
        documents = [f"docs/{name}.html" for name in self._documents]
        of_notebooks = [_subject_slug(notebook) for notebook in self._notebooks(lang)]
        portrayed = [f"territory/{code}.html" for code in territories.codes()]
        figures = [figure.slug for run in runs for figure in run.figures]
        alone = [figure.embed for run in runs for figure in run.figures if figure.facts]
        executed = [run.slug for run in runs if run.executed]
        return {*_FIXED, *documents, *of_notebooks, *portrayed, *figures, *alone, *executed}

    def _notebooks(self, lang: str) -> list[str]:
        return sorted({run.notebook for run in self._runs[lang]})

    def _is_of_territory(self, run: Run) -> bool:
        return run.territory != FRANCE or run.notebook in self._profiles

    def _annex(self, notebook: str) -> tuple[str, ...]:
        found = self._subjects.get(notebook)
        return tuple(found.annex) if found else ()

    def _national(self, lang: str, notebook: str) -> list[Figure]:
        """Return the figures of a subject, those of the annex last."""
        annex = self._annex(notebook)
        runs = [run for run in self._runs[lang] if run.notebook == notebook and run.territory == FRANCE]
        figures = [figure for run in runs for figure in run.figures if figure.facts]
        return sorted(figures, key=lambda figure: figure.id in annex)

    def leading(self, lang: str) -> list[Figure]:
        """Return the figures of the home page."""
        shown = []
        # Leading figures come in the order of the plan. The first figures of the other notebooks follow.
        leading = {name: subject.leading_figure for name, subject in self._subjects.items() if subject.leading_figure}
        rest = [notebook for notebook in self._notebooks(lang) if notebook not in {*leading, *self._profiles}]
        for notebook in [*leading, *rest]:
            figures = self._national(lang, notebook)
            named = [figure for figure in figures if figure.id == leading.get(notebook)]
            shown += (named or figures)[:1]
        return shown

    def _home(self, lang: str) -> Page:
        failed = [run for run in self._runs[lang] if run.status != "ok"]
        text = texts()[lang]
        listed = [(notebook, _subject_slug(notebook)) for notebook in self._notebooks(lang)]
        return self._renderer.page(
            lang, HOME, "home.html.jinja", text["title"],
            findings=self.leading(lang), subjects=listed, failed=failed, keys=key_numbers(lang, text),
            map=home_map(lang, lambda code: path_of(lang, f"territory/{code}.html"), text),
        )  # fmt: skip

    def _list_of_subjects(self, lang: str) -> Page:
        title = texts()[lang]["subjects"]
        listed = [(name, _subject_slug(name), self._national(lang, name)) for name in self._notebooks(lang)]
        return self._renderer.page(lang, "subjects.html", "subjects.html.jinja", title, subjects=listed)

    def _gallery(self, lang: str) -> Page:
        text = texts()[lang]
        groups = []
        for notebook in self._notebooks(lang):
            subject, annex = self._renderer.title_of(notebook, lang), self._annex(notebook)
            figures = self._national(lang, notebook)
            for heading, kept in (
                (subject, [figure for figure in figures if figure.id not in annex]),
                (f"{subject} · {text['annex']}", [figure for figure in figures if figure.id in annex]),
            ):
                words = [(figure, f"{heading} {_words_of(figure)}") for figure in kept]
                groups += [(heading, words)] if words else []
        return self._renderer.page(lang, "figures.html", "figures.html.jinja", text["figures"], groups=groups)

    def _subject(self, lang: str, notebook: str) -> Page:
        mine = [run for run in self._runs[lang] if run.notebook == notebook]
        if notebook == QUALITY:
            return self._quality(lang, mine)
        runs = [run for run in mine if run.territory == FRANCE]
        codes = sorted({run.territory for run in mine if self._is_of_territory(run)})
        found = [territory for territory in self.territories if territory["code"] in codes]
        return self._renderer.page(
            lang, _subject_slug(notebook), "subject.html.jinja", self._renderer.title_of(notebook, lang),
            runs=runs, found=found, shown={}, lead="", annex=self._annex(notebook),
        )  # fmt: skip

    def _quality(self, lang: str, runs: list[Run]) -> Page:
        inputs = [frame.to_csv() for frame in self._quality_tables.values()]
        inputs += [repr([(described(run, *run.figures), drawings(*run.figures)) for run in runs])]
        return self.kept.page(path_of(lang, "quality.html"), inputs, partial(self._quality_page, lang, runs))

    def _quality_page(self, lang: str, runs: list[Run]) -> Page:
        text = texts()[lang]
        shown = {text[name]: self._table(frame, lang) for name, frame in self._quality_tables.items()}
        return self._renderer.page(
            lang, "quality.html", "subject.html.jinja", text["quality"],
            runs=runs, found=[], shown=shown, lead=text["quality_lead"], annex=self._annex(QUALITY),
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

    def _table(self, frame: Any, lang: str) -> html_tables.Table:
        codes = dict.fromkeys(_CODES, texts()[lang]["codes"])
        return html_tables.from_frame(frame, lang, texts()[lang]["columns"], codes)

    def _territories(self, lang: str) -> Page:
        title = texts()[lang]["territories"]
        return self._renderer.page(lang, "territories.html", "territories.html.jinja", title, listed=self.territories)

    def _territory(self, lang: str, code: str) -> Page:
        territory = next(each for each in self.territories if each["code"] == code)
        runs = [run for run in self._runs[lang] if run.territory == code and self._is_of_territory(run)]
        return self._renderer.page(
            lang, f"territory/{code}.html", "territory.html.jinja", territory["name"],
            territory=territory, runs=runs, portrait=self._portraits[lang][code], said=portraits.texts()[lang],
        )  # fmt: skip

    def _compare(self, lang: str) -> Page:
        said = portraits.texts()[lang]
        # Without a script the page compares the two régions that have the most inhabitants.
        by_size = territories.table("region").sort_values(["population", "code"], ascending=[False, True])
        first, second = (self._portraits[lang][code] for code in by_size["territoire"].head(2))
        return self._renderer.page(
            lang, "compare.html", "compare.html.jinja", said["compare_title"],
            first=first, second=second, said=said, measures=self._portraits[lang][FRANCE].lines,
        )  # fmt: skip

    def _figure(self, lang: str, run: Run, figure: Figure) -> Iterator[Page]:
        """Yield the page of a figure, and the one to embed; each is rendered when what it is made from has changed."""
        around = [one and (one.slug, one.facts) for one in self._around(lang, run, figure)]
        told = (around, self._functions(run.notebook).get(figure.id), history.change(figure.name, self._history))
        own = [figure.path(kind).read_bytes() for kind in ("svg", "csv") if kind in figure.kinds]
        inputs: list[str | bytes] = [described(run, figure), drawings(figure), repr(told), *own]
        yield self.kept.page(
            path_of(lang, figure.slug), inputs, partial(self._figure_page, lang, run, figure, "figure")
        )
        if figure.facts:
            make = partial(self._figure_page, lang, run, figure, "embed")
            yield self.kept.page(path_of(lang, figure.embed), inputs, make)

    def _figure_page(self, lang: str, run: Run, figure: Figure, template: str) -> Page:
        data = figure.path("csv").read_bytes() if "csv" in figure.kinds else None
        table = html_tables.from_csv(data, lang) if data is not None else None
        said = figure_files.shapes(data, table) if data is not None and table is not None else {}
        before, after = self._around(lang, run, figure)
        slug = figure.slug if template == "figure" else figure.embed
        folder = posixpath.dirname(path_of(lang, slug))
        portrayed = set(territories.codes())

        def link(shape: str) -> str:
            code = shape.removeprefix("territoire-")
            code = code if code in portrayed else f"D{code}"
            return posixpath.relpath(path_of(lang, f"territory/{code}.html"), folder)

        drawing, narrow = figure_files.drawings(figure, said, link)
        return self._renderer.page(
            lang, slug, f"{template}.html.jinja", figure.facts["title"] if figure.facts else figure.name,
            run=run, figure=figure, subject=_subject_slug(run.notebook), drawing=drawing, narrow=narrow,
            table=table,
            territory_page=f"territory/{run.territory}.html" if self._is_of_territory(run) else "",
            territory_name=territories.territory(run.territory).name,
            citation=figure_files.citation(figure, lang) if figure.facts else "",
            documents=figure_files.documents(figure),
            functions=self._functions(run.notebook).get(figure.id, ()), before=before, after=after,
            change=history.change(figure.name, self._history), most=history.SHOWN,
        )  # fmt: skip

    def _around(self, lang: str, run: Run, figure: Figure) -> tuple[Figure | None, Figure | None]:
        """Return the figures before and after a figure, in the order of its subject or of its territory."""
        national = run.territory == FRANCE and run.notebook not in self._profiles
        listed = self._national(lang, run.notebook) if national else [one for one in run.figures if one.facts]
        names = [one.name for one in listed]
        if figure.name not in names:
            return None, None
        at = names.index(figure.name)
        return (listed[at - 1] if at else None), (listed[at + 1] if at + 1 < len(listed) else None)

    def _functions(self, notebook: str) -> dict[str, tuple[str, ...]]:
        if notebook not in self._known_functions:
            self._known_functions[notebook] = functions_of(paths.notebooks() / f"{notebook}.ipynb")
        return self._known_functions[notebook]

    @cached_property
    def _known_functions(self) -> dict[str, dict[str, tuple[str, ...]]]:
        return {}

    def _notebook(self, lang: str, run: Run) -> Page:
        text = texts()[lang]
        title = f"{text['notebook']}{text['colon']} {run.name}"
        body = notebooks.to_html(run.executed, text["table"]) if run.executed else None
        subject = _subject_slug(run.notebook)
        return self._renderer.page(lang, run.slug, "notebook.html.jinja", title, run=run, body=body, subject=subject)

    def _forecasts(self, lang: str) -> Page:
        title = texts()[lang]["forecasts"]
        columns = ["periode_cible", "annonce", "mesure", "verdict", "motif", "editeur", "date_publication", "condition"]
        told = register_in_words(self._register, lang)
        table = self._table(told[columns], lang)
        rows = self._register[["editeur", "source", "date_publication"]].fillna("").to_dict("records")
        figures = [figure for run in self._runs[lang] for figure in run.figures if figure.name.startswith("previsions")]
        return self._renderer.page(
            lang, "forecasts.html", "forecasts.html.jinja", title, table=table, named=cited(rows), figures=figures
        )

    def _sources(self, lang: str) -> Page:
        text = texts()[lang]
        cards = [(entry["title"], entry["sources"], entry["licenses"]) for entry in embedded.package()["resources"]]
        held = embedded.sources()
        columns = ["titre", "editeur", "licence", "millesime", "nb_lignes", "etat"]
        here = held["etat"] != "absent"
        return self._renderer.page(
            lang, "sources.html", "sources.html.jinja", text["sources_page"], cards=cards,
            table=self._table(held.loc[here, columns], lang),
            absent=self._table(held.loc[~here, columns[:4]], lang),
        )  # fmt: skip

    def _what_ran(self, lang: str) -> Page:
        text, runs = texts()[lang], self._runs[lang]
        table = self._table(table_of_runs(runs, self._renderer.title_of, text["codes"]), lang)
        lead = text["runs_lead"].format(n=len(runs), seconds=round(sum(run.seconds for run in runs)))
        return self._renderer.page(
            lang, "runs.html", "runs.html.jinja", text["runs"], table=table, lead=lead, changed=self.changed(lang)
        )

    def _docs(self, lang: str) -> Iterator[Page]:
        text = texts()[lang]
        chosen = {}
        for name, written in self._documents.items():
            written_in = lang if lang in written else next(iter(written))
            heading = docs.title(written[written_in].read_text(encoding="utf-8", errors="replace"), name)
            chosen[name] = (written_in, heading)
            body = docs.to_html(written[written_in], self._documents)
            values = {"body": body, "written_in": written_in}
            yield self._renderer.page(lang, f"docs/{name}.html", "doc.html.jinja", heading, **values)
        yield self._renderer.page(lang, "docs/index.html", "docs.html.jinja", text["docs"], chosen=chosen)
        package = embedded.package()["resources"]
        yield self._renderer.page(
            lang, "docs/dictionary.html", "dictionary.html.jinja", text["dictionary"], package=package
        )
        yield self._renderer.page(
            lang, "docs/api.html", "api.html.jinja", text["api"], questions=self._reference, users=self._users(lang)
        )

    def _users(self, lang: str) -> dict[str, list[Figure]]:
        """Return the figures of France that use each public function."""
        found: dict[str, list[Figure]] = {}
        for notebook in self._notebooks(lang):
            for figure in self._national(lang, notebook):
                for name in self._functions(notebook).get(figure.id, ()):
                    found.setdefault(name, []).append(figure)
        return found

    @cached_property
    def _reference(self) -> Any:
        return reference()


def _words_of(figure: Figure) -> str:
    facts = figure.facts or {}
    return f"{facts['title']} {facts.get('subtitle', '')}"


def _subject_slug(notebook: str) -> str:
    return "quality.html" if notebook == QUALITY else f"subject/{notebook}.html"
