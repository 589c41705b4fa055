"""Who was told and who was forgotten are facts of their own, on streams of their own."""

from dataclasses import replace

from domain.envelope import SYSTEM
from domain.people import Channel, Known
from domain.registry.case import NOTICE, SUBJECT
from domain.registry.commands import (
    Outcome,
    RecordDelivery,
    RecordErasure,
    RefuseErasure,
    RequestErasure,
)
from domain.registry.facts import ErasureRefused, NoticeDelivered, NoticeFailed, SubjectErased
from tests.domain.harness import Story, given
from tests.domain.task.stories import master
from tests.domain.world import (
    DISPATCHER,
    DPO,
    GRANDMA,
    REGISTRAR,
    SHIPAI,
    Town,
    rules_with,
    uuid_of,
)

FIRST = RecordDelivery(
    notice="task/a/3/unit/b",
    to=f"unit/{SHIPAI}",
    template="task_dispatched",
    channel="smtp",
    outcome=Outcome.FAILED,
    detail="timeout",
)
SECOND = FIRST.model_copy(update={"attempt": 2, "outcome": Outcome.DELIVERED, "detail": None})


def notice() -> Story:
    return replace(given(case=NOTICE), stream=f"notice/{uuid_of('a notice')}")


def subject() -> Story:
    return replace(given(case=SUBJECT), stream=str(GRANDMA.person))


def test_a_resident_is_forgotten_once() -> None:
    erase = RecordErasure(basis="个人信息保护法第四十七条")
    (
        subject()
        .when(erase, by=DPO)
        .then(SubjectErased(basis="个人信息保护法第四十七条"))
        .then_state("ERASED")
        .when(erase, by=SYSTEM)
        .then_refused("already-erased")
    )


def test_a_resident_with_an_open_task_is_not_forgotten_yet() -> None:
    """But the errand of a task that has asked already is carried out."""
    erase = RecordErasure(basis="个人信息保护法第四十七条")
    town = Town((master(subjects=(str(GRANDMA.person),)),))
    story = replace(subject(), rules=rules_with(town=town))
    story.when(erase, by=DPO).then_refused("subject-still-needed")
    story.when(erase, by=SYSTEM).then(SubjectErased(basis=erase.basis)).then_state("ERASED")


def test_only_the_officer_and_the_system_record_an_erasure() -> None:
    erase = RecordErasure(basis="个人信息保护法第四十七条")
    for by in (REGISTRAR, DISPATCHER):
        subject().when(erase, by=by).then_refused("role-permitted")
    subject().when(erase, by=GRANDMA).then_refused("identity-proven")
    stranger = DPO.model_copy(update={"person": f"person/{uuid_of('nobody')}"})
    subject().when(erase, by=stranger).then_refused("role-held")


def test_the_basis_of_an_erasure_names_nobody() -> None:
    (
        subject()
        .when(RecordErasure(basis="本人来电13800138000"), by=DPO)
        .then_refused("no-personal-data")
    )


def test_attempts_are_recorded_until_one_arrives() -> None:
    (
        notice()
        .when(FIRST, by=SYSTEM)
        .then(NoticeFailed, outcome=Outcome.FAILED, detail="timeout", attempt=1)
        .then_state("FAILED")
        .when(SECOND, by=SYSTEM)
        .then(NoticeDelivered, attempt=2, to=f"unit/{SHIPAI}")
        .then_state("DELIVERED")
        .when(SECOND.model_copy(update={"attempt": 3}), by=SYSTEM)
        .then_refused("already-delivered")
    )


def test_a_skipped_notice_reached_nobody() -> None:
    (
        notice()
        .when(
            FIRST.model_copy(update={"outcome": Outcome.SKIPPED, "detail": "no_phone"}), by=SYSTEM
        )
        .then(NoticeFailed, outcome=Outcome.SKIPPED, detail="no_phone")
    )


def test_attempts_are_recorded_in_order() -> None:
    tried = notice().does(FIRST.model_copy(update={"attempt": 2}), by=SYSTEM)
    tried.when(FIRST, by=SYSTEM).then_refused("attempts-in-order")
    tried.when(SECOND, by=SYSTEM).then_refused("attempts-in-order")


def test_a_notice_stream_tells_of_one_notice() -> None:
    tried = notice().does(FIRST, by=SYSTEM)
    tried.when(SECOND.model_copy(update={"notice": "task/a/4/unit/b"}), by=SYSTEM).then_refused(
        "same-notice"
    )


def test_only_the_system_records_deliveries() -> None:
    notice().when(FIRST, by=REGISTRAR).then_refused("role-permitted")


ASK = RequestErasure(case=f"task/{uuid_of('a task')}")


def test_a_resident_asks_for_themselves_and_not_again_while_it_waits() -> None:
    by = GRANDMA.model_copy(update={"channel": Channel.LINK, "known": Known.LINK})
    asked = subject().does(ASK, by=by)
    asked.when(ASK, by=by).then_refused("erasure-requested")
    other = by.model_copy(update={"person": f"subject/{uuid_of('somebody else')}"})
    subject().when(ASK, by=other).then_refused("erasure-ones-own")
    subject().when(ASK, by=DPO).then_refused("role-permitted")
    erased = asked.does(RecordErasure(basis="依本人申请"), by=DPO)
    erased.when(ASK, by=by).then_refused("already-erased")


def test_the_officer_answers_a_request_once_and_the_resident_may_ask_again() -> None:
    by = GRANDMA.model_copy(update={"channel": Channel.LINK, "known": Known.LINK})
    no = RefuseErasure(reason="依法保存三年")
    subject().when(no, by=DPO).then_refused("erasure-not-requested")
    refused = subject().does(ASK, by=by).when(no, by=DPO).then(ErasureRefused(reason=no.reason))
    refused = refused.then_state("ERASURE_REFUSED")
    refused.when(no, by=DPO).then_refused("erasure-not-requested")
    refused.does(ASK, by=by).then_state("ERASURE_REQUESTED")
