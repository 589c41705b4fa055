"""Decide what may happen to the registry: who may enter, change and publish what.

A registrar acts within the division of their unit. The system begins an empty registry (one unit,
one person, who becomes its first registrar, and their key) and publishes what the software ships.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, assert_never

from domain.calendar import CalendarYear, Overlay
from domain.envelope import Asked, Happened
from domain.gate import allowed, held
from domain.people import BY_LINK, Grant, Person, Role
from domain.registry.commands import (
    AddAccountKey,
    BeginSession,
    BindIdentity,
    CalendarCommand,
    ChangePerson,
    ChangeUnit,
    CloseUnit,
    EndSession,
    GrantRole,
    NoticeCommand,
    Outcome,
    PersonCommand,
    PolicyCommand,
    PublishCalendarYear,
    PublishOverlay,
    RegisterPerson,
    RegisterUnit,
    RevokeRole,
    SessionEnd,
    SetPassword,
    UnbindIdentity,
    UnitCommand,
    WithdrawAccountKey,
)
from domain.registry.facts import (
    AccountKeyAdded,
    AccountKeyWithdrawn,
    CalendarFact,
    CalendarOverlayPublished,
    CalendarYearPublished,
    IdentityBound,
    IdentityUnbound,
    NoticeDelivered,
    NoticeFact,
    NoticeFailed,
    PasswordSet,
    PersonChanged,
    PersonFact,
    PersonRegistered,
    PolicyPublished,
    RoleGranted,
    RoleRevoked,
    SessionBegun,
    SessionEnded,
    UnitChanged,
    UnitClosed,
    UnitFact,
    UnitRegistered,
)
from domain.registry.refusal_rules import refused
from domain.registry.standing import (
    CalendarStanding,
    KnownPerson,
    KnownUnit,
    NoticeStanding,
    PersonStanding,
    PolicyStanding,
    PublishedPolicy,
    TriedNotice,
    UnitStanding,
    Unknown,
    overlap,
    remember_person,
)
from domain.rules import FOR_GOOD, Rules, Terms
from domain.sealed import Sealed
from domain.units import Unit
from domain.values import instant_text

_REGISTRAR = frozenset({Role.REGISTRAR})
_REGISTRARS = _REGISTRAR | {Role.SYSTEM}  # the system: what `_begun` lets it, and what is shipped
_ERASERS = frozenset({Role.DPO, Role.SYSTEM})
_SYSTEM = frozenset({Role.SYSTEM})

WHO_MAY: dict[str, frozenset[Role]] = {
    "register_unit": _REGISTRARS,
    "change_unit": _REGISTRAR,
    "close_unit": _REGISTRAR,
    "register_person": _REGISTRARS,
    "change_person": _REGISTRAR,
    "grant_role": _REGISTRARS,
    "revoke_role": _REGISTRAR,
    "add_account_key": _REGISTRARS,
    "withdraw_account_key": _REGISTRAR,
    "set_password": _REGISTRARS,
    "bind_identity": _REGISTRAR,
    "unbind_identity": _REGISTRAR,
    "begin_session": _SYSTEM,
    "end_session": _REGISTRARS,
    "publish_policy": _REGISTRARS,
    "publish_calendar_year": _REGISTRARS,
    "publish_overlay": _REGISTRARS,
    "request_erasure": frozenset({Role.RESIDENT}),
    "refuse_erasure": frozenset({Role.DPO}),
    "record_erasure": _ERASERS,
    "ring_clock": _SYSTEM,
    "recompute_deadlines": _SYSTEM,
    "record_delivery": _SYSTEM,
}

_DOING = frozenset(
    {
        Role.CENTER_COORDINATOR,
        Role.DEPT_COORDINATOR,
        Role.DEPT_STAFF,
        Role.STREET_DISPATCHER,
    }
)
KEPT_APART: dict[Role, frozenset[Role]] = {
    Role.AUDITOR: _DOING | {Role.DPO, Role.REGISTRAR},
    Role.DPO: _DOING | {Role.AUDITOR, Role.REGISTRAR},
    Role.REGISTRAR: frozenset({Role.AUDITOR, Role.DPO}),
    **{role: frozenset({Role.AUDITOR, Role.DPO}) for role in _DOING},
}
"""Roles that one person never holds at the same time (GB/T 22239: three offices kept apart)."""

_NEVER_GRANTED = BY_LINK | {Role.SYSTEM}


def decide_unit(
    state: UnitStanding, asked: Asked[UnitCommand], rules: Rules
) -> tuple[UnitFact, ...]:
    """Return the facts that follow for a unit, or refuse by rule."""
    match asked.command:
        case RegisterUnit() as command:
            return (_register_unit(state, asked, command, rules),)
        case ChangeUnit() as command:
            return (_change_unit(state, asked, command, rules),)
        case CloseUnit() as command:
            return (_close_unit(state, asked, command, rules),)
        case _ as never:
            assert_never(never)


def _register_unit(
    state: UnitStanding, asked: Asked[UnitCommand], command: RegisterUnit, rules: Rules
) -> UnitFact:
    """A unit is registered once, by a registrar whose division covers it."""
    _begun(asked, bool(rules.units))
    _registrar(asked, rules, command.division)
    if not isinstance(state, Unknown):
        raise refused("already-registered", stream=asked.stream)
    return UnitRegistered(
        unit=Unit(
            code=asked.stream.partition("/")[2],
            name=command.name,
            kind=command.unit_kind,
            division=command.division,
            line=command.line,
            parent=command.parent,
            since=command.since or asked.at,
        )
    )


def _change_unit(
    state: UnitStanding, asked: Asked[UnitCommand], command: ChangeUnit, rules: Rules
) -> UnitFact:
    """A unit in the registry changes while it is not gone; the registrar covers old and new."""
    before = _known_unit(state, asked)
    _registrar(asked, rules, before.division)
    _registrar(asked, rules, command.division)
    given = {
        "name": command.name,
        "kind": command.unit_kind,
        "division": command.division,
        "line": command.line,
        "parent": command.parent,
    }
    unit = before.model_copy(update={name: new for name, new in given.items() if new is not None})
    if unit == before:
        raise refused("nothing-changes")
    nobody_left_alone(rules, units={unit.code: unit})
    return UnitChanged(unit=unit, unit_before=before, reason=command.reason)


def _close_unit(
    state: UnitStanding, asked: Asked[UnitCommand], command: CloseUnit, rules: Rules
) -> UnitFact:
    """A unit is closed from an instant after it began; an end still ahead may be moved.

    Its pairings end or take another in its place first. What else is open there has a successor.
    """
    unit = _known_unit(state, asked)
    _registrar(asked, rules, unit.division)
    _runs_forward(unit.since, command.until)
    if (unit.until, unit.successor) == (command.until, command.successor):
        raise refused("nothing-changes")
    pairings = rules.neighbours.open_pairings_of(unit.code)
    if pairings:
        raise refused("unit-still-paired", unit=unit.code, found=len(pairings))
    if command.successor is None:
        if handled := rules.neighbours.open_tasks_with(unit.code):
            raise refused("unit-still-needed", unit=unit.code, found=len(handled))
    else:
        _may_succeed(unit, rules.unit(command.successor, asked.at), command.until)
    ended = unit.model_copy(update={"until": command.until, "successor": command.successor})
    nobody_left_alone(rules, units={unit.code: ended})
    return UnitClosed(
        until=command.until,
        until_before=unit.until,
        successor=command.successor,
        reason=command.reason,
    )


def _may_succeed(unit: Unit, successor: Unit, until: Any) -> None:
    """Another unit of the same kind goes on, which does not end itself by then."""
    ends = successor.until is not None and successor.until <= until
    if successor.code == unit.code or successor.kind is not unit.kind or ends:
        raise refused("successor-of-its-kind", unit=unit.code, found=successor.code)


def nobody_left_alone(
    rules: Rules,
    *,
    units: Mapping[str, Unit] | None = None,
    people: Mapping[str, Person] | None = None,
    policies: Mapping[str, Terms] | None = None,
) -> None:
    """Refuse a change after which no dispatcher would act for a place that has open tasks.

    Whatever becomes of a unit, a dispatcher takes its tasks back (`recall_task`), so a task
    somebody dispatches is never without anybody. Dispatchers whose end is set do not count.
    """
    after = replace(
        rules,
        units={**rules.units, **(units or {})},
        people={**rules.people, **(people or {})},
        policies={**rules.policies, **(policies or {})},
        index=None,
    )

    def alone(place: str) -> bool:
        return rules.dispatched(place, FOR_GOOD) and not after.dispatched(place, FOR_GOOD)

    if left := rules.neighbours.open_tasks_at(alone):
        raise refused("place-left-alone", place=left[0].place, found=len(left))


def _known_unit(state: UnitStanding, asked: Asked[UnitCommand]) -> Unit:
    """Only a registered unit that is not gone can change or close."""
    match state:
        case Unknown():
            raise refused("not-registered", stream=asked.stream)
        case KnownUnit(unit=unit):
            if unit.until is not None and unit.until <= asked.at:
                raise refused("unit-closed", unit=unit.code, until=instant_text(unit.until))
            return unit
        case _ as never:
            assert_never(never)


def decide_person(
    state: PersonStanding, asked: Asked[PersonCommand], rules: Rules
) -> tuple[PersonFact, ...]:
    """Return the facts that follow for a person in service, or refuse by rule."""
    match asked.command:
        case RegisterPerson(name=name, phone=phone):
            _begun(asked, bool(rules.people))
            _registrar(asked, rules, None)
            if not isinstance(state, Unknown):
                raise refused("already-registered", stream=asked.stream)
            _under_own_key(asked, name, phone)
            return (PersonRegistered(name=name, phone=phone),)
        case ChangePerson() as command:
            return (_change_person(state, asked, command, rules),)
        case GrantRole() as command:
            return (_grant_role(state, asked, command, rules),)
        case RevokeRole() as command:
            return (_revoke_role(state, asked, command, rules),)
        case AddAccountKey(key=key):
            return (_add_account_key(state, asked, key, rules),)
        case WithdrawAccountKey(key=key, reason=reason):
            if key not in _known_person(state, asked).keys:
                raise refused("account-key-unknown")
            _registrar(asked, rules, None)
            _somebody_is_left(asked, key, rules)
            return (AccountKeyWithdrawn(key=key, reason=reason),)
        case BindIdentity(identity=identity):
            return (_bind_identity(state, asked, identity, rules),)
        case UnbindIdentity(identity=identity, reason=reason):
            _registrar(asked, rules, None)
            if identity not in _known_person(state, asked).identities:
                raise refused("identity-not-bound")
            return (IdentityUnbound(identity=identity, reason=reason),)
        case SetPassword() | BeginSession() | EndSession() as command:
            return (_session(state, asked, command, rules),)
        case _ as never:
            assert_never(never)


def _session(
    state: PersonStanding,
    asked: Asked[PersonCommand],
    command: SetPassword | BeginSession | EndSession,
    rules: Rules,
) -> PersonFact:
    """The door notes who signed in, in a role they hold now; a session ends once.

    A registrar gives somebody a password and revokes their session; whoever is signed in changes
    their own password, and every other end is the door's to note.
    """
    if isinstance(command, SetPassword) and asked.by.person == asked.stream:
        held(asked, rules)
    elif isinstance(command, EndSession) and command.cause is not SessionEnd.REVOKED:
        allowed(asked, _SYSTEM, rules)
    else:
        allowed(asked, WHO_MAY[command.kind], rules)
    person = _known_person(state, asked)
    match command:
        case SetPassword():
            return PasswordSet()
        case BeginSession(session=session, role=role, unit=unit, method=method):
            if not rules.holds(asked.stream, role, unit, asked.at):
                raise refused("role-not-granted", role=role, unit=unit)
            if session in person.sessions:
                raise refused("session-begun")
            return SessionBegun(session=session, role=role, unit=unit, method=method)
        case EndSession(session=session, cause=cause):
            if session not in person.sessions:
                raise refused("session-over")
            return SessionEnded(session=session, cause=cause)
        case _ as never:
            assert_never(never)


def _bind_identity(
    state: PersonStanding, asked: Asked[PersonCommand], identity: str, rules: Rules
) -> PersonFact:
    """An identity is one person's: whom a provider names is never a choice among several."""
    _registrar(asked, rules, None)
    known = _known_person(state, asked)
    everybody = (person.identities for person in rules.people.values())
    if identity in known.identities or any(identity in held for held in everybody):
        raise refused("identity-bound")
    return IdentityBound(identity=identity)


