"""How much the values of a column speak for each field, or against it, in log-odds."""

from __future__ import annotations

from collections.abc import Callable

from tlanalysis.lists.recognition.values import Profile

# What settles a question: no header outweighs it.
NEVER = -12.0


def _code(test: str) -> Callable[[Profile], float]:
    def weigh(column: Profile) -> float:
        if column.share("year") >= 0.9 and not column.share("five"):
            return NEVER
        if column.share("cp_city") >= 0.6:
            return NEVER
        if column.share("code_shape") < 0.4:
            return NEVER if column.share("letters") >= 0.5 or column.share("code_shape") < 0.2 else -2.0
        share = column.share(test)
        return 2.0 if share >= 0.9 else 0.8 if share >= 0.5 else -2.0

    return weigh


def _code_commune(column: Profile) -> float:
    return _code("code_commune")(column) - (
        0.8 if column.share("postal_like") >= 0.95 and len(column.counts) > 4 else 0
    )


def _degrees(test: str) -> Callable[[Profile], float]:
    def weigh(column: Profile) -> float:
        if column.share("dms") >= 0.5:
            return 0.5
        if column.share("number") + column.share("dms") < 0.5 or column.share("degrees") + column.share("dms") < 0.5:
            return NEVER
        if test == "lon" and column.share("unit") >= 0.95 and len(column.counts) > 2:
            return -3.0
        share = column.share(test)
        return 2.0 if share >= 0.8 else 0.6 if share >= 0.4 else -0.5

    return weigh


def _metres(test: str) -> Callable[[Profile], float]:
    def weigh(column: Profile) -> float:
        share = column.share(test)
        return 2.5 if share >= 0.8 else 0.5 if share >= 0.4 else NEVER

    return weigh


def _coordinates(column: Profile) -> float:
    share = column.share("pair")
    return 2.5 if share >= 0.8 else 0.8 if share >= 0.4 else NEVER


def _named(test: str) -> Callable[[Profile], float]:
    def weigh(column: Profile) -> float:
        share = column.share(test)
        return 2.0 if share >= 0.9 else 0.8 if share >= 0.6 else -2.0 if share >= 0.3 else NEVER

    return weigh


def _commune(column: Profile) -> float:
    if column.share("words") < 0.5 or column.share("urls") >= 0.2 or column.share("prose") >= 0.2:
        return NEVER
    if column.share("boolean") >= 0.8 or column.share("cp_city") >= 0.5:
        return NEVER
    if column.share("street") >= 0.5 and column.length > 18:
        return -3.0
    return 1.2 if column.length <= 28 else -1.0


def _address(column: Profile) -> float:
    if column.share("urls") >= 0.3 or column.share("personal") >= 0.3 or column.share("letters") < 0.4:
        return NEVER
    if len(column.filled) >= 8 and column.distinct < 0.3 and column.share("a_digit") < 0.3:
        return -3.0  # how precise the point is ("rue", "commune")
    if column.share("street") >= 0.3:
        return 1.5
    return 0.0 if column.length >= 6 else -2.0


def _web(column: Profile) -> float:
    if column.share("personal") >= 0.3:
        return NEVER
    share = max(column.share("web"), column.share("urls"))
    return 2.0 if share >= 0.6 else 0.3 if share >= 0.25 else NEVER


def _date(column: Profile) -> float:
    share = column.share("date")
    if share < 0.3:
        return NEVER
    if column.share("time") >= 0.5 and column.share("year") < 0.5:
        return -2.5
    if len(column.filled) >= 8 and len(column.counts) <= 2:
        return -2.5
    return 1.5 if share >= 0.6 else 0.0


def _state(column: Profile) -> float:
    share = column.share("state")
    return 2.0 if share >= 0.6 else -1.5 if share >= 0.4 else NEVER


# What is neither a kind nor a name of a place: a test, and the share of the values from which it decides.
_NO_KIND = {"number": 0.5, "boolean": 0.6, "urls": 0.3, "geocoded_type": 0.5, "json": 0.5, "date": 0.5}
_NO_NAME = {"number": 0.5, "boolean": 0.5, "urls": 0.5, "personal": 0.3, "date": 0.5, "json": 0.5}


def _is_else(column: Profile, least: dict[str, float]) -> bool:
    """Return whether the values pass a test of something else, each with the share from which they are that."""
    return any(column.share(test) >= share for test, share in least.items())


