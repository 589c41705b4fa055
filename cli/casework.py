"""`jiedui task …` and `jiedui pairing …`: one subcommand per command, and list, show, history.

The subcommands are made from the command models; nothing about a command is written twice.
"""

from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import Any

import click
from pydantic import BaseModel

from cli.context import Context, Speaking, json_option, pass_context, run
from cli.filters import each_of, one_of
from cli.options import command_from, options_of
from cli.people import acting
from cli.tables import print_table
from desk.identifiers import new_uuid7
from desk.orders import Door, Order, read_order
from domain.casebook import CASES
from domain.cases import CaseKind
from domain.models import models_of
from domain.pairing.facts import PairingState
from domain.people import ROLE_LABELS, Role
from domain.refusals import CommandRefused
from domain.rules import Rules
from domain.task.facts import SupervisionLevel, TaskState
from domain.task.state import SlaRegion
from domain.values import STREAM, instant_text
from wording.commands import COMMAND_LABELS
from wording.names import KnownNames
from wording.sentences import label

_OPENING = {"register_task", "draft_pairing"}
"""Commands that begin a case: they are given a new id instead of an existing one."""


def _subcommand_name(kind: str, noun: str) -> str:
    short = kind.removesuffix(f"_{noun}")
    return (kind if short == "list" else short).replace("_", "-")


def _case_commands(case: CaseKind) -> dict[str, click.Command]:
    commands: dict[str, click.Command] = {}
    for kind, model in models_of(case.commands).items():
        if case.who_may.get(kind, frozenset({Role.SYSTEM})) <= {Role.SYSTEM}:
            continue  # the system's own commands are nobody's to type
        name = _subcommand_name(kind, case.category)
        commands[name] = _case_command(case, name, kind, model)
    return commands


def _case_command(case: CaseKind, name: str, kind: str, model: type[BaseModel]) -> click.Command:
    opening = kind in _OPENING
    options: list[click.Parameter] = [] if opening else [click.Argument(["case"])]
    options += options_of(model)
    options += [
        click.Option(["--as", "acting_person"], help="办理人；缺省为 --key 的本人。 Who acts."),
        click.Option(["--unit-of-actor"], help="以哪个单位的名义。 For which unit."),
        click.Option(["--role"], type=click.Choice([role.value for role in Role])),
        click.Option(["--command-id"], help="命令编号，重试时填同一个。 Idempotency key."),
        click.Option(["--occurred-at"], help="实际发生时间，RFC 3339。 When it happened."),
        click.Option(["--json", "as_json"], is_flag=True, help="JSON."),
    ]
    if opening:
        options.append(click.Option(["--id", "case"], help="新案卷编号。 Id of the new case."))

    def give(context: Context, **given: Any) -> None:
        actor = acting(context, given["acting_person"], given["unit_of_actor"], given["role"])
        order = read_order(
            {
                "stream": _stream(context, case.category, given["case"], opening),
                "command_id": given["command_id"] or f"cli/{new_uuid7()}",
                "by": actor.as_by(),
                "command": command_from(model, given),
                "occurred_at": given["occurred_at"],
            }
        )
        _submit(context, order, actor.door, Speaking(given["as_json"]))

    english = (model.__doc__ or "").strip().splitlines()[0]
    text = f"{COMMAND_LABELS[kind]}。 {english}"
    command = click.Command(name, params=options, help=text, callback=pass_context(give))
    command.short_help = text
    return command


def _submit(context: Context, order: Order, door: Door, speaking: Speaking) -> None:
    from dispatch.cursor import what_waits

    receipt = run(partial(context.gateway.submit, order, door))
    number = f"（工单 {receipt.number}）" if receipt.number else ""
    waits = what_waits(context.settings.dispatch_url, context.books.ledger.clock())
    if waits is not None:
        click.echo(waits, err=True)
    speaking.say(
        {"outcome": "recorded", **receipt.model_dump(mode="json")},
        f"已记录 {receipt.stream}{number} 第 {receipt.version} 版，账本位置 {receipt.position}，"
        f"状态 {receipt.state or '（不变）'}。\n"
        f"Recorded {', '.join(receipt.facts) or 'nothing new'}; hash {receipt.hash[:16]}…",
    )


