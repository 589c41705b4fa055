"""A district with a year behind it: lives of tasks acted once at the desk, told again in thousands.

Units and people are those of the sample. One task of each course and category is decided at a real
desk, its clocks rung, some hundred days before the year begins; the rest are the same entries with
other streets, people, residents and instants, in the order of time, hashed and numbered by
`planning.plan`, the writer's own hand. Deadlines move with them and are not counted anew.
"""

import asyncio
import heapq
import json
import random
import re
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from benchmarks.courses import Course, Street, courses
from benchmarks.large_log import INSERT, counted, row_of
from demo.cast import Cast, NobodyThere
from desk.casework import Written
from desk.gateway import Gateway, asking_of
from desk.opening import Books, books
from desk.orders import read_order
from domain.casebook import kind_of
from domain.envelope import By
from domain.people import Role
from domain.units import UnitKind
from domain.values import instant_text
from importing.people import PEOPLE_FIELDS
from importing.units import UNIT_FIELDS
from ledger.entry import CommandFacts, Draft, Entry
from ledger.planning import Head, Request, Standing, plan
from projections.boards import open_boards
from runtime.settings import Settings
from services.bootstrapping import publish_shipped
from services.intake import Taking
from services.roster_intake import take_people, take_units
from tests import accounts, clock

SAMPLE = Path(__file__).resolve().parents[1] / "examples" / "tianhe"
COUNTY = "440106"
YEAR = timedelta(days=365)
BEFORE = timedelta(days=110)
"""How long before that year the lives are acted; the longest is archived within this time."""
BUSY = 0.2
"""The first street's share of the tasks: one desk is fuller than the others."""
_TRANSACTION = 20_000
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")


def prepared(home: Path, tasks: int, seed: int = 1) -> dict[str, Any]:
    """Build the district in *home*, unless it stands there already; return what is known of it."""
    told = home / "city.json"
    if told.exists():
        known: dict[str, Any] = json.loads(told.read_text(encoding="utf-8"))
        return known
    settings, began = Settings(home=home), time.perf_counter()
    with books(
        settings.ledger_url, settings.vault_url, settings.key_path, settings.policy
    ) as opened:
        now = datetime.now(UTC).replace(microsecond=0)
        lives, streets = asyncio.run(_acted(opened, now - YEAR - BEFORE))
        _tell_again(opened, home / "ledger.db", _Telling(lives, streets, now, seed), tasks)
        built = time.perf_counter()
        boards = open_boards(settings.boards_url)
        boards.follower(opened.ledger, page_size=50_000).catch_up()
        boards.close()
        facts = opened.ledger.head() + 1
    known = {
        "tasks": tasks,
        "facts": facts,
        "ledger_seconds": round(built - began),
        "boards_seconds": round(time.perf_counter() - built),
    }
    told.write_text(json.dumps(known), encoding="utf-8")
    return known


# -- acted once ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Life:
    """A task as it was acted: its entries, command by command."""

    course: Course
    commands: tuple[tuple[Entry, ...], ...]

    @property
    def began(self) -> datetime:
        """When it was registered."""
        return self.commands[0][0].recorded_at


async def _acted(opened: Books, at: datetime) -> tuple[list[Life], list[Street]]:
    """Register the sample's units and people, act every course once; return lives and streets."""
    monday = (at - timedelta(days=at.weekday())).replace(hour=1, minute=5, second=0)
    with clock.at(opened.ledger, monday - timedelta(days=3)):
        await publish_shipped(opened.desk)
        by, gateway = accounts.registrar(opened.desk), Gateway(opened)
        for name, fields, take in (
            ("units", UNIT_FIELDS, take_units),
            ("people", PEOPLE_FIELDS, take_people),
        ):
            taking = Taking()
            intake = await take(gateway, taking.table_of(SAMPLE / f"{name}.xlsx", fields), name, by)
            assert not intake.refused, intake.refused[:3]
    rules = opened.rulebook.rules(opened.desk.neighbours)
    cast = Cast(rules, rules.under(None).policy, monday)
    streets = list(_streets(cast))
    acting = _Acting(opened, monday)
    for course in courses(cast, streets[0]):
        acting.begin(course)
    return acting.finished(), streets


