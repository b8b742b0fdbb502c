"""Which column is what: known, written by hand, or proposed; never guessed in silence."""

from __future__ import annotations

import re
import textwrap
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tlanalysis as tl
from tests.lists.lists import write
from tlanalysis.core.errors import BadInput
from tlanalysis.lists import mapping
from tlanalysis.lists.fields import INPUT, OUTPUT, SYNONYMS
from tlanalysis.lists.mapping import CONFIDENCE, Mapping, confidence, guess, propose, read_mapping
from tlanalysis.lists.publishers import registry


def test_a_header_is_worth_more_with_values_that_bear_it_out():
    assert confidence("code_postal", "CP", []) == pytest.approx(
        0.9 - 0.2 / 12, abs=1e-3
    )  # the second of twelve synonyms
    assert confidence("code_postal", "CP", ["75011"] * 10) == pytest.approx(0.983, abs=1e-3)
    assert confidence("code_postal", "CP", ["voir plus bas"] * 10) < CONFIDENCE
    assert confidence("code_postal", "Votre code postal", ["75011"]) == pytest.approx(0.8, abs=1e-3)
    assert confidence("code_postal", "zzz", ["75011"]) == 0  # too few to speak alone
    assert confidence("code_postal", "zzz", ["75010", "13010", "29200", "0", "69001"]) == 0  # four are too few as well
    assert confidence("code_postal", "zzz", ["75010", "13010", "29200", "69001", "97410"]) == pytest.approx(0.65)


def test_columns_without_a_telling_header_speak_by_their_values():
    headers = ["Désignation du lieu", "c1", "c2", "c3"]
    sample = {
        "c1": ["75010", "13010", "29200", "69001", "97410", "31000"],
        "c2": ["48.85", "43.29", "48.39", "45.76", "-20.89", "43.60"],
        "c3": ["2.35", "5.37", "-4.49", "4.83", "55.45", "1.44"],
    }
    found = guess(headers, sample)
    assert (found.columns["code_postal"], found.columns["latitude"], found.columns["longitude"]) == ("c1", "c2", "c3")


def test_two_equal_columns_are_an_error_that_names_both():
    with pytest.raises(BadInput, match=r"x: 'NOM' and 'Nom' may both be nom: say which in a mapping"):
        propose(["NOM", "Nom", "code_postal"], {}, "x")


@pytest.mark.parametrize(
    ("headers", "lacks"),
    [
        (["adresse", "code_postal"], "the name of a place"),
        (["nom", "couleur"], "the location of a place"),
        (["a", "b"], "the name of a place"),
    ],
)
def test_below_the_confidence_a_mapping_is_asked_for(headers, lacks):
    with pytest.raises(BadInput, match=f"no column holds {lacks} with a confidence of {CONFIDENCE}"):
        propose(headers, {}, "x")


def test_a_personal_column_is_never_proposed():
    found = propose(["nom", "contact", "nom du contact", "code_postal"], {}, "x")
    assert set(found.columns.values()) == {"nom", "code_postal"}


def test_no_synonym_names_two_fields_but_x_and_y():
    words = [word for name, words in SYNONYMS.items() for word in words]
    assert {word for word in words if words.count(word) > 1} == {"x", "y"}  # degrees or metres: the values say
    assert set(SYNONYMS) == set(INPUT)


def test_x_and_y_are_what_their_values_are():
    degrees = propose(["nom", "x", "y"], {"x": ["2.35"] * 9, "y": ["48.85"] * 9}, "x").columns
    metres = propose(["nom", "x", "y"], {"x": ["652000"] * 9, "y": ["6862000"] * 9}, "x").columns
    assert (degrees.get("longitude"), degrees.get("latitude")) == ("x", "y")
    assert (metres.get("x_lambert93"), metres.get("y_lambert93")) == ("x", "y")


@given(
    st.dictionaries(st.sampled_from(INPUT), st.text(max_size=20).filter(lambda text: text.isprintable()), min_size=1)
)
def test_a_mapping_survives_being_written(tmp_path_factory, columns):
    path = tmp_path_factory.mktemp("m") / "mapping.toml"
    mapping = Mapping(columns, {"typologie": {'Tiers "lieu"': "coworking"}}, "essai")
    path.write_text(mapping.to_toml(), encoding="utf-8")
    assert read_mapping(path) == mapping


