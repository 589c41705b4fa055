"""Passwords and sessions are noted on a person's stream: who, in which role, and why it ended."""

from dataclasses import replace

import pytest

from domain.envelope import SYSTEM
from domain.people import Known, Role
from domain.registry.case import PERSON
from domain.registry.commands import BeginSession, EndSession, SessionEnd, SetPassword
from domain.registry.facts import PasswordSet, PersonRegistered, SessionBegun, SessionEnded
from tests.domain.harness import Story, given
from tests.domain.world import (
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    DISPATCHER,
    REGISTRAR,
    SHIPAI,
    sealed,
    uuid_of,
)

STREAM = str(DISPATCHER.person)
SESSION = uuid_of("a session")
BEGIN = BeginSession(session=SESSION, role=Role.STREET_DISPATCHER, unit=SHIPAI)
END = EndSession(session=SESSION, cause=SessionEnd.SIGNED_OUT)


def dispatcher() -> Story:
    name = sealed("a name", STREAM)
    return replace(given(PersonRegistered(name=name, phone=None), case=PERSON), stream=STREAM)


def test_a_registrar_who_has_shown_proof_sets_a_password() -> None:
    """Whoever knows it can act as that person; the fact holds none of it."""
    dispatcher().when(SetPassword(), by=REGISTRAR).then(PasswordSet())
    somebody = CIVIL_COORDINATOR.model_copy(update={"known": Known.SESSION})
    dispatcher().when(SetPassword(), by=somebody).then_refused("role-permitted")
    named = REGISTRAR.model_copy(update={"known": Known.LOCAL_OPERATOR})
    dispatcher().when(SetPassword(), by=named).then_refused("identity-proven")
    nobody = replace(given(case=PERSON), stream=STREAM)
    nobody.when(SetPassword(), by=REGISTRAR).then_refused("not-registered")


def test_whoever_is_signed_in_changes_their_own() -> None:
    """The registrar who set it knows it; its owner makes it theirs alone."""
    own = DISPATCHER.model_copy(update={"known": Known.SESSION})
    dispatcher().when(SetPassword(), by=own).then(PasswordSet())
    named = DISPATCHER.model_copy(update={"known": Known.LOCAL_OPERATOR})
    dispatcher().when(SetPassword(), by=named).then_refused("identity-proven")
    elsewhere = own.model_copy(update={"unit": CIVIL_AFFAIRS})
    dispatcher().when(SetPassword(), by=elsewhere).then_refused("role-held")


def test_a_session_begins_in_a_role_they_hold_and_ends_once() -> None:
    (
        dispatcher()
        .when(BEGIN, by=SYSTEM)
        .then(SessionBegun(session=SESSION, role=Role.STREET_DISPATCHER, unit=SHIPAI))
        .when(BEGIN, by=SYSTEM)
        .then_refused("session-begun")
    )
    begun = dispatcher().does(BEGIN, by=SYSTEM)
    ended = begun.when(END, by=SYSTEM).then(
        SessionEnded(session=SESSION, cause=SessionEnd.SIGNED_OUT)
    )
    ended.when(END, by=SYSTEM).then_refused("session-over")
    dispatcher().when(END, by=SYSTEM).then_refused("session-over")


@pytest.mark.parametrize(
    ("role", "unit"), [(Role.SUPERVISOR, SHIPAI), (Role.STREET_DISPATCHER, CIVIL_AFFAIRS)]
)
def test_no_session_begins_in_a_role_they_do_not_hold(role: Role, unit: str) -> None:
    command = BeginSession(session=SESSION, role=role, unit=unit)
    dispatcher().when(command, by=SYSTEM).then_refused("role-not-granted")


def test_a_registrar_revokes_a_session_and_is_named() -> None:
    revoke = EndSession(session=SESSION, cause=SessionEnd.REVOKED)
    begun = dispatcher().does(BEGIN, by=SYSTEM)
    begun.when(revoke, by=REGISTRAR).then(SessionEnded(session=SESSION, cause=SessionEnd.REVOKED))
    begun.when(revoke, by=DISPATCHER).then_refused("role-permitted")


@pytest.mark.parametrize(
    "command",
    [BEGIN, *(EndSession(session=SESSION, cause=one) for one in SessionEnd if one != "REVOKED")],
)
def test_sessions_are_the_doors_to_note_and_nobody_elses(
    command: BeginSession | EndSession,
) -> None:
    dispatcher().when(command, by=REGISTRAR).then_refused("role-permitted")
    dispatcher().when(command, by=DISPATCHER).then_refused("role-permitted")