def _streets(cast: Cast) -> Iterator[Street]:
    """Yield every community whose street has all parts, those of the first street first."""
    places = sorted(
        unit.division
        for unit in cast.rules.units.values()
        if unit.kind in {UnitKind.COMMUNITY, UnitKind.RESIDENTS_COMMITTEE}
    )
    for place in places:
        try:
            yield Street(
                place,
                cast.dispatcher(place),
                cast.for_place(Role.CENTER_COORDINATOR, place),
                cast.for_place(Role.COMMUNITY_WORKER, place),
            )
        except NobodyThere:
            continue


class _Acting:
    """Acts courses side by side, as the clock goes, and rings what falls due between steps."""

    def __init__(self, opened: Books, began: datetime) -> None:
        self._books, self._began = opened, began
        self._until = began + BEFORE - timedelta(days=7)
        self._courses: dict[str, Course] = {}
        self._due: list[tuple[datetime, int, str, int | None]] = []
        self._count = 0
        self._draw = random.Random(7)

    def begin(self, course: Course) -> None:
        """Have *course* acted, each beginning a minute after the one before."""
        stream = f"task/{_uuid(self._draw, self._began)}"
        at = self._began + timedelta(minutes=len(self._courses))
        self._courses[stream] = course
        for number, (hours, _, _) in enumerate(course.steps):
            self._later(at + timedelta(hours=hours), stream, number)

    def finished(self) -> list[Life]:
        """Act everything and return the lives."""
        ledger, desk = self._books.ledger, self._books.desk
        while self._due:
            at, _, stream, step = heapq.heappop(self._due)
            with clock.at(ledger, at):
                if step is None:
                    desk.ring_now(stream)
                else:
                    self._give(stream, step)
            following = desk.standing(stream).next_clock
            if following is not None and following[1] < self._until:
                self._later(max(at, following[1]) + timedelta(seconds=1), stream, None)
        return [self._life(stream, course) for stream, course in self._courses.items()]

    def _later(self, at: datetime, stream: str, step: int | None) -> None:
        if step is None and any(one[2:] == (stream, None) and one[0] <= at for one in self._due):
            return
        self._count += 1
        heapq.heappush(self._due, (at, self._count, stream, step))

    def _give(self, stream: str, step: int) -> None:
        _, by, command = self._courses[stream].steps[step]
        order = read_order(
            {
                "stream": stream,
                "command_id": f"city/{step}",
                "by": by.as_by(),
                "command": command,
            }
        )
        asking = asking_of(kind_of(stream), order, accounts.BY_KEY)
        (answer,) = self._books.desk.record_now(stream, [asking]).answers
        assert isinstance(answer, Written), (self._courses[stream].name, step, answer)

    def _life(self, stream: str, course: Course) -> Life:
        entries = self._books.ledger.read(stream)
        commands = (tuple(some) for _, some in groupby(entries, lambda one: one.command_id))
        return Life(course, tuple(commands))


def _uuid(draw: random.Random, at: datetime) -> str:
    """Return a UUIDv7 of *at*, the same for the same *draw*."""
    value = int(at.timestamp() * 1000) << 80 | 0x7 << 76 | draw.getrandbits(12) << 64
    text = f"{value | 0b10 << 62 | draw.getrandbits(62):032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


# -- told again ------------------------------------------------------------------------------------


@dataclass
class _Again:
    """One life on its way to being told again: whose, where, and how much later."""

    stream: str
    life: Life
    street: Street
    later: timedelta
    requester: str
    done: int = 0

    @property
    def next_at(self) -> datetime:
        return self.life.commands[self.done][0].recorded_at + self.later


