"""Keep personal data out: find columns that are never read, and remove e-mails and telephone numbers from texts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

# Both parts of an address have a limited length, and each is looked for from the sign between them, so that the time
# does not grow with the square of the text.
_NOT_IN_EMAIL = frozenset(" \t\r\n\x0b\x0c\x85\u2028\u2029@<>()[]{},;:\"'/?=&|")
_LONGEST_PART = 64
_LABEL = r"[^\s@<>()\[\]{},;:\"'/?=&|.]{1,63}"
_BRACKETED_DOT = r"\s?[(\[{<]\s?(?:dot|point|\.)\s?[)\]}>]\s?"
_STRICT_DOT = rf"(?:\.|{_BRACKETED_DOT})"
_DOT = rf"(?:\.|\s{{1,2}}\.\s{{0,2}}|{_BRACKETED_DOT}|\s(?:dot|point)\s)"
_AT = re.compile(
    r"(?P<strong>\s{0,2}(?:@|%40|&\#0{0,3}64;|&\#x0{0,3}40;|&commat;)\s{0,2}"
    r"|\s?[(\[{<]\s?(?:at|arr?obase|chez|@)\s?[)\]}>]\s?|[\s_]?\barr?obase\b[\s_]?|_arr?obase_)"
    r"|(?P<weak>\s?[(\[{<]\s?a\s?[)\]}>]\s?|\sat\s)"
    r"|(?P<joined>[-_]at[-_])",
    re.IGNORECASE,
)
_DOMAIN = re.compile(rf"{_LABEL}(?:{_DOT}{_LABEL}){{0,8}}{_DOT}[a-z]{{2,63}}", re.IGNORECASE)
_STRICT_DOMAIN = re.compile(rf"{_LABEL}(?:{_STRICT_DOT}{_LABEL}){{0,8}}{_STRICT_DOT}[a-z]{{2,63}}", re.IGNORECASE)
# Words joined by "-at-" are an address when two names stand before it, and it is not that of a site.
_TWO_NAMES = re.compile(r"(?!www\.)[\w+-]+\.[\w.+-]+", re.IGNORECASE)

_SIGNS = re.compile(
    r"@|%40|&\#0{0,3}64;|&\#x0{0,3}40;|&commat;|[(\[{<]\s?(?:at|a|chez)\s?[)\]}>]|arr?obase|\sat\s|[-_]at[-_]",
    re.IGNORECASE,
)

# A French number however its digits are grouped, or any number that begins with "+"; digits touching it on either side
# make it something else, and so does the year of a date before it.
_GAP = r"[\s.\-/_()]*"
_DATE = r"(?!(?<=(?:19|20)\d\d[-/.])(?:0[1-9]|1[0-2])[-/.](?:0[1-9]|[12]\d|3[01])(?!\d))"
PHONE = re.compile(
    rf"(?<!\d)(?:(?:\+|00)\s?(?:33|262|508|590|594|596|687|689){_GAP}(?:\(0\){_GAP})?|{_DATE}[0O]\)?\s?)[1-9](?:{_GAP}\d){{8}}(?!\d)"
    rf"|\+\d(?:{_GAP}\d){{8,13}}(?!\d)"
    # Pairs joined by a comma or a colon; the code of the country without "+"; a mobile number that lost its zero.
    r"|(?<!\d)[0O][1-9](?:\s?[,:;|*]\s?\d\d){4}(?!\d)"
    rf"|(?<!\d)\(?33\)?{_GAP}(?:\(0\){_GAP})?[67](?:{_GAP}\d){{8}}(?!\d)"
    r"|(?<![\d.,])[67](?:[ .\-/]\d\d){4}(?!\d)"
    r"|(?<![\d.,\-/])[67]\d{8}(?![\d.,\-/])"
)

_DIGITS = re.compile(r"\d\D{0,6}\d\D{0,6}\d\D{0,6}\d")

# For Arrow (RE2 has no look-around): matches every text that one of the patterns above matches.
SUSPICIOUS = (
    r"[@＠﹫&]|%40|(?i:[(\[{<]\s?(?:at|a|chez)\s?[)\]}>]|arr?obase|\sat\s|[\-_]at[\-_])"
    r"|(?:^|[^0-9])(?:\+|[0Oo]|\(?33|[67])[0-9 ().,:;|*/_\-\x{2013}\x{2014}\x{00A0}\x{202F}]{8,}"
)


class _Plain(dict[int, str]):
    """A translation of the digits, dashes, dots, blanks and letters of any script that look like plain ones.

    A sign is looked up when it first occurs: few of the 1.1 million signs do.
    """

    def __missing__(self, code: int) -> str:
        self[code] = _plain(chr(code))
        return self[code]


def _plain(sign: str) -> str:
    """Return the plain sign that a sign looks like, or the sign itself."""
    kind = unicodedata.category(sign)
    if kind == "Nd":
        return str(unicodedata.digit(sign))
    if kind == "Pd" or sign in "−‐‑⁃":
        return "-"
    if sign in "·•․‧∙⋅・。．｡﹒":
        return "."
    if kind == "Zs":
        return " "
    if "\uff01" <= sign <= "\uff5e":
        return chr(ord(sign) - 0xFEE0)
    return "@" if sign == "﹫" else sign


_PLAIN = _Plain()


# Words of a header that announce a person or a way to reach one.
_HEADER = re.compile(
    r"(?:^|_)(?:e_?mails?|courriels?|mails?|mel|adresse_electronique|tel|tels|tel_\w+|telephones?|phones?|portable|mobile|fax|contacts?|"
    r"prenoms?|civilite|responsables?|referents?|gerants?|dirigeants?|president|interlocuteurs?|nom_du_contact|first_?name|last_?name|personne|"
    r"sexe|pseudonymes?|nom_(?:de_)?naissance|date_(?:de_)?naissance|nom_patronymique|nom_de_famille)(?:_|\d|$)"
)


# Roles of persons, and who typed a record; beside the word of a body ("structure animatrice") they are no person's.
_ROLE = re.compile(
    r"(?:^|_)(?:animateurs?|animatrices?|coordinateurs?|coordinatrices?|coordonnateurs?|coordonnatrices?|directeurs?|directrices?|"
    r"presidente?s?|gerantes?|dirigeantes?|referentes?|interlocutrices?|fondateurs?|fondatrices?|facilitateurs?|facilitatrices?|"
    r"managers?|concierges?|mediateurs?|mediatrices?|signataires?|maire|auteurs?|author|user|username|utilisateur|creator|"
    r"cree_par|saisie?_par|modifiee?_par|created_by|(?:last_)?(?:modified|updated)_by|whatsapp|skype|gsm)(?:_|\d|$)"
)
_BODY = re.compile(
    r"(?:^|_)(?:structures?|associations?|collectivites?|organismes?|entreprises?|societes?|communes?|type|nb|nombre)(?:_|$)"
)


# `contact:website` of OpenStreetMap is a page, not a person.
_WAY_TO_A_PAGE = re.compile(r"(?:^|_)contact_(?=(?:website|site|web|url|facebook|instagram|twitter|linkedin)(?:_|$))")


def is_personal(header: str) -> bool:
    """Return whether a normalised header (`courriel_du_contact`) names personal data.

    Examples
    --------
    >>> [is_personal(h) for h in ("mail", "telephone", "contact", "nom", "commune", "tel_fixe", "hotel")]
    [True, True, True, False, False, True, False]
    >>> [is_personal(h) for h in ("directrice", "saisi_par", "structure_animatrice", "nb_animateurs", "mairie")]
    [True, True, False, False, False]
    """
    named = _WAY_TO_A_PAGE.sub("", header)
    return bool(_HEADER.search(named) or (_ROLE.search(named) and not _BODY.search(named)))


def holds_personal(text: str) -> bool:
    """Return whether a text holds an e-mail address or a telephone number."""
    return without_personal(text) != text


def without_personal(text: str, mark: str = "") -> str:
    """Return the text with every e-mail address and telephone number replaced by `mark`.

    Examples
    --------
    >>> without_personal("Le Lieu, 06 12 34 56 78, bonjour@lelieu.fr", "[...]")
    'Le Lieu, [...], [...]'
    """
    plain = text if text.isascii() else text.translate(_PLAIN)  # as many characters
    spans = list(_emails(plain)) if _SIGNS.search(plain) else []
    if _DIGITS.search(plain):
        spans += [found.span() for found in PHONE.finditer(plain)]
    kept, end = [], 0
    for start, stop in sorted(spans):
        if start >= end:
            kept += [text[end:start], mark]
        end = max(end, stop)
    return "".join([*kept, text[end:]]) if spans else text


def _emails(text: str) -> Iterator[tuple[int, int]]:
    """Yield where e-mail addresses begin and end."""
    for sign in _AT.finditer(text):
        start = sign.start()
        while start > 0 and sign.start() - start < _LONGEST_PART and text[start - 1] not in _NOT_IN_EMAIL:
            start -= 1
        if start == sign.start():
            continue
        if sign["joined"]:
            local = text[start : sign.start()]
            if text[max(0, start - 1) : start] == "/" or not _TWO_NAMES.fullmatch(local):
                continue
        domain = (_DOMAIN if sign["strong"] else _STRICT_DOMAIN).match(text, sign.end())
        if domain:
            yield start, domain.end()
