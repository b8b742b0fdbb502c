"""A table in words: columns, codes and units as people read them; for Excel, LaTeX and the screen."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tlanalysis.charts import messages
from tlanalysis.charts.kit.wording import Words
from tlanalysis.core.errors import BadInput, did_you_mean
from tlanalysis.core.languages import LANGS
from tlanalysis.data import embedded, territories

if TYPE_CHECKING:
    import pandas as pd

# Column -> the group of labels of its codes.
GROUPS = {
    "connaissance": "connaissances",
    "constat": "constats",
    "ecart": "ecarts",
    "editeur": "editeurs",
    "etat": "etats",
    "facteur": "facteurs",
    "famille": "familles",
    "groupe": "groupes",
    "indicateur": "indicateurs",
    "lecture_perimetre": "lectures_perimetre",
    "mesure": "mesures",
    "mesure_1": "mesures",
    "mesure_2": "mesures",
    "mesure_perimetre": "perimetres",
    "modele": "modeles",
    "motif": "motifs",
    "lecture": "lectures_de_croyance",
    "nature": "natures",
    "parametre": "croyances",
    "perimetre": "perimetres",
    "perimetre_debut": "perimetres",
    "perimetre_fin": "perimetres",
    "perimetre_local": "perimetres",
    "perimetres": "perimetres",
    "question": "questions",
    "scenario": "scenarios",
    "source": "origines_de_croyance",
    "stade": "stades",
    "statut": "statuts",
    "temps": "temps",
    "type": "types",
    "unite": "unites",
    "variante": "variantes",
    "verdict": "verdicts",
}
TERRITORIES = {"territoire", "territoires", "groupe"}  # a group of places is of neighbours, or of régions
SHARES = re.compile(r"(part|ic|borne)(_|$)|couvert_\d+|taux_chomage|probabilite|plafond_appris")
_UNITS = ("eur_par_habitant", "pour_100k", "pour_million", "eur", "km")


def label(table: pd.DataFrame, *, lang: str = "fr") -> pd.DataFrame:
    """Return a table in words: columns and codes named, units in the headings, shares in percent.

    Numbers stay numbers, and what is missing stays missing: a spreadsheet can compute with them.

    Parameters
    ----------
    table : DataFrame
        What a function returned.
    lang : {"fr", "en"}
        Language of the words.

    Returns
    -------
    DataFrame
        A copy: as many rows and columns as `table`, with the sources it carries.

    Raises
    ------
    BadInput
        Unknown language, or no table.

    See Also
    --------
    describe : What each column of an embedded table means.

    Examples
    --------
    >>> from tlanalysis import rates
    >>> list(label(rates("coworking", "region"), lang="en").columns)[:3]
    ['Territory', 'Code', 'Name']
    >>> label(rates("coworking"), lang="en").to_excel("rates.xlsx", index=False)  # doctest: +SKIP
    """
    if lang not in LANGS:
        raise BadInput(f"lang is {lang!r}: it is one of {', '.join(LANGS)}{did_you_mean(str(lang), LANGS)}.")
    if not hasattr(table, "columns"):
        raise BadInput(f"a {type(table).__name__} is no table: give what a function of tlanalysis returned.")
    named = table.copy()
    for column in table.columns:
        named[column] = in_words(table[column], lang)
        if _is_share(table[column]):
            named[column] = table[column] * 100
    named.columns = _apart([heading(str(column), lang, share=_is_share(table[column])) for column in table.columns])
    named.attrs = dict(table.attrs)
    return named


def _apart(names: list[str]) -> list[str]:
    """Return headings of which no two agree."""
    return [name if names.index(name) == at else f"{name} ({at + 1})" for at, name in enumerate(names)]


def _is_share(column: pd.Series) -> bool:
    from pandas.api.types import is_bool_dtype, is_numeric_dtype

    if not is_numeric_dtype(column) or is_bool_dtype(column) or not SHARES.match(str(column.name)):
        return False
    known = column.dropna()
    return len(known) > 0 and bool(known.between(0, 1).all())


def in_words(column: pd.Series, lang: str) -> pd.Series:
    """Return a column with its codes in words; numbers, and codes without a word, stay."""
    from pandas.api.types import is_bool_dtype

    if is_bool_dtype(column):
        yes_no = column_texts()["yes_no"]
        return column.map({True: yes_no["true"][lang], False: yes_no["false"][lang]})
    name, words = str(column.name), Words(lang)
    if name == "editeurs":
        return column.map(lambda joined: _publishers(joined, lang), na_action="ignore")
    named: dict[str, Callable[[str], str]] = {}
    if name in TERRITORIES:
        named |= dict.fromkeys(names := territories.names(), names.__getitem__)
    if name in GROUPS:
        in_group = cache(lambda code: words.label(GROUPS[name], code).replace("\n", " "))
        named |= dict.fromkeys(_codes(GROUPS[name]), in_group)
    return column.map(lambda text: _each(text, named)) if named else column


def _each(text: Any, named: dict[str, Callable[[str], str]]) -> Any:
    """Return a code, or codes joined by semicolons, in words; what is no text, and unknown codes, stay."""
    if not isinstance(text, str):
        return text
    if text in named:
        return named[text](text)
    codes = [code.strip() for code in text.split(";")]
    if named.keys().isdisjoint(codes):  # no list of codes: a sentence, or an address that holds a semicolon
        return text
    return "; ".join(named[code](code) if code in named else code for code in codes)


def _codes(group: str) -> dict[str, Any]:
    if group in {"indicateurs", "perimetres"}:
        return dict.fromkeys(embedded.load(group)[group[:-1]])
    return dict(messages.load()["labels"][group])


def _publishers(joined: str, lang: str) -> str:
    """Return publishers that a table joins, in words where a document states none."""
    return " ; ".join(publisher(name, lang) for name in joined.split(" ; "))


def publisher(name: str, lang: str) -> str:
    """Return the name of a publisher; where a document states none, this in words."""
    return Words(lang).label("editeurs", name) if name in messages.load()["labels"]["editeurs"] else name


def heading(column: str, lang: str, *, share: bool = False) -> str:
    """Return the name of a column for people, with its unit.

    Examples
    --------
    >>> heading("taux_bas_pour_100k", "en")
    'Rate, at least (per 100,000 inhabitants)'
    >>> heading("part_10_km_haut", "en", share=True)
    'Share within 10 km, at most (%)'
    """
    texts = column_texts()
    if column in texts["names"]:
        name = str(texts["names"][column][lang])
        return f"{name} ({texts['units']['percent'][lang]})" if share else name
    stem, unit = column, "percent" if share else ""
    radius = re.search(r"_(\d+)_km(?=_|$)", stem)
    if radius:
        stem = stem.replace(radius.group(), "", 1)
    for one in _UNITS:
        if stem.endswith(f"_{one}"):
            stem, unit = stem.removesuffix(f"_{one}"), one
            break
    end = next((one for one in ("bas", "haut") if stem.endswith(f"_{one}")), "")
    stem = stem.removesuffix(f"_{end}") if end else stem
    name = texts["names"][stem][lang] if stem in texts["names"] else stem.replace("_", " ").capitalize()
    if radius:
        name += f" {texts['ends']['within'][lang].format(n=radius.group(1))}"
    name += f", {texts['ends'][end][lang]}" if end else ""
    return f"{name} ({texts['units'][unit][lang]})" if unit else name


@cache
def column_texts() -> dict[str, Any]:
    """Return the names of columns and units for people, and the few words that go with them."""
    return tomllib.loads(Path(__file__).with_name("column_names.toml").read_text(encoding="utf-8"))
