"""Decide what a province records of a city: whom it believes, what it takes, what contradicts.

A registrar holds the keys; statements and alarms are the system's, which has verified signature,
witnesses and consistency; a supervisor says what was found out about an alarm.
"""

from typing import assert_never

from domain.envelope import Asked
from domain.gate import allowed
from domain.people import Role
from domain.province.commands import (
    AddCity,
    ChangeCityAddress,
    CityCommand,
    RaiseCityAlarm,
    RemoveCity,
    ReplaceCityKey,
    SettleCityAlarm,
    TakeStatement,
)
from domain.province.facts import (
    CityAdded,
    CityAddressChanged,
    CityAlarmRaised,
    CityAlarmSettled,
    CityFact,
    CityKeyReplaced,
    CityRemoved,
    StatementTaken,
    WithdrawalTaken,
)
from domain.province.refusal_rules import refused
from domain.province.standing import City, CityStanding, NeighbourCity, NoCity
from domain.province.words import CityAlarmGround
from domain.rules import Rules
from domain.statements import StatedFigure, digest_of, in_force, month_is_over

_SYSTEM = frozenset({Role.SYSTEM})
_REGISTRAR = frozenset({Role.REGISTRAR})

WHO_MAY: dict[str, frozenset[Role]] = {
    "add_city": _REGISTRAR,
    "replace_city_key": _REGISTRAR,
    "change_city_address": _REGISTRAR,
    "remove_city": _REGISTRAR,
    "take_statement": _SYSTEM,
    "raise_city_alarm": _SYSTEM,
    "settle_city_alarm": frozenset({Role.SUPERVISOR, Role.AUDITOR}),
}


def decide_city(
    state: CityStanding, asked: Asked[CityCommand], rules: Rules
) -> tuple[CityFact, ...]:
    """Return the facts that follow for a city, or refuse by rule."""
    allowed(asked, WHO_MAY[asked.command.kind], rules)
    match asked.command:
        case AddCity() as command:
            return (_add(state, asked, command, rules),)
        case ReplaceCityKey() as command:
            return (_replace_key(_held(state, asked), asked, command, rules),)
        case ChangeCityAddress(url=url, reason=reason):
            city = _held(state, asked)
            if url == city.url:
                return ()
            return (CityAddressChanged(url=url, url_before=city.url, reason=reason),)
        case RemoveCity(reason=reason):
            _held(state, asked)
            return (CityRemoved(reason=reason),)
        case TakeStatement() as command:
            return _take(_held(state, asked), asked, command, rules)
        case RaiseCityAlarm() as command:
            return _raise(_held(state, asked), command)
        case SettleCityAlarm(alarm=number, reason=reason):
            city = _known(state, asked)
            if not any(one.number == number and one.settled is None for one in city.alarms):
                raise refused("alarm-unknown", name=city.name, alarm=number)
            return (CityAlarmSettled(alarm=number, reason=reason),)
        case _ as never:
            assert_never(never)


def _known(state: CityStanding, asked: Asked[CityCommand]) -> City:
    match state:
        case NoCity():
            raise refused("city-unknown", stream=asked.stream)
        case City():
            return state
        case _ as never:
            assert_never(never)


def _held(state: CityStanding, asked: Asked[CityCommand]) -> City:
    city = _known(state, asked)
    if city.removed_at is not None:
        raise refused("city-removed", name=city.name)
    return city


def _others(asked: Asked[CityCommand], rules: Rules) -> list[NeighbourCity]:
    """Return the other cities that are held."""
    return [
        one
        for one in rules.neighbours.cases("city")
        if isinstance(one, NeighbourCity) and one.is_open and one.stream != asked.stream
    ]


def _add(
    state: CityStanding, asked: Asked[CityCommand], command: AddCity, rules: Rules
) -> CityFact:
    """One city, one log, one key of that log's name."""
    if not isinstance(state, NoCity):
        raise refused("city-once", stream=asked.stream)
    _key_of_log(command.key, command.origin)
    for other in _others(asked, rules):
        if other.name == command.name:
            raise refused("city-name-held", name=command.name)
        if other.origin == command.origin or command.key in other.keys:
            raise refused("city-key-held", name=other.name)
    return CityAdded(
        name=command.name,
        origin=command.origin,
        key=command.key,
        url=command.url,
        since=command.since,
        witnesses=command.witnesses,
    )


def _replace_key(
    city: City, asked: Asked[CityCommand], command: ReplaceCityKey, rules: Rules
) -> CityFact:
    """The log stays the same; its key becomes one that no city had."""
    if command.origin != city.origin:
        raise refused("city-key-of-log", found=command.origin, expected=city.origin)
    _key_of_log(command.key, city.origin)
    if command.key in city.keys:
        raise refused("city-key-new", name=city.name)
    for other in _others(asked, rules):
        if command.key in other.keys:
            raise refused("city-key-held", name=other.name)
    return CityKeyReplaced(key=command.key, key_before=city.keys[-1], reason=command.reason)


