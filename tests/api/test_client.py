"""The client does what a program in Python needs, and its shapes are those of the reference."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from client import shapes
from client.jiedui import Jiedui, NothingThere, Refused, SignedOut
from services.signing_in import proof_text
from tests import accounts
from tests.api.conftest import Calling
from tests.api.test_commands import NEED
from tests.console.conftest import PASSWORD
from tests.journeys.district import BUREAU
from transparency.keys import ED25519, SigningKey
from transparency.notes import Note

SigningIn = Callable[[str], Jiedui]


@pytest.fixture
def signed_in(calling: Calling) -> SigningIn:
    def signing_in(number: str) -> Jiedui:
        return Jiedui.signed_in("https://api", number, PASSWORD, http=calling().client)

    return signing_in


def test_a_whole_life_by_the_client(signed_in: SigningIn) -> None:
    with signed_in("W01") as worker, signed_in("D01") as dispatcher:
        made = worker.give("tasks", NEED, key="need-1")
        assert worker.give("tasks", NEED, key="need-1").number == made.number
        triage = {"urgency": "NORMAL", "duty_class": "COOPERATE"}
        step = dispatcher.give(f"tasks/{made.number}/triage_task", triage, if_version=made.version)
        assert step.state == "TRIAGED"
        dispatcher.give(f"tasks/{made.number}/dispatch_task", {"main": BUREAU})
        assert [one["number"] for one in dispatcher.tasks(open=True)] == [made.number]
        assert dispatcher.task(made.number).task["main_unit"] == BUREAU
        told = dispatcher.history(made.number)
        assert [one.version for one in told] == list(range(1, len(told) + 1))
        offered = {one.command: one.accepted for one in dispatcher.offers(made.number)}
        assert any(offered.values())
        assert not offered["approve_result"]
        facts = [one for one in dispatcher.facts() if one.number == made.number]
        assert [one.kind for one in facts] == [one.kind for one in told]
        with pytest.raises(Refused) as refused:
            worker.give(f"tasks/{made.number}/approve_result", key="x")
        assert refused.value.rule
        with pytest.raises(NothingThere):
            worker.task("DQ440106999999999")


def test_whoever_is_not_signed_in_is_told_so(calling: Calling) -> None:
    stranger = Jiedui("https://api", "nonsense", http=calling().client)
    with pytest.raises(SignedOut):
        next(stranger.tasks())


def test_who_holds_their_account_key_signs_in_by_it_once(calling: Calling) -> None:
    house, program = calling.office.house, calling()
    person = calling.office.person("D01")
    key = SigningKey.generate(person, ED25519)
    accounts.enter(house.books.desk, person, "add_account_key", key=key.verifier.vkey)
    text = proof_text(person, datetime.now(UTC))
    note = Note(text).with_signatures(key.sign(text)).encoded().decode()
    first = program.client.post("/sessions", json={"proof": note})
    assert first.status_code == 201, first.text
    assert first.json()["person"] == person
    assert program.client.post("/sessions", json={"proof": note}).status_code == 401
    old = proof_text(person, datetime(2026, 1, 1, tzinfo=UTC))
    stale = Note(old).with_signatures(key.sign(old)).encoded().decode()
    assert program.client.post("/sessions", json={"proof": stale}).status_code == 401
    thief = SigningKey.generate(person, ED25519)
    forged = Note(text).with_signatures(thief.sign(text)).encoded().decode()
    assert program.client.post("/sessions", json={"proof": forged}).status_code == 401

    asking = {"headers": {"Authorization": f"Bearer {first.json()['token']}"}}
    assert program.client.get("/tasks", **asking).status_code == 200
    withdrawn = {"key": key.verifier.vkey, "reason": "私钥遗失"}
    accounts.enter(house.books.desk, person, "withdraw_account_key", **withdrawn)
    assert program.client.get("/tasks", **asking).status_code == 401, "it let them in, and is lost"


def test_shapes_are_those_of_the_reference(calling: Calling) -> None:
    schemas = calling().get("/openapi.json").json()["components"]["schemas"]
    for name in (
        "Clock",
        "Words",
        "TaskDetail",
        "PairingDetail",
        "CaseDetail",
        "HistoryItem",
        "OfferItem",
        "Fact",
        "Receipt",
        "TableReport",
        "RowProblem",
        "NotRead",
        "Kept",
        "BadRows",
    ):
        assert set(getattr(shapes, name).model_fields) == set(schemas[name]["properties"]), name
    assert set(shapes.Session.model_fields) == set(schemas["Signed"]["properties"])
