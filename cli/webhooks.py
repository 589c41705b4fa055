"""`jiedui webhook`: other systems that are told which cases moved, and how that goes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click

from cli.context import Context, Speaking, json_option, pass_context
from cli.people import acting, acting_option, registrar_option
from cli.tables import print_table
from domain.values import instant_text
from wording.labels import label

if TYPE_CHECKING:
    from services.webhooks import Line, Webhooks

_LIST = (
    ("receiver", "接收方"),
    ("url", "网址"),
    ("standing", "状态"),
    ("position", "已读至"),
    ("waiting", "待推送"),
    ("dead", "已放弃"),
    ("failing_since", "连续失败自"),
    ("kinds", "记录种类"),
    ("stream", "订阅"),
)
_LOG = (
    ("at", "时间"),
    ("position", "账本位置"),
    ("number", "第几次"),
    ("outcome", "结果"),
    ("status", "应答"),
    ("millis", "毫秒"),
)


@click.group()
def webhook() -> None:
    """推送订阅：其他系统接收案卷动态的引用。 Other systems told which cases moved, by reference."""


@webhook.command("add")
@click.argument("url")
@click.option("--receiver", required=True, help="接收方名称，入账。 Who is told; on record.")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    required=True,
    help="记录种类，可多次；task、pairing 指其全部。 Kinds of fact, or all of `task`, `pairing`.",
)
@click.option("--after", type=int, help="自此账本位置之后；缺省为此刻起。 Begin after a position.")
@registrar_option
@json_option
@pass_context
def add(
    context: Context,
    url: str,
    receiver: str,
    kinds: tuple[str, ...],
    after: int | None,
    acting_person: str | None,
    as_json: bool,
) -> None:
    r"""登记推送订阅，向 URL 推送；入账，并给出验签密钥。 Have another system told at URL.

    Only references are sent: which case moved, how and when. Hosts are those of
    JIEDUI_WEBHOOK_HOSTS. Hand the secret to the receiver by a safe way.

    \b
    Exit status: 0 done; 1 refused; 2 it could not be tried.
    """
    who = acting(context, acting_person).as_who()
    with _webhooks(context) as service:
        done = service.subscribe(who, receiver, url, kinds, after)
    Speaking(as_json).say(
        {
            "outcome": "subscribed",
            "webhook": done.stream,
            "secret": done.secret,
            "position": done.position,
        },
        f"已订阅 {done.stream}，入账于位置 {done.position}。\n验签密钥 {done.secret}\n"
        "请以安全方式交给接收方。 Hand the secret to the receiver.",
    )


@webhook.command("list")
@acting_option
@json_option
@pass_context
def list_webhooks(context: Context, acting_person: str | None, as_json: bool) -> None:
    r"""推送订阅一览及其进度。 The subscriptions, and how they fare.

    \b
    Exit status: 0 done; 1 refused; 2 it could not be tried.
    """
    who = acting(context, acting_person).as_who()
    with _webhooks(context) as service:
        rows = [_row(line, as_json) for line in service.listing(who)]
    print_table("webhook", rows, as_json, _LIST)


@webhook.command("end")
@click.argument("webhook_id")
@click.option("--reason", required=True, help="理由，入账。 Why; it goes on record.")
@registrar_option
@json_option
@pass_context
def end(
    context: Context, webhook_id: str, reason: str, acting_person: str | None, as_json: bool
) -> None:
    r"""终止推送订阅。 Send nothing any more.

    \b
    Exit status: 0 done; 1 refused; 2 it could not be tried.
    """
    who, stream = acting(context, acting_person).as_who(), _stream(webhook_id)
    with _webhooks(context) as service:
        written = service.end(who, stream, reason)
    Speaking(as_json).say(
        {"outcome": "ended", "webhook": stream, "position": written.position},
        f"{stream} 已终止，入账于位置 {written.position}。 Ended.",
    )


@webhook.command("log")
@click.argument("webhook_id")
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=50, help="至多几行。 How many lines."
)
@acting_option
@json_option
@pass_context
def log(
    context: Context, webhook_id: str, limit: int, acting_person: str | None, as_json: bool
) -> None:
    r"""推送记录：何时、第几次、结果，最近的在前。 The newest attempts.

    \b
    Exit status: 0 done; 1 refused; 2 it could not be tried.
    """
    who = acting(context, acting_person).as_who()
    with _webhooks(context) as service:
        rows = [asdict(one) for one in service.log(who, _stream(webhook_id), limit)]
    print_table("webhook-log", rows, as_json, _LOG)


@webhook.command("redeliver")
@click.argument("webhook_id")
@click.argument("position", type=int)
@registrar_option
@json_option
@pass_context
def redeliver(
    context: Context, webhook_id: str, position: int, acting_person: str | None, as_json: bool
) -> None:
    r"""将账本位置 POSITION 的记录再推送一次，编号不变。 Send one entry again, under its id.

    \b
    Exit status: 0 it will be sent; 1 refused; 2 it could not be tried.
    """
    who, stream = acting(context, acting_person).as_who(), _stream(webhook_id)
    with _webhooks(context) as service:
        service.redeliver(who, stream, position)
    Speaking(as_json).say(
        {"outcome": "waits", "webhook": stream, "position": position},
        f"位置 {position} 的记录待推送；由 jiedui follow 送出。 It waits to be sent.",
    )


@webhook.command("verify-key")
@click.argument("webhook_id")
@click.option("--rotate", is_flag=True, help="先更换密钥，入账。 Replace it first; on record.")
@click.option(
    "--both-hours",
    type=click.IntRange(0, 720),
    default=24,
    help="更换后旧密钥并用几小时；泄露时用 0。 How long the old one signs too.",
)
@registrar_option
@json_option
@pass_context
def verify_key(
    context: Context,
    webhook_id: str,
    rotate: bool,
    both_hours: int,
    acting_person: str | None,
    as_json: bool,
) -> None:
    r"""接收方验签所用的密钥，新的在前。 The secrets that sign now, for the receiver to verify with.

    \b
    Exit status: 0 done; 1 refused; 2 it could not be tried.
    """
    who, stream = acting(context, acting_person).as_who(), _stream(webhook_id)
    with _webhooks(context) as service:
        if rotate:
            service.rotate(who, stream, timedelta(hours=both_hours))
        secrets = service.secrets(who, stream)
    Speaking(as_json).say({"webhook": stream, "secrets": secrets}, "\n".join(secrets))


@contextmanager
def _webhooks(context: Context) -> "Iterator[Webhooks]":
    from services.webhooks import Webhooks
    from webhooks.relay import Whom
    from webhooks.store import Store

    settings = context.settings
    books = context.books
    store = Store(settings.webhooks_url)
    try:
        whom = Whom(settings.webhook_hosts, inner=settings.webhook_loopback)
        yield Webhooks(books, store, whom)
    finally:
        store.close()


def _stream(webhook_id: str) -> str:
    return webhook_id if webhook_id.startswith("webhook/") else f"webhook/{webhook_id}"


def _row(line: "Line", as_json: bool) -> dict[str, Any]:
    standing, reach = line.subscription.standing, line.reach
    ended = standing.ended
    kinds = list(standing.kinds)
    return {
        "receiver": standing.receiver,
        "url": standing.url,
        "standing": ended.value if ended and as_json else label(ended) if ended else "在用",
        "position": reach.position,
        "waiting": reach.waiting,
        "dead": reach.dead,
        "failing_since": reach.failing_since or None,
        "ended_at": None if standing.ended_at is None else instant_text(standing.ended_at),
        "kinds": kinds if as_json else f"{len(kinds)} 种",
        "stream": line.subscription.stream,
    }
