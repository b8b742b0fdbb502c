"""A small site of real figures, and a browser to look at it with."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import tlanalysis as tl
from tests.conftest import ROOT
from tests.report.made_up import ran
from tlanalysis.report.gallery import report
from tlanalysis.runs import manifest
from tlanalysis.runs.manifest import Outcome


def _published(lang: str) -> list[Outcome]:
    """Publish some figures of the library, as the notebooks do; return what the runs would have recorded."""
    suffix = "" if lang == "fr" else "-en"
    parts, gaps = tl.share_training(), tl.unknowns()
    tl.publish(tl.plot_share_training(parts, lang=lang), parts, id="formation-part", params={"lang": lang})
    tl.publish(tl.plot_unknowns(gaps, lang=lang), gaps, id="qualite-inconnus", params={"lang": lang})
    outcomes = [
        ran("00_data_quality", f"qualite-inconnus--FR{suffix}", key=f"FR{suffix}"),
        ran("01_training_reach", f"formation-part--FR{suffix}", key=f"FR{suffix}"),
    ]
    for code in ("FR", "R75"):
        counts = tl.places_over_time(code)
        params = {"territory": code, "lang": lang}
        tl.publish(tl.plot_places_over_time(counts, lang=lang), counts, id="profil-chiffres", params=params)
        key = f"{code}{suffix}"
        outcomes.append(ran("04_territory_profile", f"profil-chiffres--{key}", key=key))
    return outcomes


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a reports folder with its site: two subjects, two territories, stored notebooks, one run that failed."""
    out = tmp_path_factory.mktemp("site") / "reports"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TLANALYSIS_OUT", str(out))
        outcomes = [*_published("fr"), *_published("en")]
    outcomes.append(ran("02_deffinov_coverage", status="failed", error="cell 4: no such column"))
    (out / "notebooks").mkdir()
    for notebook in ("01_training_reach", "04_territory_profile"):
        for key in ("FR", "FR-en"):
            shutil.copy(ROOT / "notebooks" / f"{notebook}.ipynb", out / "notebooks" / f"{notebook}--{key}.ipynb")
    manifest.write(out, {outcome.name: outcome for outcome in outcomes})
    report(out)
    return out


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def served(site: Path) -> Iterator[str]:
    """Return the address of the site under a sub-path, on this machine only."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site.parent)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/{site.name}"
    server.shutdown()
    thread.join()
    server.server_close()
