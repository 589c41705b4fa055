"""`jiedui audit as-of`: what stood at an instant, as recorded by then or as it had happened."""

from datetime import datetime
from typing import Any

import click

from cli.auditing.moments import MOMENT
from cli.auditing.recording import as_option, trace
from cli.casework import any_case
from cli.context import Context, Speaking, json_option, pass_context
from cli.tables import print_table
from domain.oversight.words import AuditAct, AuditOutcome
from domain.refusals import CommandRefused
from domain.values import instant_text
from wording.labels import label, state_label
from wording.sentences import instant_shown

_MENTIONED_MAX = 20
_SLA = (("sla", "SlaRegion", "时限"), ("supervision", "SupervisionLevel", "督办"))


@click.command("as-of")
@click.argument("instant", type=MOMENT)
@click.argument("case", required=False)
@click.option(
    "--axis",
    type=click.Choice(["recorded", "occurred"]),
    default="recorded",
    show_default=True,
    help="按入账时间，或按实际发生时间。 When it was recorded, or when it happened.",
)
@as_option
@json_option
@pass_context
def command(
    context: Context,
    instant: datetime,
    case: str | None,
    axis: str,
    acting_person: str | None,
    as_json: bool,
) -> None:
    r"""某一时刻的案卷与规则原貌。 What stood at INSTANT: everything, or one CASE.

    \b
    INSTANT  2026-05-11T09:00+08:00；不带时区按北京时间，只写日期为当日终了。
             Without an offset it is China time; a day alone is its last moment.

    按入账时间：截至该时刻账本所载的一切。按发生时间：以现已知的全部事实，还原该时刻实际已发生的
    情况；事后补录而计入的、无法接续而未计入的，逐条列明。

    \b
    Exit status: 0 done; 1 there was no such case; 2 it could not be tried.
    """
    from audit.reading import open_reader
    from audit.replay.as_of import Axis, as_of
    from audit.replay.explained import explained_clocks
    from audit.replay.standing_view import case_view, standing_view
    from domain.casebook import kind_of
    from wording.names import KnownNames

    if case is not None:
        case = any_case(context, case)
        kind_of(case)
    trace(context, acting_person).may()
    with open_reader(context.settings.ledger_url) as reader:
        head = reader.head()
        found = as_of(
            reader, instant, Axis(axis), only=case, default_policy=context.settings.policy
        )
        if case is not None:
            if case not in found.cases:
                raise CommandRefused(
                    "case-unknown",
                    f"该时刻尚无案卷 {case}。",
                    f"There was no case {case} at that instant.",
                )
            then = found.cases[case]
            clocks = found.clocks(then)
            reasons = explained_clocks(reader, case, then.last.position, clocks)
            names = KnownNames(found.rules)
            view = case_view(found, then, names, reasons)
            if not as_json:
                _print_case(view, then, names)
        else:
            view = standing_view(found)
            if not as_json:
                _print_everything(view)
    if as_json:
        Speaking(as_json).say(view, "")
    trace(context, acting_person).performed(
        AuditAct.AS_OF,
        about=(*(() if case is None else (case,)), f"{axis}/{instant_text(instant)}"),
        head=head,
        outcome=AuditOutcome.DONE,
        counts={"later": len(found.later), "left_out": len(found.left_out)},
    )


def _table(rows: list[dict[str, Any]], columns: tuple[tuple[str, str], ...]) -> None:
    print_table("", rows, as_json=False, columns=columns)


def _shown(instant: str | None) -> str:
    """Return an instant with its seconds, where it has any: here they may decide."""
    return "" if instant is None else instant_shown(instant)


def _print_question(view: dict[str, Any]) -> None:
    zh, en = (
        ("按入账时间", "as recorded")
        if view["axis"] == "recorded"
        else ("按实际发生时间，依现已知的全部事实", "as it had happened, by all that is known now")
    )
    click.echo(
        f"{_shown(view['instant'])}（{zh}；账本至第 {view['position']} 条） "
        f"{en}, log position {view['position']}"
    )