def _under_own_key(asked: Asked[Any], *texts: Sealed | None) -> None:
    for text in texts:
        if text is not None and text.holder != asked.stream:
            raise refused("sealed-under-own-key", expected=asked.stream, found=text.holder)


def _change_person(
    state: PersonStanding, asked: Asked[PersonCommand], command: ChangePerson, rules: Rules
) -> PersonFact:
    """A person's name or number is corrected; what it was stays in the record."""
    _registrar(asked, rules, None)
    _known_person(state, asked)
    _under_own_key(asked, command.name, command.phone)
    if command.name is None and command.phone is None:
        raise refused("nothing-changes")
    return PersonChanged(name=command.name, phone=command.phone, reason=command.reason)


def _grant_role(
    state: PersonStanding, asked: Asked[PersonCommand], command: GrantRole, rules: Rules
) -> PersonFact:
    """A role is granted by another person, and never beside a role it is kept apart from."""
    person = _known_person(state, asked)
    someone = any(known.grants for known in rules.people.values())
    _begun(asked, someone or command.role is not Role.REGISTRAR)
    _registrar(asked, rules, rules.unit(command.unit, asked.at).division)
    if command.role in _NEVER_GRANTED:
        raise refused("role-not-grantable", role=command.role)
    if asked.by.person == asked.stream:
        raise refused("own-role")
    grant = Grant(
        role=command.role,
        unit=command.unit,
        since=command.since or asked.at,
        until=command.until,
    )
    if grant.until is not None:
        _runs_forward(grant.since, grant.until)
    for other in person.grants:
        if not overlap(other, grant):
            continue
        if (other.role, other.unit) == (grant.role, grant.unit):
            raise refused("role-already-held", role=grant.role, unit=grant.unit)
        if other.role in KEPT_APART.get(grant.role, frozenset()):
            raise refused("roles-kept-apart", role=grant.role, other=other.role)
    return RoleGranted(grant=grant)


