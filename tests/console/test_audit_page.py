"""审计回放: what stood at a moment, each look on record, and what is taken away holds."""

import asyncio
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from audit.proofs.bundle import OFFLINE
from publishing.publisher import Publisher
from services.public_log import standing
from tests.console.conftest import Browser, Office
from tests.journeys.district import BUREAU
from tests.oversight.town import GRANDMOTHER

AUDITOR = "A01"


@pytest.fixture
def dispatched(office: Office) -> str:
    """A task that was registered, judged and dispatched to the bureau."""
    town = office.town
    task = town.task()
    town.ask(task, "triage_task", "dispatcher", urgency="NORMAL", duty_class="COOPERATE")
    town.ask(task, "dispatch_task", "dispatcher", main=BUREAU)
    return task


@pytest.fixture
def auditor(office: Office) -> Browser:
    return office.browser(AUDITOR)


def publish(office: Office) -> str:
    """Have the log signed and published, and return its key."""
    settings, books = office.house.settings, office.town.books
    asyncio.run(Publisher(settings, books).publish())
    return str(standing(settings, books)["key"])


def aspects(page: str) -> dict[str, tuple[str, str]]:
    """Return what a page says stood: by aspect, what and what it rests on."""
    cell = r'<td data-label="{}"[^>]*>(.*?)</td>'
    rows = re.findall(
        "".join(cell.format(name) for name in ("方面", "当时", "依据")), page, re.DOTALL
    )
    return {name: (then, basis) for name, then, basis in rows}


def looks(office: Office) -> list[dict[str, object]]:
    ledger = office.town.books.ledger
    return [
        entry.fact
        for stream in ledger.streams("audit")
        for entry in ledger.read(stream)
        if entry.by.person == office.person(AUDITOR)
    ]


def test_a_case_is_shown_as_it_stood_after_each_of_its_facts(
    office: Office, auditor: Browser, dispatched: str
) -> None:
    number = office.number_of(dispatched)
    entries = office.town.books.ledger.read(dispatched)
    first = auditor.get(f"/audit?case={number}&facts=1").text
    assert aspects(first)["状态"] == ("已登记", f"第 {entries[0].position:,} 位")
    assert "承办" not in aspects(first)
    assert f"第 1 / {len(entries)} 条" in first
    last = aspects(auditor.get(f"/audit?case={number}").text)
    sent = next(one for one in entries if one.kind == "task_dispatched.v1")
    assert last["状态"] == ("待签收", f"第 {sent.position:,} 位")
    assert last["承办"] == ("天河区民政局", f"第 {sent.position:,} 位")
    assert "职能部门协调员" in last["谁能做什么"][0]
    assert any(name.startswith("时钟：") and "gd-2022@" in last[name][1] for name in last)


def test_a_position_and_an_instant_lead_to_the_same_moment(
    office: Office, auditor: Browser, dispatched: str
) -> None:
    number = office.number_of(dispatched)
    entry = office.town.books.ledger.read(dispatched)[0]
    by_position = auditor.get(f"/audit?case={number}&position={entry.position}").text
    at = entry.recorded_at.isoformat().replace("+", "%2B")
    by_instant = auditor.get(f"/audit?case={number}&at={at}").text
    assert aspects(by_position)["状态"] == aspects(by_instant)["状态"]
    before = auditor.get(f"/audit?case={number}&at=2020-01-01T00:00").text
    assert "该时刻尚无此案" in before
    for wrong in ("at=gestern", "position=x", "facts=1.5"):
        answer = auditor.get(f"/audit?case={number}&{wrong}")
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text


def test_what_happened_and_what_was_recorded_by_then_are_two_questions(
    office: Office, auditor: Browser, approved: str
) -> None:
    number = office.number_of(approved)
    recorded = auditor.get(f"/audit?case={number}&axis=recorded").text
    occurred = auditor.get(f"/audit?case={number}&axis=occurred").text
    assert aspects(recorded)["状态"][0] == aspects(occurred)["状态"][0] == "待回访"
    assert "其后补录而计入" in occurred
    assert "其后补录而计入" not in recorded


def test_every_look_is_recorded_in_the_auditors_name_and_said_so(
    office: Office, auditor: Browser, dispatched: str
) -> None:
    number, ledger = office.number_of(dispatched), office.town.books.ledger
    auditor.get("/audit")
    assert looks(office) == []
    page = auditor.get(f"/audit?case={number}&facts=2").text
    (look,) = looks(office)
    assert (look["act"], look["outcome"]) == ("AS_OF", "DONE")
    assert dispatched in look["about"]
    assert f"您的查阅已记入账本（第 {ledger.head():,} 位）" in page
    auditor.get(f"/audit?case={number}&policy=demo")
    assert sorted(str(one["act"]) for one in looks(office)) == ["AS_OF", "AS_OF", "COMPARE"]


def test_another_pack_is_compared_and_changes_nothing(
    office: Office, auditor: Browser, dispatched: str
) -> None:
    number = office.number_of(dispatched)
    before = len(office.town.books.ledger.read(dispatched))
    page = auditor.get(f"/audit?case={number}&policy=demo").text
    assert re.search(r"期限 .+ → .+", page)
    assert "只作比较，不改变案卷" in page
    assert len(office.town.books.ledger.read(dispatched)) == before
    assert auditor.get(f"/audit?case={number}&policy=none").status_code == 404


