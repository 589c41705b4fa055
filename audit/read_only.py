"""Opening an SQLite book for reading only, also where nothing at all can be written.

On a disc or a stick that is read-only SQLite cannot make the files beside a book that lead to its
newest pages; so it is told that the book does not change. Pages that lie only in its write-ahead
log would then be passed over in silence, which must not be.
"""

import os
import sqlite3
from pathlib import Path
from urllib.parse import quote


def for_reading(path: str | Path) -> sqlite3.Connection:
    """Return a connection to the book at *path* that reads and never writes.

    Raises `sqlite3.Error`, also for a book on a read-only medium that was not closed in order.
    """
    file = Path(path)
    mode = "mode=ro"
    if file.is_file() and not os.access(file.parent, os.W_OK):
        beside = file.with_name(f"{file.name}-wal")
        if beside.is_file() and beside.stat().st_size:
            raise sqlite3.OperationalError(
                f"{file.name} came to a read-only medium without having been closed in order; copy "
                "it, with the files beside it, to a place that can be written"
            )
        mode = "immutable=1"
    return sqlite3.connect(
        f"file:{quote(str(path))}?{mode}",
        uri=True,
        isolation_level=None,
        timeout=10,
    )
