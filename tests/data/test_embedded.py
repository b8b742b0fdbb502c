from __future__ import annotations

import hashlib
import json
import re

import pytest

from tests.helpers import declared, read_rows, record, write_rows
from tlanalysis.core.errors import BadInput, SourceError
from tlanalysis.data import embedded, remote_files
from tlanalysis.tables.data_dictionary import describe

TABLES = [
    "maille_departements",
    "contours",
    "communes",
    "observations",
    "deffinov_projets",
    "deffinov_appels",
    "dispositifs_voisins",
    "fabriques_vagues",
    "financements",
    "previsions_publiees",
    "lieux_par_departement",
    "rapprochements",
    "registre_lieux",
    "sources",
    "acces_par_territoire",
    "regions",
    "departements",
    "departements_emploi",
    "indicateurs",
    "perimetres",
    "types_de_lieux",
    "classes_de_communes",
    "communes_classes",
    "communes_croisements",
    "communes_plus_proches",
    "acces_par_classe",
]
OPEN_FILES = sorted(embedded.remote())
RECORDED = sorted(name for name, entry in embedded.remote().items() if "sha256" in entry)


def test_every_file_of_data_raw_is_a_table_of_the_package(raw):
    assert sorted(embedded.names()) == sorted(TABLES)
    assert sorted(path.stem for path in raw.glob("*.csv")) == sorted(TABLES)


@pytest.mark.parametrize("name", TABLES)
def test_load_keeps_every_row_and_column(raw, name):
    table = embedded.load(name)
    assert len(table) == len(read_rows(raw, name)) > 0
    assert list(table.columns) == declared(raw, name)


def test_load_keeps_codes_as_text():
    regions, departements = embedded.load("regions"), embedded.load("departements")
    assert regions["code_region"].tolist()[:2] == ["01", "02"]
    assert {"01", "2A", "2B", "974"} <= set(departements["code_departement"])


def test_load_types_what_the_schema_declares():
    regions, rows = embedded.load("regions"), embedded.load("observations")
    assert str(regions["population"].dtype) == "Int64"
    assert str(regions["est_metropole"].dtype) == "boolean"
    assert int(regions["est_metropole"].sum()) == 13
    assert str(rows["valeur"].dtype) == "float64"
    assert rows.set_index("id_observation").loc["fr-tiers_lieux-2018-2", "periode"] == "2018"


def test_load_leaves_missing_missing():
    rows = embedded.load("observations").set_index("id_observation")
    census = rows.loc["fr-tiers_lieux-2026-1"]
    assert census[["valeur", "effectif"]].isna().all()
    assert census[["valeur_bas", "valeur_haut"]].tolist() == [2528, 3951]


def test_load_gives_a_fresh_copy():
    first = embedded.load("regions")
    first.loc[:, "nom_region"] = "altered"
    assert embedded.load("regions").loc[0, "nom_region"] == "Guadeloupe"


def test_load_refuses_an_unknown_name():
    with pytest.raises(BadInput, match="did you mean 'regions'"):
        embedded.load("region")


def test_load_refuses_altered_bytes(raw_copy):
    path = raw_copy / "financements.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("50000000", "60000000", 1), encoding="utf-8")
    with pytest.raises(SourceError, match=r"financements\.csv was altered"):
        embedded.load("financements")
    assert len(embedded.load("regions")) == 18


def test_load_refuses_a_missing_file(raw_copy):
    (raw_copy / "regions.csv").unlink()
    with pytest.raises(SourceError, match=r"regions\.csv is missing"):
        embedded.load("regions")


def test_load_refuses_columns_that_are_not_declared(raw_copy):
    rows = [{"code": row["code_region"]} for row in read_rows(raw_copy, "regions")]
    write_rows(raw_copy, "regions", rows, columns=["code"])
    with pytest.raises(SourceError, match="columns of its schema"):
        embedded.load("regions")


def test_load_refuses_columns_in_another_order(raw_copy):
    write_rows(raw_copy, "regions", read_rows(raw_copy, "regions"), columns=declared(raw_copy, "regions")[::-1])
    with pytest.raises(SourceError, match="their order"):
        embedded.load("regions")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        pytest.param("population", "beaucoup", id="text-for-an-integer"),
        pytest.param("population", "12,5", id="decimal-comma-for-an-integer"),
        pytest.param("population", "12.5", id="fraction-for-an-integer"),
        pytest.param(
            "est_metropole",
            "oui",
            id="word-for-a-boolean",
        ),
    ],
)
def test_load_refuses_a_value_of_another_type(raw_copy, column, value):
    rows = read_rows(raw_copy, "regions")
    rows[3][column] = value
    write_rows(raw_copy, "regions", rows)
    with pytest.raises(SourceError, match=column):
        embedded.load("regions")


