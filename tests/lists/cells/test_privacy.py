"""People are not data: what is recognised as a way to reach one, and what is left alone."""

from __future__ import annotations

import time

import pytest

from tlanalysis.lists.cells import privacy
from tlanalysis.lists.mapping import personal_columns
from tlanalysis.lists.recognition.header import normalised


@pytest.mark.parametrize(
    "reach",
    [
        "06 12 34 56 78", "0612345678", "06.12.34.56.78", "06-12-34-56-78", "06/12/34/56/78", "06 123 456 78",
        "06–12–34–56–78", "(0)6 12 34 56 78",
        "+33 6 12 34 56 78", "+33 (0)6.12.34.56.78", "0033612345678", "+262 262 12 34 56", "+32 2 123 45 67",
        "06\u00a012\u00a034\u00a056\u00a078",
        "a.b@lieu.example.org", "a.b @ lieu.example.org", "a.b(at)lieu.example.org", "a.b [AT] lieu.example.org",
        "a.b＠lieu.example.org", "a+b@lieu.example",
        "a.b[arobase]lieu.example", "a.b(arobase)lieu.example", "a.b arobase lieu.example", "a.b{at}lieu.example",
        "a.b<at>lieu.example", "a.b[a]lieu.example", "a.b(a)lieu.example", "a.b-at-lieu.example", "a.b_AT_lieu.example",
        "a.b at lieu.example", "a.b[at]lieu[dot]example", "a.b(at)lieu(point)example", "a.b@ lieu . fr",
        "a.b@lieu．fr", "a.b  @  lieu.fr", "a.b&#64;lieu.fr", "a.b&commat;lieu.fr", "a.b%40lieu.fr",
        "a.b arobase lieu point fr",
        "06‑12‑34‑56‑78", "06\u201212\u201234\u201256\u201278", "06—12—34—56—78", "06−12−34−56−78",
        "06·12·34·56·78", "06•12•34•56•78", "06,12,34,56,78", "06:12:34:56:78", "33612345678", "(33) 6 12 34 56 78",
        "612345678", "6 12 34 56 78", "O6 12 34 56 78", "０６１２３４５６７８", "٠٦١٢٣٤٥٦٧٨",
    ],
)  # fmt: skip
def test_a_way_to_reach_a_person_is_taken_out(reach):
    assert privacy.holds_personal(f"Le Lieu {reach} fin")
    kept = privacy.without_personal(f"Le Lieu {reach} fin", "#").replace("(#", "#")
    assert kept == "Le Lieu # fin"


@pytest.mark.parametrize(
    "harmless",
    ["12 rue du 8 mai 1945, 75011 Paris", "73282932000074", "01/02/2019", "2019-2020-2021", "@robase",
    "Café @ la gare", "0612345678901", "48.853, 2.3499", "n° 0 800",
    "Le Lieu at work. Bien", "RDV @ gare. Samedi", "meet-at-work.fr", "https://www.meet-at-work.fr/a", "Bâtiment (a)",
    "2020-01-02 03.04.05", "2020-01-02T03:04:05+01:00", "48.853,612345678", "Atelier 6.12", "98 % à 40 ans"],
)  # fmt: skip
def test_what_merely_looks_like_it_stays(harmless):
    assert privacy.without_personal(harmless) == harmless


@pytest.mark.parametrize(
    "long", ["x" * 1_000_000, "x" * 300_000 + "@" + "y" * 300_000, "a@" * 200_000, "0 " * 300_000, "+1 2 3" * 100_000]
)
def test_a_long_text_does_not_take_for_ever(long):
    start = time.perf_counter()
    privacy.without_personal(long)
    assert time.perf_counter() - start < 20  # linear: a second or two; it took hours


@pytest.mark.parametrize(
    "header",
    ["MAIL", "E-mail", "Courriel du contact", "Téléphone", "Téléphone 2", "tel1", "Tél. fixe", "CONTACT", "Prénom",
    "Référent", "adresse e-mail", "Nom du contact", "courriels"],
)  # fmt: skip
def test_a_header_that_announces_a_person(header):
    assert privacy.is_personal(normalised(header))


@pytest.mark.parametrize("header", ["NOM_TL", "commune", "Hôtel", "motel", "site web", "Date d'ouverture", "Matériel"])
def test_a_header_that_does_not(header):
    assert not privacy.is_personal(normalised(header))


def test_a_column_is_personal_by_its_values_too():
    sample = {
        "divers": ["a@b.example", "", "b@c.example", "rien"],
        "nom": ["Le Lieu", "a@b.example", "Un", "Deux", "Trois"],
    }
    assert personal_columns(["divers", "nom"], sample) == ["divers"]
