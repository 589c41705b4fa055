"""One subcommand per command: made from the command models, so nothing is written twice.

The same for tasks, pairings, units and people; only what a case is called differs.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import click
from pydantic import BaseModel

from cli.context import Context, Speaking, run
from cli.meaning import instant_of, meant
from cli.options import command_from, options_of
from cli.people import acting
from desk.identifiers import new_uuid7
from desk.orders import Door, Order, read_order
from domain.cases import CaseKind
from domain.models import models_of
from domain.people import ROLE_LABELS, Role
from domain.values import CASE_CATEGORIES
from wording.commands import command_label
from wording.labels import state_label
from wording.next_steps import NEXT_STEPS, next_steps

StreamOf = Callable[[Context, str | None, bool], str]
"""Returns the stream a person means: by what they wrote, and whether it is to begin."""


def commands_of(
    case: CaseKind,
    nouns: tuple[str, ...],
    stream_of: StreamOf,
    *,
    opening: frozenset[str],
    named: bool = False,
    without: frozenset[str] = frozenset(),
) -> dict[str, click.Command]:
    """Return a subcommand for each command of *case* that a person may give.

    *nouns* are left off their names. *opening* commands begin a case: its name is an argument
    where cases are *named* by people, else an option, made up where it is left out.
    """
    commands: dict[str, click.Command] = {}
    for kind, model in models_of(case.commands).items():
        if kind in without or case.who_may.get(kind, frozenset({Role.SYSTEM})) <= {Role.SYSTEM}:
            continue  # the system's own commands are nobody's to type
        name = subcommand_name(kind, nouns)
        begins = kind in opening
        commands[name] = _command(case, name, kind, model, stream_of, begins, named or not begins)
    return commands


def subcommand_name(kind: str, nouns: tuple[str, ...]) -> str:
    """Return what a command is called below the section of its case."""
    short = next((kind.removesuffix(f"_{one}") for one in nouns if kind.endswith(f"_{one}")), kind)
    return (kind if short == "list" else short).replace("_", "-")


def _command(
    case: CaseKind,
    name: str,
    kind: str,
    model: type[BaseModel],
    stream_of: StreamOf,
    begins: bool,
    named: bool,
) -> click.Command:
    options: list[click.Parameter] = [click.Argument(["case"])] if named else []
    options += options_of(model)
    options += [
        click.Option(["--as", "acting_person"], help="办理人；缺省为 --key 的本人。 Who acts."),
        click.Option(["--unit-of-actor"], help="以哪个单位的名义。 For which unit."),
        click.Option(["--role-of-actor"], type=click.Choice([role.value for role in Role])),
        click.Option(["--command-id"], help="命令编号，重试时填同一个。 Idempotency key."),
        click.Option(["--occurred-at"], help="实际发生的日期或时间。 When it happened."),
        click.Option(["--json", "as_json"], is_flag=True, help="JSON."),
    ]
    if not named:
        options.append(click.Option(["--id", "case"], help="新案卷编号。 Id of the new case."))

    def give(context: Context, **given: Any) -> None:
        actor = acting(
            context, given["acting_person"], given["unit_of_actor"], given["role_of_actor"]
        )
        when = given["occurred_at"]
        order = read_order(
            {
                "stream": stream_of(context, given["case"], begins),
                "command_id": given["command_id"] or f"cli/{new_uuid7()}",
                "by": actor.as_by(),
                "command": meant(context, model, command_from(model, given)),
                "occurred_at": when and instant_of(context, "--occurred-at", when, end=False),
            }
        )
        submit(context, order, actor.door, Speaking(given["as_json"]))

    english = (model.__doc__ or "").strip().splitlines()[0]
    text = f"{command_label(kind)}。 {english}"
    command = click.Command(
        name,
        params=options,
        help=f"{text}\n\n{who_gives(case, kind)}",
        callback=click.make_pass_decorator(Context)(give),
    )
    command.short_help = text
    return command


def who_gives(case: CaseKind, kind: str) -> str:
    """Return who gives a command, in the words of the office, and when it usually comes."""
    roles = sorted(case.who_may[kind] - {Role.SYSTEM})
    told = "、".join(ROLE_LABELS[role][0] for role in roles)
    states = [one for one, steps in NEXT_STEPS.get(case.category, {}).items() if kind in steps]
    when = f"通常在{'、'.join(label_of_state(case.category, state) for state in states)}时。"
    return f"由{told}办理。{when if states else ''}"


def label_of_state(category: str, state: str) -> str:
    """Return a main state as people read it."""
    return state_label(category, state)


def submit(context: Context, order: Order, door: Door, speaking: Speaking) -> None:
    """Have *order* recorded, and say what was recorded and what usually comes next."""
    from audit.exports.labels import KIND_LABELS
    from dispatch.cursor import what_waits

    receipt = run(partial(context.gateway.submit, order, door))
    category = receipt.stream.partition("/")[0]
    if context.settings.url is None:
        waits = what_waits(context.settings.dispatch_url, context.books.ledger.clock())
        if waits is not None:
            click.echo(waits, err=True)
    number = f"（工单 {receipt.number}）" if receipt.number else ""
    facts = "、".join(KIND_LABELS.get(one.partition(".")[0], one) for one in receipt.facts)
    again = "此前已记录，未重复记录" if receipt.repeated else "已记录"
    state = f"，现为“{label_of_state(category, receipt.state)}”" if receipt.state else ""
    state = state if category in CASE_CATEGORIES else ""
    lines = [
        f"{again}：{facts or '没有变化'}{number}{state}。账本位置 {receipt.position}。",
        *_what_comes_next(category, receipt.state),
        f"{receipt.stream} v{receipt.version} {', '.join(receipt.facts)} {receipt.hash[:16]}…",
    ]
    speaking.say(
        {"outcome": "recorded", **receipt.model_dump(mode="json")},
        "\n".join(lines),
    )


def _what_comes_next(category: str, state: str | None) -> list[str]:
    if not state or category not in CASE_CATEGORIES:
        return []
    steps = next_steps(category, state)
    told = "，或".join(
        f"{command_label(kind)}（jiedui {category} {subcommand_name(kind, (category,))}）"
        for kind in steps[:2]
    )
    return [f"下一步通常是{told}。"] if told else []