def _stream(context: Context, category: str, given: str | None, opening: bool) -> str:
    """Return the stream a person means: its name, its UUID, or a work-order number."""
    if given is None:
        return f"{category}/{new_uuid7()}"
    stream = given if "/" in given else f"{category}/{given.lower()}"
    if STREAM.fullmatch(stream):
        if not opening and context.books.ledger.version(stream) == 0:
            raise CommandRefused(
                "case-unknown",
                f"没有案卷 {stream}。",
                f"There is no case {stream}.",
            )
        return stream
    if given.upper().startswith("DQ"):
        row = context.boards().tasks.by_number(given.upper())
        if row is not None:
            return str(row.stream)
    raise CommandRefused(
        "case-unknown",
        f"没有案卷 {given}；请填 {category}/<UUID>、UUID 或工单编号。",
        f"There is no case {given}; give {category}/<uuid>, the uuid or a work-order number.",
    )


task = click.Group(
    "task",
    help="帮扶任务：登记、派单、办理、评价。 Support tasks.",
    commands=_case_commands(CASES["task"]),
)
pairing = click.Group(
    "pairing",
    help="结对：三张清单、签约、审批、考评。 Pairings.",
    commands=_case_commands(CASES["pairing"]),
)


@task.command("list")
@click.option("--state", "states", multiple=True, help="状态，可重复。 State; may be repeated.")
@click.option("--open", "open_only", is_flag=True, help="只看未结。 Open ones only.")
@click.option("--unit", help="主办单位。 Main unit.")
@click.option("--category", "categories", multiple=True, help="类别。 Category.")
@click.option("--place", help="区划代码。 Division and everything within it.")
@click.option("--pairing", help="结对。 Pairing.")
@click.option("--sla", help="时限状态。 ON_TRACK, WARNING, OVERDUE, PAUSED.")
@click.option("--search", help="工单编号的一部分。 Part of a work-order number.")
@click.option("--page", default=1, show_default=True, type=click.IntRange(1))
@click.option("--size", default=50, show_default=True, type=click.IntRange(1, 1000))
@json_option
@pass_context
def list_tasks(context: Context, /, page: int, size: int, as_json: bool, **filters: Any) -> None:
    r"""帮扶任务一览，新登记的在前。 The tasks, newest first.

    \b
    Exit status: 0 done; 1 a filter names nothing there is; 2 it could not be tried.
    """
    from projections.task_board import TaskFilter

    found = context.boards().tasks.find(
        TaskFilter(**_task_filters(context, filters)), page=page, size=size
    )
    lines = [vars(line) for line in found.lines]
    if not as_json:
        names = names_of(context)
        lines = [labelled(names, "task", line) for line in lines]
    print_table("task", lines, as_json)
    _say_how_many(as_json, len(lines), found.total, page)


def _say_how_many(as_json: bool, shown: int, total: int, page: int) -> None:
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
    rules = rules_of(context)
    packs = [terms.policy for terms in rules.policies.values()]
    categories = {one.code: one.label.zh for pack in packs for one in pack.categories}
    return {
        **given,
        "states": each_of("--state", given["states"], _labels(TaskState)),
        "categories": each_of("--category", given["categories"], categories),
        "unit": one_of("--unit", given["unit"], _units(rules)),
        "sla": one_of("--sla", given["sla"], _labels(SlaRegion)),
    }


def _labels(values: type[StrEnum]) -> dict[str, str]:
    return {value.value: label(value) for value in values}


def _units(rules: Rules) -> dict[str, str]:
    return {code: unit.name for code, unit in sorted(rules.units.items())}


@task.command("inbox")
@click.argument("unit")
@click.option("--role", type=click.Choice([role.value for role in Role], case_sensitive=False))
@click.option("--page", default=1, show_default=True, type=click.IntRange(1))
@click.option("--size", default=50, show_default=True, type=click.IntRange(1, 1000))
@json_option
@pass_context
def show_inbox(
    context: Context, /, unit: str, role: str | None, page: int, size: int, as_json: bool
) -> None:
    r"""某单位待办，本单位的在前，急的在前。 What waits at UNIT, its own and the pressing first.

    \b
    Exit status: 0 done; 1 there is no such unit; 2 it could not be tried.
    """
    rules = rules_of(context)
    code = one_of("UNIT", unit, _units(rules))
    assert code is not None, "a unit was given"
    wanted = None if role is None else Role(role.upper())
    # What lies in its area for whoever has a role is its own business only if somebody has it.
    now = datetime.now(UTC)
    holding = {
        grant.role
        for person in rules.people.values()
        for grant in person.grants
        if grant.unit == code and grant.stands(now)
    }
    inbox = context.boards().inbox
    lines = inbox.waiting(code, wanted, holding=holding, limit=size, offset=(page - 1) * size)
    rows = [vars(line) for line in lines]
    if not as_json:
        names = names_of(context)
        rows = [waiting(names, row) for row in rows]
    print_table("inbox", rows, as_json)
    total = sum(inbox.counts(code, wanted, holding).values())
    _say_how_many(as_json, len(rows), total, page)


