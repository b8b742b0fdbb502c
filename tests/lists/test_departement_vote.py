"""The rule by which evidence is weighed, case by case, as its text says."""

from __future__ import annotations

import numpy as np
import pytest

from tlanalysis.lists import departement_vote
from tlanalysis.lists.cells.codes import DEPARTEMENT_CODES


def _at(code):
    return np.array([-1 if code is None else DEPARTEMENT_CODES.index(code)], np.int16)


def _placed(
    postal=None,
    commune=None,
    printed=None,
    region=None,
    point=None,
    seen=None,
    names=None,
    outside=0,
    weights=(4, 4, 4, 4),
    restored=False,
    swapped=False,
    cedex=False,
    mistyped=None,
    served=(),
):
    latitude, longitude = point or (np.nan, np.nan)
    named = None if names is None else frozenset(DEPARTEMENT_CODES.index(code) for code in names)
    result = departement_vote.vote(
        departement_vote.Evidence(
            _at(postal),
            _at(commune),
            _at(printed),
            _at(seen),
            np.array([-1 if region is None else departement_vote.regions().index(region)], np.int16),
            np.array([latitude], float),
            np.array([longitude], float),
            np.array([outside], np.int8),
            np.array([names is not None]),
            np.array([cedex]),
            lambda rows: np.array(weights, np.int8)[:, None].repeat(len(rows), 1),
            lambda rows: np.array([restored, False, False, swapped])[:, None].repeat(len(rows), 1),
            lambda rows: [named] * len(rows),
            lambda rows: _at(mistyped).repeat(len(rows)),
            lambda rows: [frozenset(map(DEPARTEMENT_CODES.index, served))] * len(rows),
        )
    )
    if result.abroad[0]:
        return "abroad"
    if result.open[0]:
        assert result.departement[0] == -1
        region = departement_vote.regions()[result.region[0]] if result.region[0] >= 0 else None
        return "open", region, [name for name, mask in result.lost.items() if mask[0]]
    place, of = result.departement[0], result.region[0]
    return (
        DEPARTEMENT_CODES[place] if place >= 0 else None,
        departement_vote.regions()[of] if of >= 0 else None,
        [name for name, mask in result.lost.items() if mask[0]],
    )


