"""`jiedui province`: the cities whose figure statements this installation holds, and their sums."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.cities import city, province_of
from cli.context import Context, Speaking, json_option, pass_context, run
from cli.figures import FIGURE_COLUMNS, figure_row, month_of
from cli.people import acting, acting_option
from cli.tables import print_table
from domain.values import instant_text
from wording.labels import label

if TYPE_CHECKING:
    from services.roll_up import ProvinceMonth

_BYTES_MAX = 1_000_000
_MONTH = (
    ("city", "城市"),
    ("standing", "报送"),
    ("number", "编号"),
    ("first_at", "首次收取"),
    ("position", "截至位置"),
    ("alarms", "告警"),
)
_SHARES = (
    ("figure", "指标"),
    ("city", "城市"),
    ("percent", "比率"),
    ("numerator", "分子"),
    ("denominator", "分母"),
    ("excluded", "剔除"),
    ("apart", "口径"),
)
_ALARMS = (
    ("city", "城市"),
    ("alarm", "编号"),
    ("ground", "情形"),
    ("raised_at", "发现时间"),
    ("settled", "查明"),
)
_PULLED = (
    ("city", "城市"),
    ("taken", "新收"),
    ("log", "日志"),
    ("rule", "未收"),
    ("trouble", "未通"),
)
_LOOKS = {
    "AGREES": "与所持一致",
    "CONTRADICTS": "与所持矛盾",
    "BEHIND": "落后于所持",
    "NOT_LOOKED": "未查看",
}

month_option = click.option(
    "--month", help="月份，缺省为上月。 A month; left out: the newest that is over."
)


@click.group("province")
def province() -> None:
    """省级：收取并汇总各市指标报表。 A province: takes and sums up its cities' statements."""


province.add_command(city)


@province.command("pull")
@json_option
@pass_context
def pull(context: Context, as_json: bool) -> None:
    r"""向有网址的城市收取新报表，并核对其日志。 Take what cities have stated; look at their logs.

    Run it daily. Hosts are those of JIEDUI_CITY_HOSTS.

    \b
    Exit status: 0 all is taken and every log agrees; 1 something was refused, contradicts what is
    held, or could not be reached.
    """
    from services.pulling import LogLook
    from services.pulling import pull as pulling

    service = province_of(context)
    done = run(lambda: pulling(service))
    rows = [
        {
            "city": one.city,
            "taken": [taken.number for taken in one.taken],
            "log": one.log.value if as_json else _LOOKS[one.log.value],
            "rule": None if one.refused is None else one.refused.rule,
            "message": None if one.refused is None else str(one.refused),
            "trouble": one.trouble,
        }
        for one in done
    ]
    print_table("", rows, as_json, _PULLED)
    for row in [] if as_json else rows:
        if row["message"]:
            click.echo(row["message"], err=True)
    wrong = (one.refused or one.trouble or one.log is LogLook.CONTRADICTS for one in done)
    if any(wrong):
        raise click.exceptions.Exit(1)


@province.command("take")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
@pass_context
def take(context: Context, file: Path, as_json: bool) -> None:
    r"""收取城市送来的指标报表文件 FILE。 Take a statement that came as a file.

    It is believed for its signature and its proof, never for who brought it.

    \b
    Exit status: 0 taken, or taken before; 1 refused; 2 it could not be read.
    """
    with file.open("rb") as opened:
        found = province_of(context).take(opened.read(_BYTES_MAX + 1))
    what = "指标报表" if found.withdraws is None else f"撤回第 {found.withdraws} 号的声明"
    Speaking(as_json).say(
        {"outcome": "taken", **vars(found)},
        f"{found.city} {found.month} {what}（第 {found.number} 号）"
        + ("此前已收取。 Taken before." if found.repeated else "已收取。 Taken."),
    )


@province.command("show")
@month_option
@json_option
@pass_context
def show(context: Context, month: str | None, as_json: bool) -> None:
    r"""某月汇总：报送情况、告警、全省指标（分子之和 ÷ 分母之和）。 A month: standing and sums.

    \b
    Exit status: 0 done; 1 a statement is missing or withdrawn, or an alarm stands; 2 it could not
    be tried.
    """
    found = _month(context, month)
    if as_json:
        Speaking(as_json).say(_told(found), "")
    else:
        _print(found)
    if any(row.alarms for row in found.rows) or _lacking(found):
        raise click.exceptions.Exit(1)


