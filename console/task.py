"""任务页: everything about one task, what may be done now, and why the rest may not."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from console.documents import links
from console.evidence import evidence_of, side_by_side
from console.seeing import page, seer_of
from domain.task.case import TASK
from domain.task.facts import TaskState
from domain.task.reading import Sight
from domain.task.state import AssistStatus, Known
from projections.history import history_of
from services.list_columns import tags_of
from services.offering import Offer, offers
from services.reading_tasks import names_for, words_by
from services.scope import task_at
from services.seeing import Seer, told
from services.task_papers import TaskFile, task_papers
from wording.commands import command_label
from wording.labels import Both, clock_label, label
from wording.sentences import deadline_text

router = APIRouter()


@dataclass(frozen=True)
class Step:
    """One stop of the clock rail: done, now, or still to come."""

    name: str
    state: str
    at: str | None
    limit: str | None


RAIL: tuple[tuple[Both, tuple[str, ...]], ...] = (
    (("登记", "Registered"), ("task_registered.v1",)),
    (("研判", "Triaged"), ("task_triaged.v1",)),
    (("派单", "Dispatched"), ("task_dispatched.v1", "unit_designated.v1")),
    (
        ("签收", "Signed in"),
        ("task_accepted.v1", "task_auto_accepted.v1", "return_refused.v1"),
    ),
    (("办结", "Handled"), ("result_submitted.v1",)),
    (("审核", "Reviewed"), ("result_approved.v1",)),
    (
        ("居民评价", "Rated"),
        ("task_rated.v1", "rating_defaulted.v1", "callback_recorded.v1"),
    ),
)
_ELSEWHERE = frozenset(
    {
        "not-in-this-state",
        "not-in-state",
        "item-is-commitment",
        "delivery-known",
        "revision-asked",
        "assist-open",
        "whistle-called",
        "extension-asked",
        "carry-proposed",
        "termination-asked",
        "score-appeal-asked",
    }
)
"""Refusals for which what would be answered is not there: no state of it, or nobody asked."""
_ASIDE = frozenset(
    {
        "correct_registration",
        "declare_conflict",
        "request_termination",
        "request_exit",
        "withdraw_pairing",
        "withdraw_task",
        "suspend_pairing",
        "divert_task",
    }
)
"""What corrects, steps aside or ends: it stands last."""
_STOP_OF = {
    TaskState.REGISTERED: 1,
    TaskState.TRIAGED: 2,
    TaskState.PENDING_DISPATCH: 2,
    TaskState.DISPATCHED: 3,
    TaskState.RETURN_REVIEW: 3,
    TaskState.ADJUDICATION: 3,
    TaskState.ACCEPTED: 4,
    TaskState.IN_PROGRESS: 4,
    TaskState.CARRIED: 4,
    TaskState.RESULT_REVIEW: 5,
    TaskState.CALLBACK: 6,
    TaskState.RATING: 6,
    TaskState.DISSATISFIED: 6,
}


@router.get("/tasks/{number}")
def show(request: Request, number: str, receipt: int | None = None) -> Response:
    """Show the task with this number."""
    seer = seer_of(request)
    stream, state, seen = task_at(seer, number)
    line = seer.house.boards.tasks.get(stream)
    assert line is not None, "it was found by its number"
    entries = seer.house.books.ledger.read(stream)
    names = names_for(seer, seen, entries)
    history = history_of(entries, names, seer.language)
    found = offers(seer.house.books.desk.hearing(stream), seer.who, state.body.need.policy_id)
    clocks = TASK.clocks(state, seer.rules)
    papers = task_papers(TaskFile(line.number, state, entries, seer.names, ""))
    evidence = list(evidence_of(seer, entries)) if seen >= Sight.WORDS else []
    return page(
        request,
        "task.html",
        seer=seer,
        number=line.number,
        stream=stream,
        line=line,
        state_label=label(TaskState(line.state), seer.language),
        tags=tags_of(seer, line),
        category=seer.category_name(line.category),
        about=list(about(seer, state)),
        words=words_by(names, entries),
        rail=list(_rail(seer, state, entries, clocks)),
        clocks=[
            (clock_label(one.name, seer.language), one.due, _why(seer, one))
            for one in clocks
            if "." not in one.name
        ],
        history=list(history)[::-1],
        may=acts(seer, f"/tasks/{line.number}", found),
        may_not=not_now(seer, found),
        assists=[
            (seer.unit_name(one.unit), label(one.status, seer.language), one.status, one.due)
            for one in state.body.assists
        ],
        done=sum(one.status is AssistStatus.DONE for one in state.body.assists),
        evidence=evidence,
        photographs=side_by_side(seer, evidence),
        documents=links(seer, f"/tasks/{line.number}/documents", papers),
        facts=len(entries),
        position=entries[-1].position,
        fingerprint=entries[-1].hash[:16],
        receipt=receipt,
    )


def acts(seer: Seer, address: str, found: list[Offer]) -> list[tuple[str, str, bool]]:
    """Return address and name of each command that would be taken now, the usual ones first.

    Last is whether it is what the eye is led to.
    """
    taken = sorted((one.kind for one in found if one.accepted), key=_ASIDE.__contains__)
    usual = {one.kind for one in found if one.usual}
    return [
        (f"{address}/{kind}", command_label(kind, seer.language), not n and kind in usual)
        for n, kind in enumerate(taken)
    ]


@dataclass(frozen=True)
class NotOffered:
    """What would not be taken now: *refused* with the rule's sentence, *elsewhere* in the course.

    What is refused by the same sentence stands together. What belongs to another state is named
    only, and once by which *rules*.
    """

    refused: tuple[tuple[tuple[str, ...], dict[str, str]], ...]
    elsewhere: tuple[str, ...]
    rules: tuple[str, ...]


def not_now(seer: Seer, found: list[Offer]) -> NotOffered:
    """Return what would not be taken now, and why."""
    refused = [one for one in found if one.refusal]
    here = [one for one in refused if one.refusal and one.refusal.rule not in _ELSEWHERE]

    def called(one: Offer) -> str:
        return command_label(one.kind, seer.language)

    later = [one for one in refused if one not in here]
    rules = {one.refusal.rule: None for one in later if one.refusal}
    same: dict[str, tuple[list[str], dict[str, str]]] = {}
    for one in here:
        assert one.refusal is not None, "these were refused"
        why = told(one.refusal, seer)
        same.setdefault(why["sentence"], ([], why))[0].append(called(one))
    told_why = ((tuple(names), why) for names, why in same.values())
    return NotOffered(tuple(told_why), tuple(called(one) for one in later), tuple(rules))


def _why(seer: Seer, clock: Any) -> str:
    if clock.deadline is None:
        return ""
    told_why = deadline_text(clock.deadline.model_dump(mode="json"), seer.language)
    return told_why.partition(seer.say("：", ": "))[0]


def about(seer: Seer, state: Known) -> Iterator[tuple[str, str, str]]:
    """Yield name, value and address of what is known in the clear."""
    body, need = state.body, state.body.need
    yield seer.say("地点", "Place"), seer.place_name(need.place), ""
    kind = f"{seer.category_name(need.category)} · {label(need.request_type, seer.language)}"
    yield seer.say("类别", "Category"), kind, ""
    yield seer.say("来源", "Source"), label(need.source, seer.language), ""
    if need.ledger_row:
        yield seer.say("台账编号", "Ledger number"), need.ledger_row, ""
    there, merged = len(need.parties), body.duplicates
    waiting = [seer.say(f"{there} 位居民在等", f"{there} waiting")] if there else []
    waiting += [seer.say(f"并入 {merged} 件", f"{merged} merged")] if merged else []
    if waiting:
        yield seer.say("居民", "Residents"), seer.say("，", ", ").join(waiting), ""
    if body.holding.main:
        yield seer.say("主办", "Main unit"), seer.unit_name(body.holding.main), ""
    if body.sla.due is not None:
        due = deadline_text(body.sla.due.model_dump(mode="json"), seer.language)
        yield seer.say("办理期限", "Due"), due, ""
    if need.pairing:
        address = f"/pairings/{need.pairing.partition('/')[2]}"
        yield seer.say("结对", "Pairing"), seer.names.case(need.pairing, seer.language), address
    came, parts = seer.say("来自", "Split off from"), seer.say("拆出", "Split off")
    for name, case in ((came, need.call), *((parts, part) for part in body.parts)):
        if case:
            number = seer.names.case(case, seer.language)
            yield name, number, f"/tasks/{number}"


def _rail(seer: Seer, state: Known, entries: Any, clocks: Any) -> Iterator[Step]:
    reached: dict[Both, str] = {}
    for entry in entries:
        for name, kinds in RAIL:
            if entry.kind in kinds:
                reached[name] = entry.recorded_at.isoformat()
    present = _STOP_OF.get(state.name)
    due = next((clock for clock in clocks if "." not in clock.name), None)
    for at, (name, _) in enumerate(RAIL):
        if present is None:  # over: what it never came to, such as one that was merged, stays open
            yield Step(seer.say(*name), "done" if name in reached else "", reached.get(name), None)
        elif at < present:
            yield Step(seer.say(*name), "done", reached.get(name), None)
        elif at == present:
            yield Step(seer.say(*name), "now", None, due.due.isoformat() if due else None)
        else:
            yield Step(seer.say(*name), "", None, None)