def test_a_broken_package_is_named(raw_copy):
    (raw_copy / "datapackage.json").write_text("{", encoding="utf-8")
    with pytest.raises(SourceError, match="not valid JSON"):
        embedded.names()


def test_describe_has_one_row_per_column(raw):
    described = describe("observations")
    assert described["colonne"].tolist() == declared(raw, "observations")
    assert (described["description"] != "").all()


def test_describe_gives_the_publishers_columns_without_people():
    described = describe("cget_2019").set_index("colonne")["colonne_source"]
    assert described["code_commune"] == "INSEECOM"
    assert not {"CONTACT", "MAIL"} & set(described)


def test_seal_records_a_reviewed_change(raw_copy):
    path = raw_copy / "perimetres.csv"
    data = path.read_bytes() + "essai,Essai,Trial,Un périmètre d'essai.,\n".encode()
    path.write_bytes(data)
    assert embedded.seal() == ["perimetres"]
    entry = embedded.resource("perimetres")
    assert entry["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
    assert entry["bytes"] == len(data)
    assert embedded.load("perimetres")["perimetre"].iloc[-1] == "essai"
    assert embedded.seal() == []


def test_seal_touches_only_hash_and_size(raw_copy):
    path = raw_copy / "datapackage.json"
    before = json.loads(path.read_text(encoding="utf-8"))
    (raw_copy / "regions.csv").write_bytes(b"code_region\n")
    embedded.seal()
    after = json.loads(path.read_text(encoding="utf-8"))
    for entry in (*before["resources"], *after["resources"]):
        del entry["hash"], entry["bytes"]
    assert after == before


def test_a_recorded_change_is_read_without_a_restart(raw_copy):
    assert len(embedded.load("regions")) == 18
    write_rows(raw_copy, "regions", read_rows(raw_copy, "regions")[:5])
    assert len(embedded.load("regions")) == 5


# ---------------------------------------------------------------- the catalog of open files

NEEDED = {"title", "publisher", "licence", "vintage", "file", "grade"}
OPTIONAL = {
    "url",
    "landing",
    "archive",
    "member",
    "bytes",
    "sha256",
    "refreshed",
    "large",
    "extract",
    "unit",
    "published",
}


@pytest.mark.parametrize("name", OPEN_FILES)
def test_an_entry_says_what_it_must_and_nothing_unknown(name):
    entry = embedded.remote()[name]
    assert set(entry) >= NEEDED
    assert set(entry) - NEEDED <= OPTIONAL
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name)
    assert all(entry[key] for key in NEEDED)
    assert entry["grade"] in {"A", "B", "C", "M"}
    assert entry["licence"] in {"etalab-2.0", "licence-ouverte", "inconnue"}
    assert entry.get("refreshed", "daily") in {"daily", "monthly", "quarterly", "unstated"}
    assert entry.get("unit", "lieu") in {"lieu", "site", "commune", "candidature", "declaration"}
    assert ("archive" in entry) == ("member" in entry)
    assert {"url", "landing"} & set(entry)
    # Only the recorded sum says which extract is meant.
    assert "sha256" in entry or "extract" not in entry
    for address in {"url", "landing"} & set(entry):
        assert re.fullmatch(r"https://[^/\s]+\.[a-z]+(/\S*)?", entry[address])
    if "sha256" in entry:
        assert re.fullmatch(r"[0-9a-f]{64}", entry["sha256"])
        assert entry["bytes"] > 0
        assert "refreshed" not in entry


def test_no_two_entries_share_a_file_or_an_address():
    # A mirror is one folder: two entries under one name would be read for one another.
    entries = embedded.remote().values()
    names = [entry["file"] for entry in entries] + [entry["archive"] for entry in entries if "archive" in entry]
    addresses = [url for name in embedded.remote() if (url := remote_files.address(name))]
    assert len(set(names)) == len(names)
    assert len(set(addresses)) == len(addresses)


def test_the_census_of_2026_has_its_twelve_files():
    census = {name: entry for name, entry in embedded.remote().items() if name.startswith("recensement_2026_")}
    assert [entry["file"][:14] for entry in census.values()] == [f"bdftl-2026-{n:02}-" for n in range(1, 13)]
    assert [name for name, entry in census.items() if "url" in entry] == ["recensement_2026_fiche_identite"]


