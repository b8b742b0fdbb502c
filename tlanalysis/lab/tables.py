"""Tables of the exploring panel: in words, searched and sorted in the language of the panel, sources to click."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Any

import itables

from tlanalysis.charts.labelling import heading
from tlanalysis.charts.on_screen import as_text
from tlanalysis.data.documents import cited
from tlanalysis.lab.values_chart import texts

if TYPE_CHECKING:
    import pandas as pd

_LEFT_OUT = ("indicateur", "id_observation", "territoires", "note")


def shown(parts: list[pd.DataFrame], lang: str) -> tuple[dict[str, Any], ...]:
    """Return each table as one output of a cell, without empty columns; a table without rows has none."""
    return tuple(_output(rows, lang) for rows in parts if len(rows))


def paragraph(text: str) -> dict[str, Any]:
    """Return a sentence as one output of a cell."""
    return _display({"text/html": f"<p>{escape(text)}</p>", "text/plain": text})


def _output(rows: pd.DataFrame, lang: str) -> dict[str, Any]:
    kept = rows.drop(columns=[name for name in _LEFT_OUT if name in rows]).dropna(axis="columns", how="all")
    words = as_text(kept, lang).map(lambda text: escape(str(text)))
    if {"editeur", "source"} <= set(kept):
        words["source"] = [_link(row) for row in kept[["editeur", "source"]].to_dict("records")]
    words.columns = [heading(str(name), lang) for name in kept.columns]
    html = itables.to_html_datatable(words, allow_html=True, showIndex=False, language=_language(lang))
    return _display({"text/html": html, "text/plain": words.to_string()})


def _link(row: dict[str, Any]) -> str:
    """Return a document by its title, as a link where it has an address."""
    source = {"editeur": str(row["editeur"]), "source": str(row["source"]), "date_publication": ""}
    (document,) = cited([source])
    title = escape(document["titre"] or document["source"] or document["editeur"])
    if not document["source"]:
        return title
    return f'<a href="{escape(document["source"], quote=True)}" target="_blank" rel="noopener">{title}</a>'


def _language(lang: str) -> dict[str, Any]:
    """Return the words of DataTables."""
    text = texts(lang)
    return {
        "search": text["table_search"],
        "info": text["table_info"],
        "infoEmpty": text["table_info_empty"],
        "infoFiltered": text["table_info_filtered"],
        "lengthMenu": text["table_length"],
        "zeroRecords": text["table_zero"],
        "paginate": {"next": text["table_next"], "previous": text["table_previous"]},
    }


def _display(data: dict[str, str]) -> dict[str, Any]:
    return {"output_type": "display_data", "data": data, "metadata": {}}