def _kind(column: Profile) -> float:
    if _is_else(column, _NO_KIND) or column.share("letters") < 0.6:
        return NEVER
    kinds = column.share("kind")
    if column.share("legal") >= 0.4 and kinds < 0.4:
        return -5.0
    if column.share("prose") >= 0.4:
        return -3.5
    if column.share("street") >= 0.5 and kinds < 0.5:
        return -3.0
    varied = len(column.filled) >= 8 and column.distinct > 0.85
    if kinds >= 0.3:
        return 0.3 if varied and column.length > 40 else 1.8
    return -2.0 if varied else 0.0


def _name(column: Profile) -> float:
    if _is_else(column, _NO_NAME) or column.share("lettered") < 0.6 or column.share("cp_city") >= 0.5:
        return NEVER
    odds = 1.2
    if column.share("prose") >= 0.4:
        odds -= 3.5
    if len(column.filled) >= 8 and column.distinct < 0.5:
        odds -= 3.0
    elif len(column.filled) >= 4 and column.distinct < 0.6:
        odds -= 2.5
    if column.share("legal") >= 0.5:
        odds -= 3.0
    if column.share("street") >= 0.6 and column.share("kind") < 0.3:
        odds -= 3.0
    if column.fill < 0.5:
        odds -= 2.5
    elif column.fill < 0.9:
        odds -= 1.0
    return odds


def _identifier(column: Profile) -> float:
    if column.share("spaced") >= 0.3 or column.share("json") >= 0.5 or column.share("pair") >= 0.5:
        return NEVER
    if column.share("milestone") >= 0.5:
        return NEVER
    if len(column.filled) > 1 and column.share("boolean") >= 0.9 and len(column.counts) <= 2:
        return NEVER
    if column.fill < 0.5:
        return -3.0
    size = len(column.filled)
    if size >= 8 and column.distinct < 0.5:
        return NEVER
    return 1.5 if size < 3 or column.distinct >= 0.9 else -1.0


def _registered(test: str) -> Callable[[Profile], float]:
    def weigh(column: Profile) -> float:
        if column.share(test) >= 0.5:
            return 2.0
        return 0.5 if column.share("registered") >= 0.4 else NEVER

    return weigh


def _code_and_city(column: Profile) -> float:
    share = column.share("cp_city")
    return 2.5 if share >= 0.8 else 1.0 if share >= 0.6 else NEVER


def _source(column: Profile) -> float:
    return 0.0 if column.share("letters") >= 0.5 and column.share("prose") < 0.3 else NEVER


def _lines(column: Profile) -> float:
    return 1.0 if column.share("digits") >= 0.9 else NEVER


WEIGH: dict[str, Callable[[Profile], float]] = {
    "id_source": _identifier,
    "nom": _name,
    "code_commune": _code_commune,
    "commune": _commune,
    "code_postal": _code("code_postal"),
    "cp_commune": _code_and_city,
    "departement": _named("departement"),
    "region": _named("region"),
    "pays": _named("country"),
    "adresse": _address,
    "latitude": _degrees("lat"),
    "longitude": _degrees("lon"),
    "coordonnees": _coordinates,
    "x_lambert93": _metres("x_metres"),
    "y_lambert93": _metres("y_metres"),
    "typologie": _kind,
    "site_web": _web,
    "date_ouverture": _date,
    "etat": _state,
    "siret": _registered("siret"),
    "siren": _registered("siren"),
    "type_id_source": _source,
    "source": _source,
    "ligne_source": _lines,
}


# Fields whose columns write 0 for a missing code.
_ZERO_IS_MISSING = {"code_commune", "code_postal", "departement", "region", "latitude", "longitude", "siret", "siren"}


def value_odds(name: str, column: Profile) -> float:
    """Return how much the values of a column speak for a field, in log-odds; 0 for an empty column.

    Examples
    --------
    >>> value_odds("code_commune", Profile(["2021", "2022", "2022"])) == NEVER
    True
    >>> value_odds("code_postal", Profile(["29600", "35000", "97400"]))
    2.0
    """
    if column.empty:
        if name in {"nom", "id_source"}:
            return -2.0
        return 0.0 if not column.present or name in _ZERO_IS_MISSING else NEVER
    return WEIGH[name](column)


# Fields that values name under a header that says nothing, and how surely.
_ALONE = {"code_postal": "postal_like", "site_web": "urls", "coordonnees": "pair"}


def odds_alone(name: str, column: Profile) -> float:
    """Return how surely values alone name a field; 0 when they do not."""
    test = _ALONE.get(name)
    if test is None or len(column.filled) < 5 or len(column.counts) < 3:
        return 0.0
    if name == "code_postal" and (column.share("five") < 0.9 or column.share("year") > 0.5):
        return 0.0
    return 1.2 if column.share(test) >= 0.9 else 0.0
