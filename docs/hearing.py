"""Who hears of every clock: asked of the cases themselves, not copied from a table.

In stories of every state each running clock is looked at: whom the fact that set it tells, whom a
reminder ahead of it tells, whom its ring tells, and where what it watches waits to be done.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from docs.probing import pairing_stories, task_stories
from domain.cases import CaseKind, Notice
from domain.clocks import Clock, RingClock
from domain.envelope import rung_by
from domain.people import ROLE_LABELS, Role
from domain.task.commands import RequestType
from domain.values import category_of, instant_text
from projections.boards import Boards, open_boards
from tests.domain.harness import Story
from tests.domain.pairing import promises
from tests.domain.registry.test_erasure_clocks import requested
from tests.domain.task import stories as s
from tests.domain.test_laws_of_kinds import KINDS
from tests.domain.world import UNITS, uuid_of
from tests.projections.book import LogInMemory
from wording.labels import label

_AHEAD = {"operator_notice": "operator_term"}
"""A clock whose ring is told ahead of another of another name."""


REMINDED_BY_TALK = {
    "signing": "signing",
    "review": "review_scores",
    "hand_over": "hand_over",
    "feedback_round": "rating",
    "convening": "arrival",
    "call": "applications",
    "scoring": "selection",
    "verification": "verify",
    "provider_hand_over": "hand_over",
}
"""The clock ahead of which each conversation asks and reminds."""

SILENT = {
    ("finding", "reopening"): "到期只是不再重新打开，无人须办 the entry is closed for good; no act",
    ("pairing", "review"): "随即启动考评，由考评会话催办 the review's conversation begins and asks",
    ("provider", "bar"): "禁入期满，无人须办 the bar ends by itself; nobody has to act",
    ("provider", "correct"): "申请人由经办人链接得知 the applicant reads it at their own link",
    ("provider", "grading"): "按季自动评级 graded by itself every quarter",
    ("task", "archive"): "自动归档 archived by itself",
    ("task", "arrival"): "到场会话记录未到 the convening records who stayed away",
    ("task", "queue"): "自动转入派单 queued by itself",
}
"""Clocks whose ring is told to nobody, and why that is so."""


BY_ITSELF = {
    ("pairing", "resume"),
    ("pairing", "term_end"),
    ("task", "due.listed"),
    ("task", "rating"),
}
"""Clocks that wait in no list of the office: a resident may rate, or the case goes on by itself."""


@dataclass
class Hearing:
    """One clock: who is told when it is set, ahead of it and when it rings; where it waits."""

    category: str
    clock: str
    facts: set[str] = field(default_factory=set)
    set_by: set[str] = field(default_factory=set)
    ahead: set[str] = field(default_factory=set)
    rung: set[str] = field(default_factory=set)
    waits: set[str] = field(default_factory=set)


def hearings(told: Iterable[Story] | None = None) -> dict[tuple[str, str], Hearing]:
    """Return every clock in the stories *told* (None: of every kind of case), by kind and name."""
    found: dict[tuple[str, str], Hearing] = {}
    stories = list(_stories() if told is None else told)
    with TemporaryDirectory() as folder:
        boards = _followed(Path(folder) / "boards.db", stories)
        for story in stories:
            for clock in story.case.clocks(story.state, story.rules):
                key = (story.case.category, _name(clock))
                _heard(found.setdefault(key, Hearing(*key)), story, clock, boards)
        boards.close()
    for (category, name), one in found.items():
        watched = found.get((category, _AHEAD.get(name, name.partition(".")[0])))
        if watched is not None and watched is not one:
            watched.ahead |= one.rung
    return found


def _stories() -> Iterator[Story]:
    """Yield the stories, each a case of its own; the first is the task a resident asked by."""
    every = [*task_stories(), *pairing_stories(), _reporting()]
    every += [
        q.rings("commitment.remind_before") for q in (promises.active(), promises.delivered())
    ]
    for kind in KINDS:
        if kind.KIND.category != "pairing":
            every += [told() for told in kind.EVERY_STATE.values()]
            every += [begin() for begin, _, _ in kind.TABLE.values()]
    every += [told.rings(name) for told in every for name in told.clocks() if _is_ahead(name)]
    yield s.registered()
    yield requested()
    for number, story in enumerate(every):
        if story.facts:
            yield replace(story, stream=f"{story.case.category}/{uuid_of(str(number))}")


def _reporting() -> Story:
    """Return a task whose limit is so long that it is reported on in between."""
    complaint = s.triaged(request_type=RequestType.COMPLAINT)
    return s.in_progress(s.accepted(s.dispatched(s.queued(complaint))))


def _is_ahead(name: str) -> bool:
    """Say whether a clock is the reminder of another, which may run only after it."""
    return name.partition("/")[0] in _AHEAD


def _name(clock: Clock) -> str:
    """Return the name of a clock without the numbers of what it counts."""
    stem, _, number = clock.name.partition("/")
    _, _, of = number.partition(".")
    name = f"{stem}.{of}" if of else stem
    return name.rstrip("0123456789").rstrip("_")


def _heard(one: Hearing, story: Story, clock: Clock, boards: Boards) -> None:
    kind = story.case
    one.set_by |= _told(kind, story, _setting(story, clock))
    for talk in kind.talks(story.stream, story.state):
        if REMINDED_BY_TALK[talk.name] == one.clock:
            one.ahead |= {_whom(ask.to) for step in talk.steps for ask in step.asks}
    ring = RingClock(name=clock.name, due=clock.due)
    after = story.does(ring, rung_by(clock.name), max(story.now, clock.due))
    rung = after.facts[len(story.facts) :]
    one.facts |= {happened.fact.kind.partition(".")[0] for happened in rung}
    one.rung |= _told(kind, after, len(after.facts))
    one.waits |= set(_waiting(story, clock, boards))


def _setting(story: Story, clock: Clock) -> int:
    """Return the version of the fact since which the clock has run as it does now."""
    since, state = 0, story.case.initial
    for happened in story.facts:
        state = story.case.evolve(state, happened)
        running = {(one.name, one.due) for one in story.case.clocks(state, story.rules)}
        if (clock.name, clock.due) not in running:
            since = 0
        elif not since:
            since = happened.version
    return since


def _told(kind: CaseKind, story: Story, version: int) -> set[str]:
    """Return whom the fact at *version* tells."""
    state, found = kind.initial, list[Notice]()
    for happened in story.facts[:version]:
        state = kind.evolve(state, happened)
        found = list(kind.notices(story.stream, state, happened))
    return {_whom(notice.to) for notice in found if version}


def _whom(to: str) -> str:
    category, _, name = to.partition("/")
    match category:
        case "role":
            return _role(name)
        case "unit":
            unit = UNITS.get(name)
            return name if unit is None else label(unit.kind)
        case _:
            return {"subject": "居民", "person": "本人"}[category]


def _role(role: str) -> str:
    return ROLE_LABELS[Role(role)][0]


def _waiting(story: Story, clock: Clock, boards: Boards) -> Iterator[str]:
    """Yield the items of the inbox that are due with the clock, or whose turn it is in a list."""
    category = category_of(story.stream)
    if category in {"task", "pairing", "subject"}:
        for line in boards.inbox.of(story.stream):
            if line.due == instant_text(clock.due):
                yield f"{_role(line.role)}：{label(line.what, among='ToDo')}"
        return
    line = boards.cases.get(story.stream)
    if line is not None and line.holder is not None and not line.over:
        yield f"{_whom(f'unit/{line.holder}')}：其他案卷"


def _followed(file: Path, stories: Iterable[Story]) -> Boards:
    """Return boards that have followed every story."""
    log = LogInMemory()
    for story in stories:
        for happened in story.facts:
            log.tell(story.stream, happened)
    boards = open_boards(f"sqlite:///{file}")
    boards.follower(log).catch_up()
    return boards
