"""`jiedui unmasking`: grants to open the sealed texts of one case, for a reason, for a time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import click
from pydantic import TypeAdapter, ValidationError

from cli.auditing.unsealing import unmasking_stream
from cli.context import Context, Speaking, json_option, pass_context
from cli.people import acting, acting_option
from cli.tables import print_table
from desk.identifiers import new_uuid7
from domain.values import Instant, instant_text
from services.unmasking import give, grant_of, grants
from wording.names import KnownNames
from wording.sentences import instant_shown

_COLUMNS = (
    ("unmasking", "授权"),
    ("case", "案卷"),
    ("to", "被授权人"),
    ("until", "截止"),
    ("standing", "状态"),
    ("opened", "已启封"),
)
_HOURS = 24.0
_INSTANT: TypeAdapter[datetime] = TypeAdapter(Instant)


@click.group()
def unmasking() -> None:
    """启封授权：限一案、附理由、有时限。 Grants to open sealed texts."""


@unmasking.command("grant")
@click.argument("case")
@click.option("--to", "grantee", required=True, help="被授权人。 Who may open.")
@click.option("--reason", required=True, help="理由，不得含个人信息。 Why.")
@click.option("--until", help="截止时间，RFC 3339，72 小时以内。 Until when, at most 72 hours.")
@click.option("--hours", type=click.FloatRange(0, min_open=True), help="或：多少小时，缺省 24。")
@acting_option
@json_option
@pass_context
def grant(
    context: Context,
    /,
    case: str,
    grantee: str,
    reason: str,
    until: str | None,
    hours: float | None,
    acting_person: str | None,
    as_json: bool,
) -> None:
    r"""授权一人在限期内启封一案的密封内容。 Let one person open one case's texts for a time.

    Only the officer for personal information grants, never to themselves; every text opened under
    the grant is recorded before it is shown.

    \b
    Exit status: 0 granted; 1 refused; 2 it could not be tried.
    """
    if until is not None and hours is not None:
        raise click.UsageError("--until 与 --hours 只填一项。 Give --until or --hours.")
    now = datetime.now(UTC)
    end = _instant(until) if until else now + timedelta(hours=hours or _HOURS)
    stream = f"unmasking/{new_uuid7()}"
    to = acting(context, grantee).person
    command = {
        "kind": "grant_unmasking",
        "case": case,
        "to": to,
        "reason": reason,
        "until": instant_text(end),
    }
    written = _give(context, stream, acting_person, command)
    Speaking(as_json).say(
        {
            "outcome": "granted",
            "unmasking": stream,
            "case": case,
            "to": to,
            "until": instant_text(end),
            "position": written.position,
            "hash": written.hash,
        },
        f"已授权 {stream}，至 {instant_shown(end)} 止，账本位置 {written.position}。\n"
        f"启封：jiedui --key 本人密钥 audit history {case} --unmasking {stream}\n"
        f"Granted until {instant_shown(end)}; every text opened is recorded.",
    )


@unmasking.command("end")
@click.argument("grant_id")
@click.option("--reason", required=True, help="理由。 Why.")
@acting_option
@json_option
@pass_context
def end_grant(
    context: Context, grant_id: str, reason: str, acting_person: str | None, as_json: bool
) -> None:
    r"""提前终止授权（被授权人或个人信息保护负责人）。 End a grant before its time.

    \b
    Exit status: 0 ended; 1 refused; 2 it could not be tried.
    """
    stream = unmasking_stream(grant_id)
    command = {"kind": "end_unmasking", "reason": reason}
    written = _give(context, stream, acting_person, command)
    Speaking(as_json).say(
        {"outcome": "ended", "unmasking": stream, "position": written.position},
        f"{stream} 已终止，账本位置 {written.position}。 Ended.",
    )


@unmasking.command("list")
@click.option("--case", help="只看此案卷。 Grants for this case.")
@click.option("--in-force", is_flag=True, help="只看现行有效。 Only those in force.")
@json_option
@pass_context
def list_grants(context: Context, case: str | None, in_force: bool, as_json: bool) -> None:
    r"""启封授权一览。 The grants.

    \b
    Exit status: 0 done; 2 it could not be tried.
    """
    rows = [
        _told(grant)
        for grant in grants(context.books)
        if case in (None, grant["case"]) and (grant["in_force"] or not in_force)
    ]
    print_table("unmasking", rows, as_json, _COLUMNS)


@unmasking.command("show")
@click.argument("grant_id")
@json_option
@pass_context
def show_grant(context: Context, grant_id: str, as_json: bool) -> None:
    r"""一项授权及其启封记录。 One grant, and what was opened under it.

    \b
    Exit status: 0 done; 1 there is no such grant; 2 it could not be tried.
    """
    from projections.history import case_history

    stream = unmasking_stream(grant_id)
    books = context.books
    row = _told(grant_of(books, stream))
    names = KnownNames(books.rulebook.rules(books.desk.neighbours))
    lines = case_history(books.ledger, stream, names)
    if as_json:
        opened = [
            {"position": entry.position, **entry.fact}
            for entry in books.ledger.read(stream)
            if entry.kind == "field_unmasked.v1"
        ]
        Speaking(as_json).say({**row, "fields": opened}, "")
        return
    print_table("unmasking", [row], as_json, _COLUMNS)
    for line in lines:
        click.echo(line.text())


def _told(grant: dict[str, Any]) -> dict[str, Any]:
    ended = "已终止" if grant["ended"] else "已到期"
    return {**grant, "standing": "有效" if grant["in_force"] else ended}


def _give(context: Context, stream: str, person: str | None, command: dict[str, Any]) -> Any:
    actor = acting(context, person)
    return give(context.books, stream, actor.person, actor.door, command)


def _instant(text: str) -> datetime:
    try:
        return _INSTANT.validate_python(text)
    except ValidationError:
        raise click.UsageError(
            "--until 应为 RFC 3339 时间，例如 2026-11-24T18:00:00+08:00。 --until takes an instant."
        ) from None
