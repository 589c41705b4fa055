"""Whoever opens the inbox finds what is theirs to do, and nothing that is not."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from domain.pairing.case import PAIRING
from domain.pairing.commands import ApproveAdjustment, ReplaceParty
from domain.people import Role
from domain.registry.case import SUBJECT
from domain.registry.commands import RecordErasure, RefuseErasure
from domain.task.case import TASK
from domain.task.commands import GrantExtension
from domain.values import instant_text
from projections.boards import Boards, open_boards
from projections.task_picture import FINAL
from projections.unit_inbox import COMMANDS, Acting
from tests.domain.harness import Story
from tests.domain.pairing import promises as q
from tests.domain.pairing import stories as p
from tests.domain.registry.test_erasure_clocks import requested
from tests.domain.task import stories as s
from tests.domain.world import (
    AUTHORITY,
    CALLBACK_AGENT,
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    CIVIL_STAFF,
    DISPATCHER,
    DPO,
    HEALTH,
    HOTLINE,
    HOUSING,
    ORGANIZATION,
    SHIPAI,
    SHIPAI_CENTER,
    SUPERVISION_OFFICE,
    UNITS,
    WUSHAN,
    on,
    task_id,
)
from tests.projections.book import LogInMemory
from tests.projections.walks import pairing_walk, task_walk
from wording.labels import LABELS

RAMP = task_id("the ramp")


def after(tmp_path: Path, story: Story, stream: str = RAMP) -> Boards:
    """Return boards that have followed *story*."""
    log = LogInMemory()
    for happened in story.facts:
        log.tell(stream, happened)
    boards = open_boards(f"sqlite:///{tmp_path / 'boards.db'}")
    boards.follower(log).catch_up()
    return boards


def what(
    boards: Boards, unit: str, role: Role | None = None, person: str | None = None
) -> list[str]:
    return [line.what for line in boards.inbox.waiting(unit, role, person=person)]


def test_triage_waits_for_the_street_of_the_place(tmp_path: Path) -> None:
    """And for no other street."""
    boards = after(tmp_path, s.registered())
    assert what(boards, SHIPAI, Role.STREET_DISPATCHER) == ["triage"]
    assert what(boards, WUSHAN) == []
    (line,) = boards.inbox.waiting(SHIPAI)
    assert line.due is not None
    assert line.due.startswith("2026-05-11T")


def test_sign_in_waits_for_the_main_unit(tmp_path: Path) -> None:
    boards = after(tmp_path, s.dispatched())
    assert what(boards, CIVIL_AFFAIRS, Role.DEPT_COORDINATOR) == ["sign_in"]
    assert what(boards, SHIPAI) == []
    assert what(boards, HEALTH) == []


def test_handling_waits_for_the_member_of_staff(tmp_path: Path) -> None:
    boards = after(tmp_path, s.in_progress())
    mine = what(boards, CIVIL_AFFAIRS, Role.DEPT_STAFF, person=str(CIVIL_STAFF.person))
    assert sorted(mine) == ["first_contact", "handle"]
    colleague = str(CIVIL_COORDINATOR.person)
    assert what(boards, CIVIL_AFFAIRS, Role.DEPT_STAFF, person=colleague) == []


def test_the_most_pressing_comes_first(tmp_path: Path) -> None:
    boards = after(tmp_path, s.in_progress())
    dues = [line.due for line in boards.inbox.waiting(CIVIL_AFFAIRS) if line.due]
    assert dues == sorted(dues)


def test_two_keys_wait_for_two_people(tmp_path: Path) -> None:
    """Once one has turned theirs, only the other is waited for."""
    both = after(tmp_path / "both", s.carry_proposed())
    assert sorted(line.role for line in both.inbox.of(RAMP) if line.what == "carry_key") == [
        "ADJUDICATOR",
        "SUPERVISOR",
    ]
    assert "carry_key" in what(both, SUPERVISION_OFFICE, Role.SUPERVISOR)


def test_assisting_units_and_called_departments_have_their_own_items(tmp_path: Path) -> None:
    boards = after(tmp_path / "assist", s.assisted())
    assert what(boards, HEALTH) == ["assist"]
    called = s.in_progress().does(s.WHISTLE, DISPATCHER)
    boards = after(tmp_path / "whistle", called)
    assert what(boards, HEALTH) == ["arrive"]
    assert what(boards, HOUSING) == ["arrive"]


def test_callback_waits_for_the_hotline(tmp_path: Path) -> None:
    boards = after(tmp_path, s.callback())
    assert what(boards, HOTLINE, Role.CALLBACK_AGENT) == ["callback"]
    assert str(CALLBACK_AGENT.unit) == HOTLINE


def test_nothing_waits_for_anybody_once_a_task_is_over(tmp_path: Path) -> None:
    for number, story in enumerate((s.closed(), s.cancelled(), s.diverted(), s.archived())):
        boards = after(tmp_path / str(number), story)
        assert boards.inbox.of(RAMP) == []


def test_a_proposal_waits_for_the_parties_that_are_silent(tmp_path: Path) -> None:
    answered = p.answers(p.proposed(), CIVIL_AFFAIRS)
    boards = after(tmp_path, answered, p.PAIRING_ID)
    assert what(boards, HEALTH) == ["answer_proposal"]
    assert what(boards, SHIPAI, Role.STREET_DISPATCHER) == ["answer_proposal"]
    assert what(boards, CIVIL_AFFAIRS) == []
    assert what(boards, SHIPAI_CENTER) == []


def test_approval_waits_for_the_party_authority(tmp_path: Path) -> None:
    boards = after(tmp_path, p.pending(), p.PAIRING_ID)
    assert what(boards, ORGANIZATION, Role.PARTY_AUTHORITY) == ["approve_pairing"]
    assert str(AUTHORITY.unit) == ORGANIZATION


def test_hand_over_waits_for_the_successors_then_for_the_end(tmp_path: Path) -> None:
    boards = after(tmp_path, p.leaving(), p.PAIRING_ID)
    assert what(boards, HOUSING) == ["hand_over"]
    assert what(boards, SHIPAI) == ["hand_over"]
    assert "complete_exit" not in what(boards, ORGANIZATION)


def test_counts_tell_how_much_waits(tmp_path: Path) -> None:
    boards = after(tmp_path, s.in_progress())
    assert boards.inbox.counts(CIVIL_AFFAIRS) == {
        "first_contact": 1,
        "handle": 1,
    }


def test_every_item_can_be_answered_by_the_role_it_waits_for(tmp_path: Path) -> None:
    """The inbox never sends anybody to a door that is closed to them."""
    log = LogInMemory(
        [task_walk(seed) for seed in range(50)] + [pairing_walk(seed) for seed in range(25)]
    )
    boards = open_boards(f"sqlite:///{tmp_path / 'boards.db'}")
    may = {**TASK.who_may, **PAIRING.who_may, **SUBJECT.who_may}
    seen: set[str] = set()
    for until in range(0, log.head(), 151):
        boards.follower(log).catch_up(until)
        for line in [one for unit in UNITS for one in boards.inbox.waiting(unit)]:
            seen.add(line.what)
            for command in COMMANDS[line.what]:
                assert Role(line.role) in may[command], (line.what, line.role, command)
    assert len(seen) > 18


def test_every_kind_of_item_has_a_label_and_a_command() -> None:
    assert set(COMMANDS) == set(LABELS["ToDo"])


@pytest.mark.parametrize("state", [name for name in s.every_state() if name not in FINAL])
def test_every_open_task_waits_for_somebody(tmp_path: Path, state: str) -> None:
    """For a person in an inbox, for the system, or for a resident who rates."""
    boards = after(tmp_path, s.every_state()[state])
    waits = boards.inbox.of(RAMP)
    assert waits or state in ("TRIAGED", "RATING")


def test_a_moved_due_time_moves_its_item(tmp_path: Path) -> None:
    longer = s.extension_requested().does(
        GrantExtension(),
        at=on(5, 11, "11:30"),
    )
    before = after(tmp_path / "before", s.extension_requested())
    boards = after(tmp_path / "after", longer)
    due = {line.what: line.due for line in boards.inbox.of(RAMP)}
    was = {line.what: line.due for line in before.inbox.of(RAMP)}
    assert str(due["handle"]) > str(was["handle"])


def test_of_its_area_a_unit_has_only_what_a_role_of_its_own_is_for(tmp_path: Path) -> None:
    """A bureau of the district is not shown what the dispatchers of the streets have to do."""
    boards = after(tmp_path, s.registered())
    assert what(boards, SHIPAI) == ["triage"]
    held = boards.inbox.waiting(SHIPAI, holding={Role.STREET_DISPATCHER})
    assert [line.what for line in held] == ["triage"]
    assert boards.inbox.waiting(SHIPAI, holding={Role.DEPT_STAFF}) == []
    assert boards.inbox.counts(SHIPAI, None, {Role.DEPT_STAFF}) == {}
    sent = after(tmp_path / "sent", s.dispatched())
    assert [line.what for line in sent.inbox.waiting(CIVIL_AFFAIRS, holding=())] == ["sign_in"]


# Promises: the giver delivers, street or centre confirms, the authority settles.


def items(boards: Boards, unit: str, role: Role | None = None) -> list[tuple[str, str | None]]:
    return [(line.what, line.due) for line in boards.inbox.waiting(unit, role)]


MONEY_DUE = instant_text(q.MONEY_DUE)


def test_a_promise_waits_for_its_giver_from_the_day_it_was_told_of(tmp_path: Path) -> None:
    quiet = after(tmp_path / "quiet", q.active(), p.PAIRING_ID)
    assert "deliver_commitment" not in what(quiet, CIVIL_AFFAIRS)
    soon = q.active().rings("commitment.remind_before")
    boards = after(tmp_path / "soon", soon, p.PAIRING_ID)
    assert items(boards, CIVIL_AFFAIRS, Role.DEPT_COORDINATOR) == [
        ("deliver_commitment", MONEY_DUE)
    ]
    late = after(tmp_path / "late", q.active().rings("commitment"), p.PAIRING_ID)
    assert ("deliver_commitment", MONEY_DUE) in items(late, CIVIL_AFFAIRS)


def test_a_delivery_waits_for_street_and_centre_until_one_of_them_confirms(tmp_path: Path) -> None:
    boards = after(tmp_path, q.delivered(), p.PAIRING_ID)
    assert ("confirm_delivery", MONEY_DUE) in items(boards, SHIPAI, Role.STREET_DISPATCHER)
    assert ("confirm_delivery", MONEY_DUE) in items(boards, SHIPAI_CENTER)
    done = after(tmp_path / "done", q.confirmed(), p.PAIRING_ID)
    assert "confirm_delivery" not in what(done, SHIPAI) + what(done, SHIPAI_CENTER)


def test_what_was_delivered_in_full_waits_for_its_giver_no_more(tmp_path: Path) -> None:
    whole = q.DELIVER.model_copy(update={"quantity": 4_000_000})
    story = q.active().rings("commitment.remind_before").does(whole, CIVIL_COORDINATOR)
    boards = after(tmp_path, story, p.PAIRING_ID)
    assert "deliver_commitment" not in what(boards, CIVIL_AFFAIRS)
    back = after(tmp_path / "back", story.does(q.TAKE_BACK, CIVIL_COORDINATOR), p.PAIRING_ID)
    assert "deliver_commitment" in what(back, CIVIL_AFFAIRS)


def test_a_dispute_waits_for_the_authority_and_a_revision_for_the_other_side(
    tmp_path: Path,
) -> None:
    boards = after(tmp_path / "disputed", q.disputed(), p.PAIRING_ID)
    assert "settle_delivery" in what(boards, ORGANIZATION, Role.PARTY_AUTHORITY)
    settled = after(tmp_path / "settled", q.settled(), p.PAIRING_ID)
    assert "settle_delivery" not in what(settled, ORGANIZATION)
    revising = after(tmp_path / "revising", q.revising(), p.PAIRING_ID)
    assert "answer_revision" in what(revising, SHIPAI)
    assert "answer_revision" not in what(revising, CIVIL_AFFAIRS)
    agreed = q.revising().does(q.AGREE, DISPATCHER).rings("commitment.remind_before")
    boards = after(tmp_path / "agreed", agreed, p.PAIRING_ID)
    assert "answer_revision" not in what(boards, SHIPAI)
    assert ("deliver_commitment", instant_text(on(11, 30))) in items(boards, CIVIL_AFFAIRS)


def test_a_promise_goes_over_with_the_party(tmp_path: Path) -> None:
    replaced = (
        q.active()
        .does(ReplaceParty(party=CIVIL_AFFAIRS, by_unit=HOUSING, reason="机构改革"), DISPATCHER)
        .does(ApproveAdjustment(), AUTHORITY)
        .rings("commitment.remind_before")
    )
    boards = after(tmp_path, replaced, p.PAIRING_ID)
    assert ("deliver_commitment", MONEY_DUE) in items(boards, HOUSING)
    assert "deliver_commitment" not in what(boards, CIVIL_AFFAIRS)


# A resident's request to be erased waits for the officers of its place.


def asked(tmp_path: Path, *rings: str, answered: BaseModel | None = None) -> Boards:
    """Return boards after somebody asked by the task of the ramp, and what followed."""
    story = requested()
    for name in rings:
        story = story.rings(name)
    if answered is not None:
        story = story.does(answered, DPO)
    log = LogInMemory()
    for happened in s.registered().facts:
        log.tell(RAMP, happened)
    for happened in story.facts:
        log.tell(story.stream, happened)
    boards = open_boards(f"sqlite:///{tmp_path / 'boards.db'}")
    boards.follower(log).catch_up()
    return boards


def test_a_request_to_erase_waits_for_the_officer_with_its_limit(tmp_path: Path) -> None:
    boards = asked(tmp_path)
    (line,) = boards.inbox.waiting(SUPERVISION_OFFICE, Role.DPO)
    task = boards.tasks.get(RAMP)
    assert task is not None
    assert (line.what, line.title, line.area) == ("answer_erasure", task.number, task.place)
    assert line.due == instant_text(on(6, 1, "17:00"))
    assert [one.number for one in boards.erasures.waiting()] == [task.number]


def test_one_that_is_late_still_waits_and_one_that_is_answered_does_not(tmp_path: Path) -> None:
    late = asked(tmp_path / "late", "erasure_answer.remind_before", "erasure_answer")
    assert what(late, SUPERVISION_OFFICE, Role.DPO) == ["answer_erasure"]
    for name, answer in (
        ("refused", RefuseErasure(reason="依法保存三年")),
        ("erased", RecordErasure(basis="依本人申请")),
    ):
        boards = asked(tmp_path / name, answered=answer)
        assert what(boards, SUPERVISION_OFFICE, Role.DPO) == []
        assert boards.erasures.waiting() == []


def test_what_waits_for_the_officer_is_not_shown_to_their_colleagues(tmp_path: Path) -> None:
    """Who wishes to be forgotten is nobody's business but the officer's."""
    boards = asked(tmp_path)
    lines, total = boards.inbox.for_others(
        SUPERVISION_OFFICE, Role.SUPERVISOR, "person/x", set(Role), Acting(), 50
    )
    assert "answer_erasure" not in [line.what for line in lines]
    assert total == len(lines)
