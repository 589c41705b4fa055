"""Engines of others, measured in the same run; they live in an environment of their own.

`make bench` makes it from `requirements/rivals.txt`; without it their rows are left out, and said.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PYTHON = HERE.parents[1] / ".rivals" / "bin" / "python"


def measured(program: str, *words: str) -> dict[str, Any] | None:
    """Return the JSON object *program* prints last; None, and why is said, where there is none."""
    if not PYTHON.exists():
        print(f"{program} is left out: `make bench` installs what it needs")
        return None
    command = [str(PYTHON), str(HERE / f"{program}.py"), *words]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        why = (done.stderr.splitlines() or ["?"])[-1][:120]
        print(f"{program} did not run: {why}")
        return None
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
