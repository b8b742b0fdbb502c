"""A week of simulated nights: what each night would have mailed, and its exit code."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.week import Night, week
from tlanalysis.runs import manifest, snapshots


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("semaine")


@pytest.fixture(scope="module")
def nights(reports: Path) -> dict[str, Night]:
    return {night.name: night for night in week(reports, ["run"])}


def test_each_night_ends_with_its_exit_code(nights: dict[str, Night]) -> None:
    codes = {name: night.code for name, night in nights.items()}
    assert codes.pop("the disk is full", 1) == 1  # only root can mount a small disk
    assert codes == {
        "the first night": 0,
        "nothing changed": 0,
        "a table was edited and not sealed": 3,
        "it is sealed, and no run asked for its row": 0,
        "a value moved": 0,
        "a notebook fails": 1,
        "it is mended": 0,
        "another run holds the folder": 75,
        "the machine stops during a run": -9,
        "the night after": 0,
    }


def test_a_night_without_news_mails_nothing(nights: dict[str, Night]) -> None:
    silent = [name for name, night in nights.items() if not night.mail]
    assert silent == [
        "nothing changed",
        "it is sealed, and no run asked for its row",
        "the machine stops during a run",
    ]


def test_a_table_that_is_not_sealed_stops_everything_with_one_sentence(nights: dict[str, Night]) -> None:
    mail = nights["a table was edited and not sealed"].mail
    assert mail.startswith("tlanalysis: data/raw/observations.csv was altered")
    assert mail.count("\n") == 1


def test_a_moved_value_is_mailed_with_its_row_and_its_cause(nights: dict[str, Night]) -> None:
    assert nights["a value moved"].mail.splitlines() == [
        "figure  semaine-essai--FR: declare, ftl_2023, Association Nationale des Tiers-Lieux: "
        "valeur 377000 → 377001 (+0.0%)",
        "cause   input observations changed (under 1 run)",
        "1 figures changed, are new or are gone; 0 hold the same data",
    ]


def test_a_failure_is_mailed_with_its_cell_and_its_files_and_reaches_the_command(
    nights: dict[str, Night], reports: Path
) -> None:
    night = nights["a notebook fails"]
    failed = reports / "reports" / "failed" / "01_autre--FR"
    sentence = f"01_autre--FR failed: cell 2: ZeroDivisionError: division by zero (see {failed}.ipynb and {failed}.log)"
    assert f"tlanalysis: {sentence}\n" in night.mail
    assert night.on_failure == f"{sentence}\n"
    assert nights["it is mended"].mail.splitlines()[0] == "run     01_autre--FR was failed, is ok"


def test_a_folder_that_another_run_holds_is_one_sentence_and_calls_no_command(nights: dict[str, Night]) -> None:
    night = nights["another run holds the folder"]
    assert night.mail.startswith("tlanalysis: another run is writing to ")
    assert (night.mail.count("\n"), night.on_failure) == (1, "")


def test_the_night_after_a_stop_completes_the_runs(nights: dict[str, Night], reports: Path) -> None:
    out = reports / "reports"
    assert "valeur 377001 → 377002" in nights["the night after"].mail
    assert {outcome.status for outcome in manifest.read(out).values()} == {"ok"}
    kept = [{run.status for run in manifest.read(state).values()} for state in snapshots.states(out)]
    assert len(kept) >= 4
    assert {"failed", "ok"} in kept
