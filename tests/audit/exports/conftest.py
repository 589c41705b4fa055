"""One sample, exported once in every form with the same key."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from audit.exports.choosing import chosen
from audit.exports.jsonl import write_jsonl
from audit.exports.ocel import gathered, write_ocel_json
from audit.exports.ocel_sqlite import write_ocel_sqlite
from audit.exports.ocel_xml import write_ocel_xml
from audit.exports.workbook import Telling, write_workbook
from audit.exports.xes import write_xes
from audit.reading import open_reader
from tests.audit.exports.sample import DEFAULT_POLICY, KEY, Sample, write_walks

TELLING = Telling(datetime(2026, 5, 11, 1, 0, tzinfo=UTC), "example.org/log")


@dataclass(frozen=True)
class Exports:
    """Where each form stands, and the ledger they were made from."""

    url: str
    folder: Path

    def path(self, name: str) -> Path:
        return self.folder / name


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return write_walks(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="session")
def exports(sample: Sample, tmp_path_factory: pytest.TempPathFactory) -> Exports:
    folder = tmp_path_factory.mktemp("exports")
    export_all(sample.url, folder, KEY)
    return Exports(sample.url, folder)


def export_all(url: str, folder: Path, key: bytes | None) -> None:
    """Write every form of the ledger at *url* into *folder*."""
    with open_reader(url) as reader:
        whole = chosen(reader)
        write_jsonl(reader, whole, folder / "log.jsonl")
        with gathered(reader, whole, folder, default_policy=DEFAULT_POLICY, key=key) as bench:
            write_ocel_json(bench, folder / "log.json")
            write_ocel_xml(bench, folder / "log.xml")
            write_ocel_sqlite(bench, folder / "log.sqlite")
        write_xes(reader, whole, folder / "log.xes", default_policy=DEFAULT_POLICY, key=key)
        write_workbook(
            reader,
            whole,
            folder / "log.xlsx",
            default_policy=DEFAULT_POLICY,
            telling=TELLING,
            key=key,
        )