@task.command("levels")
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


@pairing.command("list")
@click.option("--state", "states", multiple=True, help="状态，可重复。 State; may be repeated.")
@click.option("--open", "open_only", is_flag=True, help="只看未结。 Open ones only.")
@click.option("--unit", help="任一方单位。 Any party.")
@click.option("--search", help="名称的一部分，结对与结队同义。 Part of the title.")
@click.option("--page", default=1, show_default=True, type=click.IntRange(1))
@click.option("--size", default=50, show_default=True, type=click.IntRange(1, 1000))
@json_option
@pass_context
def list_pairings(context: Context, /, as_json: bool, **filters: Any) -> None:
    r"""结对一览。 The pairings.

    \b
    Exit status: 0 done; 1 a filter names nothing there is; 2 it could not be tried.
    """
    filters["states"] = each_of("--state", filters["states"], _labels(PairingState))
    filters["unit"] = one_of("--unit", filters["unit"], _units(rules_of(context)))
    lines, total = context.boards().pairings.find(**filters)
    rows = [vars(line) for line in lines]
    if not as_json:
        names = names_of(context)
        rows = [labelled(names, "pairing", row) for row in rows]
    print_table("pairing", rows, as_json)
    _say_how_many(as_json, len(rows), total, filters["page"])


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
    return KnownNames(rules_of(context))


def rules_of(context: Context) -> Rules:
    """Return the rules as the registry stands now."""
    return context.books.rulebook.rules(context.books.desk.neighbours)


def _show(context: Context, category: str, case: str, as_json: bool) -> None:
    stream = _stream(context, category, case, opening=False)
    handled = context.books.desk.standing(stream)
    clock = handled.next_clock
    boards = context.boards()
    line = (boards.tasks if category == "task" else boards.pairings).get(stream)
    value = {
        "stream": stream,
        "state": handled.state,
        "version": handled.version,
        "over": handled.over,
        "next_clock": None if clock is None else {"name": clock[0], "due": instant_text(clock[1])},
        "as_of": instant_text(datetime.now(UTC)),
        "board": None if line is None else vars(line),
        "waits_for": [vars(item) for item in boards.inbox.of(stream)],
    }
    if as_json:
        Speaking(as_json).say(value, "")
        return
    names = names_of(context)
    print_table(
        "standing", [{**value, "state_label": state_label(category, handled.state)}], as_json=False
    )
    if line is not None:
        print_table(category, [labelled(names, category, vars(line))], as_json=False)
    items = [waiting(names, vars(item)) for item in boards.inbox.of(stream)]
    print_table("inbox", items, as_json=False)


def _history(context: Context, category: str, case: str, as_json: bool, language: str) -> None:
    from cli.histories import print_history

    stream = _stream(context, category, case, opening=False)
    print_history(context, stream, as_json, language)


def _add_readers(group: click.Group, category: str) -> None:
    @group.command("show")
    @click.argument("case")
    @json_option
    @pass_context
    def show(context: Context, case: str, as_json: bool) -> None:
        r"""此案现状与下一时限。 Where a case stands.

        \b
        Exit status: 0 done; 1 there is no such case; 2 it could not be tried.
        """
        _show(context, category, case, as_json)

    @group.command("history")
    @click.argument("case")
    @click.option("--language", type=click.Choice(["zh", "en", "both"]), default="both")
    @json_option
    @pass_context
    def history(context: Context, case: str, as_json: bool, language: str) -> None:
        r"""此案全程，逐句；密封内容不启封。 The case's story; sealed texts stay sealed.

        \b
        Exit status: 0 done; 1 there is no such case; 2 it could not be tried.
        """
        _history(context, category, case, as_json, language)


_add_readers(task, "task")
_add_readers(pairing, "pairing")
