"""`jiedui figures`: a month's figures, stated and signed for whoever is not of this city."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from cli.context import Context, Speaking, json_option, pass_context, run
from cli.log_keeping import CannotTry, says_no
from cli.people import acting, registrar_option
from cli.tables import print_table
from domain.envelope import By
from services.oversight import acting_by

if TYPE_CHECKING:
    from services.statements import CityStatements
    from transparency.statements import Statement

MONTH = re.compile(r"^\d{4}-(0[1-9]|1[0-2])$")
FIGURE_COLUMNS = (
    ("figure", "指标"),
    ("percent", "比率"),
    ("numerator", "分子"),
    ("denominator", "分母"),
    ("excluded", "剔除"),
)
_MADE = (
    ("number", "编号"),
    ("month", "月份"),
    ("what", "内容"),
    ("standing", "状态"),
    ("made_at", "发布时间"),
    ("position", "截至位置"),
    ("size", "检查点"),
    ("reason", "理由"),
)


def month_of(text: str) -> str:
    """Return *text* where it is a month; refuse anything else."""
    if not MONTH.match(text):
        raise click.BadParameter(
            "月份应形如 2026-10。 Write a month such as 2026-10.", param_hint="--month"
        )
    return text


@click.group("figures")
def figures() -> None:
    """指标报表：一个月的指标，签名发布。 Figure statements: a month's figures, signed."""


@figures.command("publish")
@click.option("--month", required=True, help="月份，如 2026-10，须已结束。 A month that is over.")
@click.option("--reason", help="替换已发布的报表时填写，入账。 Why what stands is replaced.")
@registrar_option
@json_option
@pass_context
def publish(
    context: Context, month: str, reason: str | None, acting_person: str | None, as_json: bool
) -> None:
    r"""计算并发布一个月的指标报表，由日志密钥签名，入账。 State a month's figures, signed.

    Counted from the facts up to the newest witnessed checkpoint; where the boards stand there too
    and say otherwise, nothing is published. Served with the log under statements/<number>.

    \b
    Exit status: 0 published; 1 refused, or the witnesses' quorum is lacking; 2 it could not be
    tried.
    """
    month = month_of(month)
    by = _by(context, acting_person, "publish_figures")
    service = _statements(context)
    stated = _made(as_json, lambda: service.publish(month, by, reason))
    rows = [figure_row(one) for one in stated.figures]
    Speaking(as_json).say(
        {
            "outcome": "published",
            "number": stated.number,
            "month": stated.month,
            "position": stated.position,
            "size": stated.stated.size,
            "figures": rows,
            "file": str(service.publisher.folder.path / "statements" / str(stated.number)),
        },
        f"{stated.month} 指标报表（第 {stated.number} 号）已发布，统计截至账本位置 "
        f"{stated.position}。 Statement {stated.number} published.",
    )
    if not as_json:
        print_table("", rows, as_json=False, columns=FIGURE_COLUMNS)
        click.echo(service.publisher.folder.path / "statements" / str(stated.number))


@figures.command("withdraw")
@click.argument("number", type=click.IntRange(1, 999_999))
@click.option("--reason", required=True, help="理由，入账并写入声明。 Why; it is stated.")
@registrar_option
@json_option
@pass_context
def withdraw(
    context: Context, number: int, reason: str, acting_person: str | None, as_json: bool
) -> None:
    r"""撤回第 NUMBER 号指标报表；原报表保留。 Take statement NUMBER back; it is kept.

    The withdrawal is a statement of its own in the same series.

    \b
    Exit status: 0 withdrawn; 1 refused; 2 it could not be tried.
    """
    by = _by(context, acting_person, "withdraw_figures")
    service = _statements(context)
    stated = _made(as_json, lambda: service.withdraw(number, by, reason))
    Speaking(as_json).say(
        {
            "outcome": "withdrawn",
            "number": stated.number,
            "month": stated.month,
            "withdraws": number,
        },
        f"{stated.month} 指标报表（第 {number} 号）已撤回，声明为第 {stated.number} 号。"
        " Withdrawn.",
    )


@figures.command("list")
@json_option
@pass_context
def list_statements(context: Context, as_json: bool) -> None:
    r"""本市历次指标报表。 Every statement of this city.

    \b
    Exit status: 0 done; 2 it could not be tried.
    """
    from domain.statements import in_force
    from publishing.noting import Noting

    made = Noting(context.books.desk).standing().statements
    rows = []
    for one in made:
        stands = in_force(made, one.month)
        if one.withdraws is not None:
            what, standing = f"撤回第 {one.withdraws} 号", ""
        else:
            what = "指标" if one.replaces is None else f"指标，替换第 {one.replaces} 号"
            standing = "有效" if stands is one else "已失效"
        rows.append({**vars(one), "what": what, "standing": standing})
    print_table("", rows, as_json, _MADE)


def figure_row(one: Any) -> dict[str, Any]:
    """Return a stated figure as a row of a table: code, counts, and the rate made of them."""
    from audit.replay.figures import percent
    from audit.replay.stated import definitions

    known = definitions().get(one.code)
    return {
        "code": one.code,
        "figure": one.code if known is None else known.zh,
        "percent": percent(one.numerator, one.denominator),
        "numerator": one.numerator,
        "denominator": one.denominator,
        "excluded": one.excluded,
    }


def _made(as_json: bool, work: Callable[[], Awaitable["Statement"]]) -> "Statement":
    """Do *work* of a service, and say in a sentence why it could not be done."""
    from publishing.folder import LogBusy
    from publishing.signer import SigningRefused
    from services.statements import FiguresDiffer, NotWitnessed
    from transparency.keys import SigningKeyRefused

    try:
        return run(work)
    except SigningRefused as refusal:
        says_no(as_json, refusal.rule, str(refusal))
    except NotWitnessed as no:
        says_no(as_json, "not-witnessed", str(no))
    except FiguresDiffer as no:
        says_no(as_json, "figures-differ", str(no))
    except (LogBusy, SigningKeyRefused, OSError) as problem:
        raise CannotTry(str(problem)) from None


def _by(context: Context, person: str | None, command: str) -> By:
    actor = acting(context, person)
    return acting_by(context.rules, actor.person, command, datetime.now(UTC), actor.door)


def _statements(context: Context) -> "CityStatements":
    from services.statements import CityStatements

    context.make_home()
    return CityStatements(context.settings, context.books, context.boards())
