"""Evidence through the gateway, which every door passes: recorded is what the content is."""

import base64
import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from desk.orders import NotNow, Order
from domain.refusals import CommandRefused
from domain.sealed import Sealed
from runtime import limiting
from tests.evidence.files import GPS_MARK, jpeg, pdf
from tests.journeys.district import BUREAU, order
from tests.oversight.town import Town, founded, open_town


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    with open_town(tmp_path) as books:
        yield await founded(books, f"sqlite:///{tmp_path}/ledger.db")


@pytest.fixture
def task(town: Town) -> str:
    task = town.task()
    town.ask(task, "triage_task", "dispatcher", urgency="NORMAL", duty_class="COOPERATE")
    town.ask(task, "dispatch_task", "dispatcher", main=BUREAU)
    town.ask(task, "accept_task", "coordinator")
    town.ask(task, "assign_staff", "coordinator", person=town.person("staff"))
    return task


def evidence(town: Town, task: str, content: bytes, **about: str) -> Order:
    document = base64.b64encode(content).decode()
    staff = town.district.people["staff"]
    return order(task, "attach_evidence", staff, label="after", document=document, **about)


async def test_the_fact_names_the_kind_the_content_is_and_keeps_what_was_cleaned(
    town: Town, task: str
) -> None:
    asked = evidence(town, task, jpeg(), media_type="image/png")
    receipt = await town.gateway.submit(asked)
    (entry,) = [one for one in town.books.ledger.read(task) if one.kind == "evidence_attached.v1"]
    assert entry.fact["media_type"] == "image/jpeg"
    kept = town.books.vault.open(Sealed.model_validate(entry.fact["document"]))
    assert kept is not None
    assert GPS_MARK not in kept
    assert hashlib.sha256(kept).digest() != hashlib.sha256(jpeg()).digest()
    again = await town.gateway.submit(asked)
    assert (again.position, again.repeated) == (receipt.position, True)


async def test_a_kind_need_not_be_said(town: Town, task: str) -> None:
    await town.gateway.submit(evidence(town, task, pdf()))
    assert town.books.ledger.read(task)[-1].fact["media_type"] == "application/pdf"


@pytest.mark.parametrize(
    ("content", "rule"),
    [(pdf(), "evidence-kind"), (b"", "document-empty"), (b"<svg/>", "active-content")],
)
async def test_a_file_that_is_refused_leaves_nothing(
    town: Town, task: str, content: bytes, rule: str
) -> None:
    before = town.kinds(task)
    asked = evidence(town, task, content, media_type="image/png")
    for ask in (town.gateway.submit, town.gateway.would):
        with pytest.raises(CommandRefused) as refused:
            await ask(asked)
        assert refused.value.rule == rule
    assert town.kinds(task) == before


async def test_without_a_process_to_read_it_a_file_waits(
    town: Town, task: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not called broken: the same command is taken when there is a process again."""
    asked = evidence(town, task, jpeg(), media_type="image/jpeg")
    with monkeypatch.context() as broken:
        broken.setattr(limiting.sys, "executable", "/nowhere/python")
        with pytest.raises(NotNow):
            await town.gateway.submit(asked)
    assert (await town.gateway.submit(asked)).repeated is False


async def test_a_reader_that_falls_refuses_the_file_and_harms_nobody(
    town: Town, task: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With memory too little for any reader, the file is refused and the next command is taken."""
    monkeypatch.setattr(limiting, "MEMORY_BYTES", 16 * 1024 * 1024)
    with pytest.raises(CommandRefused):
        await town.gateway.submit(evidence(town, task, jpeg(), media_type="image/jpeg"))
    assert "evidence_attached.v1" not in town.kinds(task)
    town.ask(task, "log_progress", "staff", note="已上门")
