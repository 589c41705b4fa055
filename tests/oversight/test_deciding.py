"""Who may look, open, and say how the log fares: the rules of oversight, one by one."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.envelope import SYSTEM, FactOutOfPlace, Happened
from domain.oversight import facts
from domain.oversight.case import AUDIT, LOG, LOG_STREAM, OVERSIGHT_CASES, UNMASKING, WORKFLOW
from domain.oversight.commands import (
    AdoptWitnessPolicy,
    ClearWitnessAlarm,
    EndUnmasking,
    GrantUnmasking,
    IntroduceSigningKey,
    RaiseWitnessAlarm,
    RecordAudit,
    RecordDiscrepancy,
    RecordExport,
    RecordRebuild,
    RotateSigningKey,
    SealWorkflowHistory,
    UnmaskField,
)
from domain.oversight.words import (
    AlarmGround,
    AuditAct,
    AuditOutcome,
    Count,
    DiscrepancyGround,
    ExportFormat,
    HistoryStatus,
)
from domain.rules import NeighbourTask
from domain.values import STREAM
from tests.domain.harness import Story, given
from tests.domain.world import (
    ADJUDICATOR,
    AUDITOR,
    CIVIL_STAFF,
    DISPATCHER,
    DPO,
    GRANDMA,
    MONDAY,
    REGISTRAR,
    SUPERVISOR,
    Town,
    rules_with,
    task_id,
    uuid_of,
)

CASE = task_id("the ramp")
OTHER_CASE = task_id("another case")
RULES = rules_with(
    town=Town(
        tasks=(
            NeighbourTask(CASE, "CLOSED", False, "MEAL", "440106005001", "meal", None, None, ()),
        )
    )
)
KEY = "pairing.example.org/log+0a1b2c3d+AQab+/=="
SECOND_KEY = "pairing.example.org/log+1a2b3c4d+AQcd+/=="
ORIGIN = "pairing.example.org/log"
AUDITED = RecordAudit(
    act=AuditAct.VERIFY,
    about=(CASE,),
    head=41,
    outcome=AuditOutcome.CLEAN,
    counts=(Count(name="entries", number=42),),
)
EXPORTED = RecordExport(format=ExportFormat.BUNDLE, head=41, rows=42, bytes=9000, digest="ab" * 32)
UNTIL = MONDAY + timedelta(hours=2)
GRANT = GrantUnmasking(case=CASE, to=str(AUDITOR.person), reason="核查回访记录", until=UNTIL)
OPEN = UnmaskField(case=CASE, holder=str(GRANDMA.person), item=uuid_of("phone"), field="phone")
END = EndUnmasking(reason="核查完毕")
SEAL = SealWorkflowHistory(
    case=CASE,
    workflow=f"{CASE}/feedback_round/1",
    run=uuid_of("a run"),
    status=HistoryStatus.COMPLETED,
    events=12,
    bytes=4000,
    digest="cd" * 32,
)


def act() -> Story:
    return replace(given(case=AUDIT), stream=f"audit/{uuid_of('an act')}")


def unmasking() -> Story:
    return replace(given(case=UNMASKING, rules=RULES), stream=f"unmasking/{uuid_of('a grant')}")


def granted() -> Story:
    return unmasking().does(GRANT, by=DPO)


def clerk() -> Story:
    return replace(given(case=WORKFLOW), stream=f"workflow/{CASE.partition('/')[2]}")


def log() -> Story:
    return replace(given(case=LOG), stream=LOG_STREAM)


# Acts of audit and exports.


@pytest.mark.parametrize("by", [AUDITOR, DPO, SUPERVISOR, ADJUDICATOR, SYSTEM])
def test_whoever_may_look_is_recorded(by: Any) -> None:
    act().when(AUDITED, by=by).then(facts.AuditPerformed, act=AuditAct.VERIFY, head=41)


@pytest.mark.parametrize("by", [CIVIL_STAFF, DISPATCHER, REGISTRAR])
def test_nobody_else_audits(by: Any) -> None:
    act().when(AUDITED, by=by).then_refused("role-permitted")
    act().when(EXPORTED, by=by).then_refused("role-permitted")


def test_residents_neither_audit_nor_export() -> None:
    act().when(AUDITED, by=GRANDMA).then_refused("role-permitted")
    act().when(EXPORTED, by=GRANDMA).then_refused("identity-proven")


def test_the_system_notes_backups_and_hands_out_nothing() -> None:
    act().when(EXPORTED, by=SYSTEM).then_refused("export-by-person")
    backup = EXPORTED.model_copy(update={"format": ExportFormat.BACKUP})
    act().when(backup, by=SYSTEM).then(facts.ExportMade)


def test_a_role_must_be_held_where_it_is_said_to_be_held() -> None:
    stranger = AUDITOR.model_copy(update={"person": f"person/{uuid_of('nobody')}"})
    act().when(AUDITED, by=stranger).then_refused("role-held")


def test_each_act_and_each_export_has_a_stream_of_its_own() -> None:
    told = act().when(EXPORTED, by=AUDITOR).then(facts.ExportMade, digest="ab" * 32, openings=0)
    told.then_state("RECORDED").when(AUDITED, by=AUDITOR).then_refused("recorded-once")


def test_a_reason_names_nobody() -> None:
    told = AUDITED.model_copy(update={"reason": "居民13800138000来电"})
    act().when(told, by=AUDITOR).then_refused("no-personal-data")


@pytest.mark.parametrize(
    "about",
    [
        CASE,
        "unit/440106-CA",
        "entry/0",
        "checkpoint/256",
        "figure/satisfaction",
        "month/2026-10",
        "division/440106003",
        "recorded/2026-10-12T09:00:00.000000Z",
        "log/checkpoints",
        "policy/gd-2022",
    ],
)
def test_an_act_is_about_references(about: str) -> None:
    assert RecordAudit(**{**AUDITED.model_dump(), "about": (about,)}).about == (about,)


@pytest.mark.parametrize("about", ["欧阳慕枫", "13800138000", "phone/13800138000", "entry/-1", ""])
def test_an_act_is_never_about_a_name_or_a_number(about: str) -> None:
    with pytest.raises(ValidationError):
        RecordAudit(**{**AUDITED.model_dump(), "about": (about,)})


# Unmaskings.


def test_the_officer_lets_an_auditor_open_one_case_for_a_time() -> None:
    (
        unmasking()
        .when(GRANT, by=DPO)
        .then(facts.UnmaskingGranted, case=CASE, until=UNTIL)
        .then_state("GRANTED")
        .when(OPEN, by=AUDITOR)
        .then(facts.FieldUnmasked, field="phone", case=CASE)
        .when(END, by=AUDITOR)
        .then(facts.UnmaskingEnded)
        .then_state("ENDED")
        .when(OPEN, by=AUDITOR)
        .then_refused("unmasking-over")
    )


@pytest.mark.parametrize("by", [AUDITOR, SUPERVISOR, ADJUDICATOR, REGISTRAR, SYSTEM, CIVIL_STAFF])
def test_only_the_officer_grants(by: Any) -> None:
    unmasking().when(GRANT, by=by).then_refused("role-permitted")


def test_nobody_grants_an_unmasking_to_themselves() -> None:
    own = GRANT.model_copy(update={"to": DPO.person})
    unmasking().when(own, by=DPO).then_refused("own-unmasking")


def test_a_grant_goes_to_somebody_who_judges_never_to_who_handles() -> None:
    for to in (CIVIL_STAFF, DISPATCHER, REGISTRAR):
        other = GRANT.model_copy(update={"to": to.person})
        unmasking().when(other, by=DPO).then_refused("grantee-role")
    for to in (SUPERVISOR, ADJUDICATOR):
        other = GRANT.model_copy(update={"to": to.person})
        unmasking().when(other, by=DPO).then(facts.UnmaskingGranted)


def test_a_grant_is_for_a_case_there_is() -> None:
    unknown = GRANT.model_copy(update={"case": OTHER_CASE})
    unmasking().when(unknown, by=DPO).then_refused("case-known")


def test_the_reason_of_a_grant_names_nobody() -> None:
    told = GRANT.model_copy(update={"reason": "核查13800138000的投诉"})
    unmasking().when(told, by=DPO).then_refused("no-personal-data")


@for_all(st.timedeltas(min_value=timedelta(days=-30), max_value=timedelta(days=30)))
def test_a_grant_ends_after_now_and_within_three_days(length: timedelta) -> None:
    asked = unmasking().when(GRANT.model_copy(update={"until": MONDAY + length}), by=DPO)
    if timedelta(0) < length <= timedelta(hours=72):
        asked.then(facts.UnmaskingGranted)
    else:
        asked.then_refused("unmasking-time")


@for_all(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=4)))
def test_a_grant_opens_until_its_instant_and_never_after(later: timedelta) -> None:
    asked = granted().when(OPEN, by=AUDITOR, at=MONDAY + later)
    if MONDAY + later < UNTIL:
        asked.then(facts.FieldUnmasked)
    else:
        asked.then_refused("unmasking-over")


def test_only_the_grantee_opens() -> None:
    other = replace(granted(), rules=RULES)
    for by in (SUPERVISOR, ADJUDICATOR):
        other.when(OPEN, by=by).then_refused("grantee-only")
    other.when(OPEN, by=DPO).then_refused("role-permitted")


def test_a_grant_opens_its_own_case_only() -> None:
    elsewhere = OPEN.model_copy(update={"case": OTHER_CASE})
    granted().when(elsewhere, by=AUDITOR).then_refused("granted-case-only")


def test_nothing_is_opened_without_a_grant() -> None:
    unmasking().when(OPEN, by=AUDITOR).then_refused("unmasking-unknown")
    unmasking().when(END, by=DPO).then_refused("unmasking-unknown")


def test_the_officer_or_the_grantee_ends_a_grant_and_nobody_else() -> None:
    granted().when(END, by=SUPERVISOR).then_refused("grantee-or-officer")
    ended = granted().when(END, by=DPO).then(facts.UnmaskingEnded)
    ended.when(END, by=DPO).then_refused("unmasking-over")


def test_a_stream_holds_one_grant() -> None:
    granted().when(GRANT, by=DPO).then_refused("unmasking-once")


def test_what_was_opened_twice_is_told_twice_and_counted_once() -> None:
    story = granted().does(OPEN, by=AUDITOR).does(OPEN, by=AUDITOR)
    assert len(story.facts) == 3
    assert story.state.opened == (OPEN.item,)


def test_a_use_without_its_grant_is_a_broken_book() -> None:
    used = facts.FieldUnmasked(**OPEN.model_dump(exclude={"kind"}))
    with pytest.raises(FactOutOfPlace, match="verify"):
        UNMASKING.evolve(UNMASKING.initial, Happened(used, MONDAY, MONDAY, AUDITOR, 1))


# Clerks and their histories.


def test_only_the_system_tells_of_clerks_and_of_the_log() -> None:
    found = RecordDiscrepancy(case=CASE, ground=DiscrepancyGround.MISSING)
    for by in (AUDITOR, DPO, SUPERVISOR):
        clerk().when(SEAL, by=by).then_refused("role-permitted")
        clerk().when(found, by=by).then_refused("role-permitted")
        introduced = IntroduceSigningKey(origin=ORIGIN, suite="SHA-256+Ed25519", key=KEY)
        log().when(introduced, by=by).then_refused("role-permitted")


def test_a_history_is_sealed_once_and_never_otherwise() -> None:
    altered = SEAL.model_copy(update={"digest": "ef" * 32})
    (
        clerk()
        .when(SEAL, by=SYSTEM)
        .then(facts.WorkflowHistorySealed, digest="cd" * 32)
        .when(SEAL, by=SYSTEM)
        .then_nothing()
        .when(altered, by=SYSTEM)
        .then_refused("sealed-otherwise")
    )


def test_a_clerk_is_told_of_on_the_stream_named_after_its_case() -> None:
    elsewhere = replace(clerk(), stream=f"workflow/{uuid_of('elsewhere')}")
    elsewhere.when(SEAL, by=SYSTEM).then_refused("stream-named-otherwise")
    foreign = SEAL.model_copy(update={"workflow": OTHER_CASE})
    clerk().when(foreign, by=SYSTEM).then_refused("workflow-of-case")


def test_rebuilding_and_disagreement_are_facts() -> None:
    rebuilt = RecordRebuild(case=CASE, run=uuid_of("new run"), reason="流程数据库丢失")
    found = RecordDiscrepancy(
        case=CASE, ground=DiscrepancyGround.TERMINATED, run=uuid_of("a run"), detail="ledger-12"
    )
    story = clerk().when(found, by=SYSTEM).then(facts.WorkflowDiscrepancyFound)
    story = story.when(rebuilt, by=SYSTEM).then(facts.WorkflowRebuilt, run_before=None)
    assert (story.state.discrepancies, story.state.rebuilt) == (1, (uuid_of("new run"),))


# The log's own life.


def introduced() -> Story:
    command = IntroduceSigningKey(origin=ORIGIN, suite="SHA-256+Ed25519", key=KEY)
    return log().when(command, by=SYSTEM).then(facts.SigningKeyIntroduced, key=KEY)


def test_a_key_is_introduced_once_and_then_rotated() -> None:
    again = IntroduceSigningKey(origin=ORIGIN, suite="SHA-256+Ed25519", key=KEY)
    other = again.model_copy(update={"key": SECOND_KEY})
    rotated = RotateSigningKey(
        origin=ORIGIN, suite="SHA-256+Ed25519", key=SECOND_KEY, reason="按期更换"
    )
    story = introduced().when(again, by=SYSTEM).then_nothing()
    story.when(other, by=SYSTEM).then_refused("key-introduced")
    story = story.when(rotated, by=REGISTRAR).then(facts.SigningKeyRotated, key_before=KEY)
    assert story.state.keys[ORIGIN] == (KEY, SECOND_KEY)
    story.when(rotated, by=REGISTRAR).then_refused("key-used-before")
    back = rotated.model_copy(update={"key": KEY})
    story.when(back, by=REGISTRAR).then_refused("key-used-before")
    log().when(rotated, by=REGISTRAR).then_refused("key-unknown")


@pytest.mark.parametrize("key", [KEY, "见证.example+00000000+AQ", "a/b.c+ffffffff+BAEC+/=="])
def test_verifier_keys_are_kept_as_they_are_written(key: str) -> None:
    assert IntroduceSigningKey(origin=ORIGIN, suite="SHA-256+Ed25519", key=key).key == key


@pytest.mark.parametrize("key", ["", "name", "name+0a1b2c3d", "na me+0a1b2c3d+AQ", "n+XYZ+AQ"])
def test_what_is_no_verifier_key_is_not_heard(key: str) -> None:
    with pytest.raises(ValidationError):
        IntroduceSigningKey(origin=ORIGIN, suite="SHA-256+Ed25519", key=key)


def test_a_witness_policy_is_adopted_when_it_is_another() -> None:
    policy = AdoptWitnessPolicy(policy=f"log {KEY}\nwitness w {KEY}\nquorum w\n")
    story = log().when(policy, by=SYSTEM).then(facts.WitnessPolicyAdopted, policy=policy.policy)
    story.when(policy, by=SYSTEM).then_nothing()
    told = AdoptWitnessPolicy(policy="quorum none # 联系人13800138000\n")
    log().when(told, by=SYSTEM).then_refused("no-personal-data")


def test_an_alarm_is_raised_once_until_it_is_another_or_over() -> None:
    lagging = RaiseWitnessAlarm(witness="archive", ground=AlarmGround.LAGGING, size=512)
    refused = lagging.model_copy(update={"ground": AlarmGround.REFUSED, "status": 409})
    over = ClearWitnessAlarm(witness="archive", size=768)
    (
        log()
        .when(lagging, by=SYSTEM)
        .then(facts.WitnessAlarmRaised)
        .when(lagging.model_copy(update={"size": 600}), by=SYSTEM)
        .then_nothing()
        .when(refused, by=SYSTEM)
        .then(facts.WitnessAlarmRaised, ground=AlarmGround.REFUSED, status=409)
        .when(over, by=SYSTEM)
        .then(facts.WitnessAlarmCleared)
        .when(over, by=SYSTEM)
        .then_nothing()
        .when(lagging, by=SYSTEM)
        .then(facts.WitnessAlarmRaised)
    )


# Their place among the cases.


def test_every_kind_of_oversight_has_its_stream_and_no_clerk() -> None:
    for category, kind in OVERSIGHT_CASES.items():
        stream = LOG_STREAM if category == "log" else f"{category}/{uuid_of(category)}"
        assert STREAM.fullmatch(stream)
        assert not kind.clerked
        assert kind.clocks(kind.initial, RULES) == ()
    assert not STREAM.fullmatch("log/other")
    assert not STREAM.fullmatch("audit/not-a-uuid")
