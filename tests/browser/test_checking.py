"""A bundle dropped on the page is judged in the browser, as the verifier does, and sent nowhere."""

import asyncio
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from audit.proofs.bundle import OFFLINE
from publishing.publisher import Publisher
from services.proving import of_case, of_entry
from services.public_log import standing
from tests.browser.test_console import Visit, Visiting, chromium, visit
from tests.console.conftest import Office, approved, office
from tests.journeys.district import BUREAU

__all__ = ["approved", "chromium", "office", "visit"]


@pytest.fixture
async def bundle(office: Office, approved: str, tmp_path: Path) -> Path:
    """An evidence bundle of a town where a task went as far as its approval."""
    settings, books = office.house.settings, office.town.books
    await Publisher(settings, books).publish()
    auditor = office.browser("A01")
    answer = await asyncio.to_thread(auditor.post, "/audit/export", kind="evidence")
    assert answer.status_code == 200
    file = tmp_path / "bundle.zip"
    file.write_bytes(answer.content)
    return file


def rewritten(bundle: Path, changed: Callable[[str, bytes], bytes]) -> Path:
    """Return a copy of *bundle* whose members went through *changed*."""
    copy = bundle.with_name("forged.zip")
    with zipfile.ZipFile(bundle) as old, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, changed(name, old.read(name)))
    return copy


async def judged(visit: Visit, file: Path, trust: str) -> str:
    """Give *file* to the page and return its verdict."""
    await visit.go("/audit/check")
    await visit.page.set_input_files("#bundle", file)
    await visit.page.fill("#trust", trust)
    await visit.page.click("[data-checking] button")
    await visit.page.wait_for_selector("#verdict[data-done]")
    return str(await visit.page.get_attribute("#verdict", "data-done"))


async def test_a_bundle_is_judged_in_the_browser_and_no_request_carries_it(
    office: Office, visit: Visiting, bundle: Path
) -> None:
    key = str(standing(office.house.settings, office.town.books)["key"])
    auditor = await visit("A01")
    asked: list[Any] = []

    def noted(request: Any) -> None:
        asked.append(request)

    auditor.page.context.on("request", noted)
    head = office.town.books.ledger.head()

    assert await judged(auditor, bundle, key) == "intact"
    said = await auditor.page.inner_text("#verdict")
    assert "完好：未发现任何改动" in said
    assert "没有任何外部见证" in said
    assert f"记录 {json.loads(zipfile.ZipFile(bundle).read('manifest.json'))['size']}" in said

    policy = f"log {key}\nquorum none"
    assert await judged(auditor, bundle, policy) == "intact"
    forged = rewritten(bundle, lambda _, data: data.replace(b"COOPERATE", b"UPPER_REC"))
    assert await judged(auditor, forged, key) == "not-intact"
    assert "不完好" in await auditor.page.inner_text("#verdict")
    assert await judged(auditor, bundle, "nonsense") == "cannot-verify"
    whole = bundle.read_bytes()
    half = bundle.with_name("half.zip")
    half.write_bytes(whole[: len(whole) // 2])
    assert await judged(auditor, half, key) in {"not-intact", "cannot-verify"}

    assert {one.method for one in asked} == {"GET"}
    assert all(one.post_data is None for one in asked)
    # A file of ours is asked by what is in it, the page signed in to asks from where to be told
    # news (on a busy machine only now); nothing else is in any address.
    questions = {one.url.partition("?")[2] for one in asked} - {""}
    assert [one for one in questions if not re.fullmatch(r"v=[0-9a-f]{12}|after=\d+", one)] == []
    assert office.town.books.ledger.head() == head
    assert auditor.complaints == []


async def test_browser_and_python_agree_on_every_form_and_forgery(
    office: Office, visit: Visiting, bundle: Path, approved: str
) -> None:
    key = str(standing(office.house.settings, office.town.books)["key"])
    auditor = await visit("A01")
    settings, folder = office.house.settings, bundle.parent
    case, proof = folder / "a.case.json", folder / "an.entry"
    case.write_bytes((await asyncio.to_thread(of_case, settings, approved)).data)
    proof.write_bytes((await asyncio.to_thread(of_entry, settings, 20)).data)
    files = [bundle, case, proof]
    for number, (old, new) in enumerate((("NORMAL", "URGENT"), ("COOPERATE", "UPPER_REC"))):
        file = folder / f"forged-{number}.case.json"
        file.write_text(case.read_text("utf-8").replace(old, new), "utf-8")
        files.append(file)
    lines = proof.read_bytes().split(b"\n")
    files.append(folder / "forged.entry")
    files[-1].write_bytes(b"\n".join([*lines[:2], b"index 21", *lines[3:]]))
    files.append(rewritten(bundle, lambda _, data: data.replace(b"BUNDLE", b"BUNGLE")))
    verdicts = set()
    for file in files:
        words = [sys.executable, OFFLINE / "jiedui_verify.py", file, "--log-key", key, "--json"]
        done = await asyncio.to_thread(subprocess.run, words, capture_output=True, check=False)
        expected = json.loads(done.stdout)
        assert await judged(auditor, file, key) == expected["verdict"], file.name
        found = await auditor.page.get_attribute("#verdict", "data-found")
        rules = [fault["rule"] for fault in expected["faults"]]
        assert json.loads(str(found)) == [expected["checked"], rules], file.name
        verdicts.add(expected["verdict"])
    assert verdicts == {"intact", "not-intact"}


async def test_a_file_dropped_on_the_page_is_judged(
    office: Office, visit: Visiting, bundle: Path
) -> None:
    key = str(standing(office.house.settings, office.town.books)["key"])
    auditor = await visit("A01")
    await auditor.go("/audit/check")
    await auditor.page.fill("#trust", key)
    dropped = await auditor.page.evaluate_handle(
        """(bytes) => {
          const given = new DataTransfer();
          given.items.add(new File([new Uint8Array(bytes)], "bundle.zip"));
          return given;
        }""",
        list(bundle.read_bytes()),
    )
    await auditor.page.dispatch_event("[data-checking]", "drop", {"dataTransfer": dropped})
    await auditor.page.wait_for_selector("#verdict[data-done=intact]")


async def test_the_slider_is_moved_by_keys(office: Office, visit: Visiting) -> None:
    town = office.town
    task = town.task()
    town.ask(task, "triage_task", "dispatcher", urgency="NORMAL", duty_class="COOPERATE")
    town.ask(task, "dispatch_task", "dispatcher", main=BUREAU)
    auditor = await visit("A01")
    await auditor.go(f"/audit?case={office.number_of(task)}")
    facts = len(town.books.ledger.read(task))
    for step in (1, 2):
        await auditor.page.wait_for_selector("#at:focus")
        await auditor.page.keyboard.press("ArrowLeft")
        await auditor.page.wait_for_url(f"**facts={facts - step}*")
    assert f"第 {facts - 2} / {facts} 条" in await auditor.page.inner_text(".moment")
    assert auditor.complaints == []
