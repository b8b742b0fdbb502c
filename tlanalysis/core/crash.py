"""The end of a command that met an error nobody foresaw: a report in a file, and one sentence."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import traceback
from pathlib import Path

EXIT_CODE = 70  # EX_SOFTWARE of sysexits.h
_LONGEST = 500  # characters of the message, which may quote what was read


def report(error: BaseException, version: str) -> str:
    """Write a report about an error to a new file of the temporary folder; return the sentence for the user.

    The report holds the places in the code, not the values of variables.

    Parameters
    ----------
    error : BaseException
    version : str
        Version of the package.
    """
    kind, message = type(error).__name__, " ".join(str(error).split())[:_LONGEST]
    frames = "".join(traceback.format_tb(error.__traceback__))
    caused = error.__cause__ or error.__context__
    if caused is not None:
        frames = f"{''.join(traceback.format_tb(caused.__traceback__))}{type(caused).__name__}, then:\n{frames}"
    command = " ".join(map(os.path.basename, sys.argv[:2]))
    text = f"tlanalysis {version}, Python {platform.python_version()}, {command}\n{frames}{kind}: {message}\n"
    try:
        number, name = tempfile.mkstemp(prefix="tlanalysis-error-", suffix=".txt")
        with os.fdopen(number, "wb") as file:
            file.write(text.encode("utf-8", "backslashreplace"))
        where = f"the report is in {Path(name)}"
    except OSError as full:
        where = f"the report could not be written ({full.strerror})"
    return f"an error that nobody foresaw ({kind}: {message[:200]}): {where}; please send it to the project."