def test_a_proposal_is_written_with_its_doubts():
    text = Mapping({"nom": "Nom"}, confidence={"nom": 0.7}).to_toml()
    assert text == '[colonnes]\nnom = "Nom"  # 0.70\n'
    assert tomllib.loads(text) == {"colonnes": {"nom": "Nom"}}


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("colonnes = 5", "tables, not values"),
        ("valeurs = 5\n[colonnes]\nnom='a'", "tables, not values"),
        ("[colonnes]\nnon = 'a'", "no field called 'non' (did you mean 'nom'?)"),
        ("[colonnes]\nnom = 3", "needs lines such as"),
        ("[colonnes]", "needs lines such as"),
        ("[colonnes]\nnom = 'a'\n[valeurs]\ntypologie = 'x'", "needs lines such as"),
        ("[colonnes]\nnom = 'a'\n[valeurs.typologie]\nx = 3", "needs lines such as"),
        ("[colones]\nnom = 'a'", "'colones' is not one of"),
        ("nom = ", "is not a TOML file"),
        ("\udcff", "is not a TOML file"),
    ],
)
def test_a_mapping_with_a_mistake_says_which(tmp_path, content, complaint):
    path = tmp_path / "m.toml"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(BadInput, match=re.escape(complaint)):
        read_mapping(path)


def test_a_mapping_that_cannot_be_read_says_so(tmp_path):
    with pytest.raises(BadInput, match="does not exist"):
        read_mapping(tmp_path / "rien.toml")
    with pytest.raises(BadInput, match="cannot be read as a mapping"):
        read_mapping(tmp_path)


def test_a_mapping_renames_columns_and_words(tmp_path):
    rows = [["A", "B", "C"], ["Le Lieu", "75011", "espace partagé"], ["Un Autre", "13001", "Fablab"]]
    mapping = Mapping(
        {"nom": "A", "code_postal": "B", "typologie": "C"}, {"typologie": {"Espace partagé": "coworking"}}, "essai"
    )
    done = tl.clean(write(tmp_path / "liste.csv", rows), mapping)
    assert done.places["typologie"].tolist() == ["coworking", "Fablab"]
    assert done.places["source"].tolist() == ["essai", "essai"]


def test_a_mapping_of_a_column_that_is_not_there_says_which(tmp_path):
    path = write(tmp_path / "liste.csv", [["Nom", "CP"], ["Le Lieu", "75011"]])
    with pytest.raises(
        BadInput, match=r"liste\.csv has no column 'Nomm' \(did you mean 'Nom'\?\), which the mapping takes for nom"
    ):
        tl.clean(path, Mapping({"nom": "Nomm", "code_postal": "CP"}))


def test_a_column_that_stands_twice_is_refused_when_used(tmp_path):
    path = write(tmp_path / "liste.csv", [["nom", "code_postal", "nom"], ["Le Lieu", "75011", "x"]])
    with pytest.raises(BadInput, match="has 2 columns called 'nom'"):
        tl.clean(path)


def test_every_known_list_is_recognised_by_its_own_columns():
    for name, entry in registry.LISTS.items():
        found = registry.recognise([*entry.raw_to_clean, *entry.signature])
        assert found is not None
        assert found.known == name
        assert set(found.columns) <= set(INPUT)
    assert registry.recognise(list(OUTPUT)).columns["departement"] == "code_departement"
    assert registry.recognise(["nom", "code_postal"]) is None


def test_the_sample_of_the_docstring_is_a_mapping(tmp_path):
    sample = textwrap.dedent(mapping.__doc__.split("reusable:\n")[1])
    (tmp_path / "mapping.toml").write_text(sample, encoding="utf-8")
    read = read_mapping(tmp_path / "mapping.toml")
    assert read.columns == {"nom": "NOM_TL", "code_postal": "CP"}
    assert read.values == {"typologie": {"Tiers lieux à dominante coworking": "coworking"}}
    assert read.name == "cget_2019"
