"""Commands for random histories: sensible ones for the state at hand, and any at all."""

import types
from datetime import UTC, datetime, timedelta
from enum import Enum
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from pydantic import BaseModel

from domain.clocks import LimitText, RecomputeDeadlines, RingClock
from domain.envelope import SYSTEM, By
from domain.linking import LinkFinding
from domain.people import Channel, Role
from domain.sealed import Sealed
from domain.task import commands as c
from domain.values import (
    Code,
    DivisionCode,
    FindingId,
    Instant,
    LedgerNumber,
    OfficeText,
    PairingId,
    PersonId,
    ProviderId,
    SubjectId,
    TaskId,
    UnitCode,
)
from tests.domain import world
from tests.domain.task import stories as s
from tests.domain.world import (
    ADJUDICATOR,
    CALLBACK_AGENT,
    CENTER_COORDINATOR,
    CIVIL_STAFF,
    CIVIL_STAFF_2,
    DISPATCHER,
    DPO,
    GRANDMA,
    HEALTH,
    HEALTH_COORDINATOR,
    HEALTH_STAFF,
    HOUSING,
    HOUSING_COORDINATOR,
    HOUSING_STAFF,
    MONDAY,
    NEIGHBOUR,
    OFFICIALS,
    PASSER_BY,
    SHIPAI_PLACE,
    SUPERVISOR,
    sealed,
)

Move = tuple[BaseModel, By]

# Sensible moves: what the people of the Who column would do next.

COORDINATORS = (world.CIVIL_COORDINATOR, HEALTH_COORDINATOR, HOUSING_COORDINATOR)
STAFF = (CIVIL_STAFF, CIVIL_STAFF_2, HEALTH_STAFF, HOUSING_STAFF)
UNITS = (world.CIVIL_AFFAIRS, HEALTH, HOUSING)
TEXT = sealed()


def _by(people: tuple[By, ...], *asked: BaseModel) -> list[Move]:
    return [(command, who) for command in asked for who in people]


SUGGESTED = c.Suggested(version="dispatch-suggestion@1", units=(world.CIVIL_AFFAIRS, HEALTH))
DISPATCHES = [c.DispatchTask(main=unit) for unit in UNITS] + [
    c.DispatchTask(main=world.CIVIL_AFFAIRS, assist=(HEALTH,)),
    c.DispatchTask(main=world.CIVIL_AFFAIRS, suggested=SUGGESTED),
    c.DispatchTask(main=HEALTH, suggested=SUGGESTED, reason=TEXT),
]
ANSWERS = [
    c.RecordCallback(reached=False),
    c.RecordCallback(reached=True, contacted=True, resolved=True),
    c.RecordCallback(reached=True, resolved=False, grade=2),
    c.RecordCallback(reached=True, resolved=True, grade=4, subject=str(GRANDMA.person)),
]
RATINGS = [c.RateTask(grade=grade) for grade in (1, 2, 3, 5)]
ENDING = [
    *_by((GRANDMA,), c.WithdrawTask()),
    *_by((DISPATCHER,), c.MergeInto(master=s.MASTER)),
]
HELD = [
    *_by(
        (SUPERVISOR,),
        c.RemindUnit(),
        c.RaiseCard(colour=c.CardColour.YELLOW, reason=TEXT),
        c.RaiseCard(colour=c.CardColour.RED, reason=TEXT),
        c.ListTask(reason=TEXT),
        c.SummonUnit(reason=TEXT),
    ),
    *_by(
        (DISPATCHER,),
        c.BlowWhistle(ground="EMERGENCY", departments=(HOUSING, HEALTH), place=SHIPAI_PLACE),
        c.RecordArrival(number=1, unit=HOUSING),
    ),
    *_by((SYSTEM,), c.TakeOverTask(successor=HOUSING)),
    *_by(COORDINATORS, c.NameProvider(provider=s.PROVIDER, reason="就近")),
]
ANY_TIME = [
    *_by((DPO,), c.RestrictData(basis="个人信息保护法"), s_erase := c.EraseSubject(
        subject=str(GRANDMA.person), basis="期满")),
    *_by((SYSTEM,), RecomputeDeadlines(), c.AttachDuplicate(
        duplicate=s.DUPLICATE, subjects=(str(NEIGHBOUR.person),)), c.AttachDuplicate(
        duplicate=s.DUPLICATE, subjects=(str(NEIGHBOUR.person),), urgent=True)),
    *_by((SYSTEM,), LinkFinding(finding=s.FINDING)),
    *_by((GRANDMA,), c.UrgeTask(source=c.Source.RESIDENT)),
    *_by((CALLBACK_AGENT,), c.IssueRatingLink(link="0192f3a0-0000-7000-8000-00000000a001")),
    *_by((DISPATCHER,), c.CorrectRegistration(text=TEXT, reason="笔误"), c.RecallTask(reason=TEXT)),
]  # fmt: skip
MORE_TIME = [
    *_by(COORDINATORS, s.EXTENSION),
    *_by((DISPATCHER, SUPERVISOR), c.GrantExtension(), c.RefuseExtension(reason=TEXT)),
]
FEEDBACK_ROUND = _by(
    (SYSTEM,),
    c.AskFeedback(round=1, channel=c.AnswerChannel.LINK),
    c.RemindFeedback(round=1),
    c.ListForCallback(round=1),
)
CONFLICTS = [(c.DeclareConflict(person=str(one.person)), one) for one in STAFF]
RETURNING = _by(COORDINATORS, s.return_request())

