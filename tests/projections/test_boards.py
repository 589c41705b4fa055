"""What people ask of the boards, and what they are answered."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.envelope import By, rung_by
from domain.people import Channel, Role
from domain.registry.facts import UnitChanged, UnitClosed
from domain.task import commands as c
from projections.boards import Boards, open_boards
from projections.history import case_history, who
from projections.initials import initials_of
from projections.supervision_board import LEVELS, quarter_of
from projections.task_board import TaskFilter
from tests.domain.harness import Story
from tests.domain.pairing import stories as p
from tests.domain.task import stories as s
from tests.domain.world import (
    AGENT,
    CIVIL_AFFAIRS,
    CIVIL_COORDINATOR,
    GRANDMA,
    HEALTH,
    RULES,
    SHIPAI,
    SHIPAI_PLACE,
    SUPERVISOR,
    UNITS,
    WUSHAN_PLACE,
    Town,
    on,
    rules_with,
    sealed,
    task_id,
    uuid_of,
)
from tests.projections.book import Book, LogInMemory
from wording.names import KnownNames
from wording.sentences import OpaqueNames


def shown(tmp_path: Path, **stories: Story) -> Boards:
    """Return boards that have followed *stories*, each as the task or pairing of its name."""
    log = LogInMemory()
    for name, story in stories.items():
        stream = story.stream if story.stream.startswith("pairing/") else task_id(name)
        for happened in story.facts:
            log.tell(stream, happened)
    boards = open_boards(f"sqlite:///{tmp_path / 'boards.db'}")
    boards.follower(log).catch_up()
    return boards


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Boards:
    """Eight tasks and two pairings."""
    return shown(
        tmp_path_factory.mktemp("town"),
        registered=s.registered(),
        elsewhere=s.registered(place=WUSHAN_PLACE, category="MEAL"),
        in_hand=s.in_progress(),
        late=s.overdue(),
        carried=s.carried(),
        closed=s.closed(),
        gone=s.cancelled(),
        of_pairing=s.registered(rules_with(town=Town(pairings=(s.pairing(),))),
                                pairing=s.PAIRING, ad_hoc=False),
        pairing=p.claimed(),
    )  # fmt: skip


def found(boards: Boards, **wanted: object) -> set[str]:
    lines = boards.tasks.find(TaskFilter(**wanted), size=100).lines  # type: ignore[arg-type]
    return {line.stream for line in lines}


def test_a_line_says_what_a_list_needs(town: Boards) -> None:
    line = town.tasks.get(task_id("in_hand"))
    assert line is not None
    assert (line.state, line.main_unit, line.category) == ("IN_PROGRESS", CIVIL_AFFAIRS, "ELDER")
    assert line.street == SHIPAI_PLACE[:9]
    assert line.requester == GRANDMA.person
    assert line.is_open
    assert line.next_limit == "first_contact"
    assert line.due == "2026-05-25T09:00:00.000000Z"
    assert town.tasks.get(task_id("nobody's")) is None


def test_counts_by_state_add_up(town: Boards) -> None:
    assert town.tasks.counts() == {
        "CANCELLED": 1,
        "CARRIED": 1,
        "CLOSED": 1,
        "IN_PROGRESS": 2,
        "REGISTERED": 3,
    }
    assert town.tasks.counts(TaskFilter(open_only=True), by="sla") == {
        "NONE": 3,
        "ON_TRACK": 1,
        "OVERDUE": 1,
        "PAUSED": 1,
    }
    with pytest.raises(ValueError, match="counted by one of"):
        town.tasks.counts(by="requester")


def test_filters_narrow(town: Boards) -> None:
    assert found(town, place=WUSHAN_PLACE[:9]) == {task_id("elsewhere")}
    assert len(found(town, place="440106")) == 8
    assert len(found(town, place="440000")) == 8
    assert found(town, states=("CLOSED", "CANCELLED")) == {task_id("closed"), task_id("gone")}
    assert found(town, unit=CIVIL_AFFAIRS, open_only=True, sla="OVERDUE") == {task_id("late")}
    assert found(town, pairing=s.PAIRING) == {task_id("of_pairing")}
    assert found(town, categories=("MEAL",)) == {task_id("elsewhere")}
    assert found(town, due_before="2026-05-01T00:00:00.000000Z") == set()
    assert found(town, supervision=("RED",)) == {task_id("late")}
    assert found(town, resolution="RESOLVED") == {task_id("closed")}


def test_a_filter_is_data_and_never_a_pattern(town: Boards) -> None:
    """A percent sign in a search box finds nothing, not everything."""
    assert found(town, search="%") == set()
    assert found(town, place="44_106") == set()
    assert found(town, unit="' OR 1=1 --") == set()


def test_pages_hold_every_line_once(town: Boards) -> None:
    pages = [town.tasks.find(page=number, size=3) for number in (1, 2, 3)]
    streams = [line.stream for page in pages for line in page.lines]
    assert len(streams) == len(set(streams)) == pages[0].total == 8
    assert town.tasks.find(page=0, size=0).size == 1


def test_overdue_tasks_are_found_by_their_limits(town: Boards) -> None:
    now = "2026-05-11T04:00:00.000000Z"
    late = {line.stream for line in town.tasks.overdue(now)}
    assert task_id("registered") in late, "triage was due within two working hours"
    assert task_id("late") in late
    assert task_id("closed") not in late


def test_a_pairing_line_shows_parties_lists_and_claims(town: Boards) -> None:
    line = town.pairings.get(p.PAIRING_ID)
    assert line is not None
    assert line.state == "NEGOTIATING"
    assert line.departments == (CIVIL_AFFAIRS, HEALTH)
    assert (line.items, line.claimed) == (3, 2)
    assert town.pairings.claims(p.PAIRING_ID) == {"P-1": HEALTH, "N-1": CIVIL_AFFAIRS}
    assert town.pairings.counts() == {"NEGOTIATING": 1}


def test_pairings_are_found_by_party_and_by_either_spelling(town: Boards) -> None:
    """The seed writes 结队, everyone else 结对 (domain.md §0)."""
    for wanted in ({"unit": SHIPAI}, {"search": "养老结队"}, {"search": "养老结对"}):
        lines, total = town.pairings.find(**wanted)  # type: ignore[arg-type]
        assert [line.stream for line in lines] == [p.PAIRING_ID]
        assert total == 1
    assert town.pairings.find(unit="440106-HS") == ([], 0)


def test_a_party_that_was_replaced_is_no_party_any_more(tmp_path: Path) -> None:
    from domain.pairing import commands as pc
    from tests.domain.world import AUTHORITY, CENTER_COORDINATOR, HOUSING

    replaced = (
        p.active()
        .does(pc.ReplaceParty(party=HEALTH, by_unit=HOUSING, reason="改革"), CENTER_COORDINATOR)
        .does(pc.ApproveAdjustment(), AUTHORITY)
    )
    boards = shown(tmp_path, pairing=replaced)
    assert boards.pairings.find(unit=HEALTH) == ([], 0)
    lines, _ = boards.pairings.find(unit=HOUSING)
    assert [line.stream for line in lines] == [p.PAIRING_ID]


# Supervision.


def test_the_ladder_names_every_rung(town: Boards) -> None:
    ladder = town.supervision.ladder()
    assert tuple(ladder) == LEVELS
    assert ladder["RED"] == 1
    assert sum(ladder.values()) == 6, "open tasks only"
    assert town.supervision.ladder(place=WUSHAN_PLACE)["RED"] == 0
    assert town.supervision.by_unit() == {CIVIL_AFFAIRS: {"RED": 1}}


def test_cards_are_counted_by_unit_and_quarter(town: Boards) -> None:
    (cards,) = town.supervision.cards("2026Q2")
    assert cards.unit == CIVIL_AFFAIRS
    assert cards.counts["RED"] == 1
    steps = town.supervision.steps(unit=CIVIL_AFFAIRS, quarter="2026Q2")
    assert steps[0].level == "RED"
    assert steps[0].cause == "due"
    assert town.supervision.cards("2026Q1") == []


def test_quarters_end_at_midnight_in_china() -> None:
    assert quarter_of(datetime(2026, 3, 31, 15, 59, tzinfo=UTC)) == "2026Q1"
    assert quarter_of(datetime(2026, 3, 31, 16, 0, tzinfo=UTC)) == "2026Q2"


# The directory.


def test_the_directory_follows_the_registry(tmp_path: Path) -> None:
    log = LogInMemory()
    before = UNITS[HEALTH]
    after = before.model_copy(update={"name": "区卫生健康委"})
    log.add(
        f"unit/{HEALTH}", UnitChanged(unit=after, unit_before=before, reason="更名"), at=on(5, 11)
    )
    log.add(
        f"unit/{CIVIL_AFFAIRS}",
        UnitClosed(until=on(12, 31), until_before=None, reason="撤并"),
        at=on(5, 11),
    )
    boards = open_boards(f"sqlite:///{tmp_path / 'boards.db'}")
    boards.follower(log).catch_up()
    health, civil = boards.directory.unit(HEALTH), boards.directory.unit(CIVIL_AFFAIRS)
    assert health is not None
    assert health.name == "区卫生健康委"
    assert civil is not None
    assert civil.until == "2026-12-31T01:00:00.000000Z"
    assert boards.directory.unit("440106-NONE") is None
    offices = boards.directory.units(kind="STREET_OFFICE")
    assert [unit.code for unit in offices] == ["440106005-SO", "440106006-SO"]


# The history.


def test_a_history_is_told_in_sentences_from_the_ledger(book: Book) -> None:
    stream = task_id("the ramp")
    book.write_story(stream, s.closed().facts)
    lines = case_history(book.ledger, stream, KnownNames(RULES))
    assert [line.version for line in lines] == list(range(1, len(s.closed().facts) + 1))
    told = {line.kind: line for line in lines}
    dispatched = told["task_dispatched.v1"]
    assert dispatched.who.startswith("石牌街道办事处 街道调度员 工作人员 ")
    assert dispatched.recorded == "2026-05-11 09:30"
    assert "区民政局主办" in dispatched.sentence
    assert (
        "10 个工作日，自 2026-05-11 09:30 起，按 CN-2026 日历：2026-05-25 17:00 到期"
        in dispatched.sentence
    )
    assert "〔已密封〕" in told["task_registered.v1"].sentence
    assert "工单编号 DQ440106" in told["task_registered.v1"].sentence
    assert "非常满意" in told["task_rated.v1"].sentence
    english = case_history(book.ledger, stream, KnownNames(RULES), "en")
    assert "very satisfied" in english[-1].sentence


def test_a_case_nobody_knows_has_no_history(book: Book) -> None:
    assert case_history(book.ledger, task_id("nobody's"), OpaqueNames()) == []


def test_who_acted_is_said_with_unit_role_and_clock() -> None:
    names = KnownNames(RULES)
    assert who(rung_by("due"), names) == "系统（办理时钟）"
    assert who(GRANDMA, names).startswith("居民 ")
    assert who(AGENT, names) == f"服务机构经办人 {str(AGENT.person)[-4:]}"
    for_her = By(
        role=Role.CENTER_COORDINATOR,
        person=f"person/{uuid_of('Liang')}",
        unit=SHIPAI,
        on_behalf_of=GRANDMA.person,
        channel=Channel.CONSOLE,
    )
    assert "（代居民 " in who(for_her, names)


def test_names_are_opened_only_by_those_who_may() -> None:
    from dataclasses import replace

    from domain.people import Person

    person = str(SUPERVISOR.person)
    rules = replace(RULES, people={person: Person(id=person, name=sealed("a name"))})
    assert KnownNames(rules).person(person, "zh").startswith("工作人员 ")
    may = KnownNames(rules, open_sealed=lambda one: f"<{one.digest[:4]}>")
    assert may.person(person, "zh") == f"<{sealed('a name').digest[:4]}>"
    erased = KnownNames(rules, open_sealed=lambda _: None)
    assert erased.person(person, "zh").startswith("工作人员 ")


def test_codes_are_named_by_the_pack_and_the_registry() -> None:
    names = KnownNames(
        RULES, number_of=lambda stream: "DQ1" if stream.startswith("task/") else None
    )
    assert names.place("440106005", "zh") == "石牌街道办事处"
    assert names.place("440106005001", "zh") == "石牌一居委会"
    assert names.category("ELDER", "en") == "ELDER"
    assert names.ground("EMERGENCY", "zh") == "EMERGENCY"
    assert names.unit("440106-NONE", "zh") == "440106-NONE"
    assert names.case(task_id("the ramp"), "zh") == "DQ1"


def test_boards_hold_references_and_never_texts(town: Boards) -> None:
    """Nothing that was sealed, not even its digest, is copied out of the ledger."""
    import sqlite3

    database = town.engine.url.database
    assert database is not None
    with sqlite3.connect(database) as raw:
        dump = "\n".join(raw.iterdump())
    assert sealed("a ramp is missing").digest not in dump
    assert sealed("a ramp is missing").item not in dump
    assert json.dumps("holder") not in dump


def test_a_coordinator_who_accepts_sees_it_on_the_board(book: Book, boards: Boards) -> None:
    """The whole way: real ledger, follower, line."""
    stream = task_id("the ramp")
    position = book.write_story(stream, s.dispatched().facts)
    boards.follower(book.ledger).catch_up()
    assert boards.position() == position
    accepted = s.dispatched().does(c.AcceptTask(), CIVIL_COORDINATOR)
    book.write_story(stream, accepted.facts[-1:])
    boards.follower(book.ledger).catch_up()
    line = boards.tasks.get(stream)
    assert line is not None
    assert line.state == "ACCEPTED"


@pytest.mark.parametrize(
    ("name", "initials"),
    [("员村党群服务中心", "ycdqfwzx"), ("天河区12345热线", "thq12345rx"), ("𠮷祥路社区", "xlsq")],
)
def test_initials_are_those_an_office_types(name: str, initials: str) -> None:
    assert initials_of(name).endswith(initials)
