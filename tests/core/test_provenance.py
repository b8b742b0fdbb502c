from __future__ import annotations

import datetime
import subprocess

import pandas as pd

from tlanalysis.core.provenance import commit, sources_of, stamp

ROWS = pd.DataFrame(
    {
        "valeur": [1, 2, 3, 4],
        "editeur": ["ANCT", "INSEE", "ANCT", "ANCT"],
        "source": ["b", "c", "a", "b"],
        "date_publication": ["2021-08", None, None, "2021-08"],
    }
)


def source(editeur, address, day=""):
    return {"editeur": editeur, "source": address, "date_publication": day}


def test_sources_are_distinct_and_ordered_by_publisher_then_address():
    assert sources_of(ROWS) == [source("ANCT", "a"), source("ANCT", "b", "2021-08"), source("INSEE", "c")]


def test_one_address_at_two_dates_is_two_sources():
    again = ROWS.iloc[[0]].assign(date_publication="2022")
    assert len(sources_of(ROWS, again)) == 4


def test_a_date_that_is_not_text_is_kept():
    dated = ROWS.iloc[:2].assign(date_publication=[datetime.date(2021, 8, 1), pd.NaT])
    assert sources_of(dated, ROWS.iloc[[0]]) == [
        source("ANCT", "b", "2021-08"),
        source("ANCT", "b", "2021-08-01"),
        source("INSEE", "c"),
    ]


def test_a_table_without_dates_has_undated_sources():
    assert sources_of(ROWS[["editeur", "source"]].iloc[:1]) == [source("ANCT", "b")]


def test_a_result_passes_its_sources_on():
    result = stamp(pd.DataFrame({"part": [0.5]}), ROWS.iloc[:1], inputs=["observations"])
    assert sources_of(result) == [source("ANCT", "b", "2021-08")]
    assert sources_of(result, ROWS.iloc[[1]]) == [source("ANCT", "b", "2021-08"), source("INSEE", "c")]


def test_a_frame_without_source_columns_and_attributes_has_no_sources():
    assert sources_of(pd.DataFrame({"part": [0.5]})) == []
    assert sources_of(ROWS.iloc[:0]) == []


def test_stamp_names_each_input_once_in_order():
    result = stamp(pd.DataFrame(), inputs=["regions", "observations", "regions"])
    assert result.attrs == {"inputs": ["observations", "regions"], "sources": []}


def test_stamp_keeps_the_facts_that_a_table_carries():
    table = pd.DataFrame({"part": [0.5]})
    table.attrs = {"niveau": "region", "inputs": ["perimetres"]}
    result = stamp(table, inputs=["observations"])
    result.attrs["fdr"] = 0.1
    assert result.attrs == {"niveau": "region", "inputs": ["observations"], "sources": [], "fdr": 0.1}
    assert stamp(result, inputs=["regions"]).attrs["fdr"] == 0.1


def test_stamp_does_not_change_the_frames_it_reads():
    before = ROWS.copy()
    stamp(pd.DataFrame(), ROWS, inputs=[])
    pd.testing.assert_frame_equal(ROWS, before)
    assert ROWS.attrs == {}


def test_the_commit_is_that_of_the_project_also_in_a_hook_of_another_repository(tmp_path, monkeypatch):
    monkeypatch.delenv("TLANALYSIS_COMMIT", raising=False)
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    about = ["-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-q", "--allow-empty", "-m", "x"]
    subprocess.run(["git", "-C", str(tmp_path), *about], check=True)
    before = commit()
    monkeypatch.setenv("GIT_DIR", str(tmp_path / ".git"))
    assert commit() == before
