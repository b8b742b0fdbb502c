"""Clean INSEE and postal codes: restore leading zeros, remove `.0` and blanks, turn names into codes.

Each function takes a string and returns `(value, rules)`, as in `text`. Codes are always text.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tlanalysis.data import embedded, territories
from tlanalysis.lists.cells import commune_names
from tlanalysis.lists.cells.text import Cell, clean_text, is_missing, key, without_excel

DEPARTEMENTS = tuple(
    sorted({f"{n:02d}" for n in range(1, 96) if n != 20} | {"2A", "2B"} | {f"97{n}" for n in (1, 2, 3, 4, 6)})
)
# Codes where a place can lie: the départements, then the collectivities with a code of their own.
DEPARTEMENT_CODES = (*DEPARTEMENTS, *territories.COLLECTIVITIES)
_COLLECTIVITIES = {key(name): code for code, name in territories.COLLECTIVITIES.items()}

# Saint-Barthélemy and Saint-Martin have postal codes of the Guadeloupe series.
_ISLANDS = {"97133": "977", "97150": "978"}
_COMMUNE = re.compile(r"(?:\d\d|2[AB])\d{3}")


def departement_of_postal_code(code: str | None) -> str | None:
    """Return the département of a French postal code; None when it is not a postal code.

    In Corse, 200, 201 and 207 (CEDEX of Ajaccio) are 2A and the others 2B. Overseas, the first three digits are the
    code.

    Examples
    --------
    >>> [departement_of_postal_code(c) for c in ("29770", "20200", "97418", "97133", "0")]
    ['29', '2B', '974', '977', None]
    """
    if not isinstance(code, str) or len(code) != 5 or not (code.isascii() and code.isdigit()):
        return None
    if code in _ISLANDS:
        return _ISLANDS[code]
    if code.startswith("20"):
        return "2A" if code[:3] in {"200", "201", "207"} else "2B"
    return _existing(code)


def departement_of_commune(code: str | None) -> str | None:
    """Return the département of an INSEE commune code; None when it is not a commune code.

    Examples
    --------
    >>> [departement_of_commune(c) for c in ("2A041", "97418", "0")]
    ['2A', '974', None]
    """
    if not isinstance(code, str) or not code.isascii() or not _COMMUNE.fullmatch(code):
        return None
    return _existing(code)


def departements_of(column: pa.StringArray, *, postal: bool) -> NDArray[np.int16]:
    """Return the position in `DEPARTEMENT_CODES` of the département of each clean code of a column; -1 for null.

    Parameters
    ----------
    column : StringArray
        Postal codes or commune codes, as their `clean_*` functions return them.
    postal : bool
        Which of the two they are.
    """
    start = pc.utf8_slice_codeunits(
        column, 0, 3
    ).dictionary_encode()  # three characters tell the département, except on two islands
    of = departement_of_postal_code if postal else departement_of_commune
    codes = [of(f"{prefix}00") for prefix in start.dictionary.to_pylist()]
    indices = [DEPARTEMENT_CODES.index(code) if code else -1 for code in codes]
    named = np.array([*indices, -1], np.int16)[pc.fill_null(start.indices, len(codes)).to_numpy(zero_copy_only=False)]
    if postal:
        for code, island in _ISLANDS.items():
            on_it = pc.fill_null(pc.equal(column, code), False).to_numpy(zero_copy_only=False)
            named[on_it] = DEPARTEMENT_CODES.index(island)
    return named


def _existing(code: str) -> str | None:
    place = code[:3] if code[:2] in {"97", "98"} else code[:2]
    return place if place in DEPARTEMENT_CODES else None


_DECIMALS_OF_ZERO = re.compile(r"(\d+)[.,]0+")
_EXPONENT = re.compile(r"\d\.\d+E\+?\d+")
_COUNTRY = re.compile(r"^(?:FR|F)-?(?=\d)")
_ZERO = re.compile(r"0+(?:[.,]0+)?")
_FOUR_DIGITS = re.compile(r"[1-9]\d{3}")
_CEDEX = re.compile(r"CEDEX\d*$")
_PARIS_POSTAL_CODE = re.compile(r"750(0[1-9]|1\d|20)")
_PARIS_ARRONDISSEMENT = re.compile(r"751(0[1-9]|1\d|20)")


def _digits(text: str) -> tuple[str, set[str]]:
    """Remove what spreadsheets and people add to a code: blanks, `.0`, an exponent, a country prefix."""
    applied: set[str] = set()
    bare = "".join(without_excel(text).split()).upper().strip("'\"")
    if found := _DECIMALS_OF_ZERO.fullmatch(bare):
        bare = found[1]
        applied.add("point_zero")
    elif _EXPONENT.fullmatch(bare) and float(bare).is_integer() and float(bare) < 1e15:
        bare = str(int(float(bare)))
        applied.add("point_zero")
    bare = _COUNTRY.sub("", bare)
    if not applied and bare != text:
        applied.add("blanc_dans_code")
    return bare, applied


def _absent(text: str) -> bool:
    bare = without_excel(text).strip()
    return is_missing(bare) or _ZERO.fullmatch(bare) is not None


def _missing(text: str) -> Cell:
    return None, ("mention_manquante",) if text.strip() else ()


def clean_commune_code(text: str) -> Cell:
    """Return an INSEE commune code; a postal code of Paris becomes the code of its arrondissement.

    Examples
    --------
    >>> clean_commune_code("1053")
    ('01053', ('zero_initial',))
    >>> clean_commune_code("2a041")
    ('2A041', ('blanc_dans_code',))
    >>> clean_commune_code("75011")
    ('75111', ('arrondissement',))
    >>> clean_commune_code("01018"), clean_commune_code("97123")
    (('01033', ('ancienne_commune',)), ('97701', ('ancienne_commune',)))
    >>> clean_commune_code("0")
    (None, ('mention_manquante',))
    """
    if now := commune_names.present_codes().get(text):
        return now, ("ancienne_commune",)
    if _absent(text):
        return _missing(text)
    bare, applied = _digits(text)
    if _FOUR_DIGITS.fullmatch(bare):
        bare = "0" + bare
        applied.add("zero_initial")
    if found := _PARIS_POSTAL_CODE.fullmatch(bare):  # Lyon's 69001-69009 and Marseille's 13001-13016 are communes
        bare = f"751{found[1]}"
        applied.add("arrondissement")
    if now := commune_names.present_codes().get(bare):
        bare = now
        applied.add("ancienne_commune")
    if departement_of_commune(bare) is None:
        return None, ("code_commune_illisible",)
    return bare, tuple(sorted(applied))


def clean_postal_code(text: str) -> Cell:
    """Return a postal code; the INSEE code of a Paris arrondissement becomes its postal code.

    Examples
    --------
    >>> clean_postal_code("29600.0")
    ('29600', ('point_zero',))
    >>> clean_postal_code("75 011")
    ('75011', ('blanc_dans_code',))
    >>> clean_postal_code("1000")
    ('01000', ('zero_initial',))
    >>> clean_postal_code("75111")
    ('75011', ('arrondissement',))
    """
    if _absent(text):
        return _missing(text)
    bare, applied = _digits(text)
    if (shorter := _CEDEX.sub("", bare)) != bare:
        bare = shorter
        applied.add("cedex")
    if _FOUR_DIGITS.fullmatch(bare):
        bare = "0" + bare
        applied.add("zero_initial")
    # 75116 is a postal code; Lyon's 6938x and Marseille's 132xx may be CEDEX codes or Saint-Rémy's: left as they are.
    if (found := _PARIS_ARRONDISSEMENT.fullmatch(bare)) and bare != "75116":
        bare = f"750{found[1]}"
        applied.add("arrondissement")
    if departement_of_postal_code(bare) is None:
        return None, ("code_postal_illisible",)
    return bare, tuple(sorted(applied))


# A code of five digits before a name, or at the end; not the number of a post box ("CS 12345"), nor part of a number.
_IN_ADDRESS = re.compile(
    r"(?<![\d,.])(?<!\bCS )(?<!\bBP )(?<!\bTSA )(?<!\bCS)(?<!\bBP)(\d{2} ?\d{3})"
    r"(?:(?=\s*,\s*[^\W\d_]|\s+[^\W\d_])|(?=\s*[,;.)]*\s*$)())",
    re.IGNORECASE,
)


def postal_code_in(address: str) -> str | None:
    """Return the postal code that stands before a name or at the end of an address; None for none or several.

    At the end, where any number may stand, only a code that exists is one.

    Examples
    --------
    >>> postal_code_in("18 Rue  Jules Verne 13090 Aix-en-Provence"), postal_code_in("3 rue X, 75 011 Paris")
    ('13090', '75011')
    >>> postal_code_in("47 avenue de Wagram, 75017, PARIS"), postal_code_in("CS 12345, 1 rue X - 35000")
    ('75017', '35000')
    """
    found = {
        code
        for match in _IN_ADDRESS.finditer(address)
        if (code := match[1].replace(" ", "")) and (match[2] is None or commune_names.is_postal_code(code))
    }
    known = {code for code in found if departement_of_postal_code(code)}
    return known.pop() if len(known) == 1 else None


@cache
def _departement_names() -> dict[str, str]:
    table = embedded.read_texts("departements")
    names = {key(name): code for name, code in zip(table["nom_departement"], table["code_departement"], strict=True)}
    return names | _COLLECTIVITIES | {"la reunion": "974", "reunion": "974"}


def clean_departement(text: str) -> Cell:
    """Return a département's code from its code or its name.

    Examples
    --------
    >>> clean_departement("1")
    ('01', ('zero_initial',))
    >>> clean_departement("Bouches du Rhône")
    ('13', ('code_en_toutes_lettres',))
    >>> clean_departement("2a")
    ('2A', ('blanc_dans_code',))
    >>> clean_departement("97")
    (None, ('departement_inconnu',))
    """
    if _absent(text):
        return _missing(text)
    bare, applied = _digits(text)
    bare = re.sub(r"^D(?=\d)", "", bare)
    if re.fullmatch(r"[1-9]", bare):
        bare = "0" + bare
        applied.add("zero_initial")
    if re.fullmatch(r"0\d\d", bare):  # "075", as in old files
        bare = bare[1:]
        applied.add("blanc_dans_code")
    if bare in DEPARTEMENT_CODES:
        return bare, tuple(sorted(applied))
    name, _ = clean_text(text)
    named = re.sub(r"^(?:d|de la|de l|du|des|departement (?:de la|de l|du|des|de|d))\s+", "", key(name or ""))
    named = re.sub(r"^(?:\d{2,3}|2[ab])\s+|\s+(?:\d{2,3}|2[ab])$", "", named)
    if code := _departement_names().get(named):
        return code, ("code_en_toutes_lettres",)
    return None, ("departement_inconnu",)


# Names of the 22 régions of before 2016, and their INSEE codes, to today's code.
_OLD_NAMES = {
    "alsace": "44", "lorraine": "44", "champagne ardenne": "44", "aquitaine": "75", "limousin": "75",
    "poitou charentes": "75",
    "auvergne": "84", "rhone alpes": "84", "bourgogne": "27", "franche comte": "27", "centre": "24",
    "languedoc roussillon": "76", "midi pyrenees": "76",
    "nord pas de calais": "32", "picardie": "32", "basse normandie": "28", "haute normandie": "28",
}  # fmt: skip
_OLD_CODES = {
    "21": "44", "22": "32", "23": "28", "25": "28", "26": "27", "31": "32", "41": "44", "42": "44", "43": "27",
    "54": "75",
    "72": "75", "73": "76", "74": "75", "82": "84", "83": "84", "91": "76",
}  # fmt: skip
_ALIASES = {"paca": "93", "sud": "93", "idf": "11", "reunion": "04", "guyane francaise": "03", "aura": "84",
"bfc": "27", "hdf": "32", "occitanie pyrenees mediterranee": "76"}  # fmt: skip


def _bare_region(name: str) -> str:
    """Remove the link words in which publishers' labels differ ("Auvergne et Rhône-Alpes", "Centre - Val-de-Loire")."""
    return " ".join(word for word in key(name).split() if word not in {"et", "de", "la", "le", "region", "du", "d"})


