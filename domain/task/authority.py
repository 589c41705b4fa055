"""Who may say what about a support task: roles, places, parties, and separated duties.

`WHO` says which role gives which command; `authorised` holds what is asked of every command.
What depends on the case (the addressee, the own place, reviewer and doer) are the small
functions below it. No path into the ledger goes around this file.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeAlias, TypeVar

from domain.envelope import Asked, By
from domain.people import Channel, Role
from domain.people import Known as KnownBy
from domain.rules import Rules
from domain.task import refusal_rules as no
from domain.task.commands import TaskCommand
from domain.task.facts import TaskFact
from domain.task.state import MAIN_STATES, Body, Known, Task, Unknown
from domain.values import covers, instant_text

Facts: TypeAlias = tuple[TaskFact, ...]
Command: TypeAlias = Asked[TaskCommand]
StateT = TypeVar("StateT", bound=Known)

_CENTER = Role.CENTER_COORDINATOR
_UNIT = Role.DEPT_COORDINATOR
_STAFF = Role.DEPT_STAFF
_DISPATCHER = Role.STREET_DISPATCHER
_COMMUNITY = Role.COMMUNITY_WORKER
_ADJUDICATOR = Role.ADJUDICATOR
_SUPERVISOR = Role.SUPERVISOR
_CALLBACK = Role.CALLBACK_AGENT
_RESIDENT = Role.RESIDENT
_SYSTEM = Role.SYSTEM


def _roles(*roles: Role) -> frozenset[Role]:
    return frozenset(roles)


WHO: dict[str, frozenset[Role]] = {
    "register_task": _roles(_CENTER, _UNIT, _COMMUNITY, _RESIDENT, _SYSTEM),
    "correct_registration": _roles(_CENTER, _UNIT, _COMMUNITY, _DISPATCHER),
    "split_off_matter": _roles(_DISPATCHER, _COMMUNITY, _CENTER),
    "urge_task": _roles(_RESIDENT, _COMMUNITY, _CENTER, _CALLBACK),
    "triage_task": _roles(_DISPATCHER),
    "refuse_admission": _roles(_DISPATCHER),
    "divert_task": _roles(_DISPATCHER),
    "merge_into": _roles(_DISPATCHER),
    "attach_duplicate": _roles(_SYSTEM),
    "queue_dispatch": _roles(_SYSTEM, _DISPATCHER),
    "dispatch_task": _roles(_DISPATCHER),
    "accept_task": _roles(_UNIT),
    "request_return": _roles(_UNIT),
    "approve_return": _roles(_DISPATCHER),
    "refuse_return": _roles(_DISPATCHER),
    "escalate_dispute": _roles(_DISPATCHER, _SYSTEM),
    "designate": _roles(_ADJUDICATOR),
    "assign_staff": _roles(_UNIT),
    "name_provider": _roles(_UNIT),
    "take_over_service": _roles(_SYSTEM),
    "declare_conflict": _roles(
        _STAFF, _UNIT, _CENTER, _DISPATCHER, _COMMUNITY, _ADJUDICATOR, _SUPERVISOR, _CALLBACK
    ),
    "record_contact": _roles(_STAFF),
    "log_progress": _roles(_STAFF),
    "attach_evidence": _roles(_STAFF, _COMMUNITY),
    "invite_assist": _roles(_UNIT, _DISPATCHER),
    "submit_assist": _roles(_UNIT, _STAFF, _CENTER, _DISPATCHER, _COMMUNITY),
    "blow_whistle": _roles(_DISPATCHER),
    "record_arrival": _roles(_DISPATCHER, _COMMUNITY),
    "request_extension": _roles(_UNIT),
    "grant_extension": _roles(_DISPATCHER, _SUPERVISOR),
    "refuse_extension": _roles(_DISPATCHER, _SUPERVISOR),
    "propose_carry": _roles(_UNIT, _DISPATCHER),
    "approve_carry": _roles(_SUPERVISOR, _ADJUDICATOR),
    "refuse_carry": _roles(_SUPERVISOR, _ADJUDICATOR),
    "reactivate_task": _roles(_SUPERVISOR),
    "draft_result": _roles(_STAFF),
    "submit_result": _roles(_UNIT),
    "approve_result": _roles(_DISPATCHER, _CENTER),
    "return_for_rework": _roles(_DISPATCHER, _CENTER),
    "record_callback": _roles(_CALLBACK, _CENTER),
    "rate_task": _roles(_RESIDENT),
    "issue_rating_link": _roles(_CALLBACK, _CENTER, _DISPATCHER, _RESIDENT),
    "ask_feedback": _roles(_SYSTEM),
    "remind_feedback": _roles(_SYSTEM),
    "list_for_callback": _roles(_SYSTEM),
    "order_rework": _roles(_DISPATCHER, _SUPERVISOR),
    "uphold_result": _roles(_DISPATCHER, _SUPERVISOR),
    "appeal_closure": _roles(_RESIDENT),
    "appeal_score": _roles(_UNIT),
    "exclude_score": _roles(_SUPERVISOR, _ADJUDICATOR),
    "uphold_score": _roles(_SUPERVISOR, _ADJUDICATOR),
    "withdraw_task": _roles(_RESIDENT, _CENTER, _UNIT, _COMMUNITY),
    "request_termination": _roles(_UNIT),
    "approve_termination": _roles(_SUPERVISOR),
    "refuse_termination": _roles(_SUPERVISOR),
    "archive_task": _roles(_SYSTEM),
    "remind_unit": _roles(_SUPERVISOR, _SYSTEM),
    "raise_card": _roles(_SUPERVISOR, _SYSTEM),
    "list_task": _roles(_SUPERVISOR, _SYSTEM),
    "summon_unit": _roles(_SUPERVISOR, _SYSTEM),
    "take_over_task": _roles(_SYSTEM),
    "recall_task": _roles(_DISPATCHER),
    "restrict_data": _roles(Role.DPO),
    "erase_subject": _roles(Role.DPO),
    "link_finding": _roles(_SYSTEM),
    "ring_clock": _roles(_SYSTEM),
    "recompute_deadlines": _roles(_SYSTEM),
}
"""Which roles may give which command: the column *Who* of the state table (domain.md §2.2)."""


def authorised(task: Task, asked: Command, rules: Rules) -> None:
    """The role may give the command, and whoever speaks holds the role at this moment."""
    by, may = asked.by, WHO[asked.command.kind]
    if by.role not in may:
        if may == {Role.SYSTEM}:
            raise no.SYSTEM_ONLY(found=by.role)
        people = sorted(may - {Role.SYSTEM})  # the system is nobody to ask
        raise no.ROLE_PERMITTED(expected=", ".join(people), found=by.role)
    match by.role:
        case Role.SYSTEM:
            if by.channel is not Channel.SYSTEM:
                raise no.SYSTEM_ONLY(found=by.channel)
        case Role.RESIDENT:
            _is_party(task, by)
            _came_by_their_own(task, asked)
        case _:
            _holds_role(task, asked, rules)


def _is_party(task: Task, by: By) -> None:
    """A resident speaks about their own tasks only; registering judges it by the requester."""
    if not str(by.person).startswith("subject/"):
        raise no.PARTY_ONLY(found=by.role)
    if isinstance(task, Known) and by.person not in task.body.need.parties:
        raise no.PARTY_ONLY(found=by.role)


def _came_by_their_own(task: Task, asked: Command) -> None:
    """A community's code lets residents register; what comes after takes a link of their own.

    Which link takes a rating is asked where one is given.
    """
    by, kind = asked.by, asked.command.kind
    if by.known is KnownBy.PUBLIC_CODE and kind != "register_task":
        raise no.CODE_REGISTERS(found=by.session or "—")
    follows = isinstance(task, Known) and task.body.follows(by.session, by.person)
    if by.known is KnownBy.LINK and kind != "rate_task" and not follows:
        raise no.FOLLOWING_LINK(found=by.session or "—")


def _holds_role(task: Task, asked: Command, rules: Rules) -> None:
    """The registry knows the person in this role at this unit, and no conflict was declared."""
    by = asked.by
    if by.unit is None or not rules.holds(by.person, by.role, by.unit, asked.at):
        raise no.ROLE_HELD(found=f"{by.role} @ {by.unit or '—'}")
    rules.unit(by.unit, asked.at)
    declaring = asked.command.kind == "declare_conflict"
    if isinstance(task, Known) and by.person in task.body.holding.conflicted and not declaring:
        raise no.CONFLICT_OF_INTEREST(found=by.role)


def told_in_time(task: Task, asked: Command) -> None:
    """What is told happened by now, and not before the task was registered."""
    earliest = task.body.need.registered_at if isinstance(task, Known) else None
    if asked.occurred_at == asked.at:
        return  # not told: it happened as it was recorded, whatever clock ran ahead before
    if asked.occurred_at <= asked.at and (earliest is None or earliest <= asked.occurred_at):
        return
    span = f"{instant_text(earliest) if earliest else '…'} – {instant_text(asked.at)}"
    raise no.OCCURRED_OUT_OF_RANGE(expected=span, found=instant_text(asked.occurred_at))


def standing_in(task: Task, *states: type[StateT]) -> StateT:
    """Return the task when it stands in one of *states*; refuse otherwise."""
    if isinstance(task, states):
        return task
    wanted = [state.name for state in MAIN_STATES if issubclass(state, states)]
    raise no.NOT_IN_THIS_STATE(expected=", ".join(wanted), found=state_name(task))


def state_name(task: Task) -> str:
    """Return the main state's stored name, `UNKNOWN` for a task that was never registered."""
    return "UNKNOWN" if isinstance(task, Unknown) else task.name.value


