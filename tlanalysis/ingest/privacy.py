"""People are not data: which columns are never read, and how an e-mail or a telephone number inside a text is taken out."""

from __future__ import annotations

import re

EMAIL = re.compile(
    r"[^\s@<>()\[\]{},;:\"']+\s?(?:@|\(at\)|\[at\])\s?[^\s@<>()\[\]{},;:\"']+\.[A-Za-z]{2,}", re.IGNORECASE
)

# A French number, in any of the ways it is written; digits touching it on either side make it something else.
PHONE = re.compile(
    r"(?<!\d)(?:(?:\+|00)\s?(?:33|262|508|590|594|596|687|689)[\s.\-/]*(?:\(0\)[\s.\-/]*)?|0)[1-9](?:[\s.\-/]*\d\d){4}(?!\d)"
)

# For Arrow (RE2, no look-around): matches whatever either pattern above could match.
SUSPICIOUS = r"@|(?i:[(\[]at[)\]])|(?:^|[^0-9])(?:\+|0)[0-9 ()./\-\x{00A0}\x{202F}]{8,}"

# Words of a header that announce a person or a way to reach one.
_HEADER = re.compile(
    r"(?:^|_)(?:e_?mails?|courriels?|mails?|mel|adresse_electronique|tel|tels|tel_\w+|telephones?|phones?|portable|mobile|fax|contacts?|"
    r"prenoms?|civilite|responsables?|referents?|gerants?|dirigeants?|president|interlocuteurs?|nom_du_contact|first_?name|last_?name|personne)(?:_|$)"
)


def is_personal(header: str) -> bool:
    """Return whether a normalised header (`courriel_du_contact`) names personal data.

    Examples
    --------
    >>> [is_personal(h) for h in ("mail", "telephone", "contact", "nom", "commune", "tel_fixe", "hotel")]
    [True, True, True, False, False, True, False]
    """
    return bool(_HEADER.search(header))


def holds_personal(text: str) -> bool:
    """Return whether a text holds an e-mail address or a telephone number."""
    return bool(EMAIL.search(text) or PHONE.search(text))


def without_personal(text: str, mark: str = "") -> str:
    """Return the text with every e-mail address and telephone number replaced by `mark`.

    Examples
    --------
    >>> without_personal("Le Lieu, 06 12 34 56 78, bonjour@lelieu.fr", "[...]")
    'Le Lieu, [...], [...]'
    """
    return PHONE.sub(mark, EMAIL.sub(mark, text))