class _Telling:
    """Which lives are told again, when and where, up to *now*."""

    def __init__(self, lives: list[Life], streets: list[Street], now: datetime, seed: int) -> None:
        self._lives, self._streets, self.now = lives, streets, now
        self._draw = random.Random(seed)
        first = streets[0].dispatcher.unit
        self._busy = [one for one in streets if one.dispatcher.unit == first]
        self._pieces: dict[tuple[int, str], list[tuple[str, ...]]] = {}
        self._by: dict[tuple[By, str], By] = {}

    def commands(self, tasks: int) -> Iterator[tuple[_Again, CommandFacts, datetime]]:
        """Yield the commands of *tasks* lives, whosoever comes next in time."""
        beginning = self.now - YEAR
        starts = sorted(self._draw.random() for _ in range(tasks))
        on_their_way: list[tuple[datetime, int, _Again]] = []
        for number, share in enumerate(starts):
            begins = beginning + share * YEAR
            again = self._again(begins)
            yield from self._until(on_their_way, begins)
            heapq.heappush(on_their_way, (again.next_at, number, again))
        yield from self._until(on_their_way, self.now)

    def _until(
        self, on_their_way: list[tuple[datetime, int, _Again]], until: datetime
    ) -> Iterator[tuple[_Again, CommandFacts, datetime]]:
        while on_their_way and on_their_way[0][0] <= until:
            at, number, again = on_their_way[0]
            yield again, self._facts(again), at
            again.done += 1
            if again.done == len(again.life.commands):
                heapq.heappop(on_their_way)
            else:
                heapq.heapreplace(on_their_way, (again.next_at, number, again))

    def _again(self, begins: datetime) -> _Again:
        draw = self._draw
        (life,) = draw.choices(self._lives, [one.course.weight for one in self._lives])
        street = draw.choice(self._busy if draw.random() < BUSY else self._streets)
        stream, subject = f"task/{_uuid(draw, begins)}", f"subject/{_uuid(draw, begins)}"
        return _Again(stream, life, street, begins - life.began, subject)

    def _facts(self, again: _Again) -> CommandFacts:
        entries = again.life.commands[again.done]
        first, later = entries[0], again.later
        return CommandFacts(
            command_id=_moved(first.command_id, later),
            digest="0" * 64,
            by=self._by_in(first.by, again.street),
            occurred_at=None,
            because_of=first.because_of,
            pairing=None,
            policy=first.policy,
            calendar=first.calendar,
            seen=first.seen,
            drafts=tuple(self._draft(one, again) for one in entries),
            number_for=COUNTY if "number" in first.fact and again.done == 0 else None,
        )

    def _draft(self, entry: Entry, again: _Again) -> Draft:
        home = self._streets[0]
        text = json.dumps(entry.fact, ensure_ascii=False, separators=(",", ":"))
        for acted, told in (
            (f'"{home.place}"', f'"{again.street.place}"'),
            (home.dispatcher.person, again.street.dispatcher.person),
            (home.center.person, again.street.center.person),
            (home.worker.person, again.street.worker.person),
        ):
            text = text.replace(acted, told)
        fact = json.loads(_moved(text, again.later))
        if fact.get("requester"):
            fact["requester"] = again.requester
        if again.done == 0:
            fact.pop("number", None)
        return Draft(entry.kind, fact)

    def _by_in(self, by: By, street: Street) -> By:
        """Return who acts in *street* where *by* acted in the first."""
        found = self._by.get((by, street.place))
        if found is None:
            home, told = self._streets[0], {}
            for acted, here in (
                (home.dispatcher, street.dispatcher),
                (home.center, street.center),
                (home.worker, street.worker),
            ):
                if (by.person, by.role) == (acted.person, acted.role):
                    told = {"person": here.person, "unit": here.unit}
            found = self._by[by, street.place] = by.model_copy(update=told)
        return found


def _moved(text: str, later: timedelta) -> str:
    """Return *text* with every instant in it *later*."""
    return _INSTANT.sub(lambda one: instant_text(datetime.fromisoformat(one[0]) + later), text)


def _tell_again(opened: Books, file: Path, telling: _Telling, tasks: int) -> None:
    """Write the lives of *tasks* tasks into the ledger, many in a transaction."""
    head = opened.ledger.head()
    newest = opened.ledger.newest_at()
    standing = Standing(head, newest, -1, {}, {}, {})
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA synchronous = OFF")  # a benchmark's ledger may be lost
    connection.execute("PRAGMA cache_size = -200000")
    rows = _rows(standing, telling, tasks)
    while some := list(islice(rows, _TRANSACTION)):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(INSERT, some)
        connection.execute("COMMIT")
    counted(connection, standing)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _rows(standing: Standing, telling: _Telling, tasks: int) -> Iterator[tuple[object, ...]]:
    for again, facts, at in telling.commands(tasks):
        version = standing.heads.get(again.stream, Head()).version
        plan(standing, Request(again.stream, version, (facts,), at))
        for entry, digest in standing.added:
            yield row_of(entry, digest)
        standing.stored, standing.added = {}, []
        if again.done + 1 == len(again.life.commands):
            del standing.heads[again.stream]
