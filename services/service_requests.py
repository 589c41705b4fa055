"""Needs as Open311 (GeoReport v2) has them: services are categories, requests are tasks."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

from desk.sealing import opaque_uuid
from domain.policy import Category
from domain.task.reading import Sight
from domain.values import instant_text
from projections.history import case_history
from projections.task_board import TaskFilter, TaskLine
from services.acting import given, order_of
from services.need_intake import PRIVACY_NOTICE
from services.reading_tasks import names_for, words_of
from services.scope import task_at, within
from services.seeing import Seer
from wording.labels import label

REQUESTS_MAX = 1000
"""Open311 answers without pages: at most so many, as the specification asks."""


def services_of(seer: Seer) -> list[Category]:
    """Return the categories a need may be registered under, by code."""
    return sorted(seer.rules.under(None).policy.categories, key=lambda one: one.code)


def register(seer: Seer, told: dict[str, str], key: str | None) -> str:
    """Have a need registered as *told*, once for each *key*; return its work-order number.

    Raises `CommandRefused` and `NotNow`.
    """
    name = " ".join(filter(None, (told.get("last_name"), told.get("first_name"))))
    phone, address = told.get("phone", ""), told.get("address_string", "")
    command: dict[str, Any] = {
        "kind": "register_task",
        "source": "RESIDENT",
        "ad_hoc": True,
        "category": told.get("service_code", ""),
        "place": told.get("address_id") or seer.rules.units[seer.unit].division,
        "text": told.get("description", ""),
        "privacy_notice": PRIVACY_NOTICE,
    }
    who = {"name": name, "phone": phone, "address": address}
    command |= {field: value for field, value in who.items() if value}
    own = opaque_uuid("open311", seer.session.person, key) if key else str(uuid4())
    if any(who.values()):
        command["requester"] = f"subject/{opaque_uuid('open311-requester', own)}"
    order = order_of(seer, f"task/{own}", command, key)
    receipt = given(seer, order)
    return receipt.number


def requests_of(
    seer: Seer,
    services: tuple[str, ...],
    since: datetime | None,
    until: datetime | None,
    status: str,
) -> Iterator[dict[str, Any]]:
    """Yield the requests within the caller's duties, the newest first."""
    wanted = TaskFilter(
        categories=services,
        registered_from=None if since is None else instant_text(since),
        registered_until=None if until is None else instant_text(until),
        open_only=status == "open",
    )
    left = REQUESTS_MAX
    for line in seer.house.boards.tasks.every(within(seer, wanted)):
        if status == "closed" and line.is_open:
            continue
        yield summary(seer, line)
        left -= 1
        if not left:
            return


def request_of(seer: Seer, number: str, *, history: bool) -> dict[str, Any]:
    """Return one request, with what happened to it where asked; raise `NothingHere`."""
    stream, _, seen = task_at(seer, number)
    line = seer.house.boards.tasks.get(stream)
    assert line is not None, "it was found by its number"
    ledger = seer.house.books.ledger
    told = summary(seer, line)
    if seen >= Sight.WORDS:
        told["description"] = words_of(seer, ledger.read(stream), seen)["text"]
    if history:
        told["notes"] = [
            {"datetime": one.recorded, "summary": one.sentence, "type": one.kind}
            for one in case_history(
                ledger, stream, names_for(seer, seen, ledger.read(stream)), seer.language
            )
        ]
    return told


def summary(seer: Seer, line: TaskLine) -> dict[str, Any]:
    """Return a task as a request of GeoReport v2."""
    return {
        "service_request_id": line.number,
        "status": "open" if line.is_open else "closed",
        "status_notes": label(line.state, seer.language, among="TaskState"),
        "service_name": seer.category_name(line.category),
        "service_code": line.category,
        "description": None,
        "agency_responsible": seer.unit_name(line.main_unit) if line.main_unit else None,
        "requested_datetime": line.registered_at,
        "updated_datetime": line.since,
        "expected_datetime": line.due,
        "address": seer.place_name(line.place),
        "address_id": line.place,
    }
