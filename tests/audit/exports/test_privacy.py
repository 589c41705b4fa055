"""No export opens a seal, and no two exports can be joined by the residents in them."""

import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from audit.exports.pseudonyms import SUBJECT, Pseudonyms
from tests.audit.exports.conftest import Exports, export_all
from tests.audit.exports.sample import Worked, a_working_district

NAME, PHONE, TEXT = "欧阳测试", "13912345678", "三楼漏水，独居老人求助"
FORMS = ("log.jsonl", "log.json", "log.xml", "log.sqlite", "log.xes", "log.xlsx")


@pytest.fixture
def worked(tmp_path: Path) -> Iterator[Worked]:
    home = tmp_path / "home"
    home.mkdir()
    with a_working_district(home) as district:
        yield district


def told_by(folder: Path, form: str) -> bytes:
    """Return everything a form says, a workbook's parts unpacked."""
    path = folder / form
    if form != "log.xlsx":
        return path.read_bytes()
    with zipfile.ZipFile(path) as book:
        return b"".join(book.read(name) for name in book.namelist())


def exported(worked: Worked, folder: Path) -> Path:
    folder.mkdir()
    export_all(worked.url, folder, None)
    return folder


def test_what_was_sealed_stands_in_no_export(worked: Worked, tmp_path: Path) -> None:
    resident = f"subject/{uuid4()}"
    worked.whole_case(requester=resident, name=NAME, phone=PHONE, text=TEXT)
    folder = exported(worked, tmp_path / "out")
    for form in FORMS:
        told = told_by(folder, form)
        assert told
        for secret in (NAME, PHONE, TEXT, "已上门查看"):
            assert secret.encode() not in told
    assert "〔已密封〕".encode() in told_by(folder, "log.xlsx")
    assert b'"value":"sealed"' in told_by(folder, "log.json")


def test_residents_stand_under_pseudonyms_in_every_form_but_the_record_itself(
    worked: Worked, tmp_path: Path
) -> None:
    resident = f"subject/{uuid4()}"
    worked.whole_case(requester=resident, name=NAME)
    folder = exported(worked, tmp_path / "out")
    for form in FORMS[1:]:
        told = told_by(folder, form)
        assert resident.partition("/")[2].encode() not in told
        assert SUBJECT.search(told.decode("utf-8", "replace")) is None
        assert re.search(r"[0-9a-f]{24}", told.decode("utf-8", "replace"))


def test_no_form_of_many_cases_names_a_subject(exports: Exports) -> None:
    for form in FORMS[1:]:
        told = told_by(exports.folder, form).decode("utf-8", "replace")
        assert SUBJECT.search(told) is None, form
    assert SUBJECT.search(told_by(exports.folder, FORMS[0]).decode("utf-8"))


def test_one_resident_is_one_in_an_export_and_another_in_the_next(
    worked: Worked, tmp_path: Path
) -> None:
    resident = f"subject/{uuid4()}"
    tasks = {worked.whole_case(requester=resident, name=NAME) for _ in range(2)}
    first, second = (residents_of(exported(worked, tmp_path / one)) for one in ("one", "two"))
    assert [sorted(some) for some in first.values()] == [sorted(tasks)]
    assert [sorted(some) for some in second.values()] == [sorted(tasks)]
    assert not set(first) & set(second)


def residents_of(folder: Path) -> dict[str, list[str]]:
    """Return the tasks of each resident, as an analyst would gather them."""
    log = json.loads((folder / "log.json").read_text("utf-8"))
    found: dict[str, list[str]] = {}
    for one in log["objects"]:
        for relation in one["relationships"]:
            if relation["qualifier"] == "requester":
                found.setdefault(relation["objectId"], []).append(one["id"])
    return found


def test_an_export_made_after_an_erasure_holds_the_tombstone_and_references_only(
    worked: Worked, tmp_path: Path
) -> None:
    resident = f"subject/{uuid4()}"
    task = worked.whole_case(requester=resident, name=NAME, phone=PHONE, text=TEXT)
    worked.erase(resident)
    folder = exported(worked, tmp_path / "out")
    for form in FORMS:
        told = told_by(folder, form)
        assert not any(secret.encode() in told for secret in (NAME, PHONE, TEXT))
    log = json.loads((folder / "log.json").read_text("utf-8"))
    (person,) = [one for one in log["objects"] if one["type"] == "resident"]
    assert [a["value"] for a in person["attributes"] if a["name"] == "erased"] == [False, True]
    assert any(event["type"] == "subject_erased" for event in log["events"])
    assert residents_of(folder) == {person["id"]: [task]}


def test_a_pseudonym_cannot_be_tried_without_the_key() -> None:
    """Whoever knows the id and the file, but not the key, cannot tell whose pseudonym it is."""
    subject = f"subject/{uuid4()}"
    one, other = Pseudonyms(), Pseudonyms()
    assert one.resident(subject) == one.resident(subject) != other.resident(subject)
    assert one.within(f"task/3/{subject}!") == f"task/3/{one.resident(subject)}!"
