"""Read one table in a process under hard limits, and print it as JSON (see `importing.apart`).

Run as a module; takes what is asked as a line of JSON and the file's bytes after it. Prints the
table, or `{"refused": {rule, chinese, english}}`. Exit status 1: it came to its limits.
"""

import json
import sys
from dataclasses import asdict

MEMORY_BYTES = 768 * 1024 * 1024
SECONDS = 20


def limit() -> None:
    """Put the process under its limits, where the system has them."""
    try:
        import resource
    except ImportError:  # Windows keeps the parent's time-out only.
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))


def main() -> int:
    """Print the table that stands on standard input."""
    limit()
    from importing.reading import read_content
    from importing.tables import Field, Limits, TableRefused

    asked = json.loads(sys.stdin.buffer.readline())
    fields = [Field(**one | {"headings": tuple(one["headings"])}) for one in asked["fields"]]
    try:
        table = read_content(
            sys.stdin.buffer.read(),
            fields,
            asked["mapping"],
            Limits(**asked["limits"]),
            sheets=asked["sheets"],
            hidden=asked["hidden"],
        )
        told = asdict(table)
    except TableRefused as refused:
        words = {"rule": refused.rule, "chinese": refused.chinese, "english": refused.english}
        told = {"refused": words}
    except MemoryError:
        return 1
    json.dump(told, sys.stdout)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
