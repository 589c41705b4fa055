"""Read a table that a stranger sent: in a process of its own, under limits of memory and time.

The readers count what a file costs as they go; should one of them be wrong, the process ends and
whoever asked goes on.
"""

import json
import subprocess
import sys
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from threading import BoundedSemaphore
from typing import Any

from importing.reading import bounded
from importing.tables import (
    LIMITS,
    Field,
    Limits,
    Problem,
    Row,
    Table,
    TableKind,
    TableRefused,
    Unread,
    broken_file,
)

AT_ONCE = 2
"""How many are read at a time: each may take its whole memory."""

CHILD = "importing.apart_child"
SECONDS = 30
"""How long the process may take by the clock; of the processor's time it has less."""

_room = BoundedSemaphore(AT_ONCE)


def read_apart(
    data: bytes,
    fields: Sequence[Field],
    limits: Limits = LIMITS,
    mapping: Mapping[str, str] | None = None,
    *,
    sheets: Collection[str] = (),
    hidden: bool = False,
) -> Table:
    """Do as `importing.reading.read_content`, in a process of its own; raise `TableRefused`."""
    bounded(data, limits)
    asked = {
        "fields": [asdict(one) for one in fields],
        "limits": asdict(limits),
        "mapping": dict(mapping or {}),
        "sheets": list(sheets),
        "hidden": hidden,
    }
    try:
        with _room:
            answer = subprocess.run(
                [sys.executable, "-I", "-m", CHILD],
                input=json.dumps(asked).encode() + b"\n" + data,
                capture_output=True,
                timeout=SECONDS,
                check=False,
            )
    except subprocess.TimeoutExpired as error:
        raise broken_file() from error
    if answer.returncode != 0:
        raise broken_file()
    told: dict[str, Any] = json.loads(answer.stdout)
    if "refused" in told:
        raise TableRefused(**told["refused"])
    return _table(told)


def _table(told: dict[str, Any]) -> Table:
    return Table(
        kind=TableKind(told["kind"]),
        headings={name: tuple(texts) for name, texts in told["headings"].items()},
        rows=tuple(_row(row) for row in told["rows"]),
        unread=tuple(Unread(**one) for one in told["unread"]),
        encoding=told["encoding"],
        delimiter=told["delimiter"],
    )


def _row(told: dict[str, Any]) -> Row:
    problems = tuple(Problem(**one) for one in told["problems"])
    return Row(**told | {"problems": problems, "originals": tuple(told["originals"])})