def _revoke_role(
    state: PersonStanding, asked: Asked[PersonCommand], command: RevokeRole, rules: Rules
) -> PersonFact:
    """A role that is in force or still to come ends now; what was done under it stands."""
    person = _known_person(state, asked)
    known = rules.units.get(command.unit)  # a unit that is gone still has roles to take back
    _registrar(asked, rules, known.division if known else None)
    ended = tuple(
        grant
        for grant in person.grants
        if (grant.role, grant.unit) == (command.role, command.unit)
        and (grant.until is None or max(grant.since, asked.at) < grant.until)
    )
    if not ended:
        raise refused("role-not-granted", role=command.role, unit=command.unit)
    if command.successor is not None:
        _holds_it_too(asked, command, rules)
    fact = RoleRevoked(
        role=command.role,
        unit=command.unit,
        until=asked.at,
        grants_before=ended,
        successor=command.successor,
        reason=command.reason,
    )
    told: Happened[PersonFact] = Happened(fact, asked.at, asked.at, asked.by)
    left = remember_person(person, told).as_person(asked.stream)
    nobody_left_alone(rules, people={asked.stream: left})
    return fact


def _holds_it_too(asked: Asked[PersonCommand], command: RevokeRole, rules: Rules) -> None:
    """Whoever goes on with the work is another person who holds the same role there."""
    held = rules.holds(command.successor, command.role, command.unit, asked.at)
    if command.successor == asked.stream or not held:
        raise refused("successor-holds-role", role=command.role, unit=command.unit)


