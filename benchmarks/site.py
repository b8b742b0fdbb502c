"""Time the whole site in two languages, and how the time grows with the territories; sidecars are copied.

Usage: python -m benchmarks.site [REPORTS] (a folder that `tlanalysis figures` has filled; without one, the plan is run)
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from tlanalysis.core.extras import named
from tlanalysis.core.figure_places import PHONE, phone, places
from tlanalysis.core.recorder import digest_file
from tlanalysis.data import territories

with named():
    import nh3  # noqa: F401 - the page of a notebook needs it: its absence is said before the runs

    from tlanalysis.report.gallery import report
    from tlanalysis.report.results import KINDS
    from tlanalysis.runs import manifest
    from tlanalysis.runs.execute import RunOptions, execute
    from tlanalysis.runs.plan import read_plan

PATTERN = "04_territory_profile--R75"
SIZES = (20, 120)


def multiplied(source: Path, out: Path, count: int) -> None:
    """Fill a reports folder: what has run for France, and the profile of one région for `count` territories."""
    outcomes = manifest.read(source)
    kept = {name: outcome for name, outcome in outcomes.items() if name.partition("--")[2] in {"FR", "FR-en"}}
    for name, outcome in kept.items():
        files = _copy(source, out, name, name, dict.fromkeys(outcome.figures, ""))
        kept[name] = replace(outcome, files=files)
    for suffix in ("", "-en"):
        pattern = outcomes[f"{PATTERN}{suffix}"]
        for code in territories.codes()[1 : count + 1]:
            name = f"04_territory_profile--{code}{suffix}"
            figures = {figure: figure.replace("--R75", f"--{code}") for figure in pattern.figures}
            files = _copy(source, out, pattern.name, name, figures)
            given = pattern.parameters | {"territory": code}
            kept[name] = replace(pattern, name=name, parameters=given, figures=list(figures.values()), files=files)
    manifest.write(out, kept)


def _copy(source: Path, out: Path, run: str, run_as: str, figures: dict[str, str]) -> dict[str, str]:
    """Copy the files of a run; return their digests, by place: a report shows a figure only with the right ones."""
    for folder in (f"figures/{PHONE}", "notebooks"):
        (out / folder).mkdir(parents=True, exist_ok=True)
    shutil.copy(source / "notebooks" / f"{run}.ipynb", out / "notebooks" / f"{run_as}.ipynb")
    for figure, copied_as in figures.items():
        name = copied_as or figure
        for kind in KINDS:
            shutil.copy(source / "figures" / f"{figure}.{kind}", out / "figures" / f"{name}.{kind}")
        drawn = source / "figures" / phone(figure)
        if drawn.is_file():  # a chart that a cell has changed has no drawing for narrow screens
            shutil.copy(drawn, out / "figures" / phone(name))
        path = out / "figures" / f"{name}.json"
        facts = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps(facts | {"run_key": name.partition("--")[2]}), encoding="utf-8")
    written = [f"figures/{place}" for figure, copied_as in figures.items() for place in places(copied_as or figure)]
    written.append(f"notebooks/{run_as}.ipynb")
    return {place: digest_file(out / place) for place in written if (out / place).is_file()}


def main(reports: str | None = None, sizes: tuple[int, int] = SIZES) -> None:
    """Print the time of the site at two sizes, from a reports folder or from the plan."""
    seconds = {}
    with tempfile.TemporaryDirectory() as folder:
        source = Path(reports).absolute() if reports else Path(folder) / "run"
        if not reports:
            execute(read_plan(), source, RunOptions())
        report(source)  # imports and caches are paid once
        for count in sizes:
            out = Path(folder) / str(count)
            multiplied(source, out, count)
            start, cpu = time.perf_counter(), time.process_time()
            home = report(out)[0]
            seconds[count] = time.process_time() - cpu
            pages = list((out / "site").rglob("*.html"))
            size = sum(path.stat().st_size for path in (out / "site").rglob("*") if path.is_file())
            print(
                f"{count:4} territories  {time.perf_counter() - start:6.1f} s  {seconds[count]:6.1f} s of processor  "
                f"{len(pages) + 2:5} pages  {size / 1e6:6.1f} MB  home page {home.stat().st_size / 1e3:.1f} kB"
            )
    few, many = sizes
    each = (seconds[many] - seconds[few]) / (many - few)
    print(
        f"{many / few:.0f} times the territories: {seconds[many] / seconds[few]:.1f} times the time; {each:.2f} s each"
    )


if __name__ == "__main__":
    main(*sys.argv[1:2])