def test_describe_says_when_a_file_is_fetched_but_not_cleaned():
    with pytest.raises(BadInput, match=r"no column map for codes_postaux\.csv"):
        describe("codes_postaux")


def test_a_card_holds_the_catalog_entry(raw):
    card = embedded.card("lpof")
    assert card["url"].startswith("https://www.monactiviteformation.emploi.gouv.fr/")
    assert (card["publisher"], card["refreshed"], card["grade"]) == ("DGEFP", "daily", "C")
    held = embedded.card("regions")
    assert held["sha256"] == hashlib.sha256((raw / "regions.csv").read_bytes()).hexdigest()
    assert held["bytes"] == (raw / "regions.csv").stat().st_size
    with pytest.raises(BadInput, match="did you mean 'lpof'"):
        embedded.card("lpoff")


def test_read_remote_refuses_another_version(tmp_path, monkeypatch):
    (tmp_path / "cget_2019.csv").write_text("ID\n1\n", encoding="utf-8")
    monkeypatch.setenv("TLANALYSIS_MIRROR", str(tmp_path))
    with pytest.raises(SourceError, match="not the recorded version"):
        embedded.read_remote("cget_2019")


def test_read_remote_says_where_to_save_an_absent_file(project_copy, monkeypatch):
    monkeypatch.delenv("TLANALYSIS_MIRROR", raising=False)
    with pytest.raises(
        SourceError, match=r"`tlanalysis fetch cget_2019`.*downloads/cget_2019/cget_2019\.csv.*TLANALYSIS_MIRROR"
    ):
        embedded.read_remote("cget_2019")


def test_read_remote_refuses_an_unknown_file():
    with pytest.raises(BadInput, match="did you mean 'cget_2019'"):
        embedded.read_remote("cget_2018")


def test_the_mirror_comes_before_the_downloads(project_copy, tmp_path, monkeypatch):
    saved = project_copy / "data" / "raw" / "downloads" / "cget_2019" / "cget_2019.csv"
    saved.parent.mkdir(parents=True)
    saved.write_text("saved", encoding="utf-8")
    monkeypatch.delenv("TLANALYSIS_MIRROR", raising=False)
    assert embedded.find_remote("cget_2019") == saved
    mirrored = tmp_path / "mirror" / "cget_2019.csv"
    mirrored.parent.mkdir()
    monkeypatch.setenv("TLANALYSIS_MIRROR", str(mirrored.parent))
    assert embedded.find_remote("cget_2019") == saved
    mirrored.write_text("mirrored", encoding="utf-8")
    assert embedded.find_remote("cget_2019") == mirrored


def test_sources_lists_what_is_held_and_what_is_absent(project_copy, tmp_path, monkeypatch):
    (tmp_path / "cget_2019.csv").write_text("present", encoding="utf-8")
    monkeypatch.setenv("TLANALYSIS_MIRROR", str(tmp_path))
    table = embedded.sources().set_index("id")
    assert sorted(table.index) == sorted(TABLES + OPEN_FILES)
    assert table["etat"].value_counts().to_dict() == {
        "embarque": len(TABLES),
        "absent": len(OPEN_FILES) - 1,
        "telecharge": 1,
    }
    assert table.loc["cget_2019", "etat"] == "telecharge"
    assert table.loc["regions", "nb_lignes"] == 18
    assert table.loc[OPEN_FILES, "nb_lignes"].isna().all()
    assert (table[["titre", "editeur", "licence", "millesime"]] != "").all(axis=None)


def test_sources_refuses_altered_bytes(raw_copy):
    with (raw_copy / "perimetres.csv").open("a", encoding="utf-8") as file:
        file.write("\n")
    with pytest.raises(SourceError, match="altered"):
        embedded.sources()


@pytest.mark.mirror
@pytest.mark.parametrize("name", RECORDED)
def test_the_mirror_holds_the_recorded_versions(mirror, name):
    data = embedded.read_remote(name)
    assert hashlib.sha256(data).hexdigest() == embedded.remote()[name]["sha256"]
    assert data == (mirror / embedded.remote()[name]["file"]).read_bytes()
    if "member" not in embedded.remote()[name]:
        assert len(data) == embedded.remote()[name]["bytes"]


def test_record_of_the_helpers_is_what_the_package_holds(raw, raw_copy):
    # The helper other tests rely on writes the very package that is embedded.
    record(raw_copy, "regions", (raw_copy / "regions.csv").read_bytes())
    assert (raw_copy / "datapackage.json").read_bytes() == (raw / "datapackage.json").read_bytes()
