"""Builds our stranger from Debian's Go packages, offline, and puts questions to it."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

SOURCE = Path(__file__).with_name("stranger.go")
PACKAGES = Path("/usr/share/gocode")  # where Debian installs Go libraries
NEEDED = "golang-go golang-golang-x-mod-dev"


class Stranger:
    """A program that knows nothing of ours: each question is a process of its own."""

    def __init__(self, program: Path) -> None:
        self._program = program

    def asked(self, word: str, question: object) -> Any:
        """Return the stranger's answer; fail with its own words where it has none."""
        done = subprocess.run(
            [self._program, word],
            input=json.dumps(question),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def built_in(folder: Path) -> Stranger:
    """Build the stranger in *folder*; skip the test where Go is not installed, but never in CI."""
    missing = not shutil.which("go") or not (PACKAGES / "src/golang.org/x/mod/sumdb/tlog").is_dir()
    if missing:
        reason = f"Go and its sumdb packages are not installed: apt-get install {NEEDED}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    program = folder / "stranger"
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GO111MODULE": "off",  # Debian's way: libraries from GOPATH, nothing fetched
        "GOPATH": str(PACKAGES),
        "GOCACHE": str(folder / "cache"),
        "GOFLAGS": "-trimpath",
        "CGO_ENABLED": "0",
    }
    done = subprocess.run(
        ["go", "build", "-o", program, SOURCE],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Stranger(program)
