"""The benchmarks of runs and of the site run, on little, to their last line."""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from dataclasses import replace

from benchmarks import runs, site
from tests.conftest import ROOT
from tests.report.made_up import publish, ran
from tests.runs.conftest import write_notebook
from tlanalysis.core.recorder import digest_file
from tlanalysis.runs import manifest


def test_runs_of_one_territory_are_measured_and_repeated_when_one_of_its_figures_changes(project_copy):
    """The observation that changes is of D75; the notebook stands in for the profile, which takes longer."""
    source = 'import tlanalysis as tl\nlen(tl.observations("tiers_lieux", territory))'
    notebook = write_notebook(project_copy / "notebooks", "ours", source)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.runs", "D75", "--notebook", str(notebook)],
        cwd=ROOT,
        env=os.environ | {"TLANALYSIS_HOME": str(project_copy)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^  tlanalysis run +\d+\.\d s", done.stdout, re.MULTILINE)
    assert re.search(r"^nothing changed: .* 0 executed", done.stdout, re.MULTILINE)
    assert "1 runs are due\n  executed: 1" in done.stdout
    assert re.search(r"^1 runs that draw nothing: .*; 2: .* times\n\Z", done.stdout, re.MULTILINE)


def test_the_notebook_of_the_benchmark_stays_as_it_is():
    cells = json.loads(runs.FROZEN.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    sources = "\n".join("".join(cell["source"]) for cell in code)
    assert sources.count("tl.publish(") == 5
    assert hashlib.sha256(sources.encode()).hexdigest()[:16] == "b0c3ab61b056631d"
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code)


def test_the_site_is_timed_at_two_sizes(tmp_path, capsys):
    outcomes = {}
    for key in ("FR", "FR-en", "R75", "R75-en"):
        publish(tmp_path, f"profil-rang--{key}", lang="en" if key.endswith("en") else "fr")
        write_notebook(tmp_path / "notebooks", f"04_territory_profile--{key}", "1 + 1")
        outcome = ran("04_territory_profile", f"profil-rang--{key}", key=key)
        held = (f"figures/profil-rang--{key}.json", f"notebooks/04_territory_profile--{key}.ipynb")
        digests = {place: digest_file(tmp_path / place) for place in held}  # as a run records them
        outcomes[f"04_territory_profile--{key}"] = replace(outcome, files=digests)
    manifest.write(tmp_path, outcomes)
    site.main(str(tmp_path), sizes=(1, 3))
    printed = capsys.readouterr()
    assert printed.err == ""  # a figure that is said to be altered or missing has no page, which costs less
    few, many, last = printed.out.splitlines()
    # Two more territories: in both languages a page each, one of its figure and one of its notebook.
    pages = [int(re.search(r"(\d+) pages", line)[1]) for line in (few, many)]
    assert pages[1] - pages[0] == 2 * 2 * 3
    assert last.startswith("3 times the territories: ")
