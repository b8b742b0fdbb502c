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
from tlanalysis.lists.mapping import Mapping, labels_of, read_mapping
from tlanalysis.lists.publishers import registry


def test_no_synonym_names_two_fields_but_x_and_y():
    words = [word for name, words in SYNONYMS.items() for word in words]
    assert {word for word in words if words.count(word) > 1} == {"x", "y"}  # degrees or metres: the values say
    assert set(SYNONYMS) == set(INPUT)


@given(
    st.dictionaries(
        st.sampled_from(INPUT), st.text(min_size=1, max_size=20).filter(lambda text: text.isprintable()), min_size=1
    )
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
        ("drapeaux = 5\n[colonnes]\nnom='a'", "tables, not values"),
        ("[colonnes]\nnom = []", "needs lines such as"),
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


def test_of_two_columns_of_one_name_the_values_choose(tmp_path):
    rows = [["nom", "code_postal", "nom"], *([f"Fablab {n}", "75011", "x"] for n in range(9))]
    done = tl.clean(write(tmp_path / "liste.csv", rows))
    assert done.mapping.columns["nom"] == "nom#1"
    assert done.places["nom"].tolist() == [f"Fablab {n}" for n in range(9)]


def test_a_column_that_stands_twice_is_chosen_by_its_rank(tmp_path):
    path = write(tmp_path / "liste.csv", [["nom", "code_postal", "nom"], ["Le Lieu", "75011", "Autre"]])
    with pytest.raises(BadInput, match=r"'nom#1'.*'nom#2'.* may both be nom"):
        tl.clean(path)
    with pytest.raises(BadInput, match="has 2 columns called 'nom': write 'nom'#1"):
        tl.clean(path, Mapping({"nom": "nom", "code_postal": "code_postal"}))
    done = tl.clean(path, Mapping({"nom": "nom#2", "code_postal": "code_postal"}))
    assert done.places["nom"].tolist() == ["Autre"]


def test_a_label_never_stands_for_two_columns():
    assert labels_of(["a", "a", "a#1"]) == ["a#1#", "a#2", "a#1"]


def test_a_mapping_may_name_several_columns_and_flags(tmp_path):
    text = '[colonnes]\nnom = ["A", "B"]\ncode_postal = "CP"\n\n[drapeaux]\nfab = "Fablab"\ncowo = "Coworking"\n'
    (tmp_path / "m.toml").write_text(text, encoding="utf-8")
    mapping = read_mapping(tmp_path / "m.toml")
    assert (mapping.columns["nom"], mapping.fallbacks, mapping.flags["fab"]) == ("A", {"nom": ("B",)}, "Fablab")
    assert read_mapping(_written(tmp_path / "again.toml", mapping)) == mapping
    rows = [["A", "B", "CP", "fab", "cowo"], ["", "Le Lieu", "75011", "oui", "1"], ["Un", "x", "75012", "non", "0"]]
    done = tl.clean(write(tmp_path / "liste.csv", rows), mapping)
    assert done.places["nom"].tolist() == ["Le Lieu", "Un"]
    assert done.places["typologie"].fillna("").tolist() == ["Fablab|Coworking", ""]


def _written(path, mapping):
    path.write_text(mapping.to_toml(), encoding="utf-8")
    return path


def test_a_mapping_without_a_name_is_asked_to_be_completed(tmp_path):
    path = write(tmp_path / "liste.csv", [["nom", "cp"], ["Le Lieu", "75011"]])
    with pytest.raises(BadInput, match="does not say which column is the name"):
        tl.clean(path, Mapping({"code_postal": "cp"}))


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
