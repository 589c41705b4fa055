"""`jiedui task list`, `inbox` and `levels`, `jiedui pairing list`: boards by pages."""

import sys
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

import click

from cli.context import Context, away_from, json_option, pass_context
from cli.filters import each_of, one_of
from cli.meaning import known_unit
from cli.tables import print_table
from domain.pairing.facts import PairingState
from domain.people import ROLE_LABELS, Role
from domain.task.facts import SupervisionLevel, TaskState
from domain.task.state import SlaRegion
from wording.names import KnownNames
from wording.sentences import label

PAGE = 50


F = TypeVar("F", bound=Callable[..., Any])


def paged(command: F) -> F:
    """Give *command* the options of a list read by pages; JSON without them is the whole list."""
    told = f"每页件数，缺省 {PAGE}。 Rows on a page."
    size = click.option("--size", type=click.IntRange(1, 1000), help=told)
    page = click.option("--page", type=click.IntRange(1), help="第几页。 Which page.")
    return page(size(command))


def sorted_by(*names: str) -> Callable[[F], F]:
    """Return the option that says by what a list is sorted: one of *names*, the first usual."""
    return click.option("--sort", type=click.Choice(names), help="排序。 Order.")


@click.command("list")
@click.option("--state", "states", multiple=True, help="状态，可重复。 State; may be repeated.")
@click.option("--open", "open_only", is_flag=True, help="只看未结。 Open ones only.")
@click.option("--unit", help="主办单位。 Main unit.")
@click.option("--category", "categories", multiple=True, help="类别。 Category.")
@click.option("--place", help="区划代码。 Division and everything within it.")
@click.option("--pairing", help="结对。 Pairing.")
@click.option("--sla", help="时限状态。 ON_TRACK, WARNING, OVERDUE, PAUSED.")
@click.option(
    "--search", help="编号、单位或地点名称，或其拼音首字母。 Number, name, or pinyin initials."
)
@sorted_by("registered", "due", "next", "number", "state", "unit")
@paged
@json_option
@pass_context
def list_tasks(
    context: Context,
    /,
    sort: str | None,
    page: int | None,
    size: int | None,
    as_json: bool,
    **filters: Any,
) -> None:
    r"""帮扶任务一览，新登记的在前。 The tasks, newest first.

    \b
    Exit status: 0 done; 1 a filter names nothing there is; 2 it could not be tried.
    """
    from projections.task_board import TaskFilter

    wanted = TaskFilter(**_task_filters(context, filters))
    order: Any = _TASK_ORDERS[sort or "registered"]
    board = context.boards().tasks
    if as_json and page is None and size is None:
        for line in board.every(wanted, order=order):
            print_table("task", [vars(line)], as_json)
        return
    found = board.find(wanted, page=page or 1, size=size or PAGE, order=order)
    lines = [vars(line) for line in found.lines]
    if not as_json:
        names = names_of(context)
        lines = [labelled(names, "task", line) for line in lines]
    print_table("task", lines, as_json)
    say_how_many(as_json, len(lines), found.total, page or 1)


_TASK_ORDERS = {
    "registered": "-registered_at",
    "due": "due",
    "next": "next_due",
    "number": "number",
    "state": "state",
    "unit": "main_unit",
}


def say_how_many(as_json: bool, shown: int, total: int, page: int) -> None:
    """Say how long a list is, where a page of it is not all; beside the rows for machines."""
    if total > shown:
        click.echo(
            f"共 {total} 件，本页（第 {page} 页）{shown} 件；--page 翻页，--size 定每页件数。 "
            f"{total} in all.",
            err=as_json,
        )


def _task_filters(context: Context, given: dict[str, Any]) -> dict[str, Any]:
    if not any(given[name] for name in ("states", "categories", "unit", "sla")):
        return given
    rules = context.rules
    packs = [terms.policy for terms in rules.policies.values()]
    categories = {one.code: one.label.zh for pack in packs for one in pack.categories}
    return {
        **given,
        "states": each_of("--state", given["states"], _labels(TaskState)),
        "categories": each_of("--category", given["categories"], categories),
        "unit": given["unit"] and known_unit(rules, "--unit", given["unit"]),
        "sla": one_of("--sla", given["sla"], _labels(SlaRegion)),
    }


def _labels(values: type[StrEnum]) -> dict[str, str]:
    return {value.value: label(value) for value in values}


