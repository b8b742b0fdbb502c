"""Facts about perimeters that the table `perimetres` records: editions, colour, and the belief about their offset.

A new edition of a count is a new row of that table; no code names it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tlanalysis.data import embedded

if TYPE_CHECKING:
    import pandas as pd

NATIONAL_COUNT = "ftl"  # the family of the counts of France's places by France Tiers-Lieux


def _table() -> pd.DataFrame:
    return embedded.load("perimetres").set_index("perimetre")


def editions(family: str = NATIONAL_COUNT) -> tuple[str, ...]:
    """Return the perimeters of one family, oldest edition first."""
    table = _table()
    return tuple(table[table["famille"] == family].sort_values("ordre").index)


def continued_by(perimeter: str) -> tuple[str, ...]:
    """Return the editions of the family of a perimeter, or the perimeter alone when it has no family.

    Successive editions of a count continue each other, each wider or better covered than the last. No other two
    perimeters do.
    """
    families = _table()["famille"].dropna()
    return editions(families[perimeter]) if perimeter in families else (perimeter,)


def latest_with_unknown_states() -> str:
    """Return the latest edition of the national count that also lists places whose state is unknown."""
    flagged = with_unknown_states()
    return [name for name in editions() if name in flagged][-1]


def with_unknown_states() -> frozenset[str]:
    """Return the perimeters whose list also holds places of unknown state: nobody knows how complete it is."""
    return _flagged("est_etat_inconnu_compte")


def without_method() -> frozenset[str]:
    """Return the perimeters that publish no method of counting: their numbers are estimates."""
    return _flagged("est_methode_inconnue")


def own_of_publisher() -> frozenset[str]:
    """Return the codes that do not state what is counted: each publisher then has a definition of its own."""
    return _flagged("est_propre_editeur")


def _flagged(column: str) -> frozenset[str]:
    flags = _table()[column].fillna(False)
    return frozenset(str(name) for name in flags.index[flags.astype(bool)])


def extended_lists() -> dict[str, str]:
    """Return each perimeter that repeats another's list with additions, and that other perimeter."""
    return _table()["meme_liste_que"].dropna().to_dict()


def colour(perimeter: str, default: str) -> str:
    """Return the colour of a perimeter in every figure, or the default for one without a colour."""
    return str(_table()["couleur"].dropna().get(perimeter, default))


def offset_reasons() -> dict[str, str]:
    """Return why each perimeter has the believed offset that it has."""
    return _table()["motif_decalage"].dropna().to_dict()


def offsets() -> dict[str, tuple[float, float]]:
    """Return the believed offset of each perimeter from the reference definition: mean, standard deviation (log)."""
    held = _table().dropna(subset=["decalage_moyen", "decalage_ecart_type"])
    return dict(zip(held.index, zip(held["decalage_moyen"], held["decalage_ecart_type"], strict=True), strict=True))
