"""How to cite a figure or a dataset."""

from __future__ import annotations

from tlanalysis import __version__
from tlanalysis.core import paths
from tlanalysis.core.errors import BadInput, did_you_mean
from tlanalysis.data import embedded
from tlanalysis.figures import trace


def cite(name: str) -> str:
    """Return a citation, ready to paste, of a published figure or of an embedded table.

    Parameters
    ----------
    name : str
        A figure id (``"formation-part"``, or with its run key ``"formation-part--R75"``) that has been published under
        `reports/`, or a table of `sources()`.

    Returns
    -------
    str
        Authors of the figures used, title, and the version and fingerprint that make it findable.

    Raises
    ------
    BadInput
        When nothing of that name is published or held.
    """
    if name in embedded.names():
        entry = embedded.resource(name)
        publishers = " ; ".join(source["title"] for source in entry["sources"])
        licences = " ; ".join(licence["title"] for licence in entry["licenses"])
        title = f"{publishers}, « {entry['title']} » ({entry['millesime']})"
        digest = embedded.recorded_sha256(name)[:12]
        return f"{title}, {licences}, sha256 {digest}, tlanalysis {__version__}."
    folder = paths.reports() / "figures"
    path = folder / f"{name if '--' in name else f'{name}--FR'}.json"
    if not path.is_file():
        known = [*embedded.names(), *sorted({found.stem.split("--")[0] for found in folder.glob("*.json")})]
        raise BadInput(f"nothing called {name!r} is published or held{did_you_mean(name, known)}.")
    facts = trace.read_facts(path)
    title = f"tlanalysis {facts['version']}, « {facts['title']} »"
    mark = f"{facts['id']}--{facts['run_key']}, données {facts['fingerprint']}"
    return f"{title} ({mark}). {facts['source']}"