# Which unit.


def of_the_place(place: str, asked: Command, rules: Rules) -> None:
    """A unit acts for places in its own division, or in that of a unit it succeeded.

    Dispatchers of a pack's fallback unit act wherever the pack is in force, the system everywhere.
    """
    if asked.by.role is Role.SYSTEM:
        return
    unit = rules.unit(str(asked.by.unit), asked.at)
    acts = rules.dispatches if asked.by.role is Role.STREET_DISPATCHER else rules.serves
    if not acts(unit.code, place, asked.at):
        raise no.OWN_PLACE(expected=place, found=unit.division)


def has_to_do_with(place: str, asked: Command, rules: Rules) -> None:
    """Whoever registers a need serves its place: theirs holds it, or lies within it."""
    if asked.by.role in {Role.SYSTEM, Role.RESIDENT}:
        return
    unit = rules.unit(str(asked.by.unit), asked.at)
    if not (rules.serves(unit.code, place, asked.at) or covers(place, unit.division)):
        raise no.OWN_PLACE(expected=place, found=unit.division)


def of_the_main_unit(body: Body, asked: Command, rules: Rules) -> str:
    """Only the addressee, or who succeeded it, acts on what was sent to it; return its code."""
    main = body.holding.main
    if main is None or not rules.acts_for(asked.by.unit, main, asked.at):
        raise no.ADDRESSEE_ONLY(expected=main or "—", found=asked.by.unit or asked.by.role)
    return main


