"""The text font of figures and site: Source Sans Pro, from an installed package, whatever fonts the user has.

The package `font-source-sans-pro` ships the files under the SIL Open Font License 1.1, with the licence beside them.
Signs that it lacks are those of DejaVu Sans, which comes with matplotlib.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from matplotlib.font_manager import FontEntry, fontManager

FAMILY = "Source Sans Pro"
BESIDE = "DejaVu Sans"  # for the signs that the family lacks
FAMILIES = [FAMILY, BESIDE, "sans-serif"]
WEIGHTS = {400: "SourceSansPro-Regular.ttf", 700: "SourceSansPro-Bold.ttf"}
LICENCE = "LICENSE.txt"


def font_files() -> dict[int, Path]:
    """Return the file of each weight: 400 regular, 700 bold; the licence lies beside them, `LICENSE.txt`.

    Raises
    ------
    FileNotFoundError
        When the package of the font is not installed, or ships other files.
    """
    spec = find_spec("font_source_sans_pro")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package font-source-sans-pro is not installed: pip install font-source-sans-pro.")
    folder = Path(spec.origin).parent / "files"
    files = {weight: folder / name for weight, name in WEIGHTS.items()}
    for path in files.values():
        if not path.is_file():
            raise FileNotFoundError(f"{path.name} is missing from the package font-source-sans-pro: install it again.")
    return files


@cache
def register() -> None:
    """Make matplotlib find the family in these files first, before a font of the same name that the user installed."""
    for weight, path in font_files().items():
        entry = FontEntry(
            fname=str(path),
            name=FAMILY,
            style="normal",
            variant="normal",
            weight=weight,
            stretch="normal",
            size="scalable",
        )
        fontManager.ttflist.insert(0, entry)
    fontManager._findfont_cached.cache_clear()  # type: ignore[attr-defined]
