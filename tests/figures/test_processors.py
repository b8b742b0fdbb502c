"""Processors compute different last digits; the fingerprints of rates are the same with AVX-512 and without."""

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
def test_rates_have_the_same_fingerprint_with_new_instructions_and_without() -> None:
    """Rounded to ten digits, one bound of a département had another last digit with AVX-512."""
    without = {"NPY_DISABLE_CPU_FEATURES": "X86_V3,X86_V4", "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-c", RATES]
    printed = [
        subprocess.run(command, env=os.environ | given, capture_output=True, text=True, check=True).stdout
        for given in ({}, without)
    ]
    assert len(set(printed[0].split())) == 4
    assert printed[0] == printed[1]
