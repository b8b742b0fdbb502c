"""Communes: the table, places by class, overlap of programmes, waves of the label, inhabitants near a place."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.stats.contingency import odds_ratio

import tlanalysis as tl
from tests.helpers import read_rows
from tlanalysis.core.errors import BadInput, SourceError
from tlanalysis.data import commune_classes
from tlanalysis.indicators.commune_mix import COLUMNS, OVERLAPPING, WHOLE, count_by_class, outside_of
from tlanalysis.indicators.commune_overlap import compare_strata, count_strata
from tlanalysis.indicators.homogeneity import equal_rates
from tlanalysis.indicators.label_waves import trend
from tlanalysis.lists.cells.commune_names import today_code
from tlanalysis.tables.commune_table import listed_communes, named_communes, read_classes, split_or_whole

LISTS = ["fabriques_de_territoire", "tiers_lieux", "france_services"]


def small_communes() -> pd.DataFrame:
    """Return four communes of two départements; one has no known population."""
    return pd.DataFrame(
        {
            "code_commune": ["33001", "33002", "24001", "97601"],
            "code_departement": ["33", "33", "24", "976"],
            "code_region": ["75", "75", "75", "06"],
            "population": pd.array([1000, 3000, 6000, None], dtype="Int64"),
            "densite": ["bourgs_ruraux", "petites_villes", "petites_villes", "bourgs_ruraux"],
            "famille_densite": ["rural", "urbain_intermediaire", "urbain_intermediaire", "rural"],
            "taille": ["t500", "t2000", "t2000", None],
            "est_avec_qpv": pd.array([False, True, False, True], dtype="boolean"),
        }
    )


@pytest.fixture
def places():
    return pd.DataFrame({"code_commune": ["33001", "33001", "24001", "97601", None]})


def test_places_are_counted_by_class_and_the_rest_is_shown(places):
    table = count_by_class(small_communes(), places, ["famille_densite"]).set_index(["territoire", "classe"])
    france = table.loc["FR"]
    assert france.loc["rural", ["nb_communes", "population", "nb_lieux"]].tolist() == [1, 1000, 2]
    assert france.loc["urbain_intermediaire", ["nb_communes", "population", "nb_lieux"]].tolist() == [2, 9000, 1]
    assert france.loc["ensemble", "nb_lieux"] == 3
    assert france.loc["inconnue", "nb_lieux"] == 2  # Mayotte's commune has no population, one place has no commune
    assert table.loc[("R06", "inconnue"), "nb_lieux"] == 1
    assert table.loc[("D24", "urbain_intermediaire"), "nb_lieux"] == 1


def test_places_without_the_column_of_communes_are_refused():
    with pytest.raises(BadInput, match="no column code_commune"):
        count_by_class(small_communes(), pd.DataFrame({"ville": ["Bordeaux"]}), ["densite"])


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("by", [*COLUMNS, OVERLAPPING])
def test_classes_of_a_list_hold_every_place_once(name, by, raw):
    rows = [r for r in read_rows(raw, "communes_classes") if (r["type"], r["classement"]) == (name, by)]
    france = {r["classe"]: int(r["nb_lieux"]) for r in rows if r["territoire"] == "FR"}
    whole, unknown = france.pop(WHOLE), france.pop(commune_classes.UNKNOWN)
    assert whole + unknown == {"fabriques_de_territoire": 382, "tiers_lieux": 1512, "france_services": 2720}[name]
    if by != OVERLAPPING:
        assert sum(france.values()) == whole
        people = sum(int(r["population"]) for r in rows if r["territoire"] == "FR" and r["classe"] in france)
        assert people == 68_094_280  # sum of PMUN in INSEE's file


@pytest.mark.parametrize("name", LISTS)
def test_cross_equals_scipy_on_the_same_table(name):
    table = tl.cross(name, "densite")
    known = table[table["classe"] != commune_classes.UNKNOWN]
    counts, people = known["nb_lieux"].to_numpy(), known["population"].to_numpy(float)
    total = counts.sum()
    for row in known.itertuples():
        test = stats.binomtest(row.nb_lieux, int(total), row.population / people.sum())
        assert row.p_valeur == pytest.approx(test.pvalue)
        bounds = test.proportion_ci(0.95, "exact")
        assert (row.part_lieux_bas, row.part_lieux_haut) == pytest.approx((bounds.low, bounds.high))
    expected = people / people.sum() * total
    assert table.attrs["tests"][name]["chi2"] == pytest.approx(stats.chisquare(counts, expected).statistic)


def test_rural_and_priority_neighbourhood_counts_are_those_of_the_evidence():
    rural = tl.cross("fabriques_de_territoire", "famille_densite").set_index("classe")["nb_lieux"]
    assert rural["rural"] == 137
    qpv = tl.cross("fabriques_de_territoire", "qpv").set_index("classe")["nb_lieux"]
    # 195 of 382 stand in a commune with a QPV; three of them are in Mayotte, whose inhabitants are not in the table.
    assert qpv["avec"] == 192


def test_a_territory_without_known_inhabitants_shows_its_places_in_no_class():
    table = tl.cross("fabriques_de_territoire", "famille_densite", "departement")
    mayotte = table[table["territoire"] == "D976"]
    assert mayotte[["classe", "nb_lieux"]].to_numpy().tolist() == [["inconnue", 3]]
    assert table["nb_lieux"].sum() == 381  # Saint-Martin is in none of our départements


def test_a_level_that_is_not_held_says_what_to_do():
    with pytest.raises(BadInput, match="give the cleaned list instead of its name"):
        tl.cross("fabriques_de_territoire", "ruralite", "departement")
    with pytest.raises(BadInput, match="did you mean"):
        tl.cross("fabriques_de_territoire", "densité")
    with pytest.raises(BadInput, match="no list called"):
        tl.cross("fablabs")


def test_chance_allocation_raises_a_false_alarm_one_time_in_twenty(monkeypatch):
    """When places fall in proportion to inhabitants, the test that `cross` prints rejects 4 to 6 % of the time."""
    monkeypatch.setattr("tlanalysis.indicators.homogeneity.DRAWS", 399)
    people = np.array([25.3, 9.7, 7.1, 4.2, 10.3, 10.0, 1.7]) * 1e6
    drawn = np.random.default_rng(11).multinomial(378, people / people.sum(), size=1200)
    alarms = [
        equal_rates(pd.DataFrame({"nb_lieux": row, "population": people}), seed=at).iloc[0]["p_valeur"]
        for at, row in enumerate(drawn)
    ]
    assert 0.04 <= (np.array(alarms) <= 0.05).mean() <= 0.06


def test_overlap_of_one_stratum_is_the_hypergeometric_of_scipy():
    answer = compare_strata(np.array([[50, 12, 20, 9]]))
    table = [[9, 3], [11, 27]]
    assert answer["p_valeur"] == pytest.approx(stats.fisher_exact(table).pvalue)
    assert answer["nb_les_deux_attendu"] == pytest.approx(12 * 20 / 50)
    assert answer["rapport_de_cotes"] == pytest.approx(odds_ratio(table, kind="sample").statistic)
    low, high = stats.hypergeom.ppf([0.025, 0.975], 50, 12, 20)
    assert (answer["nb_les_deux_attendu_bas"], answer["nb_les_deux_attendu_haut"]) == (low, high)


def test_overlap_of_two_strata_is_worked_out_by_hand():
    """Two strata of two communes, one of each programme: both coincide with chance 1/2 in each, so both in 1/4."""
    answer = compare_strata(np.array([[2, 1, 1, 1], [2, 1, 1, 1]]))
    assert answer["nb_les_deux_attendu"] == pytest.approx(1.0)
    assert answer["p_valeur"] == pytest.approx(0.5)  # two coincidences (1/4) or none (1/4)
    assert np.isnan(answer["rapport_de_cotes"])  # no commune has one programme alone: no odds ratio is identified


def test_mantel_haenszel_interval_is_that_of_a_published_example():
    """Two strata, by hand: R = 4*16/30 + 6*10/28, S = 2*8/30 + 4*8/28, variance of Robins, Breslow and Greenland."""
    strata = [(4, 2, 8, 16), (6, 4, 8, 10)]  # both, first alone, second alone, neither
    counts = np.array([[a + b + c + d, a + b, a + c, a] for a, b, c, d in strata])
    r = [a * d / (a + b + c + d) for a, b, c, d in strata]
    s = [b * c / (a + b + c + d) for a, b, c, d in strata]
    p = [(a + d) / (a + b + c + d) for a, b, c, d in strata]
    q = [1 - one for one in p]
    var = (
        sum(x * y for x, y in zip(p, r, strict=True)) / (2 * sum(r) ** 2)
        + sum(x * y + z * w for x, y, z, w in zip(p, s, q, r, strict=True)) / (2 * sum(r) * sum(s))
        + sum(x * y for x, y in zip(q, s, strict=True)) / (2 * sum(s) ** 2)
    )
    answer = compare_strata(counts)
    odds = sum(r) / sum(s)
    assert answer["rapport_de_cotes"] == pytest.approx(odds)
    assert answer["rapport_de_cotes_haut"] == pytest.approx(odds * np.exp(1.959963985 * var**0.5))


def test_programmes_at_random_within_strata_overlap_as_chance_says():
    """Rejections under chance are as many as the exact law of the number of both allows, no more and not far fewer.

    The number is discrete, so the exact test rejects less often than its level: the share that it must have is summed
    from the hypergeometric law of each stratum, by enumeration, with SciPy.
    """
    rng = np.random.default_rng(5)
    strata = [(400, 40, 80), (200, 20, 40), (50, 5, 10)]  # communes, of one programme, of the other
    law = {0: 1.0}
    for size, a, b in strata:
        chances = stats.hypergeom(size, a, b)
        law = {n: sum(p * chances.pmf(n - m) for m, p in law.items()) for n in range(max(law) + a + 1)}
    p_values = {n: sum(q for q in law.values() if q <= p * (1 + 1e-9)) for n, p in law.items()}
    expected = sum(p for n, p in law.items() if p_values[n] < 0.05)
    assert 0.03 < expected <= 0.05
    alarms = 0
    for _ in range(3000):
        counts = []
        for size, a, b in strata:
            both = rng.permutation(size)[:a] < b
            counts.append([size, a, b, int(both.sum())])
        alarms += compare_strata(np.array(counts))["p_valeur"] < 0.05
    assert abs(alarms / 3000 - expected) < 3 * (expected * (1 - expected) / 3000) ** 0.5


def test_overlap_is_symmetric_and_adds_up():
    there, back = (tl.overlap(*pair).iloc[0] for pair in (("france_services", "qpv"), ("qpv", "france_services")))
    assert there["nb_les_deux"] == back["nb_les_deux"]
    assert there["p_valeur"] == pytest.approx(back["p_valeur"])
    assert there["rapport_de_cotes"] == pytest.approx(back["rapport_de_cotes"])
    matrix = tl.overlap()
    assert len(matrix) == 10
    parts = matrix["nb_les_deux"] + matrix["nb_a_seul"] + matrix["nb_b_seul"] + matrix["nb_aucun"]
    assert (parts == matrix["nb_communes"]).all()


@pytest.mark.parametrize(
    ("pair", "message"),
    [
        (("fabriques_de_territoire",), "needs two programmes"),
        (("fabriques_de_territoire", "fabriques_de_territoire"), "compared with itself"),
        (("fabrique_de_territoire", "qpv"), "did you mean 'fabriques_de_territoire'"),
    ],
)
def test_an_overlap_that_cannot_be_is_refused(pair, message):
    with pytest.raises(BadInput, match=message):
        tl.overlap(*pair)


def test_waves_add_up_to_the_list_and_their_trend_is_armitages():
    table = tl.waves("rural")
    assert (table["nb_lieux"] + table["nb_inconnus"]).tolist() == [187, 29, 36, 48, 82]
    # Cochran-Armitage equals the correlation of the two columns times the root of n.
    hits = np.concatenate(
        [np.repeat([1.0, 0.0], [k, n - k]) for k, n in table[["nb_lieux_critere", "nb_lieux"]].to_numpy(int)]
    )
    scores = np.repeat(table["vague"].to_numpy(float), table["nb_lieux"].to_numpy(int))
    assert table.attrs["tendances"]["rural"]["z"] == pytest.approx(
        stats.pearsonr(hits, scores).statistic * len(hits) ** 0.5
    )


def test_a_share_without_trend_raises_a_false_alarm_one_time_in_twenty():
    rng = np.random.default_rng(3)
    scores = np.repeat([1.0, 2.0, 3.0, 4.0, 5.0], [187, 29, 36, 48, 80])
    found = [trend(rng.random(380) < 0.4, scores, seed=i, draws=199) for i in range(2000)]
    for name in ("p_valeur", "p_valeur_asymptotique"):
        assert 0.04 <= np.mean([one[name] <= 0.05 for one in found]) <= 0.06


def test_merged_split_and_moved_communes_are_followed():
    assert today_code("49069") == "49126"  # Champtoceaux merged into Orée-d'Anjou (2015)
    assert today_code("93059") == "93066"  # Pierrefitte-sur-Seine merged into Saint-Denis (2025)
    assert today_code("75104") == "75056"  # an arrondissement
    assert today_code("97127") == "97801"  # Saint-Martin left Guadeloupe (2007)
    assert today_code("33063") == "33063"
    assert today_code("99999") == "99999"  # of no edition: left as it is, and counted outside


def test_places_of_a_merged_and_a_moved_commune_count_for_that_of_today():
    homes = small_communes().assign(code_commune=["49126", "93066", "24001", "97601"])
    homes = homes.assign(code_departement=["49", "93", "24", "976"], code_region=["52", "11", "75", "06"])
    places = pd.DataFrame({"code_commune": ["49069", "93059", "97127", "99999", None, "97601"]})
    france = (
        count_by_class(homes, places, ["famille_densite"]).set_index(["territoire", "classe"]).loc["FR", "nb_lieux"]
    )
    assert france.to_dict() == {"rural": 1, "urbain_intermediaire": 1, "ensemble": 2, "inconnue": 4}
    outside = outside_of(homes, places)
    assert outside == {"sans_commune": 1, "commune_inconnue": 2, "population_inconnue": 1}
    assert sum(outside.values()) + 2 == len(places)


def test_the_table_of_communes_holds_the_communes_and_arrondissements_of_eighteen_regions():
    table = listed_communes()
    assert (~table["est_arrondissement"]).sum() == 34_875
    assert table["est_arrondissement"].sum() == 45


def test_populations_of_another_edition_are_refused_with_the_communes_that_are_not_ours():
    populations = pd.DataFrame({"code_commune": ["33063", "49069"], "population": ["1", "2"]})
    centres = pd.DataFrame({"code_commune": ["33063"], "latitude": [44.8], "longitude": [-0.6]})
    with pytest.raises(SourceError, match="names 1 communes that are not those of 2026: 49069; fetch the file of that"):
        split_or_whole(listed_communes(), populations, centres, arrondissements=False)


def test_a_file_of_classes_that_changed_is_refused():
    with pytest.raises(SourceError, match="has no column niveau_densite"):
        read_classes(b"insee_com,dens\n01001,5\n", "communes_densite_2025")
    with pytest.raises(SourceError, match="printed twice: 01001"):
        read_classes(b"insee_com,niveau_densite\n01001,x\n01001,y\n", "communes_densite_2025")
    with pytest.raises(SourceError, match="does not know: add its row"):
        commune_classes.codes_of("densite", {"01001": "Très rural"})


def test_communes_of_a_programme_are_read_from_both_forms():
    csv = "insee_com,lib_com\n01004,Ambérieu\n01004,Ambérieu\n2A004,Ajaccio\n".encode()
    assert named_communes(csv, "anct_villages_d_avenir") == ["01004", "2A004"]
    feature = b'{"features": [{"properties": {"liste_geo": "Un (01053); Deux (2B033)"}}]}'
    assert named_communes(feature, "petites_villes_de_demain_2024") == ["01053", "2B033"]
    with pytest.raises(SourceError, match="1 cells are no code of a commune, such as '1004'"):
        named_communes(b"insee_com\n1004\n", "anct_crte")
    with pytest.raises(SourceError, match="its properties have changed"):
        named_communes(b'{"features": [{"properties": {"commune": "01053"}}]}', "france_services_2024")


FETCHED = ("action_coeur_de_ville", "villages_d_avenir", "territoires_d_industrie", "crte")


@pytest.mark.parametrize("programme", FETCHED)
def test_a_programme_file_of_the_publisher_s_shape_is_read_and_a_changed_one_is_refused(programme):
    """The ANCT writes commas, `insee_com` as text, and a commune as often as it has labels."""
    file = commune_classes.PROGRAMMES[programme]
    rows = ["insee_com,lib_com,id_prog,date_signature", "01004,Ambérieu-en-Bugey,prog-1,2021-05-12"]
    rows += ['2A004,"Ajaccio, ville",prog-2,', "01004,Ambérieu-en-Bugey,prog-3,", "97411,Saint-Denis,prog-4,"]
    data = "\ufeff" + "\n".join(rows) + "\n"
    assert named_communes(data.encode(), file) == ["01004", "2A004", "97411"]
    with pytest.raises(SourceError, match=f"{file} has no column insee_com but code_insee, lib_com"):
        named_communes(data.replace("insee_com", "code_insee").encode(), file)
    with pytest.raises(SourceError, match="1 cells are no code of a commune, such as '1004'"):
        named_communes(data.replace("01004,Ambérieu-en-Bugey,prog-1", "1004,Ambérieu-en-Bugey,prog-1").encode(), file)


def test_a_programme_that_must_be_fetched_is_counted_once_it_is_there(monkeypatch):
    homes = small_communes().assign(est_crte=pd.array([True, False, True, True], dtype="boolean"))
    homes["est_villages_d_avenir"] = pd.array([None] * 4, dtype="boolean")
    monkeypatch.setattr("tlanalysis.tables.commune_table.communes", lambda: homes)
    row = tl.overlap("crte", "qpv").iloc[0]  # 33002 alone is with a QPV and has inhabitants; 97601 is left out
    assert row[["nb_communes", "nb_a", "nb_b", "nb_les_deux", "nb_hors_table"]].tolist() == [3, 2, 1, 0, 1]
    with pytest.raises(SourceError, match="`tlanalysis fetch anct_villages_d_avenir` brings their file"):
        tl.overlap("villages_d_avenir", "qpv")
    with pytest.raises(BadInput, match="compared with itself"):
        tl.overlap("crte", "crte")


def test_an_edition_that_is_not_held_is_refused():
    with pytest.raises(BadInput, match="no edition 2020 of the communes"):
        tl.communes(2020)


@pytest.mark.mirror
def test_every_commune_has_its_density_and_arrondissements_add_up_to_their_city(mirror):
    whole, split = tl.communes(), tl.communes(arrondissements=True)
    assert len(whole) == 34_875
    assert len(split) == 34_875 - 3 + 45
    assert whole["densite"].notna().all()
    assert whole["population"].isna().sum() == 17  # Mayotte
    assert whole["population"].sum() == split["population"].sum() == 68_094_280
    paris = whole.set_index("code_commune").loc["75056"]
    assert paris["population"] == split.loc[split["code_commune"].str.startswith("751"), "population"].sum()
    assert 48.8 < paris["latitude"] < 48.92
    assert whole.attrs["a_recuperer"] == [
        "anct_action_coeur_de_ville",
        "anct_villages_d_avenir",
        "anct_territoires_d_industrie",
        "anct_crte",
    ]


@pytest.mark.mirror
def test_the_embedded_history_is_that_of_insee(mirror):
    """Every code of the file of Insee, read here, leads to the same commune."""
    from tlanalysis.data import embedded

    cog = pd.read_csv(io.BytesIO(embedded.read_remote("communes_2026")), dtype=str, keep_default_na=False)
    today = set(cog.loc[cog["TYPECOM"] == "COM", "COM"])
    listed = listed_communes()
    assert set(listed.loc[~listed["est_arrondissement"], "code_commune"]) == today
    parts = cog[(cog["TYPECOM"] != "COM") & ~cog["COM"].isin(today)]
    assert len(parts) > 2000
    assert parts["COM"].map(today_code).tolist() == parts["COMPARENT"].tolist()


@pytest.mark.mirror
def test_the_classes_of_the_fabriques_are_those_of_their_commune_of_today(mirror):
    from tlanalysis.data import embedded

    held = embedded.load("fabriques_vagues")
    homes = tl.communes().set_index("code_commune").reindex(held["code_commune"].map(today_code))
    rural = held["est_commune_rurale"].to_numpy(dtype=object, na_value=None)
    families = homes["famille_densite"].astype(object).where(homes["famille_densite"].notna(), None)
    assert [None if name is None else name == "rural" for name in families] == list(rural)
    qpv = homes["est_avec_qpv"].to_numpy(dtype=object, na_value=None)
    assert list(qpv) == list(held["est_commune_avec_qpv"].to_numpy(dtype=object, na_value=None))


@pytest.mark.mirror
def test_embedded_tables_of_communes_are_what_the_files_give(mirror, raw):
    from tlanalysis.data import embedded
    from tlanalysis.maintain.recount_communes import commune_tables

    for name, table in commune_tables().items():
        held = embedded.load(name).reset_index(drop=True)
        assert held.astype(str).to_numpy().tolist() == table.astype(str).to_numpy().tolist(), name


@pytest.mark.mirror
def test_a_list_of_ones_own_is_crossed_like_a_list_we_hold(mirror):
    from tlanalysis.lists.cleaning import clean_open_file

    places = clean_open_file("fabriques_de_territoire_2024").places
    mine, held = tl.cross(places, "densite"), tl.cross("fabriques_de_territoire", "densite")
    columns = ["classe", "nb_lieux", "population", "part_lieux", "p_valeur"]
    pd.testing.assert_frame_equal(mine[columns], held[columns], check_dtype=False)
    one = tl.overlap(places, "qpv").iloc[0]
    other = tl.overlap("fabriques_de_territoire", "qpv").iloc[0]
    assert one["nb_les_deux"] == other["nb_les_deux"]


def test_strata_leave_out_communes_without_inhabitants():
    homes = small_communes()
    table = count_strata(homes, pd.Series([True, True, False, True]), pd.Series([True, False, False, True]))
    counts = ["nb_communes", "nb_a", "nb_b", "nb_les_deux"]
    known = table["densite"] != commune_classes.UNKNOWN
    assert table.loc[known, counts].sum().tolist() == [3, 2, 1, 1]
    assert table.loc[~known, counts].sum().tolist() == [1, 1, 1, 1]


@pytest.mark.mirror
def test_the_commune_of_a_place_says_its_departement_and_no_class_counts_below_zero(mirror):
    places = pd.DataFrame(
        {"code_commune": ["33063", "33063", "33281", "75056", None], "code_departement": [None, "75", "33", "75", "33"]}
    )
    table = tl.cross(places, "famille_densite", "departement")
    assert (table["nb_lieux"] >= 0).all()
    counted = table.groupby("territoire")["nb_lieux"].sum()
    assert counted[counted > 0].to_dict() == {"D33": 4, "D75": 1}
    with pytest.raises(BadInput, match="codes are text"):
        tl.cross(pd.DataFrame({"code_commune": [33063, 33063]}))


@pytest.mark.mirror
def test_a_programme_is_set_beside_a_list_in_either_order(mirror):
    mine = pd.DataFrame({"code_commune": ["33063", "75056"]})
    one, other = tl.overlap("france_services", mine), tl.overlap(mine, "france_services")
    assert one["nb_les_deux"].tolist() == other["nb_les_deux"].tolist()
