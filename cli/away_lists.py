"""What there is at a server far away, as the command line tells it of a home."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import click

from client.jiedui import Jiedui
from domain.people import Role
from domain.refusals import CommandRefused
from projections.pairing_board import PairingLine
from projections.pairing_picture import OVER
from projections.task_board import ALL_TASKS, TaskFilter, TaskLine, TaskPage
from projections.unit_inbox import InboxLine
from wording.labels import clock_label, label

if TYPE_CHECKING:
    from cli.away import Away

COLLECTIONS = {
    "task": "tasks",
    "pairing": "pairings",
    "unit": "units",
    "person": "people",
    "policy": "policies",
    "calendar": "calendars",
}
"""What the paths of the API call the cases of each kind."""

L = TypeVar("L")


class AwayBoards:
    """The boards that lists on the command line ask."""

    def __init__(self, client: Jiedui) -> None:
        self.tasks = AwayTasks(client)
        self.pairings = AwayPairings(client)


class AwayTasks:
    """The tasks within the duties of whoever asks."""

    def __init__(self, client: Jiedui) -> None:
        self._client = client

    def every(
        self, wanted: TaskFilter = ALL_TASKS, *, order: str = "-registered_at"
    ) -> Iterator[TaskLine]:
        """Yield all tasks *wanted*, in order."""
        asked = {
            "state": list(wanted.states),
            "category": list(wanted.categories),
            "place": wanted.place,
            "unit": wanted.unit,
            "pairing": wanted.pairing,
            "sla": wanted.sla,
            "open": wanted.open_only,
            "search": wanted.search,
            "size": 500,
        }
        told = self._client.tasks(**{name: value for name, value in asked.items() if value})
        found = [TaskLine(**one) for one in told]
        yield from _in_order(found, order)

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
        shown = tuple(lines[(page - 1) * size : page * size])
        return TaskPage(shown, len(lines), page, size)


class AwayPairings:
    """The pairings that are theirs to see."""

    def __init__(self, client: Jiedui) -> None:
        self._client = client

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
        asked = {"size": 500} | ({"search": search} if search else {})
        found = [PairingLine(**one) for one in self._client.pairings(**asked)]
        wanted = [
            line
            for line in found
            if (not states or line.state in states)
            and not (open_only and line.state in OVER)
            and (unit is None or unit in {line.center, *line.departments, line.street})
        ]
        lines = _in_order(wanted, order)
        return lines[(page - 1) * size : page * size], len(lines)


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
    posts = [
        (one.role, one.unit)
        for one in away.client().session.posts
        if one.unit == unit and role in {None, Role(one.role)}
    ]
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


def print_history(away: "Away", category: str, case: str, as_json: bool) -> None:
    """Print what happened to a case, as the server tells it to whoever asks."""
    key = away.stream(category, case).partition("/")[2]
    for line in away.client().history(key, of=COLLECTIONS[category]):
        if as_json:
            click.echo(line.model_dump_json())
            continue
        late = "" if line.occurred is None else f"（实际 {line.occurred}）"
        click.echo(f"{line.version:>4}  {line.recorded}{late}  {line.who}")
        click.echo(f"      {line.sentence}")


def show_case(away: "Away", category: str, case: str, as_json: bool) -> None:
    """Print where a case stands, and what the caller may do now."""
    client, key = away.client(), away.stream(category, case).partition("/")[2]
    if category == "task":
        task = client.task(key)
        told, clocks = task.task, task.clocks
    else:
        pairing = client.pairing(key)
        told, clocks = pairing.pairing, pairing.clocks
    offered = client.offers(key, of=COLLECTIONS[category])
    if as_json:
        whole = {
            category: told,
            "clocks": [one.model_dump() for one in clocks],
            "offers": [one.model_dump() for one in offered],
        }
        click.echo(json.dumps(whole, ensure_ascii=False))
        return
    among = {"task": "TaskState", "pairing": "PairingState"}[category]
    title = told.get("number") or told.get("title")
    click.echo(f"{title}  {label(told['state'], among=among)}  第 {told['version']} 版")
    for one in clocks:
        click.echo(f"  时限 {clock_label(one.name)}：{one.due}")
    for offer in offered:
        if offer.accepted:
            click.echo(f"  可以 {offer.label}（{offer.command}）")