MOVES: dict[str, list[Move]] = {
    "": _by((CENTER_COORDINATOR, GRANDMA), s.register(), s.register(urgent=True)),
    "REGISTERED": [
        *_by(
            (DISPATCHER,),
            s.triage(),
            s.triage(request_type=c.RequestType.COMPLAINT, physical_works=True),
            s.triage(urgency=c.Urgency.URGENT),
            s.triage(duty_class=c.DutyClass.UPPER_RECALLED),
            c.RefuseAdmission(ground="LITIGATION", told_channel=c.AnswerChannel.PHONE),
            c.DivertTask(route="110"),
            c.CorrectRegistration(category="MEAL", urgent=True, reason="笔误"),
            s.SPLIT,
        ),
        *ENDING,
    ],
    "TRIAGED": [
        *_by((DISPATCHER,), *DISPATCHES, s.SPLIT),
        *_by((SYSTEM,), c.QueueDispatch()),
        *ENDING,
    ],
    "PENDING_DISPATCH": [*_by((DISPATCHER,), *DISPATCHES), *ENDING],
    "DISPATCHED": [*_by(COORDINATORS, c.AcceptTask()), *RETURNING, *HELD, *ENDING],
    "RETURN_REVIEW": [
        *_by((DISPATCHER,), c.ApproveReturn(), c.RefuseReturn(reason=TEXT), c.EscalateDispute()),
        *HELD,
        *ENDING,
    ],
    "ADJUDICATION": [
        *_by((ADJUDICATOR,), *(c.Designate(main=unit, reason=TEXT) for unit in UNITS)),
        *HELD,
    ],
    "ACCEPTED": [
        *(
            (c.AssignStaff(person=str(one.person)), boss)
            for one in STAFF
            for boss in COORDINATORS
            if one.unit == boss.unit
        ),
        *RETURNING,
        *CONFLICTS,
        *MORE_TIME,
        *HELD,
    ],
    "IN_PROGRESS": [
        *_by(STAFF, s.CONTACT, s.EVIDENCE, c.LogProgress(note=TEXT, stage_report=True)),
        *_by(STAFF, c.DraftResult(resolved=False, public_reply=TEXT)),
        *_by(COORDINATORS, s.submit(), s.submit(resolved=None, public_reply=None)),
        *_by(COORDINATORS, s.submit(assists_explained=(1, 2))),
        *_by(COORDINATORS, c.InviteAssist(unit=world.MARKET, request=TEXT)),
        *_by((world.MARKET_COORDINATOR,), c.SubmitAssist(number=1, note=TEXT)),
        *_by(COORDINATORS, s.CARRY, c.RequestTermination(ground="NO_COOPERATION", reason=TEXT)),
        *_by((SUPERVISOR, ADJUDICATOR), c.ApproveCarry(resident_told=True)),
        *_by((SUPERVISOR,), c.RefuseCarry(reason=TEXT), c.RefuseTermination(reason=TEXT)),
        *_by((SUPERVISOR,), c.ApproveTermination()),
        *MORE_TIME,
        *HELD,
        *ENDING,
    ],
    "CARRIED": _by((SUPERVISOR,), c.ReactivateTask()),
    "RESULT_REVIEW": _by(
        (DISPATCHER, CENTER_COORDINATOR),
        c.ApproveResult(verified_on_site=True),
        c.ReturnForRework(reason=TEXT),
    ),
    "CALLBACK": [
        *FEEDBACK_ROUND,
        *_by((CALLBACK_AGENT,), *ANSWERS),
        *_by((GRANDMA, NEIGHBOUR), *RATINGS),
    ],
    "RATING": [*FEEDBACK_ROUND, *_by((GRANDMA, NEIGHBOUR), *RATINGS)],
    "DISSATISFIED": [
        *_by(
            (DISPATCHER, SUPERVISOR),
            c.OrderRework(reason=TEXT),
            c.UpholdResult(legal_basis="物业管理条例", explanation=TEXT),
        ),
        *_by((GRANDMA,), *RATINGS),
    ],
    "CLOSED": [
        *_by((GRANDMA,), c.AppealClosure(new_facts=TEXT), *RATINGS),
        *_by(COORDINATORS, c.AppealScore(ground="MALICIOUS", evidence=TEXT)),
        *_by((SUPERVISOR,), c.ExcludeScore(reason=TEXT), c.UpholdScore(reason=TEXT)),
        (s_erase, DPO),
    ],
}