def _add_account_key(
    state: PersonStanding, asked: Asked[PersonCommand], key: str, rules: Rules
) -> PersonFact:
    """A key is taken once, under the name of the person it is to prove."""
    known = _known_person(state, asked)
    keyed = any(person.keyed for person in rules.people.values())
    _begun(asked, keyed or not _registers(known, asked))
    _registrar(asked, rules, None)
    name = key.partition("+")[0]
    if name != asked.stream:
        raise refused("account-key-of-another", expected=asked.stream, found=name)
    if key in known.keys:
        raise refused("account-key-known")
    return AccountKeyAdded(key=key)


def _somebody_is_left(asked: Asked[Any], key: str, rules: Rules) -> None:
    """Some registrar keeps a key, or nobody could ever be given one again."""
    for person in rules.people.values():
        left = [one for one in person.keys if (person.id, one) != (asked.stream, key)]
        if left and _registers(person, asked):
            return
    raise refused("last-registrar-key")


def _registers(person: KnownPerson | Person, asked: Asked[Any]) -> bool:
    held = [grant for grant in person.grants if grant.role is Role.REGISTRAR]
    return any(grant.stands(asked.at) for grant in held)


def _begun(asked: Asked[Any], begun: bool) -> None:
    """The system enters only what an empty registry lacks to have its first registrar."""
    if begun and asked.by.role is Role.SYSTEM:
        raise refused("registry-begun")


def _known_person(state: PersonStanding, asked: Asked[PersonCommand]) -> KnownPerson:
    """Only a registered person can be given a role."""
    if isinstance(state, Unknown):
        raise refused("not-registered", stream=asked.stream)
    return state


