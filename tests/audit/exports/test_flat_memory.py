"""An export takes the same memory for thousands of entries as for hundreds."""

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from audit.exports.choosing import Selection, chosen
from audit.exports.jsonl import write_jsonl
from audit.exports.ocel import gathered, write_ocel_json
from audit.exports.ocel_sqlite import write_ocel_sqlite
from audit.exports.ocel_xml import write_ocel_xml
from audit.exports.workbook import write_workbook
from audit.exports.xes import write_xes
from audit.reading import Reader
from tests.audit.exports.conftest import TELLING
from tests.audit.exports.endless import EndlessReader
from tests.audit.exports.sample import DEFAULT_POLICY

GROWTH_BYTES_MAX = 1_000_000
"""Room for what waits for the garbage collector; 2,700 entries kept would take five."""

Writing = Callable[[Reader, Selection, Path], object]


def _jsonl(reader: Reader, whole: Selection, folder: Path) -> object:
    return write_jsonl(reader, whole, folder / "log.jsonl")


def _ocel(reader: Reader, whole: Selection, folder: Path) -> object:
    with gathered(reader, whole, folder, default_policy=DEFAULT_POLICY) as bench:
        write_ocel_json(bench, folder / "log.json")
        write_ocel_xml(bench, folder / "log.xml")
        return write_ocel_sqlite(bench, folder / "log.sqlite")


def _xes(reader: Reader, whole: Selection, folder: Path) -> object:
    return write_xes(reader, whole, folder / "log.xes", default_policy=DEFAULT_POLICY)


def _xlsx(reader: Reader, whole: Selection, folder: Path) -> object:
    return write_workbook(
        reader, whole, folder / "log.xlsx", default_policy=DEFAULT_POLICY, telling=TELLING
    )


@pytest.mark.parametrize("write", [_jsonl, _ocel, _xes, _xlsx])
def test_memory_stays_flat_however_long_the_log_is(write: Writing, tmp_path: Path) -> None:
    short, long = peak(write, tmp_path / "short", 300), peak(write, tmp_path / "long", 3_000)
    assert long - short < GROWTH_BYTES_MAX, (short, long)


def peak(write: Writing, folder: Path, entries: int) -> int:
    """Return the most memory that stood at once while *entries* were written, in bytes."""
    folder.mkdir()
    reader = EndlessReader(1)
    reader.cases = entries // len(reader.case) + 1
    whole = chosen(reader)
    write(EndlessReader(2), chosen(EndlessReader(2)), folder)  # modules and caches are warm
    for path in folder.iterdir():
        path.unlink()
    tracemalloc.start()
    try:
        write(reader, whole, folder)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
