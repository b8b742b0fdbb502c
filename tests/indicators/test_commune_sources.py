"""Each table about communes cites every file it rests on, and says what it could not count."""

from __future__ import annotations

import pytest

import tlanalysis as tl
from tlanalysis.core.errors import BadInput
from tlanalysis.data.remote_files import remote

POPULATIONS, CENTRES, DENSITY = "populations_communes_2023", "communes_centres_2024", "communes_densite_2025"
QPV, TOWNS = "communes_avec_qpv_2024", "petites_villes_de_demain_2024"
FABRIQUES, LISTED, SERVICES = "fabriques_de_territoire_2024", "cget_2019", "france_services_2024"
HISTORY = ("Découpage administratif, Etalab", "https://github.com/etalab/decoupage-administratif")
TERRITORIES = ("INSEE", "https://www.insee.fr/fr/information/8683652")

# Call -> open files, and embedded tables of territories, that its numbers rest on.
RESTS_ON = {
    "cross_densite": (lambda: tl.cross("tiers_lieux"), [LISTED, POPULATIONS, DENSITY], [HISTORY]),
    "cross_famille": (
        lambda: tl.cross("fabriques_de_territoire", "famille_densite", "departement"),
        [FABRIQUES, POPULATIONS, DENSITY],
        [HISTORY, TERRITORIES],
    ),
    "cross_ruralite": (
        lambda: tl.cross("france_services", "ruralite", "region"),
        [SERVICES, POPULATIONS, "communes_ruralite_2025"],
        [HISTORY, TERRITORIES],
    ),
    "cross_centralite": (
        lambda: tl.cross("tiers_lieux", "centralite"),
        [LISTED, POPULATIONS, "communes_centralite_2025"],
        [HISTORY],
    ),
    "cross_taille": (lambda: tl.cross("tiers_lieux", "taille"), [LISTED, POPULATIONS], [HISTORY]),
    "cross_qpv": (
        lambda: tl.cross(["tiers_lieux", "france_services"], "qpv"),
        [LISTED, SERVICES, POPULATIONS, QPV],
        [HISTORY],
    ),
    "cross_programme": (
        lambda: tl.cross("tiers_lieux", "programme"),
        [LISTED, POPULATIONS, FABRIQUES, SERVICES, TOWNS],
        [HISTORY],
    ),
    "overlap_pair": (
        lambda: tl.overlap("fabriques_de_territoire", "france_services"),
        [FABRIQUES, SERVICES, DENSITY, POPULATIONS],
        [HISTORY],
    ),
    "overlap_all": (
        lambda: tl.overlap(),
        [LISTED, FABRIQUES, SERVICES, TOWNS, QPV, DENSITY, POPULATIONS],
        [HISTORY],
    ),
    "nearness": (
        lambda: tl.nearness("ruralite"),
        [LISTED, FABRIQUES, SERVICES, CENTRES, POPULATIONS, "communes_ruralite_2025"],
        [HISTORY],
    ),
    "nearer": (lambda: tl.nearer(), [LISTED, SERVICES, CENTRES, POPULATIONS, DENSITY], [HISTORY]),
    "next_of_kind": (lambda: tl.next_of_kind(), [FABRIQUES, CENTRES, POPULATIONS], [HISTORY]),
    "alone": (lambda: tl.alone("tiers_lieux"), [LISTED, CENTRES, POPULATIONS], [HISTORY]),
    "waves": (lambda: tl.waves("qpv"), [FABRIQUES, DENSITY, QPV], []),
}


@pytest.mark.parametrize("name", RESTS_ON)
def test_a_table_cites_every_file_it_rests_on_and_no_other(name):
    call, files, embedded = RESTS_ON[name]
    table = call()
    printed = [
        (remote()[file]["publisher"], remote()[file].get("url", remote()[file].get("landing"))) for file in files
    ]
    cited = {(source["editeur"], source["source"]) for source in table.attrs["sources"]}
    assert cited == {*printed, *embedded}
    assert tl.bibliography(table).count("@misc{") == len(cited)
    assert tl.cite(table)


def test_waves_with_what_others_print_cite_them_too():
    editors = {source["editeur"].split(" (")[0] for source in tl.waves().attrs["sources"]}
    assert editors == {"ANCT", "INSEE", "France Tiers-Lieux", "Sénat"}


@pytest.mark.parametrize(("name", "count"), [("tiers_lieux", 1512), ("fabriques_de_territoire", 382)])
@pytest.mark.parametrize("by", ["densite", "taille", "qpv"])
def test_places_in_no_class_are_counted_by_reason(name, count, by):
    table = tl.cross(name, by)
    outside = table.attrs["hors_table"][name]
    unknown = table.loc[table["classe"] == "inconnue", "nb_lieux"].sum()
    assert unknown == sum(outside.values())
    assert table["nb_lieux"].sum() == count


def test_what_is_outside_the_tables_is_known_by_list():
    # Saint-Martin holds one Fabrique, Mayotte three; the CGET printed no usable commune for 159 of its places.
    fabriques = {"sans_commune": 0, "commune_inconnue": 1, "population_inconnue": 3}
    outside = tl.overlap("fabriques_de_territoire", "tiers_lieux").attrs["hors_table"]
    assert outside["fabriques_de_territoire"] == fabriques
    assert outside["tiers_lieux"] == {"sans_commune": 159, "commune_inconnue": 0, "population_inconnue": 0}
    assert tl.nearness().attrs["hors_table"]["fabriques_de_territoire"] == {"sans_position": 1}
    assert tl.waves("rural").attrs["hors_table"] == {"rural": {"classe_inconnue": 1}}
    # 17 communes of Mayotte, all with a France services or a QPV in the two files.
    assert tl.overlap("france_services", "qpv")["nb_hors_table"].iloc[0] == 17


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: tl.cross("tiers_lieux", "densites"), "no classification called 'densites'"),
        (lambda: tl.cross("tiers_lieux", "densite", "commune"), "no level called 'commune'"),
        (lambda: tl.cross("fablabs"), "no list called 'fablabs'"),
        (lambda: tl.cross([]), "no list to cross: name one of"),
        (lambda: tl.waves("urbain"), "no criterion called 'urbain'"),
        (lambda: tl.overlap("qpv", "fablabs"), "no programme called 'fablabs'"),
        (lambda: tl.communes(2024), "no edition 2024 of the communes"),
    ],
)
def test_a_wrong_word_is_one_sentence(call, message):
    with pytest.raises(BadInput, match=message) as error:
        call()
    assert "\n" not in str(error.value)
