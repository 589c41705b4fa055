"""The lists there are at a server far away, as the command line tells them of a home."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from domain.casebook import CASES
from domain.people import Role
from domain.refusals import CommandRefused
from projections.case_board import CaseFilter, CaseLine
from projections.pairing_board import PairingLine
from projections.pairing_picture import OVER
from projections.service_levels import Rate
from projections.task_board import ALL_TASKS, TaskFilter, TaskLine, TaskPage
from projections.unit_inbox import InboxLine

if TYPE_CHECKING:
    from cli.away import Away
    from client.jiedui import Jiedui

L = TypeVar("L")


class AwayBoards:
    """The boards that lists ask: what is the person's to see in any of their posts."""

    def __init__(self, away: "Away") -> None:
        self.tasks = AwayTasks(away)
        self.pairings = AwayPairings(away)
        self.cases = AwayCases(away)
        self.levels = AwayLevels(away)


def _told(
    away: "Away", ask: Callable[["Jiedui"], Iterable[dict[str, Any]]]
) -> Iterator[dict[str, Any]]:
    """Yield what *ask* gets in each of the person's posts, every case once."""
    seen: set[str] = set()
    for client in away.clients():
        for line in ask(client):
            if line["stream"] not in seen:
                seen.add(line["stream"])
                yield line


class AwayTasks:
    """The tasks within the duties of whoever asks."""

    def __init__(self, away: "Away") -> None:
        self._away = away

    def every(
        self, wanted: TaskFilter = ALL_TASKS, *, order: str = "-registered_at"
    ) -> Iterator[TaskLine]:
        """Yield all tasks *wanted*, in order."""
        asked = _asked(
            state=list(wanted.states),
            category=list(wanted.categories),
            place=wanted.place,
            unit=wanted.unit,
            pairing=wanted.pairing,
            sla=wanted.sla,
            open=wanted.open_only,
            search=wanted.search,
        )
        found = _told(self._away, lambda client: client.tasks(**asked))
        yield from _in_order([TaskLine(**one) for one in found], order)

    def find(
        self,
        wanted: TaskFilter = ALL_TASKS,
        *,
        page: int = 1,
        size: int = 20,
        order: str = "-registered_at",
    ) -> TaskPage:
        """Return one page of the tasks *wanted*."""
        lines = list(self.every(wanted, order=order))
        return TaskPage(tuple(_page(lines, page, size)), len(lines), page, size)


class AwayPairings:
    """The pairings that are theirs to see."""

    def __init__(self, away: "Away") -> None:
        self._away = away

    def find(
        self,
        *,
        states: Sequence[str] = (),
        open_only: bool = False,
        unit: str | None = None,
        search: str | None = None,
        order: str = "-drafted_at",
        page: int = 1,
        size: int = 20,
    ) -> tuple[list[PairingLine], int]:
        """Return one page of pairings in *order*, and how many there are in all."""
        asked = _asked(search=search)
        found = _told(self._away, lambda client: client.pairings(**asked))
        wanted = [
            line
            for line in (PairingLine(**one) for one in found)
            if (not states or line.state in states)
            and not (open_only and line.state in OVER)
            and (unit is None or unit in {line.center, *line.departments, line.street})
        ]
        return _page(_in_order(wanted, order), page, size), len(wanted)


class AwayCases:
    """The cases of the kinds on the board of cases that are theirs to see."""

    def __init__(self, away: "Away") -> None:
        self._away = away

    def every(self, wanted: CaseFilter, *, order: str = "begun_at") -> Iterator[CaseLine]:
        """Yield every case *wanted*, the first begun first."""
        asked = _asked(
            state=list(wanted.states),
            open=wanted.open_only,
            place=wanted.place,
            holder=wanted.holder,
            search=wanted.search,
        )
        plural = CASES[wanted.category].plural
        found = _told(self._away, lambda client: client.cases(plural, **asked))
        yield from _in_order([CaseLine(**one) for one in found], order)

    def find(
        self, wanted: CaseFilter, *, order: str = "-changed_at", page: int = 1, size: int = 20
    ) -> tuple[list[CaseLine], int]:
        """Return one page of cases in *order*, and how many there are in all."""
        lines = list(self.every(wanted, order=order))
        return _page(lines, page, size), len(lines)


class AwayLevels:
    """The rates of what is theirs to see."""

    def __init__(self, away: "Away") -> None:
        self._away = away

    def rates(self, *, by: str = "all") -> list[Rate]:
        """Return the rates by group, of the division or the tasks that their post measures."""
        names = ("metric", "group", "numerator", "denominator", "excluded")
        told = self._away.client().all_of("/figures", by=by)
        return [Rate(**{name: one[name] for name in names}) for one in told]


def _asked(**wanted: Any) -> dict[str, Any]:
    """Return what a list is asked for: what is left empty asks for nothing."""
    return {name: value for name, value in wanted.items() if value} | {"size": 500}


def _page(lines: Sequence[L], page: int, size: int) -> list[L]:
    return list(lines[(page - 1) * size : page * size])


def _in_order(lines: Iterable[L], order: str) -> list[L]:
    """Return *lines* by a column, `-` before it descending; those without it last, then by case."""
    column = order.lstrip("-")
    by_case = sorted(lines, key=lambda line: str(getattr(line, "stream")))  # noqa: B009
    there = [line for line in by_case if getattr(line, column) is not None]
    there.sort(key=lambda line: getattr(line, column), reverse=order.startswith("-"))
    return there + [line for line in by_case if getattr(line, column) is None]


def inbox(
    away: "Away", unit: str, role: Role | None, order: str, limit: int, offset: int
) -> tuple[list[InboxLine], int]:
    """Return what waits at *unit* for *role*, None: for every post there of whoever asks.

    Raises `CommandRefused` where they hold none: what waits for others is not theirs to see.
    """
    posts = [one for one in away.posts if one[1] == unit and role in {None, Role(one[0])}]
    if not posts:
        raise CommandRefused(
            "not-let-in",
            f"本人在 {unit} 没有这一岗位；服务器只给出本人岗位的待办。",
            f"You hold no such post at {unit}; the server tells what waits for your own posts.",
        )
    found = [InboxLine(**one) for post in posts for one in away.client(post).waiting(order=order)]
    lines = list(dict.fromkeys(found))
    if len(posts) > 1:
        lines.sort(key=lambda line: _pressing(line, unit, order))
    return lines[offset : offset + limit], len(lines)


def _pressing(line: InboxLine, unit: str, order: str) -> tuple[Any, ...]:
    due = (line.due is None, line.due or "")
    first = {"pressing": (line.unit != unit, *due), "due": due, "number": (line.title,)}[order]
    return (*first, line.stream, line.item)
