"""An empty result says why it is empty, to the person who asked; code of ours that asks is not told."""

from __future__ import annotations

import os
import sys
import warnings
from typing import TYPE_CHECKING

from tlanalysis.core.provenance import NOTEBOOK

if TYPE_CHECKING:
    import pandas as pd


class EmptyResult(UserWarning):
    """A function returned a table without rows; the message says why."""


def say_why(table: pd.DataFrame, sentence: str) -> pd.DataFrame:
    """Return the table; when it is empty, warn the caller of the public function with a sentence.

    A notebook that runs for every territory meets many empty tables and draws them as unknown: a run is not warned.

    Parameters
    ----------
    table : DataFrame
    sentence : str
    """
    if len(table):
        return table
    table.attrs["vide"] = sentence
    asked_by = str(sys._getframe(2).f_globals.get("__name__", ""))
    if asked_by.split(".")[0] != "tlanalysis" and NOTEBOOK not in os.environ:
        warnings.warn(sentence, EmptyResult, stacklevel=3)
    return table