@cache
def _region_names() -> dict[str, str]:
    table = embedded.read_texts("regions")
    names = {_bare_region(name): code for name, code in zip(table["nom_region"], table["code_region"], strict=True)}
    return names | {_bare_region(name): code for name, code in _ALIASES.items()}


@cache
def _region_codes() -> frozenset[str]:
    return frozenset(embedded.read_texts("regions")["code_region"])


def clean_region(text: str) -> Cell:
    """Return a région's code from its code or its name, whatever link words the name has.

    Examples
    --------
    >>> clean_region("Auvergne et Rhône-Alpes")
    ('84', ('code_en_toutes_lettres',))
    >>> clean_region("4")
    ('04', ('zero_initial',))
    >>> clean_region("Aquitaine")
    ('75', ('ancienne_region',))
    >>> clean_region("905")
    (None, ('region_inconnue',))
    """
    if _absent(text):
        return _missing(text)
    bare, applied = _digits(text)
    bare = re.sub(r"^R(?=\d)", "", bare)
    if re.fullmatch(r"[1-9]", bare):
        bare = "0" + bare
        applied.add("zero_initial")
    if bare in _region_codes():
        return bare, tuple(sorted(applied))
    if bare in _OLD_CODES:
        return _OLD_CODES[bare], ("ancienne_region",)
    value, _ = clean_text(text)
    named = _bare_region(value or "")
    if code := _region_names().get(named):
        return code, ("code_en_toutes_lettres",)
    if code := _OLD_NAMES.get(key(value or "")) or _OLD_NAMES.get(named):
        return code, ("ancienne_region",)
    return None, ("region_inconnue",)


