"""`show`: the whole of a case on one screen, what it is about, its clocks, what may be done now."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click

from cli.commanding import label_of_state, subcommand_name
from cli.context import Context, Speaking
from cli.tables import shown
from domain.cases import CaseKind
from domain.clocks import Clock
from domain.pairing.state import Drafted
from domain.people import ROLE_LABELS, Role
from domain.task.state import Body, Known
from domain.values import instant_text
from wording.commands import command_label
from wording.labels import clock_label, label
from wording.names import KnownNames
from wording.next_steps import next_steps
from wording.sentences import deadline_text


def show_case(context: Context, stream: str, *, as_json: bool) -> None:
    """Print where the case *stream* stands, for people or as one JSON value."""
    case, rules = context.books.desk.case(stream)
    boards, category = context.boards(), case.kind.category
    board = {"task": boards.tasks, "pairing": boards.pairings}.get(category, boards.cases)
    line = board.get(stream)
    state = case.kind.state_name(case.state)
    value = {
        "stream": stream,
        "state": state,
        "version": case.version,
        "over": case.kind.is_over(case.state),
        "clocks": [_clock(one) for one in case.kind.clocks(case.state, rules)],
        "as_of": instant_text(datetime.now(UTC)),
        "board": None if line is None else vars(line),
        "waits_for": [vars(item) for item in boards.inbox.of(stream)],
        **(_beside(case.state.body) if isinstance(case.state, Known) else {}),
    }
    if as_json:
        Speaking(as_json).say(value, "")
        return
    names = KnownNames(rules, number_of=_numbers(boards))
    head = value["board"] or {}
    title = f"工单 {head.get('number')}" if category == "task" else str(head.get("title") or "")
    click.echo(f"{title}  {label_of_state(category, state)}  第 {case.version} 版")
    click.echo(f"  案卷　　  {stream}")
    for name, told in _about(case.kind, case.state, names):
        click.echo(f"  {name}{'　' * (4 - len(name))}  {told}")
    click.echo("时限 Clocks")
    for one in case.kind.clocks(case.state, rules):
        reason = "" if one.deadline is None else f"（{_reason(one)}）"
        click.echo(f"  {clock_label(one.name)}  {shown(one.due)}{reason}")
    if not value["clocks"]:
        click.echo("  没有在走的时限。 None runs.")
    click.echo("现在可办 What may be done now")
    steps = list(_may(case.kind, state, value["waits_for"], names))
    for step in steps or ["  无人须办：等候时限，或已办完。 Nobody has to act."]:
        click.echo(step)


def _clock(clock: Clock) -> dict[str, Any]:
    deadline = clock.deadline
    told = {"name": clock.name, "due": instant_text(clock.due)}
    return told | ({} if deadline is None else {"deadline": deadline.model_dump(mode="json")})


def _reason(clock: Clock) -> str:
    assert clock.deadline is not None, "only a clock with a limit has a reason"
    return deadline_text(clock.deadline.model_dump(mode="json")).partition("：")[0]


def _beside(body: Body) -> dict[str, Any]:
    """Return what a task is beside itself: who waits, its call and parts, who asked again."""
    return {
        "residents": len(body.need.parties),
        "duplicates": body.duplicates,
        "urged": len(body.urged),
        "call": body.need.call,
        "parts": list(body.parts),
    }


def _about(kind: CaseKind, state: Any, names: KnownNames) -> Iterator[tuple[str, str]]:
    if kind.on_the_board:
        return _shown(kind, state, names)
    return _task(state, names) if isinstance(state, Known) else _pairing(state, names)


def _shown(kind: CaseKind, state: Any, names: KnownNames) -> Iterator[tuple[str, str]]:
    held, found = kind.holder(state), kind.shown(state)
    if found is not None and found.place:
        yield "地点", f"{names.place(found.place, 'zh')}（{found.place}）"
    if held is not None:
        yield "在办", names.unit(held, "zh")
    if found is not None and found.units:
        yield "单位", "、".join(names.unit(unit, "zh") for unit in found.units)


def _task(state: Known, names: KnownNames) -> Iterator[tuple[str, str]]:
    body, need = state.body, state.body.need
    kind = (
        f"{names.category(need.category, 'zh')}，{label(need.request_type)}，{label(need.source)}"
    )
    marks = [
        word for word, is_so in (("紧急", body.is_urgent), ("涉及人身安全", need.safety)) if is_so
    ]
    yield "事项", "，".join((kind, f"事项 {need.matter}", *marks))
    yield "地点", f"{names.place(need.place, 'zh')}（{need.place}）"
    yield "内容", "〔密封〕 须经启封许可查看（jiedui unmasking --help）"
    others = f"，另有 {body.duplicates} 件并入" if body.duplicates else ""
    urged = f"，催单 {len(body.urged)} 次" if body.urged else ""
    yield "居民", f"{len(need.parties)} 位等候{others}{urged}"
    if body.holding.main is not None:
        yield "主办", names.unit(body.holding.main, "zh")
    if body.sla.due is not None:
        yield "办理期限", deadline_text(body.sla.due.model_dump(mode="json"))
    for name, held in (("结对", need.pairing), ("来自", need.call)):
        if held is not None:
            yield name, names.case(held, "zh") + f"（{held}）"
    for part in body.parts:
        yield "拆出", names.case(part, "zh") + f"（{part}）"
    if need.ledger_row is not None:
        yield "台账编号", need.ledger_row


def _pairing(state: Any, names: KnownNames) -> Iterator[tuple[str, str]]:
    if not isinstance(state, Drafted):
        return
    made = state.agreement
    yield "成员", "、".join(names.unit(unit, "zh") for unit in made.parties)
    yield "牵头", names.unit(made.lead, "zh")
    yield "类别", "、".join(names.category(code, "zh") for code in made.categories)
    yield "期限", f"{shown(made.term_start)} 至 {shown(made.term_end)}"


def _may(kind: CaseKind, state: str, waits: Any, names: KnownNames) -> Iterator[str]:
    """Yield what waits for whom, each with its commands, and what may be done before it has to."""
    from projections.unit_inbox import COMMANDS

    category = kind.category
    told = {one for item in waits for one in COMMANDS.get(item["what"], ())}
    for item in waits:
        who = ROLE_LABELS[Role(item["role"])][0]
        unit = f"，{names.unit(item['unit'], 'zh')}" if item["unit"] else ""
        until = f"，{shown(item['due'])} 前" if item["due"] else ""
        yield f"  {label(item['what'], among='ToDo')}（{who}{unit}{until}）"
        for one in COMMANDS.get(item["what"], ()):
            yield _command(category, one)
    for one in next_steps(category, state):
        if one not in told:
            roles = "、".join(
                ROLE_LABELS[role][0] for role in sorted(kind.who_may[one] - {Role.SYSTEM})
            )
            yield f"  也可{command_label(one)}（{roles}）"
            yield _command(category, one)


def _command(category: str, kind: str) -> str:
    return f"    jiedui {category} {subcommand_name(kind, (category,))}  {command_label(kind)}"


def _numbers(boards: Any) -> Any:
    def number_of(stream: str) -> str | None:
        if stream.startswith("task/"):
            line = boards.tasks.get(stream)
            return None if line is None else str(line.number)
        board = boards.pairings if stream.startswith("pairing/") else boards.cases
        line = board.get(stream)
        return None if line is None else str(line.title)

    return number_of
