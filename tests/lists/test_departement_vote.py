"""The rule by which evidence is weighed, case by case, as its text says."""

from __future__ import annotations

import numpy as np
import pytest

from tlanalysis.lists import departement_vote
from tlanalysis.lists.cells.codes import DEPARTEMENT_CODES


def _at(code):
    return np.array([-1 if code is None else DEPARTEMENT_CODES.index(code)], np.int16)


def _placed(postal=None, commune=None, printed=None, region=None, point=None, seen=None):
    latitude, longitude = point or (np.nan, np.nan)
    result = departement_vote.vote(
        _at(postal),
        _at(commune),
        _at(printed),
        np.array([-1 if region is None else departement_vote.regions().index(region)], np.int16),
        np.array([latitude], float),
        np.array([longitude], float),
        _at(seen),
    )
    place, of = result.departement[0], result.region[0]
    return (
        DEPARTEMENT_CODES[place] if place >= 0 else None,
        departement_vote.regions()[of] if of >= 0 else None,
        [name for name, mask in result.lost.items() if mask[0]],
    )


PARIS = (48.8530, 2.3499)


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ({}, (None, None, [])),
        ({"region": "84"}, (None, "84", [])),
        ({"postal": "75"}, ("75", "11", [])),
        ({"postal": "978"}, ("978", None, [])),
        # The département named most often wins.
        ({"postal": "75", "commune": "13", "printed": "75"}, ("75", "11", ["code_commune"])),
        ({"postal": "13", "commune": "75", "printed": "75"}, ("75", "11", ["code_postal"])),
        ({"commune": "13", "postal": "75", "seen": "75", "point": PARIS}, ("75", "11", ["code_commune"])),
        ({"postal": "13", "commune": "13", "seen": "75", "point": PARIS}, ("13", "93", ["coordonnees"])),
        # A tie goes to the one inside the printed région, else to the first as written: postal code, commune code,
        # printed, point.
        ({"postal": "75", "commune": "13", "region": "93"}, ("13", "93", ["code_postal"])),
        ({"postal": "75", "commune": "13"}, ("75", "11", ["code_commune"])),
        ({"postal": "75", "commune": "13", "region": "84"}, ("75", "11", ["code_commune", "region"])),
        ({"commune": "13", "printed": "75"}, ("13", "93", ["departement"])),
        ({"printed": "13", "seen": "75", "point": PARIS}, ("13", "93", ["coordonnees"])),
        ({"postal": "75", "commune": "75", "printed": "13", "seen": "13", "point": (43.2965, 5.3698), "region": "93"},
        ("13", "93", ["code_postal", "code_commune"])),
        # Postal code and commune code alone, of bordering départements: no commune crosses a border, some postal codes
        # do.
        ({"postal": "01", "commune": "39"}, ("39", "27", [])),
        ({"postal": "01", "commune": "39", "region": "84"}, ("01", "84", ["code_commune"])),
        # What lost is tolerated when it is a postal code of a neighbour, or a point beside the border.
        ({"postal": "92", "commune": "75", "printed": "75"}, ("75", "11", [])),
        ({"postal": "93", "commune": "75", "printed": "75", "seen": "93", "point": (48.905, 2.38), "region": "11"},
        ("93", "11", ["code_commune", "departement"])),
        ({"postal": "75", "commune": "75", "seen": "93", "point": (48.905, 2.38)}, ("75", "11", [])),
        # A printed région that the département contradicts loses.
        ({"postal": "75", "region": "84"}, ("75", "11", ["region"])),
    ],
)  # fmt: skip
def test_evidence_is_weighed_as_written(evidence, expected):
    assert _placed(**evidence) == expected


def test_every_departement_has_its_region_and_no_collectivity_has_one():
    regions = departement_vote.region_of_departement()
    assert [code for code, region in zip((*DEPARTEMENT_CODES, None), regions, strict=True) if region == -1] == [
        "975",
        "977",
        "978",
        "984",
        "986",
        "987",
        "988",
        "989",
        None,
    ]
