"""Kinds of processors compute other last digits; a fingerprint is the same on all of them."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest

RATES = """
import tlanalysis as tl
for kind in ("tiers_lieux", "fabriques_de_territoire"):
    for level in ("region", "departement"):
        print(tl.fingerprint(tl.rates(kind, level)))
"""


@pytest.mark.skipif(platform.machine() not in {"x86_64", "AMD64"}, reason="the names are those of its instructions")
def test_the_fingerprint_of_rates_is_that_of_every_kind_of_processor() -> None:
    """With ten digits, a bound of the départements was on an edge: numpy wrote another text with AVX-512."""
    without = {"NPY_DISABLE_CPU_FEATURES": "X86_V3,X86_V4", "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-c", RATES]
    printed = [
        subprocess.run(command, env=os.environ | given, capture_output=True, text=True, check=True).stdout
        for given in ({}, without)
    ]
    assert len(set(printed[0].split())) == 4
    assert printed[0] == printed[1]
