"""The clocks of a provider, what follows when one rings, and counting provisional limits again.

A ring is judged by the due instant: early, late, double or stale, it changes nothing it should
not. Validities and quarters are instants; everything else is a limit of the pack.
"""

from collections.abc import Iterator
from datetime import timedelta

from domain.clocks import Clock, RingClock
from domain.provider.authority import Asking, pack_of
from domain.provider.commands import Licence
from domain.provider.facts import (
    BarEnded,
    LapseCause,
    LicenceEnded,
    ProviderDeadlineRecalculated,
    ProviderFact,
    ProviderLapsed,
    ProviderLimitMissed,
    ValidityEndAnnounced,
)
from domain.provider.memory import deadlines
from domain.provider.rating import rated
from domain.provider.state import Exited, Known, Provider, Running, Suspended
from domain.rules import Rules

CLOCK_NAMES = (
    "look_at",
    "correct",
    "verify",
    "verify_change",
    "rectify",
    "confirm",
    "reasons",
    "suspension",
    "countersign",
    "hand_over",
    "appeal",
    "validity",
    "validity.notice",
    "licence",
    "licence.notice",
    "grading",
    "bar",
)
"""Every clock a provider can have, `licence/1.notice_2` under `licence.notice`; stored for ever."""

MOVING_CLOCKS = frozenset({"grading", "validity", "licence", "bar"})
"""Clocks whose ring is a step of the case, and not only a limit that was missed."""

TIMED_BY: dict[tuple[str, str], str] = {
    ("admission_applied.v1", "look_by"): "providers.look_at",
    ("correction_asked.v1", "correct_by"): "providers.correct",
    ("application_corrected.v1", "look_by"): "providers.look_at",
    ("application_taken_up.v1", "answer_by"): "providers.verify",
    ("provider_change_reported.v1", "verify_by"): "providers.verify_change",
    ("provider_warned.v1", "rectify_by"): "providers.rectify",
    ("rectification_submitted.v1", "confirm_by"): "providers.confirm",
    ("rectification_refused.v1", "rectify_by"): "providers.rectify",
    ("provider_suspended.v1", "reasons_by"): "providers.reasons",
    ("provider_exit_requested.v1", "hand_over_by"): "providers.hand_over",
    ("exit_order_given.v1", "countersign_by"): "providers.countersign",
    ("exit_ordered.v1", "hand_over_by"): "providers.hand_over",
    ("measure_appealed.v1", "decide_by"): "providers.appeal",
    ("measure_upheld.v1", "rectify_by"): "providers.rectify",
}
"""Which limit of the pack each deadline of a fact was counted by."""


def clocks(state: Provider, rules: Rules) -> tuple[Clock, ...]:
    """Return the running clocks."""
    del rules
    if not isinstance(state, Known):
        return ()
    found = [Clock(name, due.due, due) for name, due in deadlines(state)]
    if isinstance(state, Running):
        found += _validities(state)
        found.append(Clock("grading", state.admission.rate_at))
    if isinstance(state, Suspended) and not state.over:
        found.append(Clock("suspension", state.until))
    if isinstance(state, Exited) and state.barred_until is not None:
        found.append(Clock("bar", state.barred_until))
    return tuple(found)


def _validities(state: Running) -> Iterator[Clock]:
    """The admission's end, each licence's, and the days before them on which they are told."""
    admission = state.admission
    ends = [("validity", admission.valid_until)]
    for number, one in enumerate(state.body.licences, start=1):
        if one.valid_until is not None and f"{one.licence} {one.number}" not in admission.ended:
            ends.append((f"licence/{number}", one.valid_until))
    for name, end in ends:
        yield Clock(name, end)
        for number, days in enumerate(admission.notice_days, start=1):
            notice = f"{name}.notice_{number}"
            if notice not in admission.announced:
                yield Clock(notice, end - timedelta(days=days))


def ring(
    state: Provider, asked: Asking, command: RingClock, rules: Rules
) -> tuple[ProviderFact, ...]:
    """Return what follows from a ring: nothing unless that very clock runs and is due."""
    running = any(
        (clock.name, clock.due) == (command.name, command.due) for clock in clocks(state, rules)
    )
    if not running or asked.at < command.due:
        return ()
    if isinstance(state, Exited):
        return (BarEnded(barred_until=command.due),)
    if isinstance(state, Running):
        if command.name == "grading":
            return (rated(state, asked, rules),)
        if command.name == "validity":
            return (ProviderLapsed(cause=LapseCause.VALIDITY, ended_at=command.due),)
        if "notice" in command.name:
            return (_announced(state, asked, command),)
        if command.name.startswith("licence/"):
            return (_licence_ended(state, command),)
    return (ProviderLimitMissed(clock=command.name, due=command.due),)


def _announced(state: Running, asked: Asking, command: RingClock) -> ValidityEndAnnounced:
    name = command.name.partition(".")[0]
    licence = None if name == "validity" else _licence(state, name)
    ends_at = state.admission.valid_until if licence is None else licence.valid_until
    assert ends_at is not None, "only what ends is told to end"
    return ValidityEndAnnounced(
        clock=command.name,
        licence=None if licence is None else licence.licence,
        licence_number=None if licence is None else licence.number,
        days=max((ends_at - asked.at).days, 0),
        ends_at=ends_at,
    )


def _licence_ended(state: Running, command: RingClock) -> LicenceEnded | ProviderLapsed:
    """With the last licence the admission lapses; with any other, the lead has to look."""
    ended = _licence(state, command.name)
    others = [
        one
        for one in state.body.licences
        if one != ended and f"{one.licence} {one.number}" not in state.admission.ended
    ]
    if not others:
        return ProviderLapsed(cause=LapseCause.LICENCES, ended_at=command.due)
    return LicenceEnded(licence=ended.licence, licence_number=ended.number, ended_at=command.due)


def _licence(state: Running, name: str) -> Licence:
    return state.body.licences[int(name.partition("/")[2]) - 1]


def recompute(state: Provider, rules: Rules) -> tuple[ProviderFact, ...]:
    """Count every provisional limit again under the calendar that is published now."""
    if not isinstance(state, Known):
        return ()
    terms, _ = pack_of(state.body, rules)
    facts: list[ProviderFact] = []
    for name, before in deadlines(state):
        after = terms.again(before) if before.provisional else before
        if (after.due, after.provisional) != (before.due, before.provisional):
            facts.append(ProviderDeadlineRecalculated(clock=name, due=after, due_before=before))
    return tuple(facts)
