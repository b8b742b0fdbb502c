"""One cell of text: what is put right, what is refused, and that doing it twice is doing it once."""

from __future__ import annotations

import time

import pyarrow as pa
import pytest

from tlanalysis.lists.cells import dates, text, web
from tlanalysis.lists.columns import matching


@pytest.mark.parametrize(
    ("printed", "kept"),
    [
        ("  Le   Lieu ", "Le Lieu"),
        ("Escale &amp;amp; CO", "Escale & CO"),
        ("Caf&eacute; des Possibles", "Café des Possibles"),
        ("Cafe\u0301", "Café"),
        ("Le\u200b Lieu\u00a0Clair\u202e", "Le Lieu Clair"),
        ("La Ruche\r\n(annexe)", "La Ruche (annexe)"),
        ('"Le 97"', "Le 97"),
        ("''Les Hauts Parleurs''", "Les Hauts Parleurs"),
        ("« « Le Nid » »", "Le Nid"),
        ("Le Bivouak'", "Le Bivouak'"),
        ("l'=égalité", "l'=égalité"),  # an apostrophe within a name guards no formula
        ("'-5 degrés", "-5 degrés"),
        ("-5 degrés", "-5 degrés"),
        ("@robase", "@robase"),
        ("Le Lieu contact@lelieu.example.org", "Le Lieu"),
        ("Le Lieu 06.12.34.56.78", "Le Lieu"),
        ("0", "0"),
    ],
)
def test_a_text_is_put_in_order_once_and_for_all(printed, kept):
    assert text.clean_text(printed)[0] == kept
    assert text.clean_text(kept) == (kept, ())


@pytest.mark.parametrize(
    "printed", ["NR", "n.c.", "N/A", "#N/D", "-", "...", "&nbsp;", '"NR"', "Non renseignée", "\u200b", "NÉANT"]
)
def test_a_mark_of_absence_is_missing(printed):
    assert text.clean_text(printed) == (None, text.clean_text(printed)[1])
    assert "mention_manquante" in text.clean_text(printed)[1]


@pytest.mark.parametrize(
    "printed",
    ["=1+1", "=cmd|' /C calc'!A0", "+SUM(A1)", "-HYPERLINK(x)", "@SUM(1)", "'=1+1", "&#61;1+1", "-2+3|cmd!A1"],
)
def test_a_formula_is_refused(printed):
    assert text.clean_text(printed) == (None, ("formule",))


def test_a_text_too_long_is_refused_even_when_composing_makes_it_so():
    assert text.clean_text("a" * 2000)[0] == "a" * 2000
    assert text.clean_text("a" * 2001) == (None, ("texte_trop_long",))
    thrice = "\ufb2c" * 1000  # one character, three once composed
    assert text.clean_text(thrice) == (None, ("texte_trop_long",))


@pytest.mark.parametrize(
    "nested", ["«" * 999 + "a@" + "»" * 999, "''" * 999, "&" + "amp;" * 499, "|" * 1999 + "+", "@" + "|" * 1990]
)
def test_no_text_takes_long(nested):
    start = time.perf_counter()
    text.clean_text(nested)
    assert time.perf_counter() - start < 1  # some milliseconds; the quadratic way took twelve seconds


@pytest.mark.parametrize(
    ("printed", "kept"),
    [
        ("Bureau / Coworking ;\nBar / café ;\n", "Bureau / Coworking|Bar / café"),
        ("Bar &amp; café;Fablab", "Bar & café|Fablab"),  # the entity's semicolon parts nothing
        ("Bar&#124;Bar", "Bar"),
        ("Fablab|NR|Fablab", "Fablab"),
        (" ; ;", None),
        ("Bar\u037eFablab", "Bar|Fablab"),  # a Greek question mark is a semicolon, once composed
    ],
)
def test_kinds_are_listed_once(printed, kept):
    assert text.clean_kinds(printed)[0] == kept
    if kept:
        assert text.clean_kinds(kept) == (kept, ())


@pytest.mark.parametrize(
    ("printed", "kept"),
    [
        ("MONTPELLIER CEDEX 2", "MONTPELLIER"),
        ("Foix Cedex CEDEX 01", "Foix"),
        ('"Foix" CEDEX', "Foix"),
        ("NR CEDEX", None),
        ("CEDEX", None),
        ("0", None),
        ("MARSEILLE 1ER ARRONDISSEMENT", "Marseille 1er Arrondissement"),
        ("Paris 12", "Paris 12e Arrondissement"),
        ("LYON-03", "Lyon 3e Arrondissement"),
        ("Lyon 10", "Lyon 10"),  # Lyon has nine
        ("Paris", "Paris"),
    ],
)
def test_a_commune_loses_its_cedex_and_names_its_arrondissement(printed, kept):
    assert text.clean_commune(printed)[0] == kept
    if kept:
        assert text.clean_commune(kept) == (kept, ())


@pytest.mark.parametrize(
    ("printed", "kept"),
    [
        ("12/05/2019", "2019-05-12"), ("1/2/2019", "2019-02-01"), ("05/2019", "2019-05"), ("2019", "2019"), ("2019-5",
        "2019-05"),
        ("2019-05-12T10:30:00Z", "2019-05-12"), ("2019.0", "2019"), ("31/02/2019", None), ("05/13/2019", None),
        ("03/04/19", None),
        ("1492", None), ("bientôt", None), ("0", None), ("", None),
    ],
)  # fmt: skip
def test_a_date_is_as_precise_as_it_was_printed(printed, kept):
    assert dates.clean_date(printed)[0] == kept
    if kept:
        assert dates.clean_date(kept) == (kept, ())


def test_a_web_address_is_one_or_nothing():
    assert web.clean_web("https://lelieu.example.org/a?b=c") == ("https://lelieu.example.org/a?b=c", ())
    assert web.clean_web("-lelieu.fr")[0] == "-lelieu.fr"
    for printed in ("voir Facebook", "lelieu", "bonjour@lelieu.fr", "http://", "javascript:alert(1)"):
        assert web.clean_web(printed)[0] is None


@pytest.mark.parametrize(
    "printed",
    ["n.c.", "nd..", "Nil.", "nsp.", "Vidé", "inçonnu", "NON RENSEIGNÉ", "n/c.", "Inconnue...", "a" * 2001, "é" * 1001],
)
def test_the_shortcut_does_not_let_through_what_the_function_would_change(printed):
    in_order = matching(text.IN_ORDER, text.NOT_IN_ORDER)
    assert in_order(pa.array([printed])).to_pylist() == [False]


def test_the_shortcut_does_let_common_names_through():
    in_order = matching(text.IN_ORDER, text.NOT_IN_ORDER)
    names = pa.array(["Le Lieu", "L'Étincelle (Nœud 12)", "Coworking & Co", "L'Atelier – Saint-Ouen"])
    assert in_order(names).to_pylist() == [True, True, False, True]  # an ampersand may begin an entity


def test_the_name_of_a_file_can_always_be_printed():
    assert text.printable("l\udce9.csv") == "l\ufffd.csv"
    assert text.printable("lé.csv") == "lé.csv"
