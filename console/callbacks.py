"""回访台: whom to call next, what to say, and what they answered."""

import asyncio
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from console.forms import command_of
from console.seeing import ours, page, see_other, seer_of
from desk.identifiers import new_uuid7
from domain.people import Role
from domain.refusals import CommandRefused
from domain.sealed import Sealed
from domain.task.commands import RecordCallback
from domain.task.reading import Sight
from domain.task.state import Known
from projections.unit_inbox import InboxLine
from services.acting import given, order_of
from services.offering import offers
from services.reading_tasks import words_of
from services.scope import task_at
from services.seeing import NothingHere, Seer, told
from services.waiting import waiting_at
from wording.callback_script import CALLBACK_SCRIPT
from wording.labels import LABELS, label

router = APIRouter()
_KIND = "record_callback"
_SHOWN = 50


@dataclass(frozen=True)
class Call:
    """The task that is called about, as far as the agent sees it."""

    number: str
    category: str
    place: str
    unit: str
    words: dict[str, str]
    reply: str
    script: tuple[tuple[str, str], ...]
    parties: tuple[tuple[str, str], ...]
    attempts: tuple[str, ...]
    attempts_max: int
    days_min: int
    refusal: dict[str, str] | None


@router.get("/callbacks")
def show(
    request: Request,
    case: Annotated[str, Query(max_length=40)] = "",
    receipt: int | None = None,
) -> Response:
    """Show the queue by the clock, and the call at its head or the one chosen."""
    return _desk(request, seer_of(request, "/callbacks"), case, {}, receipt=receipt)


def _desk(
    request: Request,
    seer: Seer,
    chosen: str,
    filled: dict[str, Any],
    *,
    receipt: int | None = None,
    refusal: CommandRefused | None = None,
) -> Response:
    queue = _queue(seer)
    number = chosen or (queue[0].title if queue else "")
    titles = [line.title for line in queue]
    at = titles.index(number) if number in titles else -1
    after = titles[at + 1 :] or titles[:1]
    return page(
        request,
        "callbacks.html",
        status=200 if refusal is None else 422,
        seer=seer,
        queue=[(line, _about(seer, line)) for line in queue],
        call=_call(seer, number) if number else None,
        next=after[0] if after and after[0] != number else "",
        filled=filled,
        grades=[(code, label(code, seer.language, among="Grade")) for code in LABELS["Grade"]],
        command_id=filled.get("command_id") or f"console/{new_uuid7()}",
        receipt=receipt,
        refusal=None if refusal is None else told(refusal, seer),
    )


def _queue(seer: Seer) -> list[InboxLine]:
    seer.house.catch_up()
    lines, _ = waiting_at(
        seer.house.boards,
        seer.rules,
        seer.unit,
        Role.CALLBACK_AGENT,
        seer.at,
        limit=_SHOWN,
    )
    return [line for line in lines if line.what == "callback"]


def _about(seer: Seer, line: InboxLine) -> str:
    task = seer.house.boards.tasks.get(line.stream)
    if task is None:
        return ""
    return f"{seer.category_name(task.category)} · {seer.place_name(task.place)}"


def _call(seer: Seer, number: str) -> Call:
    """Return the call about the task with this number; raise `NothingHere`."""
    stream, state, seen = task_at(seer, number)
    need, feedback = state.body.need, state.body.feedback
    entries = seer.house.books.ledger.read(stream)
    found = offers(seer.house.books.desk.hearing(stream), seer.who, need.policy_id)
    offer = next(one for one in found if one.kind == _KIND)
    policy = seer.rules.under(need.policy_id).policy
    unit = seer.unit_name(state.body.holding.main) if state.body.holding.main else "—"
    category = seer.category_name(need.category)
    names = {"unit": unit, "category": category, "street": seer.unit_name(seer.unit)}
    return Call(
        number=number.upper(),
        category=category,
        place=seer.place_name(need.place),
        unit=unit,
        words=words_of(seer, entries, seen),
        reply=_reply(seer, entries, seen),
        script=tuple((step, seer.say(*both).format(**names)) for step, both in CALLBACK_SCRIPT),
        parties=_parties(seer, state),
        attempts=tuple(at.isoformat() for at in feedback.attempts),
        attempts_max=policy.callbacks.attempts_max,
        days_min=policy.callbacks.days_min,
        refusal=None if offer.refusal is None else told(offer.refusal, seer),
    )


def _reply(seer: Seer, entries: Any, seen: Sight) -> str:
    """Return what the unit answered the residents last."""
    submitted = [entry for entry in entries if entry.kind == "result_submitted.v1"]
    if not submitted or seen < Sight.WORDS:
        return ""
    sealed = Sealed.model_validate(submitted[-1].fact["public_reply"])
    plain = seer.house.books.vault.open(sealed)
    return "" if plain is None else plain.decode("utf-8")


def _parties(seer: Seer, state: Known) -> tuple[tuple[str, str], ...]:
    """Return the residents who may be asked, where there is more than one."""
    parties = state.body.need.parties
    if len(parties) < 2:
        return ()
    others = (seer.say(f"第 {n} 位诉求人", f"resident {n}") for n in range(2, len(parties) + 1))
    first = seer.say("第 1 位诉求人（来件人）", "resident 1 (who called)")
    return tuple(zip(parties, (first, *others), strict=True))


@router.post("/callbacks/{number}")
async def record(request: Request, number: str) -> Response:
    """Record the call, and go on to the next."""
    sent = await request.form(max_files=0, max_fields=20, max_part_size=64 * 1024)
    return await asyncio.to_thread(_record, request, number, sent)


def _record(request: Request, number: str, sent: Any) -> Response:
    seer = seer_of(request, "/callbacks")
    ours(request, str(sent.get("form", "")), seer.session.form)
    stream, _, seen = task_at(seer, number)
    if seen < Sight.WORDS:
        raise NothingHere
    plain = {name: value for name, value in sent.items() if isinstance(value, str)}
    waiting = [line.title for line in _queue(seer)]
    try:
        command = command_of(_KIND, RecordCallback, sent)
        order = order_of(seer, stream, command, plain.get("command_id"))
        position = given(seer, order).position
    except CommandRefused as refusal:
        return _desk(request, seer, number.upper(), plain, refusal=refusal)
    return see_other(f"/callbacks?{_next(waiting, number)}receipt={position}")


def _next(waiting: list[str], number: str) -> str:
    """Return which call comes after *number*, as an address says it; "" for the head of the queue.

    Whoever was not reached stands in the queue still: they are not called again at once.
    """
    at = waiting.index(number.upper()) if number.upper() in waiting else -1
    after = waiting[at + 1 :]
    return f"case={after[0]}&" if after else ""
