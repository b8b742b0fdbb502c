"""Stop a command at its n-th step on the disk; Python imports this module at its start from a folder of PYTHONPATH.

A step is an opening for writing, a rename or a removal below a folder, in any process of the command. The environment
holds the plan: `ATTACK_UNDER` is that folder, `ATTACK_STEPS` a file that receives one line per step, `ATTACK_STOP` the
number of the step that stops (0: none), `ATTACK_STOPPED` a FIFO that then receives the number of the process, and
`ATTACK_GO` a FIFO that lets the process go on when a program opens it.
"""

from __future__ import annotations

import fcntl
import os
import re
import sys
from typing import Any

_UNDER = os.environ.get("ATTACK_UNDER", "")
_WRITING = os.O_WRONLY | os.O_RDWR
# Python writes four bytes to a file of this name when it looks for the temporary folder; a kill then leaves that file.
_PROBE = re.compile(re.escape(f"{os.environ.get('TMPDIR')}{os.sep}") + "[a-z0-9_]{8}")
_OURS = ("ATTACK_STEPS", "ATTACK_STOPPED", "ATTACK_GO")


def _see(event: str, given: tuple[Any, ...]) -> None:
    if event == "open":
        path, _, flags = given
        if isinstance(path, int) or not (isinstance(flags, int) and flags & _WRITING):
            return
    elif event in ("os.rename", "os.remove"):
        path = given[0]
    else:
        return
    name = os.fsdecode(path)
    if name.startswith(_UNDER) and name not in map(os.environ.get, _OURS) and not _PROBE.fullmatch(name):
        _step(f"{os.getpid()} {event} {name}\n".encode())


def _step(line: bytes) -> None:
    steps = os.open(os.environ["ATTACK_STEPS"], os.O_RDWR | os.O_CREAT | os.O_APPEND)
    fcntl.flock(steps, fcntl.LOCK_EX)
    os.write(steps, line)
    number = os.pread(steps, 1 << 24, 0).count(b"\n")
    os.close(steps)  # which unlocks it
    if number == int(os.environ.get("ATTACK_STOP", "0")):
        stopped = os.open(os.environ["ATTACK_STOPPED"], os.O_WRONLY)
        os.write(stopped, f"{os.getpid()}\n".encode())
        os.close(stopped)
        os.close(os.open(os.environ["ATTACK_GO"], os.O_RDONLY))  # returns when a program opens it for writing


if _UNDER:
    sys.addaudithook(_see)