def main_unit_or_dispatcher(body: Body, asked: Command, rules: Rules) -> None:
    """The main unit's coordinator acts, or a dispatcher of the place."""
    if asked.by.role is Role.STREET_DISPATCHER:
        of_the_place(body.need.place, asked, rules)
    else:
        of_the_main_unit(body, asked, rules)


# Separated duties.


def not_the_proposer(proposer: str | None, asked: Command) -> None:
    """Nobody decides on what they proposed themselves."""
    if proposer is not None and asked.by.person == proposer:
        raise no.APPROVER_NOT_PROPOSER(found=asked.by.role)


def not_a_doer(body: Body, asked: Command, rules: Rules) -> None:
    """Neither a person nor, the centre excepted, a unit judges its own work."""
    main = body.holding.main
    ours = main is not None and rules.acts_for(asked.by.unit, main, asked.at)
    own_unit = ours and asked.by.role is not Role.CENTER_COORDINATOR
    if own_unit or asked.by.person in body.holding.doers:
        raise no.REVIEWER_NOT_DOER(expected=body.holding.main, found=asked.by.unit)


# Small questions several themes ask.


def one_of(code: str, known: Iterable[str], rule: no.Rule = no.GROUND_KNOWN) -> str:
    """Return *code* when it stands in the pack's closed list; refuse otherwise."""
    codes = tuple(known)
    if code not in codes:
        raise rule(expected=", ".join(codes), found=code)
    return code


def not_after(moment: datetime, limit: datetime, rule: no.Rule) -> None:
    """Refuse by *rule* when *moment* lies after *limit*; the due instant itself is in time."""
    if moment > limit:
        raise rule(expected=instant_text(limit), found=instant_text(moment))
