"""Shares of census respondents that ticked a box: training themes, audiences, any question with boxes.

A share is of those who answered the question. The files hold nothing on the places that did not answer the question or
the census, so no weight can be computed and none is used.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tlanalysis.core import periods
from tlanalysis.core.errors import BadInput, did_you_mean
from tlanalysis.core.periods import When
from tlanalysis.core.provenance import stamp
from tlanalysis.data import built, embedded
from tlanalysis.indicators.intervals import wilson
from tlanalysis.lists.cells.text import key

if TYPE_CHECKING:
    import pandas as pd

# Edition -> day of its upload, which stands in the address of its identity file (`remote_files.toml`).
PUBLISHED = {"2023": "2024-12-19", "2026": "2026-09-02"}

# Words of a question's name, the surest first; the questions of the first that finds any are taken.
_THEMES = (
    r"\bthem\w*\b.*\bform|\bform\w*\b.*\bthem",
    r"\bformations?\b|\bformer\b",
    r"\bapprentissages?\b|\btransmission\b|\bpedagog",
)
_AUDIENCES = (r"\bpublics?\b",)

SHARES = (
    "perimetre",
    "jeu",
    "question",
    "reponse",
    "libelle",
    "nature",
    "nb_coches",
    "effectif",
    "nb_sans_reponse",
    "part",
    "ic_bas",
    "ic_haut",
    "borne_bas",
    "borne_haut",
    "nb_ecarts",
)


def census_questions(edition: str | None = None, *, as_of: When | None = None) -> pd.DataFrame:
    """Return the questions with boxes of a census edition that have been built: one row per question.

    Parameters
    ----------
    edition : {"2023", "2026"}, optional
        The latest one built when left out.
    as_of : str, int or date, optional
        Known on that day.

    Returns
    -------
    DataFrame
        `perimetre, jeu, question, nb_cases, nb_reponses, nb_sans_reponse, nb_ecarts` (boxes the selection contradicts),
        `nb_mentions_sans_case` (what was written besides the boxes). Empty when no module has been built.

    See Also
    --------
    share_themes, share_audiences : The answers.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> tl.census_questions()  # doctest: +SKIP
    """
    import pandas as pd

    chosen, modules = _modules(edition, as_of)
    rows = [
        (
            f"ftl_{chosen}",
            name,
            asked["question"],
            asked["cases"],
            asked["reponses"],
            asked["sans_reponse"],
            asked["ecarts"],
            asked["mentions_sans_case"],
        )
        for name, account in modules.items()
        for asked in account["questions"]
    ]
    counts = ["nb_cases", "nb_reponses", "nb_sans_reponse", "nb_ecarts", "nb_mentions_sans_case"]
    table = pd.DataFrame(rows, columns=["perimetre", "jeu", "question", *counts]).astype(dict.fromkeys(counts, "int64"))
    return stamp(table, _source(chosen), inputs=modules)


def share_themes(
    edition: str | None = None, *, question: str | None = None, level: float = 0.95, as_of: When | None = None
) -> pd.DataFrame:
    """Return how many respondents of a census ticked each training theme: one row per question and box.

    Themes are taken from every question whose name mentions themes of training (`THEME_FORM`, `themes_formation`) or,
    failing that, training; `question` names another. There are two intervals, for two doubts. `ic_bas, ic_haut` is a
    Wilson interval: it treats those who answered as a random sample of many places, which they are not, so it only
    shows the effect of chance. `borne_bas, borne_haut` is the share among all respondents of the module if all of those
    who left the question empty would have ticked, or none. Neither covers the places that did not answer the census.

    Parameters
    ----------
    edition : {"2023", "2026"}, optional
        The latest one built when left out. Editions do not share their questions: never subtract one from the other.
    question : str, optional
        Publisher's name of a question, see `census_questions`.
    level : float
        Confidence level of the Wilson interval.
    as_of : str, int or date, optional
        Known on that day.

    Returns
    -------
    DataFrame
        `perimetre, jeu, question, reponse` (publisher's column), `libelle` (in words), `nature, nb_coches, effectif`
        (who answered, and whose box is known), `nb_sans_reponse` (respondents of the module for whom it is not), `part,
        ic_bas, ic_haut, borne_bas, borne_haut, nb_ecarts` (boxes that the respondent's own selection contradicts).
        Empty when the module has not been built: `tl.open_files()` says how to get it.

    Raises
    ------
    BadInput
        Unknown edition or question, or no question of the module is about training.

    See Also
    --------
    census_questions : The questions there are.
    plot_themes : Chart of the answer.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> tl.share_themes("2026")  # doctest: +SKIP
    """
    return _shares(edition, "activites", _THEMES, question, level, as_of)


def share_audiences(
    edition: str | None = None, *, question: str | None = None, level: float = 0.95, as_of: When | None = None
) -> pd.DataFrame:
    """Return how many respondents of a census ticked each audience: one row per question and box.

    Taken from the module on audiences (`publics`): the questions named after them or, failing that, all of its
    questions. The columns, the intervals and their limits are those of `share_themes`.

    Parameters
    ----------
    edition, question, level, as_of
        As for `share_themes`.

    Returns
    -------
    DataFrame
        As `share_themes`.

    Raises
    ------
    BadInput
        Unknown edition or question.

    See Also
    --------
    share_themes : The same for the themes of training.
    plot_audiences : Chart of the answer.

    Examples
    --------
    >>> import tlanalysis as tl
    >>> tl.share_audiences("2026")  # doctest: +SKIP
    """
    return _shares(edition, "publics", _AUDIENCES, question, level, as_of)


def _shares(
    edition: str | None,
    module: str,
    words: tuple[str, ...],
    question: str | None,
    level: float,
    as_of: When | None,
) -> pd.DataFrame:
    import pandas as pd

    chosen, modules = _modules(edition, as_of, module)
    tables = []
    for name, account in modules.items():
        named = [asked["question"] for asked in account["questions"]]
        answers = embedded.load(name)
        wanted = answers["question"].isin(_wanted(named, words, question, name))
        tables.append(_counted(answers[wanted], name, f"ftl_{chosen}", account["lignes_acceptees"], level))
    table = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(SHARES))
    stamp(table, _source(chosen), inputs=modules)
    table.attrs["level"] = level
    return table


def _modules(
    edition: str | None, as_of: When | None, module: str | None = None
) -> tuple[str, dict[str, dict[str, Any]]]:
    """Return an edition and its modules that have been built, known on a day."""
    if edition is not None and edition not in PUBLISHED:
        raise BadInput(f"no census of {edition!r}: {' or '.join(PUBLISHED)}.")
    known = {
        year: {
            name: account
            for name, account in built.built().items()
            if name.startswith(f"recensement_{year}_") and "questions" in account and _is(name, module)
        }
        for year, day in PUBLISHED.items()
        if as_of is None or day <= periods.last_day(as_of).isoformat()
    }
    latest = max((year for year, modules in known.items() if modules), default=max(PUBLISHED))
    return edition or latest, known.get(edition or latest, {})


def _is(name: str, module: str | None) -> bool:
    return module is None or name.endswith(f"_{module}")


def _wanted(named: list[str], words: tuple[str, ...], question: str | None, where: str) -> list[str]:
    """Return the questions given by name, or those whose names hold the words."""
    if question is not None:
        if question not in named:
            raise BadInput(f"{where} has no question {question!r}{did_you_mean(question, named)}: {', '.join(named)}.")
        return [question]
    for pattern in words:
        if found := [name for name in named if re.search(pattern, key(name))]:
            return found
    if where.endswith("_publics"):
        return named
    raise BadInput(f"no question of {where} names training: choose with question=, one of {', '.join(named)}.")


def _counted(answers: pd.DataFrame, module: str, perimeter: str, respondents: int, level: float) -> pd.DataFrame:
    import pandas as pd

    table = (
        answers.groupby(["question", "reponse", "libelle"], sort=False)
        .agg(nb_coches=("coche", "sum"), effectif=("coche", "count"), nb_ecarts=("ecart", "sum"))
        .reset_index()
        .astype({"nb_coches": "int64", "effectif": "int64", "nb_ecarts": "int64"})
    )
    table = table.assign(
        perimetre=perimeter, jeu=module, nature="declare", nb_sans_reponse=respondents - table["effectif"]
    )
    table["part"] = (table["nb_coches"] / table["effectif"].where(table["effectif"] > 0)).astype("float64")
    spans = [
        wilson(part, n, level) if n else (float("nan"), float("nan"))
        for part, n in zip(table["part"], table["effectif"], strict=True)
    ]
    table[["ic_bas", "ic_haut"]] = pd.DataFrame(
        spans, index=table.index, columns=["ic_bas", "ic_haut"], dtype="float64"
    )
    table["borne_bas"] = table["nb_coches"] / respondents
    table["borne_haut"] = (table["nb_coches"] + table["nb_sans_reponse"]) / respondents
    return table[list(SHARES)]


def _source(edition: str) -> pd.DataFrame:
    import pandas as pd

    entry = embedded.remote()[f"recensement_{edition}{built.IDENTITY}"]
    rows = [{"editeur": entry["publisher"], "source": entry["landing"], "date_publication": PUBLISHED[edition]}]
    return pd.DataFrame(rows)
