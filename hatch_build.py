"""Build hook of the wheel: the notebooks travel without their stored outputs."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class StripNotebooks(BuildHookInterface):
    """Put a copy of each notebook, without outputs and execution counts, into the wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the stripped notebooks to the files of the wheel."""
        if version == "editable":
            return
        self._folder = tempfile.TemporaryDirectory()
        for path in sorted(Path(self.root, "notebooks").glob("*.ipynb")):
            copy = Path(self._folder.name, path.name)
            copy.write_text(stripped(path.read_text(encoding="utf-8")), encoding="utf-8")
            build_data["force_include"][str(copy)] = f"tlanalysis/_project/notebooks/{path.name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Remove the copies."""
        if version != "editable":
            self._folder.cleanup()


def stripped(text: str) -> str:
    """Return a notebook without outputs and execution counts."""
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
    return json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"
