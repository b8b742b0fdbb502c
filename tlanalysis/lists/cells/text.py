"""Clean one cell of text.

Each `clean_*` takes a string and returns `(value, rules)`: `value` is None when nothing can be kept, `rules` holds the
ids of the applied rules (see `rules.RULES`). Cleaning a clean value changes nothing.
"""

from __future__ import annotations

import html
import re
import unicodedata

from tlanalysis.lists.cells import privacy

Cell = tuple[str | None, tuple[str, ...]]

LONGEST = 2000

# What people write for "no value"; compared without case, accents and final dots.
_MISSING = {
    "", "-", "--", "---", "_", ".", "...", "?", "nr", "n.r", "nc", "n.c", "nd", "n.d", "na", "n/a", "n/c", "n/r",
    "#n/d", "#n/a", "#na", "#valeur!", "#ref!",
    "nan", "null", "none", "nil", "vide", "neant", "aucun", "aucune", "inconnu", "inconnue", "non renseigne",
    "non renseignee", "non communique",
    "non communiquee", "sans objet", "on ne sait pas", "ne sait pas", "nsp", "indisponible", "a completer", "unknown",
    "not available",
}  # fmt: skip

_LONGEST_MARK = 2 * max(map(len, _MISSING))  # accents may be characters of their own

_QUOTES = (('"', '"'), ("''", "''"), ("«", "»"), ("“", "”"), ("„", "“"), ("'", "'"), ("‘", "’"))
# Unicode categories that never belong in a cell: control, format (zero-width, bidirectional overrides), surrogates,
# unassigned, private.
_UNSEEN = {"Cc", "Cf", "Cs", "Cn", "Co"}
# "=..." always is one; "+", "-" and "@" also begin names ("@robase"), so they need a function or a command behind them.
_FORMULA = re.compile(r"=|[+\-@]\s*[A-Z][A-Z.]+\(|[+\-@].*\|.*!")
_GUARD = re.compile(r"^'+(?=[=+\-@\t\r])")

# For Arrow (RE2): a cell that matches IN_ORDER and not NOT_IN_ORDER is already clean. The letters are those whose
# composed form is their only form. Every other cell, a short one for instance, goes through the Python function.
_LETTER = r"[0-9A-Za-z\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{17F}]"
_INSIDE = r"[0-9A-Za-z\x{C0}-\x{D6}\x{D8}-\x{F6}\x{F8}-\x{17F}.,;:!?()/|_+#%*°²³€’–—\-'\[\]=$]"
IN_ORDER = rf"^{_LETTER}(?: ?{_INSIDE})(?: ?{_INSIDE})(?: ?{_INSIDE})(?: ?{_INSIDE})*$"


def _accented() -> dict[str, str]:
    """Return the accented letters of Latin scripts, capitals too, by their plain small letter."""
    letters: dict[str, str] = {}
    for code in range(0xC0, 0x180):
        plain = unicodedata.normalize("NFKD", chr(code))[0].lower()
        letters[plain] = letters.get(plain, "") + chr(code)
    return letters


_ACCENTED = _accented()


def _any_accent(word: str) -> str:
    """Return a pattern of a word that may carry accents anywhere, as `is_missing` reads it."""
    return "".join(
        f"[{letter}{_ACCENTED.get(letter, '')}]" if letter.isalpha() else re.escape(letter) for letter in word
    )


NOT_IN_ORDER = (
    privacy.SUSPICIOUS
    + r"|[ÃÂ][\x{80}-\x{BF}]|â€"
    + r"|''$|(?i:^(?:"
    + "|".join(_any_accent(word) for word in sorted(_MISSING) if word[:1].isalpha())
    + r")\.*$)"
)


def key(text: str) -> str:
    """Return a text without case, accents and punctuation, its words joined by one blank, to compare names.

    Examples
    --------
    >>> key("L'Atelier  (Saint-Étienne)")
    'l atelier saint etienne'
    """
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return re.sub(r"[^a-z0-9]+", " ", bare.casefold().replace("œ", "oe").replace("æ", "ae")).strip()


