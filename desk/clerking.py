"""What clerks may ask of the desk, and how little of what they say is believed.

A clerk names a case and a position in it; where the case stands, which clock is due, which errand
follows from which fact, and which step a conversation may take now is derived from facts here.
Whoever steers a clerk, or speaks in its place, can therefore be late, and can waste our time.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from desk.casework import Asking, addressees
from desk.desk import Desk
from desk.sealing import opaque_uuid
from domain.cases import Errand, Notice, Step, Talk
from domain.envelope import SYSTEM
from domain.refusals import CommandRefused
from domain.values import category_of
from vault.erasing import destroy_keys

log = structlog.get_logger(__name__)

_ERASED_BEFORE = "already-erased"


@dataclass(frozen=True)
class Owed:
    """Where a case stands, and what its clerk owes to time, to people and to other cases.

    *settled* is the version up to which nobody is left to be told; *errands* come with the version
    of the fact they follow from.
    """

    version: int
    head: str
    state: str
    holder: str | None
    category: str | None
    over: bool
    next_clock: tuple[str, datetime] | None
    talks: tuple[Talk, ...]
    errands: tuple[tuple[int, Errand], ...]
    settled: int


def look(desk: Desk, stream: str, settled: int) -> Owed:
    """Return where *stream* stands; nothing is owed any more for facts up to version *settled*."""
    case, rules, fresh = desk.follow(stream, settled)
    kind = case.kind
    if not case.version or not kind.clerked:
        return Owed(case.version, case.head, "", None, None, True, None, (), (), case.version)
    errands = tuple(
        (fact.version, errand)
        for fact, state in fresh
        for errand in kind.errands(stream, state, fact)
        if desk.ledger.receipt(errand.stream, errand.command_id) is None
    )
    untold = next(
        (fact.version for fact, state in fresh if kind.notices(stream, state, fact)), None
    )
    clock = min(
        kind.clocks(case.state, rules), key=lambda clock: (clock.due, clock.name), default=None
    )
    over = kind.is_over(case.state)
    return Owed(
        version=case.version,
        head=case.head,
        state=kind.state_name(case.state),
        holder=kind.holder(case.state),
        category=kind.service_category(case.state),
        over=over,
        next_clock=None if clock is None else (clock.name, clock.due),
        talks=() if over else kind.talks(stream, case.state),
        errands=errands,
        settled=case.version if untold is None else untold - 1,
    )


def ring(desk: Desk, stream: str, settled: int) -> Owed:
    """Ring what is due on *stream* by the ledger's clock, and return where it stands then."""
    desk.ring_now(stream)
    return look(desk, stream, settled)


def run_errand(desk: Desk, stream: str, version: int, command_id: str) -> bool:
    """Record on other cases what follows from the fact of *stream* at *version*; repeatable.

    One fact may send the same command to several cases: each of that id is run. False when nothing
    of that id follows from it, or a case refuses. An erasure destroys the keys as well, once its
    fact stands.
    """
    following = [one for one in _errands(desk, stream, version) if one.command_id == command_id]
    if not following:
        log.warning("no such errand follows", stream=stream, version=version)
    done = [_run(desk, stream, errand) for errand in following]
    return bool(done) and all(done)


def _run(desk: Desk, stream: str, errand: Errand) -> bool:
    asking = Asking(errand.command_id, SYSTEM, errand.command, because_of=stream)
    (answer,) = desk.record_now(errand.stream, [asking]).answers
    refused = isinstance(answer, CommandRefused)
    if isinstance(answer, CommandRefused) and answer.rule != _ERASED_BEFORE:
        log.warning("errand refused", stream=errand.stream, rule=answer.rule)
        return False
    if category_of(errand.stream) == "subject":
        keys = destroy_keys(desk.ledger, desk.vault, errand.stream)
        log.info("keys destroyed", stream=errand.stream, keys=len(keys), again=refused)
    return True


def _errands(desk: Desk, stream: str, version: int) -> Iterator[Errand]:
    case, _, fresh = desk.follow(stream, version - 1)
    for fact, state in fresh:
        if fact.version == version:
            yield from case.kind.errands(stream, state, fact)


# -- telling people ------------------------------------------------------------------------------


def notices(desk: Desk, stream: str, after: int, until: int) -> list[Notice]:
    """Return who is to be told about the facts after version *after* up to *until*."""
    case, rules, fresh = desk.follow(stream, after)
    return [
        addressed
        for fact, state in fresh
        if fact.version <= until
        for notice in case.kind.notices(stream, state, fact)
        for addressed in addressees(notice, rules, fact.at)
    ]


def untold(desk: Desk, stream: str, among: Sequence[Notice]) -> list[Notice]:
    """Return those of *among* for which there is no receipt yet, each key once."""
    places = {notice.key: notice for notice in among}
    return [
        notice
        for notice in places.values()
        if not desk.ledger.version(receipt_stream(stream, notice.key))
    ]


def is_urgent(desk: Desk, stream: str) -> bool:
    """Say whether people are told of the case *stream* at night too."""
    case, _ = desk.case(stream)
    return case.kind.is_urgent(case.state)


def receipt_stream(stream: str, key: str) -> str:
    """Return the stream that holds the receipt of the notice *key* of *stream*."""
    return f"notice/{opaque_uuid('notice', stream, key)}"


# -- conversations -------------------------------------------------------------------------------


def talk_of(desk: Desk, stream: str, key: str) -> Talk | None:
    """Return the conversation *key* as the case asks for it now, None where it does not."""
    case, _ = desk.case(stream)
    kind = case.kind
    if not case.version or kind.is_over(case.state):
        return None
    return next((talk for talk in kind.talks(stream, case.state) if talk.key == key), None)


def next_step(desk: Desk, stream: str, talk: Talk) -> Step | None:
    """Return the step that comes next, None where the talk only waits for others.

    Of reminders that are due only the newest counts: after an outage nobody is reminded twice.
    """
    now = desk.ledger.clock()
    for place, step in enumerate(talk.steps):
        later = talk.steps[place + 1] if place + 1 < len(talk.steps) else None
        overtaken = later is not None and later.records is None and later.at <= now
        if step.records is None and (overtaken or not untold(desk, stream, step.asks)):
            continue
        return step
    return None


def take_down(desk: Desk, stream: str, talk: Talk, step: Step) -> None:
    """Record that *step* was taken, where it leaves a record; a refusal is only logged."""
    if step.records is None:
        return
    command: dict[str, Any] = step.records
    asking = Asking(f"talk/{talk.key}/{step.name}", SYSTEM, command, because_of=talk.key)
    (answer,) = desk.record_now(stream, [asking]).answers
    if isinstance(answer, CommandRefused):
        log.warning("step refused", stream=stream, step=step.name, rule=answer.rule)