def test_nothing_sealed_is_shown(office: Office, auditor: Browser, dispatched: str) -> None:
    number = office.number_of(dispatched)
    for axis in ("recorded", "occurred"):
        page = auditor.get(f"/audit?case={number}&axis={axis}&policy=demo").text
        for plain in GRANDMOTHER.values():
            assert plain not in page


@pytest.mark.parametrize("number", ["D01", "V01", "P01", "Z01", "B01"])
def test_the_pages_of_audit_are_absent_for_others(
    office: Office, dispatched: str, number: str
) -> None:
    browser = office.browser(number)
    before = office.town.books.ledger.head()
    case = office.number_of(dispatched)
    for address in (f"/audit?case={case}", "/audit/check"):
        assert browser.get(address).status_code == 404
    for address in ("/audit/verify", "/audit/export", "/audit/prove"):
        assert browser.post(address, case=case).status_code == 404
    assert office.town.books.ledger.head() == before


def test_a_case_there_is_none_of_is_absent_and_looked_at_by_nobody(
    office: Office, auditor: Browser
) -> None:
    before = office.town.books.ledger.head()
    assert auditor.get("/audit?case=DQ4401062026010100000").status_code == 404
    assert auditor.get("/audit?case=pairing/none").status_code == 404
    assert auditor.post("/audit/prove", case="DQ4401062026010100000").status_code == 404
    assert office.town.books.ledger.head() == before


def test_the_ledger_is_verified_from_the_page_and_tampering_is_found(
    office: Office, auditor: Browser, dispatched: str
) -> None:
    page = auditor.post("/audit/verify").text
    assert "账本完好" in page
    assert looks(office)[-1]["outcome"] == "CLEAN"
    with sqlite3.connect(office.house.settings.home / "ledger.db") as file:
        wanted = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'entries'"
        for (name,) in file.execute(wanted).fetchall():
            file.execute(f"DROP TRIGGER {name}")
        file.execute(
            "UPDATE entries SET body = CAST(replace(CAST(body AS TEXT), 'NORMAL', 'URGENT') "
            "AS BLOB) WHERE kind = 'task_triaged.v1'"
        )
    page = auditor.post("/audit/verify").text
    assert "账本不完好" in page
    assert looks(office)[-1]["outcome"] == "FAULTS_FOUND"


def test_a_bundle_is_recorded_before_it_is_handed_out_and_verifies_elsewhere(
    office: Office, auditor: Browser, dispatched: str, tmp_path: Path
) -> None:
    refused = auditor.post("/audit/export", kind="evidence")
    assert refused.status_code == 422
    assert 'role="alert"' in refused.text
    key = publish(office)
    answer = auditor.post("/audit/export", kind="evidence")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    bundle = tmp_path / "bundle.zip"
    bundle.write_bytes(answer.content)
    (made,) = [one for one in looks(office) if "format" in one]
    assert (made["format"], made["bytes"]) == ("BUNDLE", len(answer.content))
    done = subprocess.run(
        [sys.executable, OFFLINE / "jiedui_verify.py", bundle, "--log-key", key],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert auditor.post("/audit/export", kind="none").status_code == 404


def test_the_proof_of_a_case_verifies_elsewhere(
    office: Office, auditor: Browser, dispatched: str, tmp_path: Path
) -> None:
    key = publish(office)
    answer = auditor.post("/audit/prove", case=office.number_of(dispatched))
    assert answer.status_code == 200
    proof = tmp_path / "proof.case.json"
    proof.write_bytes(answer.content)
    done = subprocess.run(
        [sys.executable, OFFLINE / "jiedui_verify.py", proof, "--log-key", key],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert looks(office)[-1]["format"] == "CASE_FILE"


def test_files_are_handed_out_to_our_own_page_only(
    office: Office, auditor: Browser, dispatched: str
) -> None:
    publish(office)
    before = office.town.books.ledger.head()
    for address in ("/audit/export", "/audit/prove", "/audit/verify"):
        answer = auditor.client.post(
            address,
            data={"case": office.number_of(dispatched), "kind": "jsonl"},
            headers={"Sec-Fetch-Site": "cross-site"},
        )
        assert answer.status_code == 403
    assert office.town.books.ledger.head() == before


def test_the_verifier_is_served_as_it_is_but_for_its_imports(auditor: Browser) -> None:
    served = auditor.get("/verifier/jiedui_verify.mjs").text.splitlines()
    ours = (OFFLINE / "jiedui_verify.mjs").read_text("utf-8").splitlines()
    changed = [new for old, new in zip(ours, served, strict=True) if old != new]
    assert changed
    assert all(
        re.fullmatch(r'import [\w{}, ]+ from "/static/node/\w+\.js";', one) for one in changed
    )


def test_both_languages_are_spoken(office: Office, auditor: Browser, dispatched: str) -> None:
    auditor.post("/language", back="/")
    page = auditor.get(f"/audit?case={office.number_of(dispatched)}&policy=demo").text
    main = page[page.index("<main") :]
    for english in ("As it stood", "awaiting sign-in", "Your look is on record", "Who may do what"):
        assert english in main
    for chinese in ("那时的样子", "待签收", "您的查阅", "期限 20"):
        assert chinese not in main
    assert "Verify the ledger" in auditor.get("/audit").text
