"""What `tl.clean` may be given from Python, and how its answer shows itself."""

from __future__ import annotations

import io

import pandas as pd
import pytest

import tlanalysis as tl
from tlanalysis.core.errors import BadInput

TABLE = pd.DataFrame({"nom": ["Le Lieu", None], "code_postal": ["01000", "35000"], "courriel": ["a@b.example", None]})


def test_a_path_a_table_and_an_open_file_give_the_same_places(tmp_path):
    path = tmp_path / "tableau.csv"
    TABLE.to_csv(path, index=False)
    expected = tl.clean(path)
    with path.open("rb") as file:
        for given in (str(path), TABLE, file, io.BytesIO(path.read_bytes()), io.StringIO(path.read_text("utf-8"))):
            found = tl.clean(given)
            pd.testing.assert_frame_equal(found.places.drop(columns="source"), expected.places.drop(columns="source"))
            assert found.ledger["sha256"] == expected.ledger["sha256"]


def test_something_else_is_refused():
    with pytest.raises(BadInput, match="not a int"):
        tl.clean(3)


def test_the_answer_shows_its_counts_its_columns_and_its_first_rejects(tmp_path):
    path = tmp_path / "<b>.csv"
    TABLE.to_csv(path, index=False)
    shown = tl.clean(path)._repr_html_()
    assert "2 lignes lues = 1 acceptées + 1 rejetées" in shown
    assert "nom = nom, code_postal = code_postal" in shown
    assert "sans_nom_ni_identifiant" in shown
    assert "&lt;b&gt;.csv (sha256 " in shown
    assert "a@b.example" not in shown


@pytest.mark.mirror
def test_the_places_of_a_list_we_hold(mirror):
    assert len(tl.places("cget_2019")) == 1512
