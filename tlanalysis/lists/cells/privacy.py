"""Keep personal data out: find columns that are never read, and remove e-mails and telephone numbers from texts."""

from __future__ import annotations

import re

# Both parts of an address have a limited length: without a limit, the time is quadratic in the length of a text.
_AT = r"\s?(?:[@＠﹫]|\(at\)|\[at\])\s?"
_NOT_IN_EMAIL = r"\s@＠﹫<>()\[\]{},;:\"'"
EMAIL = re.compile(rf"[^{_NOT_IN_EMAIL}]{{1,64}}{_AT}[^{_NOT_IN_EMAIL}]{{1,250}}\.[A-Za-z]{{2,}}", re.IGNORECASE)

_SIGNS = re.compile(r"[＠﹫]|[(\[]at[)\]]", re.IGNORECASE)

# A French number however its digits are grouped, or any number that begins with "+"; digits touching it on either side
# make it something else.
_GAP = r"[\s.\-/_()–]*"
PHONE = re.compile(
    rf"(?<!\d)(?:(?:\+|00)\s?(?:33|262|508|590|594|596|687|689){_GAP}(?:\(0\){_GAP})?|0\)?\s?)[1-9](?:{_GAP}\d){{8}}(?!\d)"
    rf"|\+\d(?:{_GAP}\d){{8,13}}(?!\d)"
)

# For Arrow (RE2 has no look-around): matches every text that one of the patterns above matches.
SUSPICIOUS = r"[@＠﹫]|(?i:[(\[]at[)\]])|(?:^|[^0-9])(?:\+|0)[0-9 ()./_\-\x{2013}\x{00A0}\x{202F}]{8,}"

# Words of a header that announce a person or a way to reach one.
_HEADER = re.compile(
    r"(?:^|_)(?:e_?mails?|courriels?|mails?|mel|adresse_electronique|tel|tels|tel_\w+|telephones?|phones?|portable|mobile|fax|contacts?|"
    r"prenoms?|civilite|responsables?|referents?|gerants?|dirigeants?|president|interlocuteurs?|nom_du_contact|first_?name|last_?name|personne)(?:_|\d|$)"
)


# `contact:website` of OpenStreetMap is a page, not a person.
_WAY_TO_A_PAGE = re.compile(r"(?:^|_)contact_(?=(?:website|site|web|url|facebook|instagram|twitter|linkedin)(?:_|$))")


def is_personal(header: str) -> bool:
    """Return whether a normalised header (`courriel_du_contact`) names personal data.

    Examples
    --------
    >>> [is_personal(h) for h in ("mail", "telephone", "contact", "nom", "commune", "tel_fixe", "hotel")]
    [True, True, True, False, False, True, False]
    """
    return bool(_HEADER.search(_WAY_TO_A_PAGE.sub("", header)))


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
    if "@" in text or _SIGNS.search(text):
        text = EMAIL.sub(mark, text)
    return PHONE.sub(mark, text)