def decide_policy(
    state: PolicyStanding, asked: Asked[PolicyCommand], rules: Rules
) -> tuple[PolicyPublished, ...]:
    """A pack is published on the stream of its own id, and never twice with the same content."""
    _registrar(asked, rules, None)
    policy = asked.command.policy
    if asked.stream != f"policy/{policy.id}":
        raise refused("stream-named-otherwise", policy=policy.id, stream=asked.stream)
    before = state.version if isinstance(state, PublishedPolicy) else None
    if before == policy.version:
        raise refused("already-published", version=before)
    stands = rules.policies.get(policy.id)
    if stands is not None and stands.policy.fallback is not None:
        after = {policy.id: replace(stands, policy=policy)}
        nobody_left_alone(rules, policies=after)
    return (PolicyPublished(policy=policy, version=policy.version, version_before=before),)


def decide_calendar(
    state: CalendarStanding, asked: Asked[CalendarCommand], rules: Rules
) -> tuple[CalendarFact, ...]:
    """Return the facts that follow for a calendar, or refuse by rule."""
    _registrar(asked, rules, None)
    match asked.command:
        case PublishCalendarYear(year=year, reason=reason):
            old, revision = state.year(year.year)
            _revisable(old, year, f"{asked.stream}/{year.year}", reason)
            return (CalendarYearPublished(year=year, revision=revision + 1, reason=reason),)
        case PublishOverlay(overlay=overlay, reason=reason):
            before, revision = state.overlay(overlay.division, overlay.name)
            _revisable(before, overlay, f"{asked.stream}/{overlay.division}", reason)
            _consistent(asked.stream, state, overlay)
            return (
                CalendarOverlayPublished(overlay=overlay, revision=revision + 1, reason=reason),
            )
        case _ as never:
            assert_never(never)


def _revisable(
    before: CalendarYear | Overlay | None,
    new: CalendarYear | Overlay,
    what: str,
    reason: str | None,
) -> None:
    """What is published is published again only with other content, and with its reason."""
    if before == new:
        raise refused("already-published", version=what)
    if before is not None and reason is None:
        raise refused("reason-needed", what=what)


def _consistent(stream: str, calendar: CalendarStanding, new: Overlay) -> None:
    """Two overlays of one division never contradict each other about a day.

    A later year's notice has the last word about the December before, and a narrower division
    about its own days (`domain/calendar.py`); between equals nobody could say which one counts.
    """
    said = {day.date: day.isOffDay for day in new.days}
    others = (one for one, _ in calendar.overlays if one.division == new.division)
    days = sorted(
        day.date.isoformat()
        for other in others
        if other.name != new.name
        for day in other.days
        if said.get(day.date, day.isOffDay) != day.isOffDay
    )
    if days:
        raise refused(
            "calendar-contradicts", calendar=stream.partition("/")[2], days=", ".join(days)
        )


def decide_notice(
    state: NoticeStanding, asked: Asked[NoticeCommand], rules: Rules
) -> tuple[NoticeFact, ...]:
    """Attempts are recorded in order, by the system, until one has reached the recipient."""
    allowed(asked, WHO_MAY[asked.command.kind], rules)
    command = asked.command
    tried = state.attempts if isinstance(state, TriedNotice) else 0
    if isinstance(state, TriedNotice):
        if (state.notice, state.to) != (command.notice, command.to):
            raise refused("same-notice")
        if state.delivered:
            raise refused("already-delivered")
    if command.attempt <= tried:
        raise refused("attempts-in-order", expected=tried + 1, found=command.attempt)
    told = {
        "notice": command.notice,
        "to": command.to,
        "template": command.template,
        "channel": command.channel,
        "detail": command.detail,
        "attempt": command.attempt,
    }
    if command.outcome is Outcome.DELIVERED:
        return (NoticeDelivered.model_validate(told),)
    return (NoticeFailed.model_validate({**told, "outcome": command.outcome}),)


def _registrar(asked: Asked[Any], rules: Rules, place: str | None) -> None:
    """A registrar acts within the division of their unit; the system only inside, see above."""
    allowed(asked, WHO_MAY[asked.command.kind], rules)
    if asked.by.role is Role.SYSTEM or place is None or asked.by.unit is None:
        return
    unit = rules.unit(asked.by.unit, asked.at)
    if not unit.covers(place):
        raise refused("division-covered", unit=unit.code, division=unit.division, place=place)


def _runs_forward(since: Any, until: Any) -> None:
    if until <= since:
        raise refused("validity-runs-forward", since=instant_text(since), until=instant_text(until))
