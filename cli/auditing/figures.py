"""`jiedui audit figure`: one rate with all it rests on, now or as of any earlier moment."""

import re
from typing import Any

import click

from cli.auditing.moments import position_of
from cli.auditing.recording import as_option, trace
from cli.context import Context, Speaking, json_option, pass_context
from cli.tables import print_table
from domain.oversight.words import AuditAct, AuditOutcome
from domain.refusals import CommandRefused
from domain.service_definitions import exclusion_shown

_MONTH = re.compile(r"^\d{4}-(0[1-9]|1[0-2])$")
_POSITIONS_SHOWN = 200


@click.command("figure")
@click.argument("metric")
@click.option("--unit", help="单位编码。 A unit's code.")
@click.option("--month", help="月份，如 2026-10。 A month.")
@click.option("--place", help="区划代码，含其下各处。 A division, with all within it.")
@click.option("--category", help="服务类别。 A service category.")
@click.option("--pairing", help="结对案卷。 The stream of a pairing.")
@click.option(
    "--as-of",
    "as_of",
    help="日志位置或时刻：按当时账本复算。 A log position or an instant: the figure of then.",
)
@as_option
@json_option
@pass_context
def command(
    context: Context,
    metric: str,
    unit: str | None,
    month: str | None,
    place: str | None,
    category: str | None,
    pairing: str | None,
    as_of: str | None,
    acting_person: str | None,
    as_json: bool,
) -> None:
    r"""指标复算：定义、分子、分母、剔除，逐条位置。 Recompute METRIC from the facts.

    \b
    METRIC  satisfaction、response、on-time、resolution、rework、return …，或全名
            satisfaction_rate@1；不从看板读取，直接由账本事实另行计算。
            Counted from the facts, by no code of the boards.

    \b
    Exit status: 0 done; 1 there is no such metric; 2 it could not be tried.
    """
    from audit.reading import open_reader
    from audit.replay.figures import Wanted, figure, metric_named
    from domain.service_definitions import DEFINITIONS

    definition = metric_named(metric)
    if definition is None:
        known = "、".join(DEFINITIONS)
        raise CommandRefused(
            "metric-unknown",
            f"没有指标 {metric[:40]}；可用：{known}。",
            f"There is no metric {metric[:40]}; there are {', '.join(DEFINITIONS)}.",
        )
    if month is not None and not _MONTH.match(month):
        raise click.BadParameter(
            "月份应形如 2026-10。 Write a month such as 2026-10.", param_hint="--month"
        )
    trace(context, acting_person).may()
    with open_reader(context.settings.ledger_url) as reader:
        head = reader.head()
        wanted = Wanted(unit=unit, place=place, month=month, category=category, pairing=pairing)
        found = figure(reader, definition, wanted, position_of(reader, as_of))
    view = figure_view(found)
    Speaking(as_json).say(view, "")
    if not as_json:
        _print(view)
    about = (f"figure/{definition.metric}", *(() if unit is None else (f"unit/{unit}",)))
    about += () if month is None else (f"month/{month}",)
    about += () if place is None else (f"division/{place}",)
    about += () if pairing is None else (pairing,)
    trace(context, acting_person).performed(
        AuditAct.FIGURE,
        about=(*about, f"entry/{found.until}") if found.until >= 0 else about,
        head=head,
        outcome=AuditOutcome.DONE,
        counts={
            "numerator": len(found.numerator),
            "denominator": len(found.denominator),
            "excluded": len(found.excluded),
        },
    )


def figure_view(found: Any) -> dict[str, Any]:
    """Return a figure as plain values: its definition, its counts, and every position of them.

    In the lists `settled` is the entry that decides the count, `opened` the one that began it.
    """
    from audit.replay.figures import reasons_of

    def listed(members: Any) -> list[dict[str, Any]]:
        return [
            {"opened": one.opened, "settled": one.settled, "stream": one.stream} for one in members
        ]

    definition = found.definition
    return {
        "metric": definition.metric,
        "version": int(definition.metric.partition("@")[2]),
        "name_zh": definition.zh,
        "name_en": definition.en,
        "counts_above": definition.numerator_zh,
        "counts_above_en": definition.numerator,
        "counts_below": definition.denominator_zh,
        "counts_below_en": definition.denominator,
        "counts_by": definition.instant_zh,
        "counts_by_en": definition.instant,
        **vars(found.wanted),
        "as_of": found.until,
        "percent": found.percent,
        "numerator": len(found.numerator),
        "denominator": len(found.denominator),
        "excluded": len(found.excluded),
        "numerator_entries": listed(found.numerator),
        "denominator_entries": listed(found.denominator),
        "excluded_entries": {
            why: listed(members) for why, members in reasons_of(found.excluded).items()
        },
        "by_default": sum(one.remark == "default" for one in found.numerator),
    }


def _print(view: dict[str, Any]) -> None:
    asked = "，".join(
        f"{zh} {view[name]}"
        for name, zh in (
            ("unit", "单位"),
            ("month", "月份"),
            ("place", "区划"),
            ("category", "类别"),
            ("pairing", "结对"),
        )
        if view[name] is not None
    )
    click.echo(f"{view['name_zh']} {view['name_en']}（{view['metric']}）{asked or '全部'}")
    click.echo(f"{view['percent'] or '无可计数'}  = {view['numerator']} / {view['denominator']}")
    click.echo(f"分子：{view['counts_above']}。 Above: {view['counts_above_en']}.")
    click.echo(f"分母：{view['counts_below']}。 Below: {view['counts_below_en']}.")
    click.echo(f"时刻：{view['counts_by']}。 By: {view['counts_by_en']}.")
    if view["by_default"]:
        click.echo(
            f"其中默认满意 {view['by_default']} 件。 {view['by_default']} satisfied by default."
        )
    rows = [
        {"part": "分子", "why": "", "entries": _positions(view["numerator_entries"])},
        {"part": "分母", "why": "", "entries": _positions(view["denominator_entries"])},
        *(
            {"part": "剔除", "why": exclusion_shown(why), "entries": _positions(members)}
            for why, members in view["excluded_entries"].items()
        ),
    ]
    columns = (("part", ""), ("why", "原因"), ("entries", "日志位置"))
    print_table("", rows, as_json=False, columns=columns)
    click.echo(
        f"依据账本至第 {view['as_of']} 条。 From the log up to position {view['as_of']}.\n"
        "位置写作“起→定”：起为开始计数的事实，定为决定结果的事实；--json 列出全部。\n"
        "A position is opened→settled; --json lists them all."
    )


def _positions(members: list[dict[str, Any]]) -> str:
    told = [
        str(one["settled"])
        if one["opened"] == one["settled"]
        else f"{one['opened']}→{one['settled']}"
        for one in members
    ]
    if len(told) > _POSITIONS_SHOWN:
        told = [*told[:_POSITIONS_SHOWN], f"……（共 {len(told)} 条）"]
    return "、".join(told) or "无"
