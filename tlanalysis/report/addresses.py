"""Where the pages lie in a reports folder."""

from __future__ import annotations

from tlanalysis.core.languages import LANGS

FOLDER = "site"
HOMES = {lang: "index.html" if lang == LANGS[0] else f"index.{lang}.html" for lang in LANGS}
