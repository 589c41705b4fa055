"""Read the sheets of a legacy .xls file: surveyed first, then opened in a process under limits.

The library that knows the format reserves what a file announces and ends its process when that
cannot be had; so it runs in a child that may fail without harm.
"""

import json
from collections.abc import Iterator

from importing.biff import Survey, survey
from importing.tables import Cell, Limits, Sheet, broken_file, protected_file
from importing.xlsx import EXACT_BELOW
from runtime.limiting import work_apart

WANTS_PASSWORD = 3
UNTOLD_FORMULA = "（公式）"
"""What stands for a formula whose text the format keeps compiled."""


def sheets_of(data: bytes, limits: Limits) -> Iterator[Sheet]:
    """Yield the sheets of the .xls file *data*, hidden ones marked; raises `TableRefused`."""
    surveyed = survey(data, limits)
    for line in read_by_child(data, limits).splitlines():
        told = json.loads(line)
        index = told["index"]
        found = surveyed[index] if index < len(surveyed) else Survey()
        rows: dict[int, dict[int, Cell]] = {}
        for at, row in enumerate(told["rows"]):
            for column, value in enumerate(row):
                formula = UNTOLD_FORMULA if (at, column) in found.formulas else None
                if value is None and formula is None:
                    continue
                rows.setdefault(at + 1, {})[column] = cell_of(value, formula, limits)
        merged, unseen = tuple(found.merged), frozenset(found.hidden_rows)
        yield Sheet(told["name"], rows, merged, unseen, hidden=not told["visible"])


def read_by_child(data: bytes, limits: Limits) -> str:
    """Return what the child printed; a child that fails means a broken file."""
    done = work_apart("importing.xls_child", str(limits.rows), given=data)
    if done.status == WANTS_PASSWORD:
        raise protected_file()
    if done.status != 0:
        raise broken_file()
    return done.written.decode("utf-8")


def cell_of(value: list[str] | None, formula: str | None, limits: Limits) -> Cell:
    """Return the cell the child told of, with the rule it breaks."""
    kind, text = value or ["text", ""]
    if kind == "number":
        number = float(text)
        if abs(number) >= EXACT_BELOW:
            return Cell(text, formula, "number-precision")
        return Cell(str(int(number)) if number == int(number) else text, formula)
    if len(text) > limits.cell_characters:
        return Cell(text[: limits.cell_characters], formula, "too-long")
    return Cell(text, formula)