@province.command("compare")
@month_option
@json_option
@pass_context
def compare(context: Context, month: str | None, as_json: bool) -> None:
    r"""某月各市对照，逐项列出分子、分母。 A month of every city, figure by figure.

    \b
    Exit status: 0 done; 2 it could not be tried.
    """
    found = _month(context, month)
    rows = [
        {
            **figure_row(share.figure),
            "city": share.city,
            "apart": "不同，未计入" if share.apart else None,
        }
        for total in found.totals
        for share in total.shares
    ]
    print_table("", rows, as_json, _SHARES)


@province.command("alarms")
@click.option("--evidence", is_flag=True, help="连同两份签名文书，JSON。 With both notes, as JSON.")
@json_option
@pass_context
def alarms(context: Context, evidence: bool, as_json: bool) -> None:
    r"""各市告警及其证据。 The alarms about cities, and their evidence.

    \b
    Exit status: 0 none stands; 1 one does; 2 it could not be tried.
    """
    service = province_of(context)
    rows = [
        {
            "city": one.city.name,
            "alarm": alarm.number,
            "ground": alarm.ground.value if as_json or evidence else label(alarm.ground),
            "raised_at": instant_text(alarm.raised_at),
            "settled": alarm.settled,
            **(service.evidence_of(one, alarm.version) if evidence else {}),
        }
        for one in service.cities()
        for alarm in one.city.alarms
    ]
    print_table("", rows, as_json or evidence, _ALARMS)
    if any(row["settled"] is None for row in rows):
        raise click.exceptions.Exit(1)


@province.command("settle")
@click.argument("name")
@click.argument("alarm", type=click.IntRange(1, 999_999))
@click.option("--reason", required=True, help="查明的情况，入账。 What was found out; on record.")
@acting_option
@json_option
@pass_context
def settle(
    context: Context, name: str, alarm: int, reason: str, acting_person: str | None, as_json: bool
) -> None:
    r"""了结城市 NAME 的第 ALARM 号告警；证据保留。 Say what was found out about an alarm.

    \b
    Exit status: 0 done; 1 refused; 2 it could not be tried.
    """
    who, service = acting(context, acting_person).as_who(), province_of(context)
    service.settle(who, service.named(name), alarm, reason)
    Speaking(as_json).say(
        {"outcome": "settled", "name": name, "alarm": alarm},
        f"{name}第 {alarm} 号告警已了结。 Settled.",
    )


def _month(context: Context, month: str | None) -> "ProvinceMonth":
    from services.roll_up import last_month, roll_up

    now = context.books.ledger.clock()
    wanted = last_month(now) if month is None else month_of(month)
    return roll_up(province_of(context).cities(), wanted, context.settings.statement_day, now)


def _lacking(found: "ProvinceMonth") -> bool:
    from domain.province.words import StatementStanding

    return bool(found.of(StatementStanding.MISSING) or found.of(StatementStanding.WITHDRAWN))


def _told(found: "ProvinceMonth") -> dict[str, Any]:
    return {
        "month": found.month,
        "standings": {one.value: count for one, count in found.standings.items()},
        "cities": [
            {
                "city": row.name,
                "standing": row.month.standing.value,
                "number": None if row.month.held is None else row.month.held.number,
                "first_at": None
                if row.month.first_at is None
                else instant_text(row.month.first_at),
                "alarms": [alarm.ground.value for alarm in row.alarms],
            }
            for row in found.rows
        ],
        "figures": [
            {
                "code": total.code,
                "numerator": total.numerator,
                "denominator": total.denominator,
                "excluded": total.excluded,
                "percent": total.percent,
                "cities": len(total.shares) - len(total.apart),
                "apart": list(total.apart),
            }
            for total in found.totals
        ],
    }


def _print(found: "ProvinceMonth") -> None:
    counts = "，".join(f"{label(one)} {count}" for one, count in found.standings.items() if count)
    click.echo(f"{found.month} 指标汇总：{counts or '没有应报的城市 no city'}")
    rows = [
        {
            "city": row.name,
            "standing": label(row.month.standing),
            "number": None if row.month.held is None else row.month.held.number,
            "first_at": row.month.first_at,
            "position": None if row.month.held is None else row.month.held.position,
            "alarms": "、".join(label(alarm.ground) for alarm in row.alarms) or None,
        }
        for row in found.rows
    ]
    print_table("", rows, as_json=False, columns=_MONTH)
    totals = [
        {
            "figure": total.name[0],
            "percent": total.percent,
            "numerator": total.numerator,
            "denominator": total.denominator,
            "excluded": total.excluded,
        }
        for total in found.totals
    ]
    print_table("", totals, as_json=False, columns=FIGURE_COLUMNS)
    for total in found.totals:
        if total.apart:
            click.echo(f"{total.name[0]}：{'、'.join(total.apart)}口径不同，未计入。 Not added.")
