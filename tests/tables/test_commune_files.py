from __future__ import annotations

import pandas as pd
import pytest

from tlanalysis.core.errors import SourceError
from tlanalysis.tables.commune_files import clean_communes, read_populations

RAW = """REG;Région;DEP;CODARR;CODCAN;CODCOM;COM;Commune;PMUN;PCAP;PTOT
84;Auvergne-Rhône-Alpes;01;2;08;001;01001;L'Abergement-Clémenciat;860;16;876
84;Auvergne-Rhône-Alpes;01;1;01;002;01002;L'Abergement-de-Varey;270;6;276
94;Corse;2A;1;01;041;2A041;Bonifacio;3200;0;3200
"""


def centres(*codes):
    return pd.DataFrame({"code_commune": codes, "latitude": 46.0, "longitude": 5.0})


def test_populations_are_read_as_text():
    table = read_populations(RAW.encode())
    assert table.to_numpy().tolist() == [
        ["01001", "L'Abergement-Clémenciat", "860"],
        ["01002", "L'Abergement-de-Varey", "270"],
        ["2A041", "Bonifacio", "3200"],
    ]


def test_what_each_file_alone_knows_is_kept_when_it_says_something():
    # 01999 no longer exists; Mayotte has points and no populations; 2A041 has no point.
    table = clean_communes(read_populations(RAW.encode()), centres("01001", "01002", "01999", "97601")).set_index(
        "code_commune"
    )
    assert list(table.index) == ["01001", "01002", "2A041", "97601"]
    assert table["code_departement"].tolist() == ["01", "01", "2A", "976"]
    assert table["code_region"].tolist() == ["84", "84", "94", "06"]
    assert table["population"].isna().tolist() == [False, False, False, True]
    assert table["latitude"].isna().tolist() == [False, False, True, False]


@pytest.mark.parametrize(
    ("text", "points", "said"),
    [
        (RAW + RAW.splitlines()[1], centres("01001"), "communes printed twice: 01001"),
        (RAW, centres("01001", "01001"), "communes printed twice: 01001"),
        (RAW.replace(";860;", ";-860;"), centres("01001"), "populations that are no number: 01001"),
    ],
)
def test_odd_files_are_refused(text, points, said):
    with pytest.raises(SourceError, match=said):
        clean_communes(read_populations(text.encode()), points)