def _print_everything(view: dict[str, Any]) -> None:
    _print_question(view)
    click.echo("\n政策包 Policy packs")
    _table(view["policies"], (("pack", "政策包"), ("version", "版本"), ("calendar", "日历")))
    click.echo("\n日历 Calendars")
    _table(view["calendars"], (("calendar", "日历"), ("year", "年度"), ("revision", "第几版")))
    click.echo("\n在册单位与任职 Units and roles")
    rows = [
        {
            **unit,
            "kind": label(unit["kind"], among="UnitKind"),
            "roles": [label(role, among="Role") for role in unit["roles"]],
        }
        for unit in view["units"]
    ]
    _table(rows, (("code", "单位编码"), ("name", "名称"), ("kind", "类型"), ("roles", "任职")))
    click.echo("\n案卷 Cases")
    rows = [
        {
            "what": label(category, among="CaseKind"),
            "state": state_label(category, state),
            "number": number,
        }
        for category, counted in view["cases"].items()
        for state, number in counted.items()
    ]
    _table(rows, (("what", "类别"), ("state", "状态"), ("number", "件数")))
    counts = view["counts"]
    of_each = "，".join(
        f"{label(category, among='CaseKind')} {count}"
        for category, count in sorted(counts["cases"].items())
    )
    click.echo(
        f"\n单位 {counts['units']}，任职 {counts['roles']}；{of_each or '没有案卷'}"
        f"（任务未结 {counts['tasks_open']}）。"
    )
    _print_mentions(view)


def _print_case(view: dict[str, Any], case: Any, names: Any) -> None:
    from audit.replay.standing_view import clock_rows, holder_text
    from audit.replay.standing_view import state_label as name_of_state

    _print_question(view)
    rows = [("案卷", view["stream"]), ("状态", f"{name_of_state(case)} {view['state']}")]
    if "regions" in view:
        regions = view["regions"]
        rows += [(zh, label(regions[name], among=among)) for name, among, zh in _SLA]
        rows.append(("延期", label(regions["extension"], among="ExtensionStatus")))
        rows += [
            (
                f"协办 {one['number']}",
                "，".join(
                    (
                        names.unit(one["unit"], "zh"),
                        label(one["status"], among="AssistStatus"),
                        _shown(one["due"]),
                    )
                ),
            )
            for one in regions["co_handling"]
        ] or [("协办", "无")]
        privacy = "ERASED" if regions["privacy"]["erased"] else "NORMAL"
        privacy = "RESTRICTED" if regions["privacy"]["restricted"] else privacy
        rows.append(("个人信息", label(privacy, among="Privacy")))
        rows.append(("承办", holder_text(view, names) or "无"))
        rows += [
            (
                "曾承办",
                (
                    f"{names.unit(one['unit'], 'zh')}，"
                    f"{_shown(one['since'])} 至 {_shown(one['until'])}"
                ),
            )
            for one in view["held_by"]["before"]
        ]
        rows.append(("办理期限", _shown(view["due"]) or "未起算"))
    if "parties" in view:
        rows.append(("结对各方", "、".join(names.unit(one, "zh") for one in view["parties"])))
        rows.append(("牵头", names.unit(view["lead"], "zh")))
        rows.append(("期限", " 至 ".join(_shown(one) for one in view["term"])))
    rows.append(("政策包", f"{view['policy'] or '—'}"))
    rows.append(("日历", f"{view['calendar'] or '—'}"))
    last = view["last"]
    rows.append(("最近事实", f"第 {last['position']} 条，{_shown(last['recorded_at'])} 入账"))
    rows.append(("", last["sentence"]))
    told = [{"what": what, "value": value} for what, value in rows]
    _table(told, (("what", "项目"), ("value", "当时情况")))
    if view["clocks"]:
        click.echo("\n时限 Clocks")
        columns = (("clock", "时限"), ("due", "到期"), ("passed", ""), ("why", "由来"))
        _table([{**row, "due": _shown(row["due"])} for row in clock_rows(view)], columns)
    _print_mentions(view)


def _print_mentions(view: dict[str, Any]) -> None:
    for name, zh, en in (
        ("later", "其后补录、已计入的事实", "recorded later, and included"),
        ("left_out", "已发生但无法接续、未计入的事实", "had happened, could not follow, left out"),
    ):
        mentioned = view[name]
        if view["axis"] == "occurred":
            click.echo(f"\n{zh}：{len(mentioned)} 条。 {en}: {len(mentioned)}.")
        for one in mentioned[:_MENTIONED_MAX]:
            click.echo(
                f"  第 {one['position']} 条 {one['stream']} {one['kind']}："
                f"{_shown(one['occurred_at'])} 发生，{_shown(one['recorded_at'])} 入账"
            )
        if len(mentioned) > _MENTIONED_MAX:
            click.echo(f"  …… 其余用 --json 列出。 --json lists all {len(mentioned)}.")
