"""People of the benchmark's district with sessions open, and the tasks they have before them."""

import random
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from accounts.links import Links
from accounts.store import Accounts, new_session
from desk.casework import Who
from desk.opening import books
from domain.people import Channel, Known, Role
from domain.task.facts import TaskState
from domain.values import instant_text
from projections.boards import open_boards
from projections.task_board import TaskFilter, TaskLine
from runtime.settings import Settings
from services.rating_links import RatingLinks

OF_A_UNIT = frozenset({Role.DEPT_COORDINATOR, Role.DEPT_STAFF})


@dataclass(frozen=True)
class Somebody:
    """Somebody signed in: their session's token, and the post they act in."""

    token: str
    person: str
    role: Role
    unit: str


class SignedIn:
    """Opens sessions beside the doors, as a sign-in would; the record is not told of them."""

    def __init__(self, home: Path) -> None:
        self._settings = Settings(home=home)
        self._open = ExitStack()
        self._draw = random.Random(5)
        self._known: dict[tuple[Role, str], Somebody] = {}

    def __enter__(self) -> Self:
        """Open books, boards and accounts of the home."""
        at = self._settings
        self._books = self._open.enter_context(
            books(at.ledger_url, at.vault_url, at.key_path, at.policy)
        )
        self._boards = open_boards(at.boards_url)
        self._open.callback(self._boards.close)
        # A home of another version has its boards derived anew here: in large pages, in minutes.
        self._boards.follower(self._books.ledger, page_size=50_000).catch_up()
        self._accounts = Accounts(at.accounts_url)
        self._open.callback(self._accounts.close)
        self._rules = self._books.rulebook.rules(self._books.desk.neighbours)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of everything."""
        self._open.close()

    def at(self, role: Role, unit: str) -> Somebody:
        """Return whoever has *role* at *unit*, signed in."""
        if (role, unit) not in self._known:
            now = datetime.now(UTC)
            person = next(
                one.id
                for one in self._rules.people.values()
                if self._rules.holds(one.id, role, unit, now)
            )
            token, session = new_session(person, role.value, unit, now)
            self._accounts.keep(token, session)
            self._known[role, unit] = Somebody(token, person, role, unit)
        return self._known[role, unit]

    def one(self, role: Role) -> Somebody:
        """Return one of those who have *role*, at random."""
        return self.at(role, self._draw.choice(sorted(self._rules.posts.held[role])))

    def streets(self) -> list[tuple[Somebody, Somebody]]:
        """Return the worker and the dispatcher of every street."""
        return [
            (self.at(Role.COMMUNITY_WORKER, unit), self.at(Role.STREET_DISPATCHER, unit))
            for unit in sorted(self._rules.posts.held[Role.STREET_DISPATCHER])
            if unit in self._rules.posts.held[Role.COMMUNITY_WORKER]
        ]

    def some_tasks(self, count: int, roles: Sequence[Role]) -> list[tuple[Somebody, TaskLine]]:
        """Return *count* tasks at random, each with somebody of one of *roles* who may see it."""
        found: list[tuple[Somebody, TaskLine]] = []
        while len(found) < count:
            who = self.one(self._draw.choice(roles))
            if who.role in OF_A_UNIT:
                wanted = TaskFilter(unit=who.unit)
            else:
                wanted = TaskFilter(place=self._rules.units[who.unit].division)
            found += [(who, line) for line in self._at_random(wanted, 1)]
        return found

    def to_dispatch(self, count: int) -> list[tuple[Somebody, TaskLine]]:
        """Return *count* tasks that wait for a dispatcher, with the dispatcher of their street."""
        waiting = (TaskState.REGISTERED, TaskState.PENDING_DISPATCH)
        lines = self._boards.tasks.find(TaskFilter(states=waiting), size=1000).lines
        drawn = [self._draw.choice(lines) for _ in range(count)]
        return [(self.at(Role.STREET_DISPATCHER, f"{line.street}-SO"), line) for line in drawn]

    def link(self) -> str:
        """Return the secret of a fresh link by which a resident is asked."""
        rated = TaskFilter(states=(TaskState.CALLBACK, TaskState.RATING))
        now = instant_text(datetime.now(UTC))
        # A district that was kept has grown old: where a limit passed, the desk says so first.
        line = self._draw.choice(
            [
                one
                for one in self._boards.tasks.find(rated, order="-registered_at", size=1000).lines
                if one.next_due is None or one.next_due > now
            ]
        )
        who = self.at(Role.STREET_DISPATCHER, f"{line.street}-SO")
        by = Who(who.person, Channel.CONSOLE, who.unit, who.role, Known.SESSION)
        links = RatingLinks(self._books, Links(self._accounts.engine))
        return links.issue(line.stream, by).token

    def _at_random(self, wanted: TaskFilter, count: int) -> list[TaskLine]:
        total = self._boards.tasks.find(wanted, size=1).total
        pages = [self._draw.randrange(total) + 1 for _ in range(count if total else 0)]
        return [self._boards.tasks.find(wanted, page=one, size=1).lines[0] for one in pages]
