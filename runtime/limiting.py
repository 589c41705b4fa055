"""Work that may fail without harm: a module of ours in a process of its own, under hard limits.

For readers of strangers' files: whatever such a file does to the library that reads it, it does to
a child that has little memory, little time, none of our settings in its environment and no file
but its standard input.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

LAUNCHER = Path(__file__).with_name("limited_child.py")
MEMORY_BYTES = 768 * 1024 * 1024
PROCESSOR_SECONDS = 10
SECONDS = 20
_HANDED_ON = ("LD_LIBRARY_PATH", "PATH", "SYSTEMROOT")
"""What an interpreter may need to start, and nothing that is ours."""


@dataclass(frozen=True)
class Done:
    """What a child left: its exit status, and what it wrote."""

    status: int
    written: bytes


def work_apart(module: str, *arguments: str, given: bytes) -> Done:
    """Run *module* in a limited child with *given* on its standard input.

    A child that fell, or was stopped because its time was up, has a status other than 0.
    """
    command = [sys.executable, "-I", "-B", str(LAUNCHER)]
    command += [str(MEMORY_BYTES), str(PROCESSOR_SECONDS), module, *arguments]
    environment = {name: os.environ[name] for name in _HANDED_ON if name in os.environ}
    try:
        answer = subprocess.run(
            command,
            input=given,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        return Done(-1, b"")
    return Done(answer.returncode, answer.stdout)
