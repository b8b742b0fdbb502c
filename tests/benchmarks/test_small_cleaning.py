"""The benchmarks of cleaning run, on little, to their last line."""

from __future__ import annotations

import re
import subprocess
import sys

from tests.conftest import ROOT


def _run(*words: str) -> str:
    done = subprocess.run([sys.executable, "-m", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_both_ways_to_clean_agree_and_are_timed():
    """So few rows hold no near duplicates, which the work by hand does not look for."""
    out = _run("benchmarks.cleaning", "2000")
    assert "2000 rows" in out
    assert "ratio to polars" in out


def test_damaged_lists_are_cleaned_or_refused(tmp_path):
    out = _run("benchmarks.fuzz_cleaning", "0.03", "5", str(tmp_path))
    assert re.search(r"^\d+ files in 0\.03 min, .*\{.*'refused': \d+", out, re.MULTILINE)
    assert "FAILED" not in out
    assert not list(tmp_path.glob("[0-9]*"))
