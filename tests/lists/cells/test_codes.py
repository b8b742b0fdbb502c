"""Codes as people write them. Expected values from the official code of INSEE, worked out by hand."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.fr import siren, siret

from tlanalysis.data import territories
from tlanalysis.lists.cells import checksums, codes


@pytest.mark.parametrize(
    ("postal", "departement"),
    [
        ("01000", "01"), ("75116", "75"), ("20000", "2A"), ("20167", "2A"), ("20200", "2B"), ("20620", "2B"), ("97110",
        "971"), ("97200", "972"),
        ("97300", "973"), ("97400", "974"), ("97500", "975"), ("97600", "976"), ("97133", "977"), ("97150", "978"),
        ("98800", "988"), ("98000", None),
        ("00100", None), ("96000", None), ("99999", None), ("7501", None), ("٧٥٠١١", None), (None, None),
    ],
)  # fmt: skip
def test_a_postal_code_points_to_its_departement(postal, departement):
    assert codes.departement_of_postal_code(postal) == departement


@pytest.mark.parametrize(
    ("code", "departement"),
    [("01053", "01"), ("2A004", "2A"), ("2B033", "2B"), ("20004", None), ("97105", "971"), ("97801", "978"), ("98735",
    "987"), ("96001", None), ("2C001", None)],
)  # fmt: skip
def test_a_commune_code_points_to_its_departement(code, departement):
    assert codes.departement_of_commune(code) == departement


def test_a_column_of_codes_points_where_each_code_does():
    postal = ["01000", "20200", "97133", "97150", "97110", None, "98800"]
    commune = ["01053", "2A004", "97801", "97105", None, "75111"]
    found = codes.departements_of(pa.array(postal), postal=True)
    expected = [codes.departement_of_postal_code(code) for code in postal]
    assert [codes.DEPARTEMENT_CODES[at] if at >= 0 else None for at in found] == expected
    assert [
        codes.DEPARTEMENT_CODES[at] if at >= 0 else None
        for at in codes.departements_of(pa.array(commune), postal=False)
    ] == [codes.departement_of_commune(code) for code in commune]


@pytest.mark.parametrize(
    ("printed", "kept"),
    [
        ("29600.0", "29600"), ("29600,00", "29600"), ("75 011", "75011"), ("1000", "01000"), ("F-75011", "75011"),
        ("75011 CEDEX 05", "75011"), ("2.96E4", "29600"),
        ("75111", "75011"), ("75116", "75116"), ("0", None), ("00000", None), ("NR", None), ("98000", None), ("750111",
        None), ("75O11", None),
    ],
)  # fmt: skip
def test_a_postal_code_is_restored(printed, kept):
    assert codes.clean_postal_code(printed)[0] == kept
    if kept:
        assert codes.clean_postal_code(kept) == (kept, ())


@pytest.mark.parametrize(
    ("printed", "kept"),
    [("1053", "01053"), ("2a041", "2A041"), ("75011", "75111"), ("75056", "75056"), ("13001", "13001"), ("29151.0",
    "29151"), ("0", None), ("29", None), ("20004", None)],
)  # fmt: skip
def test_a_commune_code_is_restored(printed, kept):
    assert codes.clean_commune_code(printed)[0] == kept
    if kept:
        assert codes.clean_commune_code(kept) == (kept, ())


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("18 Rue  Jules Verne 13090 Aix-en-Provence", "13090"), ("3 rue X, 75 011 Paris", "75011"),
        ("12000 rue de Rodez 12000 Rodez", "12000"),
        ("10000 route A, 31000 Toulouse", None), ("BP 12345", None), ("99999 Nulle-Part", None), ("", None),
    ],
)  # fmt: skip
def test_an_address_gives_its_one_postal_code(address, found):
    assert codes.postal_code_in(address) == found


def test_every_departement_and_region_is_known_by_code_and_by_name():
    for row in territories.departements().itertuples():
        assert codes.clean_departement(row.code_departement)[0] == row.code_departement
        assert codes.clean_departement(row.nom_departement.upper())[0] == row.code_departement
    for row in territories.regions().itertuples():
        assert codes.clean_region(row.code_region)[0] == row.code_region
        assert codes.clean_region(row.nom_region.lower())[0] == row.code_region


@pytest.mark.parametrize(
    ("printed", "kept"),
    [("1", "01"), ("075", "75"), ("D75", "75"), ("2a", "2A"), ("Loire-Atlantique (44)", "44"),
    ("44 - Loire-Atlantique", "44"), ("département de l'Ain", "01"), ("96", None), ("97", None)],
)  # fmt: skip
def test_a_departement_as_people_write_it(printed, kept):
    assert codes.clean_departement(printed)[0] == kept


@pytest.mark.parametrize(
    ("printed", "kept"),
    [
        ("Nouvelle Aquitaine", "75"), ("Auvergne et Rhône-Alpes", "84"), ("Bourgogne et Franche-Comté", "27"),
        ("Centre - Val-de-Loire", "24"), ("Pays de Loire", "52"),
        ("Région Sud", "93"), ("Languedoc-Roussillon", "76"), ("R84", "84"), ("82", "84"), ("4", "04"), ("905", None),
        ("Wallonie", None),
    ],
)  # fmt: skip
def test_a_region_as_publishers_write_it(printed, kept):
    assert codes.clean_region(printed)[0] == kept


def test_a_country_is_france_or_the_row_goes():
    for printed in ("FR", "france", "GUADELOUPE", "Polynésie française"):
        assert codes.clean_country(printed) == ("FR", ())
    for printed in ("BE", "Belgique", "Suisse"):
        assert codes.clean_country(printed) == (None, ("hors_de_france",))
    assert codes.clean_country("") == (None, ())


# La Poste numbers its 10,000 establishments by another rule: the digits add up to a multiple of five.
@pytest.mark.parametrize(
    ("printed", "kept"),
    [
        ("73282932000074", "73282932000074"), ("732 829 320 00074", "73282932000074"), ("73282932000075", None),
        ("00000000000000", None),
        ("35600000000048", "35600000000048"), ("35600000009075", "35600000009075"), ("35600000009076", None), ("00074",
        None), ("W442012345", "W442012345"),
        ("²²²²²²²²²²²²²²", None),
    ],
)  # fmt: skip
def test_a_siret_is_held_to_its_check_digits(printed, kept):
    assert codes.clean_siret(printed)[0] == kept


def test_a_siren_is_held_to_its_check_digit():
    assert codes.clean_siren("732 829 320")[0] == "732829320"
    assert codes.clean_siren("732829321") == (None, ("siren_invalide",))
    assert codes.clean_siren("5580121") == ("005580121", ("zero_initial",))  # two zeros lost in a spreadsheet


@given(
    st.lists(
        st.text("0123456789", min_size=14, max_size=14) | st.integers(0, 99999).map(lambda nic: f"356000000{nic:05}"),
        max_size=40,
    )
)
def test_the_shortcut_for_a_siret_never_says_yes_when_stdnum_says_no(numbers):
    held = checksums.registered(pa.array(numbers, pa.string()), 14).to_pylist()
    assert [number for number, yes in zip(numbers, held, strict=True) if yes and not siret.is_valid(number)] == []


@given(st.lists(st.text("0123456789", min_size=9, max_size=9), max_size=40))
def test_the_shortcut_for_a_siren_says_what_stdnum_says(numbers):
    held = checksums.registered(pa.array(numbers, pa.string()), 9).to_pylist()
    plain = [siren.is_valid(number) and set(number) != {"0"} and number != "356000000" for number in numbers]
    assert held == plain  # La Poste is left to the function
