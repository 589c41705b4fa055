"""Print every figure of one run: commands beside a bare workflow, appends, folds, boards."""

import argparse
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import appending, commands, folding, kinds, overload, pages, verifying
from runtime.logging import configure_logging

SECTIONS: dict[str, tuple[str, Callable[..., Any]]] = {
    "commands": ("Commands, beside a bare Temporal update and DBOS", commands.measure),
    "appending": ("Appends to the ledger, one fact each", appending.measure),
    "folding": ("Folding and projecting", folding.measure),
    "kinds": ("Deciding and folding, every kind of case beside tasks", kinds.measure),
    "overload": ("The API at twice what it can do", overload.measure),
    "pages": ("Pages with 100,000 tasks behind them", pages.measure),
    "verifying": ("A large log verified, and its tiles", verifying.measure),
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("sections", nargs="*", metavar="section", help=", ".join(SECTIONS))
    parser.add_argument("--json", metavar="FILE", help="write the rows there as well")
    parser.add_argument("--quick", action="store_true", help="smaller counts, rougher figures")
    parser.add_argument(
        "--home", type=Path, help="keep the district of `pages` there, and find it there next time"
    )
    asked = parser.parse_args()
    if unknown := set(asked.sections) - SECTIONS.keys():
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(SECTIONS)}")
    configure_logging("error")
    rows: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="jiedui-bench-") as folder:
        for name in asked.sections or SECTIONS:
            title, measure = SECTIONS[name]
            print(f"# {title}\n", flush=True)
            kept = asked.home if name == "pages" and asked.home else Path(folder) / name
            rows[name] = measure(kept, quick=asked.quick) or []
            print()
    if asked.json:
        Path(asked.json).write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