def printable(name: str) -> str:
    """Return the name of a file with U+FFFD for each byte that is not UTF-8."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def is_missing(text: str) -> bool:
    """Return whether a text is one that people write for "no value".

    Examples
    --------
    >>> [is_missing(t) for t in (" ", "NR", "#N/D", "Non renseigné", "0", "Le Lieu")]
    [True, True, True, True, False, False]
    """
    bare = text.strip()
    if len(bare) > _LONGEST_MARK:
        return False
    if not bare.isascii():
        bare = "".join(c for c in unicodedata.normalize("NFKD", bare) if not unicodedata.combining(c))
    bare = bare.casefold()
    return bare in _MISSING or bare.rstrip(".") in _MISSING


def clean_text(text: str) -> Cell:
    """Return a text without HTML entities, wrapping quotes and invisible characters, and with single blanks.

    An e-mail address or a telephone number is removed; a spreadsheet formula is refused.

    Examples
    --------
    >>> clean_text("  Escale &amp; CO  (L') ")
    ("Escale & CO (L')", ('blancs', 'entites_html'))
    >>> clean_text("=cmd|' /C calc'!A0")
    (None, ('formule',))
    >>> clean_text("Le Bivouak'"), clean_text("''Les Hauts Parleurs''")
    (("Le Bivouak'", ()), ('Les Hauts Parleurs', ('guillemets',)))
    """
    if is_missing(text):
        return None, ("mention_manquante",) if text.strip() else ()
    if len(text) > LONGEST:
        return None, ("texte_trop_long",)
    applied: set[str] = set()
    before: str | None = None
    while text != before:  # repeat until nothing changes, because a step may create work for another
        before = text
        text = _once(text, applied)
    if _FORMULA.match(text):
        return None, ("formule",)
    if is_missing(text):
        return None, tuple(sorted(applied | {"mention_manquante"}))
    if len(text) > LONGEST:  # composing turns some characters into several
        return None, ("texte_trop_long",)
    return text, tuple(sorted(applied))


def visible(text: str) -> str:
    """Return a text with its HTML entities written out and without invisible characters."""
    return _visible(_without_entities(text))


def is_bare_number(text: str) -> bool:
    """Return whether a text is digits alone, at most 40 of them, as an identifier may be.

    Examples
    --------
    >>> is_bare_number("0612345678"), is_bare_number("06 12 34 56 78")
    (True, False)
    """
    return bool(re.fullmatch(r"[0-9]{1,40}", text))


def clean_identifier(text: str) -> Cell:
    """Return an identifier: a text, but for a number of digits alone, which is no telephone number here.

    Examples
    --------
    >>> clean_identifier("0612345678"), clean_identifier("8.0"), clean_identifier("06 12 34 56 78")
    (('0612345678', ()), ('8', ('point_zero',)), (None, ('donnee_personnelle_retiree', 'mention_manquante')))
    """
    if is_bare_number(text):
        return text, ()
    if found := re.fullmatch(r"([0-9]{1,40})\.0+", text.strip()):
        return found[1], ("point_zero",)
    return clean_text(text)


def clean_name(text: str) -> Cell:
    """Return the name of a place: a text, but for a number of zeros alone, which stands for none.

    Examples
    --------
    >>> clean_name("0"), clean_name("Le 104")
    ((None, ('mention_manquante',)), ('Le 104', ()))
    """
    if re.fullmatch(r"\s*0+(?:[.,]0+)?\s*", text):
        return None, ("mention_manquante",)
    value, applied = clean_text(text)
    if value is not None and value != text and re.fullmatch(r"0+", value):
        return None, tuple(sorted({*applied, "mention_manquante"}))
    return value, applied


def _once(text: str, applied: set[str]) -> str:
    steps = (
        ("entites_html", _without_entities),
        ("texte_mal_decode", redecoded),
        ("caracteres_invisibles", _visible),
        ("blancs", lambda t: " ".join(t.split())),
        (
            "",
            lambda t: _GUARD.sub("", t),
        ),  # the apostrophe that `output` adds before a formula; removing it is no repair
        ("guillemets", lambda t: _unwrapped(without_excel(t))),
        ("donnee_personnelle_retiree", lambda t: privacy.without_personal(t)),
    )
    for rule, step in steps:
        changed = step(text)
        if changed != text:
            applied |= {rule} - {""}
            text = changed
    return text


def _without_entities(text: str) -> str:
    before = None
    while "&" in text and text != before:
        before, text = text, html.unescape(text)
    return text


_TWICE_ENCODED = re.compile("[ÃÂâÅ][\u0080-\u00bf\u0152-\u0178\u02c6\u02dc\u2013-\u203a\u20ac\u2122]")


def redecoded(text: str) -> str:
    """Return a text whose UTF-8 was read as Windows-1252 as it was; any other unchanged.

    Examples
    --------
    >>> redecoded("MÃ©diathÃ¨que"), redecoded("Lâ€™Atelier"), redecoded("PÂTÉ")
    ('Médiathèque', 'L’Atelier', 'PÂTÉ')
    """
    if text.isascii() or not _TWICE_ENCODED.search(text):
        return text
    try:
        return b"".join(_windows_byte(sign) for sign in text).decode("utf-8")
    except UnicodeError:
        return text


def _windows_byte(sign: str) -> bytes:
    """Return the byte of a character in Windows-1252, which leaves five bytes without a character of their own."""
    return sign.encode("latin-1") if 0x80 <= ord(sign) < 0xA0 else sign.encode("cp1252")


def _visible(text: str) -> str:
    composed = unicodedata.normalize("NFC", text)
    if composed.isprintable():
        return composed
    return "".join(
        " " if c in "\t\n\r\x0b\x0c\x85" else c
        for c in composed
        if c in "\t\n\r\x0b\x0c\x85" or unicodedata.category(c) not in _UNSEEN
    )


def without_excel(text: str) -> str:
    """Return a text without the formula by which Excel keeps the zeros of a code.

    Examples
    --------
    >>> without_excel('="01000"'), without_excel("=A1")
    ('01000', '=A1')
    """
    found = re.fullmatch(r"=(?:\"([^\"]*)\"|\"\"([^\"]*)\"\")", text.strip())
    return text if found is None else found[1] or found[2] or ""


def _unwrapped(text: str) -> str:
    before = None
    while text != before:
        before = text
        for opening, closing in _QUOTES:
            if len(text) > len(opening) + len(closing) and text.startswith(opening) and text.endswith(closing):
                text = text[len(opening) : -len(closing)].strip()
                break
    return text


def clean_kinds(text: str) -> Cell:
    r"""Return one or several kinds of place joined by `|`; the text may separate them by `|`, `;` or line breaks.

    Examples
    --------
    >>> clean_kinds("Bureau / Coworking ;\nBar / café ;\n")[0]
    'Bureau / Coworking|Bar / café'
    """
    applied: set[str] = set()
    before = None
    while text != before:  # cleaning a kind may reveal a separator inside it
        before = text
        kept: list[str] = []
        for part in re.split(r"[|;\n]", _without_entities(text)):  # an HTML entity ends with a separator
            value, rules = clean_text(part)
            applied.update(rules)
            if value is not None and value not in kept:
                kept.append(value)
        if "&" in text and _without_entities(text) != text:
            applied.add("entites_html")
        text = "|".join(kept)
    return text or None, tuple(sorted(applied))


_STATES = {
    "ouvert": "ouvert", "lieu ouvert": "ouvert", "en activite": "ouvert", "actif": "ouvert", "en service": "ouvert",
    "open": "ouvert", "en fonctionnement": "ouvert",
    "itinerant": "itinerant", "lieu itinerant": "itinerant",
    "en projet": "en_projet", "projet": "en_projet", "lieu en projet": "en_projet",
    "en cours de creation": "en_projet", "en construction": "en_projet",
    "ferme": "ferme", "lieu ferme": "ferme", "ferme definitivement": "ferme", "inactif": "ferme", "closed": "ferme",
}  # fmt: skip


def clean_state(text: str) -> Cell:
    """Return the state of a place: `ouvert`, `itinerant`, `en_projet`, `ferme` when recognised, else as printed.

    A text that means "unknown" is missing.

    Examples
    --------
    >>> clean_state("Lieu ouvert"), clean_state("On ne sait pas")
    (('ouvert', ()), (None, ('mention_manquante',)))
    """
    value, applied = clean_text(text)
    if value is None:
        return None, applied
    return _STATES.get(key(value), value), applied


_CEDEX = re.compile(r"\s*\bcedex\b(?:\s*\d{1,2})?\s*$", re.IGNORECASE)
_CAPITALS = {"paris": 20, "lyon": 9, "marseille": 16}
_ARRONDISSEMENT = re.compile(
    r"(paris|lyon|marseille)[\s\-]*0?(\d{1,2})\s*(?:er|ere|e|eme|ème|è|nd|nde)?(?:\s*arr(?:\.|ondissement|t)?)?",
    re.IGNORECASE,
)


def clean_commune(text: str) -> Cell:
    """Return the name of a commune without CEDEX; an arrondissement gets its official form.

    Examples
    --------
    >>> clean_commune("MONTPELLIER CEDEX 2"), clean_commune("MARSEILLE 1ER ARRONDISSEMENT")
    (('MONTPELLIER', ('cedex',)), ('Marseille 1er Arrondissement', ('arrondissement',)))
    """
    value, applied = clean_text(text)
    if value is None:
        return None, applied
    done = set(applied)
    while (bare := _CEDEX.sub("", value)) != value:  # the text before CEDEX is cleaned again
        again, applied = clean_text(bare)
        done |= {"cedex", *applied}
        if again is None:
            return None, tuple(sorted(done | {"mention_manquante"}))
        value = again
    if value == "0":
        return None, tuple(sorted(done | {"mention_manquante"}))
    found = _ARRONDISSEMENT.fullmatch(value)
    if found and 1 <= (number := int(found[2])) <= _CAPITALS[found[1].lower()]:
        official = f"{found[1].capitalize()} {number}{'er' if number == 1 else 'e'} Arrondissement"
        if official != value:
            done.add("arrondissement")
            value = official
    return value, tuple(sorted(done))
