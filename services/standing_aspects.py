"""A case as it stood, aspect by aspect: what it was, and the facts that it rests on."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from audit.reading import CannotRead, Reader
from audit.replay.as_of import AsOf, pack_of
from audit.replay.explained import explained_clocks
from audit.replay.standing_then import CaseThen, RulesThen, followed
from audit.replay.standing_view import state_label
from domain.pairing.state import Drafted
from domain.people import ROLE_LABELS, Role
from domain.task.state import Known, sla_region
from ledger.entry import Entry
from services.seeing import Seer
from wording.commands import command_label
from wording.labels import Both, label
from wording.next_steps import next_steps
from wording.reasons import reason_text, running_label
from wording.sentences import instant_shown


@dataclass(frozen=True)
class Aspect:
    """One side of a case: what it was then, and what that rests on."""

    name: str
    then: str
    basis: str


_NAMES: dict[str, Both] = {
    "state": ("状态", "State"),
    "held": ("承办", "Held by"),
    "round": ("轮次", "Round"),
    "due": ("办理期限", "Due"),
    "sla": ("时限状况", "Time"),
    "supervision": ("督办", "Supervision"),
    "extension": ("延期", "Extension"),
    "assists": ("协办", "Assistance"),
    "privacy": ("个人信息", "Personal data"),
    "parties": ("结对各方", "Parties"),
    "lead": ("牵头", "Lead"),
    "term": ("期限", "Term"),
}


def aspects_then(
    seer: Seer, reader: Reader, found: AsOf, case: CaseThen | None, stood: Sequence[Entry]
) -> tuple[Aspect, ...]:
    """Return the aspects of *case*; *stood* are the facts of it that stood then, in log order.

    Each names the position of the fact that made it so. Empty where there was no case yet.
    """
    if case is None or not stood:
        return ()
    changed: dict[str, int] = {}
    told: dict[str, str] = {}
    so_far: CaseThen | None = None
    for entry in stood:
        try:
            so_far = followed(so_far, entry)
        except CannotRead:
            continue
        for name, text in _told(so_far, seer):
            if told.get(name) != text:
                told[name], changed[name] = text, entry.position
    known = [
        Aspect(seer.say(*_NAMES[name]), text, _at(seer, changed[name]))
        for name, text in told.items()
        if text
    ]
    return (*known, *_clocks(seer, reader, found, case), _may(seer, reader, found, case))


def _at(seer: Seer, position: int) -> str:
    return seer.say(f"第 {position:,} 位", f"position {position:,}")


def _told(case: CaseThen, seer: Seer) -> Iterator[tuple[str, str]]:
    """Yield every aspect of a state in words; "" where there is nothing to say of it."""
    yield "state", state_label(case, seer.language)
    if isinstance(case.state, Known):
        yield from _of_a_task(case.state, seer)
    elif isinstance(case.state, Drafted):
        made = case.state.agreement
        yield "parties", seer.say("、", ", ").join(map(seer.unit_name, made.parties))
        yield "lead", seer.unit_name(made.lead)
        yield "term", f"{instant_shown(made.term_start)} — {instant_shown(made.term_end)}"


def _of_a_task(task: Any, seer: Seer) -> Iterator[tuple[str, str]]:
    body, language = task.body, seer.language
    holding = [seer.unit_name(body.holding.main)] if body.holding.main else []
    holding += [seer.names.person(body.holding.staff, language)] if body.holding.staff else []
    yield "held", " · ".join(holding)
    yield "round", seer.say(f"第 {body.round} 轮", f"{body.round}")
    due = "" if body.sla.due is None else instant_shown(body.sla.due.due)
    if body.sla.paused_at is not None:
        due = seer.say(f"暂停；原 {due}", f"paused; was {due}")
    yield "due", due
    yield "sla", label(sla_region(task), language)
    yield "supervision", label(body.supervision, language)
    yield "extension", label(body.extension.status, language)
    yield (
        "assists",
        seer.say("；", "; ").join(
            f"{seer.unit_name(one.unit)} {label(one.status, language)}" for one in body.assists
        ),
    )
    state = "RESTRICTED" if body.privacy.restricted else "NORMAL"
    yield "privacy", label("ERASED" if body.privacy.erased else state, language, among="Privacy")


def _clocks(seer: Seer, reader: Reader, found: AsOf, case: CaseThen) -> Iterator[Aspect]:
    clocks = found.clocks(case)
    reasons = explained_clocks(reader, case.stream, case.last.position, clocks)
    versions = " · ".join(one for one in pack_of(found, case) if one)
    for clock in clocks:
        reason = reasons.get((clock.name, clock.due))
        why = "" if reason is None else f"{reason_text(reason, seer.language)} · "
        passed = seer.say("（已过）", " (passed)") if clock.due <= found.instant else ""
        name = running_label(clock.name, seer.language)
        clocked = seer.say(f"时钟：{name}", f"Clock: {name}")
        yield Aspect(clocked, f"{instant_shown(clock.due)}{passed}", f"{why}{versions}")


def _may(seer: Seer, reader: Reader, found: AsOf, case: CaseThen) -> Aspect:
    """Return the usual steps from this state and whose they are, by the registry of then."""
    steps = []
    for kind in next_steps(case.kind.category, case.name):
        roles = [role for role in case.kind.who_may.get(kind, ()) if role is not Role.SYSTEM]
        whose = seer.say("、", ", ").join(
            ROLE_LABELS[role][seer.language == "en"] for role in sorted(roles)
        )
        steps.append(f"{whose}{seer.say('：', ': ')}{command_label(kind, seer.language)}")
    facts = [entry.position for entry in RulesThen(reader).facts]
    seen = bisect_right(facts, found.position)
    basis = _at(seer, facts[seen - 1]) if seen else "—"
    return Aspect(
        seer.say("谁能做什么", "Who may do what"),
        seer.say("；", "; ").join(steps) or seer.say("没有后续环节", "nothing further"),
        seer.say(f"名册至{basis}", f"registry up to {basis}"),
    )
