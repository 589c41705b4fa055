"""Who may have another system told of what: the rules of a subscription, one by one."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.envelope import SYSTEM
from domain.oversight import facts
from domain.oversight.case import WEBHOOK
from domain.oversight.commands import EndWebhook, RotateWebhookSecret, SubscribeWebhook
from domain.oversight.words import WebhookEnd
from domain.people import Known
from tests.domain.harness import Story, given
from tests.domain.world import AUDITOR, CIVIL_STAFF, DISPATCHER, DPO, MONDAY, REGISTRAR, uuid_of

STREAM = f"webhook/{uuid_of('a subscription')}"
SUBSCRIBE = SubscribeWebhook(
    receiver="天河区政务服务数据局",
    url="https://portal.example.org/hook",
    kinds=("task_dispatched.v1", "pairing_approved.v1"),
    after=41,
)
END = EndWebhook(reason="对方系统下线")
ROTATE = RotateWebhookSecret(old_until=MONDAY + timedelta(days=1))


def webhook() -> Story:
    return replace(given(case=WEBHOOK), stream=STREAM)


def subscribed() -> Story:
    return webhook().when(SUBSCRIBE, by=REGISTRAR).then(facts.WebhookSubscribed)


def test_a_registrar_subscribes_rotates_and_ends() -> None:
    ended = (
        subscribed()
        .then_state("SUBSCRIBED")
        .when(ROTATE, by=REGISTRAR)
        .then(facts.WebhookSecretRotated)
        .when(END, by=REGISTRAR)
        .then(facts.WebhookEnded, cause=WebhookEnd.REQUESTED)
        .then_state("ENDED")
    )
    ended.when(END, by=REGISTRAR).then_refused("webhook-over")
    ended.when(ROTATE, by=REGISTRAR).then_refused("webhook-over")
    ended.when(SUBSCRIBE, by=REGISTRAR).then_refused("webhook-once")


@pytest.mark.parametrize("by", [AUDITOR, DPO, DISPATCHER, CIVIL_STAFF, SYSTEM])
def test_nobody_else_subscribes(by: Any) -> None:
    webhook().when(SUBSCRIBE, by=by).then_refused("role-permitted")


@pytest.mark.parametrize("command", [SUBSCRIBE, ROTATE])
def test_a_name_alone_is_not_enough(command: Any) -> None:
    named = REGISTRAR.model_copy(update={"known": Known.LOCAL_OPERATOR})
    subscribed().when(command, by=named).then_refused("identity-proven")


@pytest.mark.parametrize("kind", ["person_registered.v1", "unmasking_granted.v1", "task_undone.v1"])
def test_only_facts_of_tasks_and_pairings_are_told(kind: str) -> None:
    asked = SUBSCRIBE.model_copy(update={"kinds": ("task_dispatched.v1", kind)})
    webhook().when(asked, by=REGISTRAR).then_refused("webhook-kinds")


def test_a_person_says_why_and_gives_no_cause_of_the_system() -> None:
    subscribed().when(EndWebhook(), by=REGISTRAR).then_refused("webhook-end-cause")
    silent = EndWebhook(cause=WebhookEnd.UNREACHABLE, reason="无应答")
    subscribed().when(silent, by=REGISTRAR).then_refused("webhook-end-cause")
    subscribed().when(END, by=SYSTEM).then_refused("webhook-end-cause")
    subscribed().when(silent, by=SYSTEM).then(facts.WebhookEnded, cause=WebhookEnd.UNREACHABLE)


def test_what_is_unknown_is_neither_rotated_nor_ended() -> None:
    webhook().when(ROTATE, by=REGISTRAR).then_refused("webhook-unknown")
    webhook().when(END, by=REGISTRAR).then_refused("webhook-unknown")


def test_both_secrets_sign_for_thirty_days_at_most() -> None:
    latest = RotateWebhookSecret(old_until=MONDAY + timedelta(days=30))
    subscribed().when(latest, by=REGISTRAR).then(facts.WebhookSecretRotated)
    longer = RotateWebhookSecret(old_until=MONDAY + timedelta(days=30, seconds=1))
    subscribed().when(longer, by=REGISTRAR).then_refused("webhook-both-secrets")


@pytest.mark.parametrize(
    "url",
    [
        "https://user:secret@portal.example.org/hook",
        "https://portal.example.org/hook?token=secret",
        "https://portal.example.org/hook#secret",
        "ftp://portal.example.org/hook",
        "file:///etc/passwd",
        "https://Portal.example.org/",
        "https://portal.example.org/a b",
        "https:///hook",
    ],
)
def test_an_address_on_record_holds_no_secret(url: str) -> None:
    with pytest.raises(ValidationError):
        SubscribeWebhook.model_validate(SUBSCRIBE.model_dump() | {"url": url})