def _key_of_log(key: str, origin: str) -> None:
    """A verifier key begins with the name of its log."""
    name = key.partition("+")[0]
    if name != origin:
        raise refused("city-key-of-log", found=name, expected=origin)


def _take(
    city: City, asked: Asked[CityCommand], command: TakeStatement, rules: Rules
) -> tuple[CityFact, ...]:
    """A statement of this city's key continues the series; its figures can be what they say."""
    if command.key != city.keys[-1]:
        if command.key in city.keys:
            raise refused("statement-old-key", name=city.name)
        signer = [one.name for one in _others(asked, rules) if command.key in one.keys]
        raise refused(
            "statement-foreign-key", name=city.name, signer=signer[0] if signer else command.key
        )
    for held in city.statements:
        if held.number == command.number:
            if held.digest != command.digest:
                raise refused("two-statements", name=city.name, number=command.number)
            return ()  # taken before
    _continues(city, command)
    if not month_is_over(command.month, asked.at):
        raise refused("stated-month-over", month=command.month)
    stands = in_force(city.statements, command.month)
    standing = "-" if stands is None else str(stands.number)
    if command.withdraws is not None:
        if command.position is not None or command.figures or command.reason is None:
            raise refused("statement-whole")
        # Of a series held from its middle on, the statement withdrawn may never have come here.
        before = city.statements and command.withdraws < city.statements[0].number
        if standing != str(command.withdraws) and not before:
            raise refused(
                "nothing-to-withdraw",
                name=city.name,
                month=command.month,
                expected=standing,
                found=command.withdraws,
            )
        return (_withdrawal(command, command.withdraws, command.reason),)
    if stands is not None and stands.number != command.replaces:
        raise refused(
            "month-stated-twice",
            name=city.name,
            month=command.month,
            expected=standing,
            found=command.replaces or "-",
        )
    return (_figures(command),)


def _continues(city: City, command: TakeStatement) -> None:
    """The statement is the next one, and looks at no less of the log than the one before."""
    newest = city.newest
    if newest is None:
        return
    if command.number != newest.number + 1:
        raise refused(
            "statement-in-order", name=city.name, expected=newest.number + 1, found=command.number
        )
    if command.previous != newest.digest:
        raise refused("series-broken", name=city.name, number=command.number, before=newest.number)
    if command.size < newest.size:
        raise refused("checkpoint-goes-on", name=city.name, size=command.size, before=newest.size)
    if command.size == newest.size and command.root != newest.root:
        raise refused("two-histories", name=city.name)


def _figures(command: TakeStatement) -> CityFact:
    position = command.position
    if position is None:
        raise refused("statement-whole")
    if not 0 <= position < command.size:
        raise refused("statement-position", position=position, size=command.size)
    _plausible(command.figures)
    return StatementTaken(
        key=command.key,
        number=command.number,
        month=command.month,
        issued=command.issued,
        position=position,
        size=command.size,
        root=command.root,
        replaces=command.replaces,
        reason=command.reason,
        figures=command.figures,
        digest=command.digest,
        note=command.note,
    )


def _plausible(figures: tuple[StatedFigure, ...]) -> None:
    """Each figure once, and never more above the line than below."""
    seen: set[str] = set()
    for one in figures:
        if one.code in seen:
            raise refused("figure-once", code=one.code)
        seen.add(one.code)
        if one.numerator > one.denominator:
            raise refused(
                "figure-above-line",
                code=one.code,
                numerator=one.numerator,
                denominator=one.denominator,
            )


def _withdrawal(command: TakeStatement, withdraws: int, reason: str) -> CityFact:
    return WithdrawalTaken(
        key=command.key,
        number=command.number,
        month=command.month,
        issued=command.issued,
        size=command.size,
        root=command.root,
        withdraws=withdraws,
        reason=reason,
        digest=command.digest,
        note=command.note,
    )


def _raise(city: City, command: RaiseCityAlarm) -> tuple[CityFact, ...]:
    """What is alarmed already is no news: a log that forked grows, and is one fork."""
    shown = digest_of(command.shown)
    for alarm in city.alarms:
        if alarm.ground is command.ground and (
            alarm.shown_digest == shown
            or (alarm.settled is None and command.ground is CityAlarmGround.CHECKPOINTS)
        ):
            return ()
    return (
        CityAlarmRaised(
            alarm=len(city.alarms) + 1,
            ground=command.ground,
            known=command.known,
            shown=command.shown,
            other_root=command.other_root,
            proof=command.proof,
        ),
    )
