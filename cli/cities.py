"""`jiedui province city`: the cities a province holds, their keys, and where their logs are."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.context import Context, Speaking, json_option, pass_context
from cli.figures import month_of
from cli.people import acting, registrar_option
from cli.tables import print_table

if TYPE_CHECKING:
    from services.province import Known, Province

_CITIES = (
    ("name", "城市"),
    ("standing", "状态"),
    ("since", "应报自"),
    ("statements", "已收"),
    ("alarms", "告警"),
    ("origin", "公开日志"),
    ("url", "网址"),
    ("key", "公钥"),
)


@click.group("city")
def city() -> None:
    """所管城市及其公钥。 The cities and their keys."""


@city.command("add")
@click.argument("name")
@click.argument("key")
@click.argument("url", required=False)
@click.option("--since", help="自哪个月起应报，缺省为上月。 The first month that is expected.")
@click.option(
    "--witnesses",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="检查点须达到的见证规则（C2SP tlog-policy）。 Witnesses a checkpoint must have.",
)
@registrar_option
@json_option
@pass_context
def add(
    context: Context,
    name: str,
    key: str,
    url: str | None,
    since: str | None,
    witnesses: Path | None,
    acting_person: str | None,
    as_json: bool,
) -> None:
    r"""登记城市 NAME 的公钥 KEY 和日志网址 URL，入账。 Hold the key of a city; on record.

    Have the key from the city by another way than its log: `jiedui log key show` there. URL is
    where its log is served, such as https://log.example.org/log/; without one, take by file.

    \b
    Exit status: 0 done; 1 refused; 2 it could not be tried.
    """
    from services.roll_up import last_month

    month = last_month(datetime.now(UTC)) if since is None else month_of(since)
    policy = None if witnesses is None else witnesses.read_text(encoding="utf-8")
    who = acting(context, acting_person).as_who()
    written = province_of(context).add(who, name, key, url, month, policy)
    Speaking(as_json).say(
        {"outcome": "added", "name": name, "since": month, "position": written.position},
        f"已登记{name}，自 {month} 起应报；入账于位置 {written.position}。 Added.",
    )


@city.command("list")
@json_option
@pass_context
def list_cities(context: Context, as_json: bool) -> None:
    r"""所管城市一览。 The cities.

    \b
    Exit status: 0 done; 2 it could not be tried.
    """
    print_table("", [_city_row(one) for one in province_of(context).cities()], as_json, _CITIES)


@city.command("key")
@click.argument("name")
@click.argument("key")
@click.option("--reason", required=True, help="理由，入账。 Why; it goes on record.")
@registrar_option
@json_option
@pass_context
def replace_key(
    context: Context, name: str, key: str, reason: str, acting_person: str | None, as_json: bool
) -> None:
    r"""城市 NAME 更换公钥为 KEY，此后只认新钥。 Believe another key of the same log from now on.

    Take what was signed with the old key first.

    \b
    Exit status: 0 done; 1 refused; 2 it could not be tried.
    """
    who, service = acting(context, acting_person).as_who(), province_of(context)
    written = service.replace_key(who, service.named(name), key, reason)
    Speaking(as_json).say(
        {"outcome": "replaced", "name": name, "position": written.position},
        f"{name}的公钥已更换，入账于位置 {written.position}。 Replaced.",
    )


@city.command("address")
@click.argument("name")
@click.argument("url", required=False)
@click.option("--reason", required=True, help="理由，入账。 Why; it goes on record.")
@registrar_option
@json_option
@pass_context
def change_address(
    context: Context,
    name: str,
    url: str | None,
    reason: str,
    acting_person: str | None,
    as_json: bool,
) -> None:
    r"""更改城市 NAME 的日志网址；不写 URL 则不再拉取。 Pull from another address, or from none.

    \b
    Exit status: 0 done; 1 refused; 2 it could not be tried.
    """
    who, service = acting(context, acting_person).as_who(), province_of(context)
    service.change_address(who, service.named(name), url, reason)
    Speaking(as_json).say(
        {"outcome": "changed", "name": name, "url": url}, f"{name}的日志网址已更改。 Changed."
    )


@city.command("remove")
@click.argument("name")
@click.option("--reason", required=True, help="理由，入账。 Why; it goes on record.")
@registrar_option
@json_option
@pass_context
def remove(
    context: Context, name: str, reason: str, acting_person: str | None, as_json: bool
) -> None:
    r"""移出城市 NAME，不再收取；已收的保留。 Expect nothing of the city any more.

    \b
    Exit status: 0 done; 1 refused; 2 it could not be tried.
    """
    who, service = acting(context, acting_person).as_who(), province_of(context)
    service.remove(who, service.named(name), reason)
    Speaking(as_json).say({"outcome": "removed", "name": name}, f"已移出{name}。 Removed.")


def _city_row(one: "Known") -> dict[str, Any]:
    found = one.city
    return {
        "name": found.name,
        "standing": "在管" if found.removed_at is None else "已移出",
        "since": found.since,
        "statements": len(found.statements),
        "alarms": sum(alarm.settled is None for alarm in found.alarms) or None,
        "origin": found.origin,
        "url": found.url,
        "key": found.keys[-1],
        "stream": one.stream,
    }


def province_of(context: Context) -> "Province":
    """Return the province of this installation."""
    from services.province import Province

    context.make_home()
    return Province(context.settings, context.books)