def sensible(state: str) -> list[Move]:
    """Return what somebody would do in *state*, and what may be done in any."""
    return [*MOVES.get(state, []), *ANY_TIME]


# Anything at all: every command model with values of the right shape, asked by anybody, any time.

PEOPLE_IDS = [str(one.person) for one in OFFICIALS] + [f"person/{world.uuid_of('nobody')}"]
RESIDENT_IDS = [str(one.person) for one in (GRANDMA, NEIGHBOUR, PASSER_BY)]
ALL_UNITS = [*world.UNITS, "440106-NOBODY"]
CODES = ["ELDER", "MEAL", "OTHER", "EMERGENCY", "LITIGATION", "110", "PLANNING", "QUICK", "town"]
CODES += ["NO_COOPERATION", "ENFORCEMENT", "image/png", "x"]
CLOCKS = ["triage", "queue", "dispatch", "sign_in", "due", "due.yellow", "due.listed", "rating"]
CLOCKS += ["assist/1", "arrival/1", "callback", "archive", "carry_review", "no_such_clock"]
LIMITS = ["0s", "1wd", "5wd", "10wd", "99999wd", "0wd", "4wh", "99999wh", "30min", "99999d", "48h"]
EDGES = [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)]
instants: SearchStrategy[datetime] = st.one_of(
    st.sampled_from(EDGES),
    st.datetimes(timezones=st.just(UTC)),
    st.integers(-5000, 300_000).map(lambda minutes: MONDAY + timedelta(minutes=minutes)),
)
SHAPES: tuple[tuple[Any, SearchStrategy[Any]], ...] = (
    (Code, st.sampled_from(CODES)),
    (LedgerNumber, st.sampled_from(["TH-1", "穗天石〔2026〕012号"])),
    (LimitText, st.sampled_from(LIMITS)),
    (OfficeText, st.sampled_from(["依据", "x" * 500])),
    (UnitCode, st.sampled_from(ALL_UNITS)),
    (DivisionCode, st.sampled_from([SHIPAI_PLACE, world.WUSHAN_PLACE, "440106", "110101"])),
    (TaskId, st.sampled_from([s.MASTER, s.DUPLICATE, world.task_id("the ramp")])),
    (FindingId, st.just(s.FINDING)),
    (ProviderId, st.just(s.PROVIDER)),
    (PairingId, st.sampled_from([s.PAIRING, f"pairing/{world.uuid_of('none')}"])),
    (PersonId, st.sampled_from(PEOPLE_IDS)),
    (SubjectId, st.sampled_from(RESIDENT_IDS)),
    (Instant, instants),
    (datetime, instants),
    (Sealed, st.sampled_from([TEXT, sealed("name", str(GRANDMA.person))])),
    (bool, st.booleans()),
    (c.Grade, st.integers(1, 5)),
    (int, st.sampled_from([1, 2, 3, 999])),
)


def _shape(name: str, hint: Any) -> SearchStrategy[Any]:
    for known, strategy in SHAPES:
        if hint == known:
            return strategy
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return st.one_of(*(_shape(name, one) for one in arguments))
    if hint is type(None):
        return st.none()
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is tuple:
        return st.lists(_shape(name, arguments[0]), min_size=1, max_size=3).map(tuple)
    if origin is Annotated and name == "name" and arguments[0] is str:
        return st.sampled_from(CLOCKS)
    if origin is Annotated:
        return _shape(name, arguments[0])
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        return any_of(hint)
    raise AssertionError(f"tell tests/domain/task/strategies.py how {name}: {hint} may look")


@cache
def any_of(model: type[BaseModel]) -> SearchStrategy[BaseModel]:
    """Draw any instance of *model*."""
    hints = get_type_hints(model, include_extras=True)
    fields = {name: _shape(name, hints[name]) for name in model.model_fields}
    return st.builds(model, **fields)


MODELS: tuple[type[BaseModel], ...] = get_args(get_args(c.TaskCommand)[0])
anything: SearchStrategy[BaseModel] = st.sampled_from(MODELS).flatmap(any_of)
rings: SearchStrategy[BaseModel] = any_of(RingClock)

strangers: SearchStrategy[By] = st.builds(
    By,
    role=st.sampled_from(Role),
    person=st.sampled_from(PEOPLE_IDS + RESIDENT_IDS),
    unit=st.none() | st.sampled_from(ALL_UNITS),
    on_behalf_of=st.none() | st.sampled_from(RESIDENT_IDS),
    channel=st.sampled_from(Channel),
    clock=st.none() | st.sampled_from(CLOCKS),
)
anybody: SearchStrategy[By] = st.one_of(
    st.sampled_from((*OFFICIALS, GRANDMA, NEIGHBOUR, PASSER_BY, SYSTEM)), strangers
)