_FRANCE = {"fr", "fra", "france", "f", "250", "republique francaise", "france metropolitaine", "99100"}
_OVERSEAS = {"gp", "mq", "gf", "re", "yt", "pm", "bl", "mf", "wf", "pf", "nc", "guadeloupe", "martinique", "guyane",
"guyane francaise", "la reunion", "reunion", "mayotte"}  # fmt: skip


def clean_country(text: str) -> Cell:
    """Return `FR`, or refuse the whole row when the country is not France.

    Examples
    --------
    >>> clean_country("France"), clean_country("BE")
    (('FR', ()), (None, ('hors_de_france',)))
    """
    if is_missing(text):
        return _missing(text)
    name = key(text)
    if name in _FRANCE or name in _OVERSEAS or name in _COLLECTIVITIES:
        return "FR", ()
    return None, ("hors_de_france",)


def clean_siret(text: str) -> Cell:
    """Return a SIRET of 14 digits whose check digits hold (python-stdnum); a row of zeros is a missing one.

    Examples
    --------
    >>> clean_siret("732 829 320 00074"), clean_siret("73282932000075"), clean_siret("00000000000000")
    (('73282932000074', ('blanc_dans_code',)), (None, ('siret_invalide',)), (None, ('mention_manquante',)))
    """
    from stdnum.fr import siret

    if _absent(text):
        return _missing(text)
    bare, applied = _digits(text)
    if re.fullmatch(r"W\d{9}", bare):  # an association's number (RNA), where a pivot may be either
        return bare, tuple(sorted(applied))
    if 11 <= len(bare) < 14 and bare.isdigit():
        bare = bare.zfill(14)
        applied.add("zero_initial")
    if not siret.is_valid(bare):
        return None, ("siret_invalide",)
    return bare, tuple(sorted(applied))


def clean_siren(text: str) -> Cell:
    """Return a SIREN of 9 digits whose check digit holds (python-stdnum)."""
    from stdnum.fr import siren

    if _absent(text):
        return _missing(text)
    bare, applied = _digits(text)
    if 6 <= len(bare) < 9 and bare.isdigit():
        bare = bare.zfill(9)
        applied.add("zero_initial")
    if not siren.is_valid(bare):
        return None, ("siren_invalide",)
    return bare, tuple(sorted(applied))