@click.command("inbox")
@click.argument("unit")
@click.option("--role", help="角色，代码或中文名。 Role.")
@sorted_by("pressing", "due", "number")
@paged
@json_option
@pass_context
def show_inbox(
    context: Context,
    /,
    unit: str,
    role: str | None,
    sort: str | None,
    page: int | None,
    size: int | None,
    as_json: bool,
) -> None:
    r"""某单位待办，本单位的在前，急的在前。 What waits at UNIT, its own and the pressing first.

    \b
    Exit status: 0 done; 1 there is no such unit; 2 it could not be tried.
    """
    from services.waiting import waiting_at

    rules = context.rules
    code = known_unit(rules, "UNIT", unit)
    roles = {one.value: labels[0] for one, labels in ROLE_LABELS.items()}
    chosen = one_of("--role", role, roles)
    wanted = None if chosen is None else Role(chosen)
    if as_json and page is None and size is None:
        size = sys.maxsize
    room = size or PAGE
    order, offset = sort or "pressing", ((page or 1) - 1) * room
    if context.settings.url is not None:
        from cli import away_lists

        lines, total = away_lists.inbox(away_from(context), code, wanted, order, room, offset)
    else:
        boards, now = context.boards(), datetime.now(UTC)
        lines, total = waiting_at(
            boards, rules, code, wanted, now, order=order, limit=room, offset=offset
        )
    rows = [vars(line) for line in lines]
    if not as_json:
        names = names_of(context)
        rows = [waiting(names, row) for row in rows]
    print_table("inbox", rows, as_json)
    say_how_many(as_json, len(rows), total, page or 1)


@click.command("levels")
@click.option(
    "--by", default="all", type=click.Choice(["all", "unit", "street", "category", "month"])
)
@json_option
@pass_context
def show_levels(context: Context, by: Any, as_json: bool) -> None:
    r"""响应率、解决率、满意率等，连同分子分母。 Rates with their numerators and denominators.

    \b
    Exit status: 0 done; 2 it could not be tried.
    """
    rates = context.boards().levels.rates(by=by)
    print_table("rate", [{**vars(rate), "percent": rate.percent} for rate in rates], as_json)


@click.command("list")
@click.option("--state", "states", multiple=True, help="状态，可重复。 State; may be repeated.")
@click.option("--open", "open_only", is_flag=True, help="只看未结。 Open ones only.")
@click.option("--unit", help="任一方单位。 Any party.")
@click.option(
    "--search", help="结对名称或成员名称，或拼音首字母。 Title, party, or pinyin initials."
)
@sorted_by("drafted", "title", "state", "end")
@paged
@json_option
@pass_context
def list_pairings(
    context: Context,
    /,
    sort: str | None,
    page: int | None,
    size: int | None,
    as_json: bool,
    **filters: Any,
) -> None:
    r"""结对一览，新近的在前。 The pairings, newest first.

    \b
    Exit status: 0 done; 1 a filter names nothing there is; 2 it could not be tried.
    """
    filters["states"] = each_of("--state", filters["states"], _labels(PairingState))
    if filters["unit"]:
        filters["unit"] = known_unit(context.rules, "--unit", filters["unit"])
    board, order = context.boards().pairings, _PAIRING_ORDERS[sort or "drafted"]
    if as_json and page is None and size is None:
        number = 1
        while lines := board.find(**filters, order=order, page=number, size=1000)[0]:
            print_table("pairing", [vars(line) for line in lines], as_json)
            number += 1
        return
    lines, total = board.find(**filters, order=order, page=page or 1, size=size or PAGE)
    rows = [vars(line) for line in lines]
    if not as_json:
        names = names_of(context)
        rows = [labelled(names, "pairing", row) for row in rows]
    print_table("pairing", rows, as_json)
    say_how_many(as_json, len(rows), total, page or 1)


_PAIRING_ORDERS = {
    "drafted": "-drafted_at",
    "title": "title",
    "state": "state",
    "end": "term_end",
}


def state_label(category: str, state: str) -> str:
    """Return a state as people read it."""
    return label(TaskState(state) if category == "task" else PairingState(state)) if state else ""


def labelled(names: KnownNames, category: str, line: dict[str, Any]) -> dict[str, Any]:
    """Return a board's line as people read it: labels for codes, names for units."""
    told = {**line, "state_label": state_label(category, str(line["state"]))}
    for field in ("main_unit", "center", "lead", "street"):
        if category == "pairing" or field == "main_unit":
            told[field] = names.unit(str(line.get(field) or ""), "zh")
    if category == "task":
        told["category"] = names.category(str(line["category"]), "zh")
        told["place"] = names.place(str(line["place"]), "zh")
        for field, among in (("sla", SlaRegion), ("supervision", SupervisionLevel)):
            told[field] = "" if line[field] == "NONE" else label(among(line[field]))
    return told


def waiting(names: KnownNames, line: dict[str, Any]) -> dict[str, Any]:
    """Return an inbox line as people read it."""
    return {
        **line,
        "what": label(str(line["what"]), among="ToDo"),
        "role": ROLE_LABELS[Role(line["role"])][0],
        "unit": names.unit(str(line["unit"] or ""), "zh"),
        "urgency": "紧急" if line["urgency"] == "URGENT" else "",
    }


def names_of(context: Context) -> KnownNames:
    """Return the names the registry has now."""
    return KnownNames(context.rules)


def add_lists(task: click.Group, pairing: click.Group) -> None:
    """Give both groups their lists."""
    for command in (list_tasks, show_inbox, show_levels):
        task.add_command(command)
    pairing.add_command(list_pairings)
