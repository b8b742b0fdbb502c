"""What the documents promise: their code runs, the commands and the files they name exist."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
from typer.main import get_command

from tests.conftest import ROOT
from tlanalysis.cli import app

DOCUMENTS = ["README.md", "README.fr.md", "CONTRIBUTING.md"]
PAGES = [*DOCUMENTS, *(path.relative_to(ROOT).as_posix() for path in sorted((ROOT / "docs").glob("*.md")))]


def _read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def _blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def test_python_code_of_the_documents_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TLANALYSIS_OUT", str(tmp_path))
    monkeypatch.chdir(tmp_path)  # some of it writes a file
    blocks = {name: _blocks(_read(name), "python") for name in DOCUMENTS}
    assert all(any("import tlanalysis as tl" in block for block in blocks[name]) for name in DOCUMENTS[:2])
    for name, sources in blocks.items():
        names: dict[str, object] = {}
        for number, source in enumerate(sources):
            exec(compile(source, f"{name}, block {number}", "exec"), names)
    # The English README publishes one figure, the French one another.
    figures = [path for path in (tmp_path / "figures").rglob("*") if path.is_file()]
    assert len(figures) == 2 * 5
    assert len([path for path in figures if path.parent.name == "phone"]) == 2


@pytest.mark.parametrize("name", PAGES)
def test_every_command_it_names_exists(name: str) -> None:
    known = set(get_command(app).commands)  # type: ignore[attr-defined]
    named = set(re.findall(r"^(?:\$ |\S*/)?tlanalysis ([a-z]+)\b", _code(_read(name)), re.MULTILINE))
    assert named - known == set()
    if name.startswith("README"):
        assert {"build", "run", "report", "figures", "trace", "check", "sources"} <= named


def _code(text: str) -> str:
    """Return what is to be typed in a shell: what stands between backquotes or in a block without a language."""
    blocks = _blocks(text, "")
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE))
    return "\n".join([*blocks, *spans])


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_make_target_it_names_exists(name: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", _read("Makefile"), re.MULTILINE))
    named = set(re.findall(r"^(?:\$ )?make ([a-z]+)", _code(_read(name)), re.MULTILINE))
    assert named
    assert named - targets == set()


def test_every_target_of_the_makefile_is_explained() -> None:
    makefile = _read("Makefile")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony
    explained = set(re.findall(r"^([a-z]+):.*## \w", makefile, re.MULTILINE))
    assert set(phony[1].split()) == explained
    assert {"help", "env", "figures", "test", "notebooks", "check", "lab", "bench"} <= explained


@pytest.mark.parametrize("name", PAGES)
def test_every_local_link_leads_somewhere(name: str) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", _read(name))
    folder = (ROOT / name).parent
    assert [link for link in links if "://" not in link and not (folder / link.split("#")[0]).exists()] == []


@pytest.mark.parametrize("name", PAGES)
def test_every_file_it_names_exists(name: str) -> None:
    """A name with a capital letter or a placeholder, such as `indicators/X.py`, is a file to write."""
    named = re.findall(r"`((?:tlanalysis|tests|notebooks|benchmarks|docs)/[a-z0-9_./-]+)`", _read(name))
    assert [file for file in named if not (ROOT / file).exists()] == []


def test_every_command_has_its_python_twin_and_public_twins_name_it() -> None:
    import tlanalysis as tl

    rows = re.findall(r"^\| `(tlanalysis [a-z]+)` \| (.+) \| .* \|$", _read("docs/commands.md"), re.MULTILINE)
    assert [command.split()[1] for command, _ in rows] == list(get_command(app).commands)  # type: ignore[attr-defined]
    for command, twin in rows:
        for name, file in re.findall(r"\[`([a-z_.]+)`\]\(\.\./([a-z_/.]+)", twin):
            module, _, function = name.rpartition(".")
            found = getattr(tl if module == "tl" else importlib.import_module(module), function)
            assert found.__code__.co_filename == str(ROOT / file)
            assert module != "tl" or f"`{command}" in found.__doc__


def test_table_of_environment_variables_is_complete() -> None:
    """Names of our own count wherever they stand; others count where code or the Makefile reads them."""
    code = [*(ROOT / "tlanalysis").rglob("*.py"), *(ROOT / "tests").rglob("conftest.py"), ROOT / ".ci" / "run"]
    text = "\n".join(path.read_text(encoding="utf-8") for path in [*code, *(ROOT / "benchmarks").glob("*.py")])
    makefile = _read("Makefile")
    used = set(re.findall(r"\bTLANALYSIS_[A-Z_]*[A-Z]\b", text + makefile))
    used |= set(re.findall(r"\benviron(?:\.get|\.setdefault)?[\[(]\"(\w+)\"", text))
    used |= set(re.findall(r"^export (\w+)", makefile, re.MULTILINE))
    used |= set(re.findall(r"\$\((\w+)\)", makefile)) - set(re.findall(r"^(\w+) :=", makefile, re.MULTILINE))
    used -= {"MAKEFILE_LIST"}  # make's own
    listed = re.findall(r"^\| `([A-Z_]+)` \|", _read("docs/commands.md"), re.MULTILINE)
    assert sorted(listed) == sorted(used)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_public_function_it_names_exists(name: str) -> None:
    import tlanalysis as tl

    named = set(re.findall(r"\btl\.([a-z_]+)\(", _read(name)))
    assert named - set(tl.__all__) == set()


def test_exit_codes_of_the_readme_are_those_of_the_errors() -> None:
    from tlanalysis.cli import INTERRUPTED
    from tlanalysis.core.errors import BadInput, RunFailed, SourceError

    text = _read("README.md")
    said = re.search(r"Exit codes: (.+?)\n\n|Exit codes: (.+?)(?= After )", text, re.DOTALL)
    assert said
    codes = {int(code) for code in re.findall(r"\b(\d+)\b", said[0])}
    assert {0, RunFailed.exit_code, BadInput.exit_code, SourceError.exit_code, INTERRUPTED} <= codes
    assert (RunFailed.exit_code, BadInput.exit_code, SourceError.exit_code, INTERRUPTED) == (1, 2, 3, 130)


def test_every_module_named_by_the_walks_exists() -> None:
    walks = _read("docs/architecture.md").partition("## Three walks")[2]
    named = set(re.findall(r"`([a-z_/]+/[a-z_]+\.py)`", walks))
    assert len(named) > 40
    assert [name for name in sorted(named) if not (ROOT / "tlanalysis" / name).is_file()] == []


def test_recipes_are_numbered_and_name_files_that_exist() -> None:
    recipes = _read("CONTRIBUTING.md").partition("## Recipes")[2].partition("\n## ")[0]
    assert [int(number) for number in re.findall(r"^### (\d)\. ", recipes, re.MULTILINE)] == list(range(1, 9))
    named = set(re.findall(r"`([\w./*]+\.(?:py|pyi|toml|csv|json|ipynb|svg))`", recipes))
    real = {name for name in named if not re.search(r"\bX\b|_X\b|0N_", name)}  # X and 0N stand for a name to choose
    assert len(real) > 25
    rooms = [ROOT, ROOT / "tlanalysis", ROOT / "tlanalysis" / "lists", ROOT / "notebooks", ROOT / "data" / "raw"]
    rooms += [ROOT / "tlanalysis" / name for name in ("core", "data", "lists/publishers", "maintain")]
    assert sorted(name for name in real if not any([*room.glob(name)] for room in rooms)) == []