PARIS = (48.8530, 2.3499)
BASEL = (47.557, 7.589)


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
        # A tie goes to the one inside the printed région; else it is left open, with the région that all of it names.
        ({"postal": "75", "commune": "13", "region": "93"}, ("13", "93", ["code_postal"])),
        ({"postal": "75", "commune": "13"}, ("open", None, [])),
        ({"postal": "75", "commune": "13", "region": "84"}, ("open", "84", [])),
        ({"commune": "13", "printed": "75"}, ("open", None, [])),
        ({"printed": "13", "seen": "75", "point": PARIS}, ("open", None, [])),
        ({"postal": "77", "seen": "75", "point": PARIS}, ("open", "11", [])),
        ({"postal": "13", "seen": "75", "point": PARIS}, ("open", None, [])),
        ({"postal": "75", "commune": "75", "printed": "13", "seen": "13", "point": (43.2965, 5.3698)},
        ("open", None, [])),
        # A postal code that serves communes of the other département does not contradict it.
        ({"postal": "01", "seen": "74", "point": (45.97, 5.83), "served": ["01", "74"]}, ("74", "84", [])),
        ({"postal": "01", "printed": "74", "served": ["01", "74"]}, ("74", "84", [])),
        ({"postal": "01", "printed": "74", "served": ["01"]}, ("open", "84", [])),
        ({"postal": "75", "commune": "75", "printed": "13", "seen": "13", "point": (43.2965, 5.3698), "region": "93"},
        ("13", "93", ["code_postal", "code_commune"])),
        # Postal code and commune code alone, of bordering départements: no commune crosses a border, some postal codes
        # do.
        ({"postal": "01", "commune": "39"}, ("39", "27", [])),
        ({"postal": "01", "commune": "39", "region": "84"}, ("01", "84", ["code_commune"])),
        # What lost is tolerated when it is a postal code of a neighbour, or a point beside the border.
        ({"postal": "92", "commune": "75", "printed": "75"}, ("75", "11", [])),
        ({"postal": "93", "commune": "75", "printed": "75", "seen": "93", "point": (48.905, 2.38), "region": "11"},
        ("75", "11", [])),
        ({"postal": "75", "commune": "75", "seen": "93", "point": (48.905, 2.38)}, ("75", "11", [])),
        # A printed région that the département contradicts loses.
        ({"postal": "75", "region": "84"}, ("75", "11", ["region"])),
        # What was repaired weighs less than what is printed, a code that does not exist less than one that does.
        ({"postal": "04", "seen": "49", "point": (47.687, -0.873), "weights": (1, 4, 4, 4)},
         ("49", "52", ["code_postal"])),
        ({"postal": "21", "seen": "2A", "point": (42.311, 8.683), "weights": (2, 4, 4, 4)},
         ("2A", "94", ["code_postal"])),
        ({"postal": "75", "seen": "13", "point": (43.2965, 5.3698), "weights": (4, 4, 4, 2)},
         ("75", "11", ["coordonnees"])),
        # The name of the commune: against a code that does not exist, for one of two codes, alone when it is unique.
        ({"postal": "04", "names": ["49"], "weights": (1, 4, 4, 4)}, ("49", "52", ["code_postal"])),
        ({"postal": "04", "names": ["49", "72"], "weights": (1, 4, 4, 4)}, ("04", "93", [])),
        ({"postal": "35", "names": ["44"]}, ("35", "53", [])),
        ({"postal": "75", "commune": "13", "names": ["13", "44"]}, ("13", "93", ["code_postal"])),
        ({"names": ["35"]}, ("35", "53", [])),
        ({"names": ["93", "974"]}, (None, None, [])),
        ({"names": ["93", "974"], "region": "04"}, ("974", "04", [])),
        # Coordinates abroad: surer than a restored zero, less sure than a printed code with the name of its commune.
        ({"postal": "07", "outside": 4, "names": [], "weights": (2, 4, 4, 4)}, "abroad"),
        ({"postal": "66", "outside": 4, "names": []}, "abroad"),
        ({"postal": "66", "outside": 4}, ("66", "76", [])),
        ({"postal": "01", "outside": 4, "names": ["01"], "weights": (2, 4, 4, 4)}, ("01", "84", [])),
        ({"postal": "66", "outside": 3, "names": []}, ("66", "76", [])),
        ({"outside": 4}, (None, None, [])),
        ({"outside": 4, "names": []}, "abroad"),
        # A point across the border (Basel, 3 km from France), a name that France has not, no code of this side.
        ({"postal": "04", "seen": "68", "point": BASEL, "names": [], "weights": (1, 4, 4, 4)}, "abroad"),
        ({"postal": "68", "seen": "68", "point": BASEL, "names": []}, ("68", "44", [])),
        ({"postal": "04", "seen": "68", "point": BASEL, "names": ["68"], "weights": (1, 4, 4, 4)},
         ("68", "44", ["code_postal"])),
        ({"seen": "68", "point": BASEL, "names": []}, ("open", None, [])),
        ({"seen": "68", "point": BASEL, "names": ["68"]}, ("68", "44", [])),
        ({"seen": "68", "point": BASEL}, ("68", "44", [])),
        ({"postal": "13", "seen": "68", "point": (48.0, 7.2), "names": []}, ("open", None, [])),
        # A code of four digits beside a name that France has not, and nothing else, decides nothing.
        ({"postal": "07", "names": [], "restored": True, "weights": (2, 4, 4, 4)}, ("open", None, ["code_postal"])),
        ({"postal": "07", "names": ["30", "83"], "restored": True, "weights": (2, 4, 4, 4)},
        ("open", None, ["code_postal"])),
        ({"postal": "07", "names": ["07", "83"], "restored": True, "weights": (2, 4, 4, 4)}, ("07", "84", [])),
        ({"postal": "07", "names": [], "restored": True, "region": "84", "weights": (2, 4, 4, 4)}, ("07", "84", [])),
        ({"postal": "07", "restored": True, "weights": (2, 4, 4, 4)}, ("07", "84", [])),
        # So does a code that no commune has; the word CEDEX tells why no commune has it.
        ({"postal": "66", "names": [], "weights": (2, 4, 4, 4)}, ("open", None, [])),
        ({"postal": "92", "names": [], "weights": (2, 4, 4, 4), "cedex": True}, ("92", "11", [])),
        ({"postal": "66", "names": [], "weights": (2, 4, 4, 4), "region": "76"}, ("66", "76", [])),
        ({"postal": "17", "names": []}, ("17", "75", [])),
        # A printed code that is, but for one digit, that of the commune named: the name wins, unless more agrees.
        ({"postal": "39", "names": ["29"], "mistyped": "29"}, ("29", "53", ["code_postal"])),
        ({"postal": "39", "names": ["29"]}, ("39", "27", [])),
        ({"postal": "39", "commune": "39", "names": ["29"], "mistyped": "29"}, ("39", "27", [])),
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
