"""Print every figure of one run: commands beside a bare workflow, appends, folds, boards."""

import asyncio
import sys
import tempfile
from pathlib import Path

from benchmarks import appending, commands, folding, verifying
from runtime.logging import configure_logging


def main() -> None:
    quick = "--quick" in sys.argv
    configure_logging("error")
    with tempfile.TemporaryDirectory(prefix="jiedui-bench-") as folder:
        home = Path(folder)
        print("# Commands through gateway → update → recording → ledger (SQLite, WAL + FULL)\n")
        asyncio.run(commands.measure(home / "commands", quick=quick))
        print("\n# Appends to the ledger, one fact each\n")
        appending.measure(home / "appending", quick=quick)
        print("\n# Folding and projecting\n")
        folding.measure(home / "folding", quick=quick)
        print("\n# A large log verified, and its tiles\n")
        verifying.measure(home / "verifying", quick=quick)


if __name__ == "__main__":
    main()
