"""`jiedui doctor`: what is wrong here, and what to do about it."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.context import Context, json_option, pass_context, run
from desk.orders import NotNow
from domain.refusals import CommandRefused
from ledger.entry import EntryUnreadable
from wording.labels import label

if TYPE_CHECKING:
    from temporalio.client import Client

_CALENDAR_WANTED_FROM_MONTH = 11
"""The State Council publishes the next year's days in November (2025: on the 4th)."""


_CLOCKS_APART_MAX = timedelta(minutes=2)
"""How far clocks of different machines may be apart before somebody should look."""

_HISTORIES_KEPT_AT_LEAST = timedelta(days=30)
"""Sealing must have time to be mended before a history is gone."""


@dataclass(frozen=True)
class Finding:
    """One thing looked at: well, worth a look, or wrong, with what to do."""

    what: str
    level: str
    found: str
    remedy: str = ""


@click.command()
@click.option("--quick", is_flag=True, help="不核对看板与账本。 Leave the boards' comparison out.")
@json_option
@pass_context
def doctor(context: Context, quick: bool, as_json: bool) -> None:
    r"""检查本环境：设置、文件权限、账本、看板、Temporal、日历。 What is wrong, and what to do.

    \b
    Exit status: 0 nothing is wrong; 1 something is; 2 it could not be tried.
    """
    findings = list(_files(context))
    findings += _unless_unreadable(_books(context))
    findings += _unless_unreadable(_log(context))
    findings += _unless_unreadable(_boards(context, quick))
    findings += _unless_unreadable(_nobody(context))
    findings.append(_dispatching(context))
    findings += run(lambda: _temporal(context))
    if as_json:
        from cli.main import printable

        for finding in findings:
            click.echo(printable(vars(finding)))
    else:
        marks = {"well": "正常", "look": "注意", "wrong": "异常"}
        for finding in findings:
            click.echo(f"[{marks[finding.level]}] {finding.what}：{finding.found}")
            if finding.remedy:
                click.echo(f"        → {finding.remedy}")
    if any(finding.level == "wrong" for finding in findings):
        raise click.exceptions.Exit(1)


def _unless_unreadable(findings: Iterator[Finding]) -> Iterator[Finding]:
    """Yield *findings*; an entry that cannot be read any more is one itself, and ends them."""
    try:
        yield from findings
    except EntryUnreadable as broken:
        yield Finding(
            "账本 ledger",
            "wrong",
            str(broken),
            "停止写入，保全文件与备份。 Stop writing; keep the files and the backups.",
        )


def _files(context: Context) -> Iterator[Finding]:
    context.make_home()
    for path in _private_files(context):
        loose = path.stat().st_mode & 0o077
        if loose:
            yield Finding(
                "文件权限 file mode",
                "wrong",
                f"{path.name} 可被他人读写（{path.stat().st_mode & 0o777:04o}）",
                f"chmod go-rwx {path}",
            )
    key = context.settings.key_path
    if key.exists() and context.settings.home.absolute() in key.absolute().parents:
        yield Finding(
            "密钥位置 key file",
            "look",
            "主密钥与密封库在同一文件夹，一同被拷走即可启封",
            "生产环境请用 JIEDUI_KEY_FILE 放到另一处，并单独备份。 Keep the key elsewhere.",
        )


def _private_files(context: Context) -> list[Path]:
    home = context.settings.home
    found = [path for path in home.glob("*.db*") if path.is_file()]
    return [*found, *(path for path in [context.settings.key_path] if path.exists())]


def _books(context: Context) -> Iterator[Finding]:
    from audit.verify.verifying import verify

    books = context.books
    verdict = verify(context.settings.ledger_url)
    if verdict.intact:
        yield Finding("账本 ledger", "well", f"{verdict.entries:,} 条，完好")
    else:
        yield Finding(
            "账本 ledger",
            "wrong",
            f"{len(verdict.faults)} 处不符",
            "jiedui audit verify 查看每一处；停止写入，保全文件与备份。 Stop writing; keep copies.",
        )
    rules = books.rulebook.rules(books.desk.neighbours)
    if not rules.policies:
        yield Finding(
            "政策包 packs", "wrong", "尚未公布任何政策包", "jiedui policy publish --shipped"
        )
        return
    if rules.default_policy not in rules.policies:
        yield Finding(
            "政策包 packs",
            "wrong",
            f"默认政策包 {rules.default_policy} 未公布",
            "公布它，或改 JIEDUI_POLICY。 Publish it, or change JIEDUI_POLICY.",
        )
    now = datetime.now(UTC)
    for pack, terms in sorted(rules.policies.items()):
        if pack != rules.default_policy:
            continue
        wanted = now.year + (now.month >= _CALENDAR_WANTED_FROM_MONTH)
        if terms.calendar.last_year < wanted:
            yield Finding(
                "日历 calendar",
                "look",
                f"{terms.calendar.version} 只到 {terms.calendar.last_year} 年，"
                f"跨入 {wanted} 年的期限为暂定",
                "公布后执行 jiedui calendar publish FILE。 Publish the year when it is out.",
            )
        else:
            yield Finding("日历 calendar", "well", terms.calendar.version)


def _log(context: Context) -> Iterator[Finding]:
    from cli.log_keeping import standing

    told = standing(context)
    name = "公开日志 public log"
    if not told["signed"]:
        yield Finding(
            name,
            "look",
            "尚未签发任何检查点",
            "jiedui up、jiedui follow 会自动签发；也可 jiedui log publish。 Publish it.",
        )
        return
    waiting = told["entries"] - told["signed"]
    if told["published"] != told["signed"]:
        yield Finding(
            name,
            "wrong",
            f"已签发 {told['signed']:,} 条，只公布到 {told['published'] or 0:,} 条：见证未满足规则",
            "jiedui log status 查看各见证方。 The witnesses' quorum is lacking.",
        )
    else:
        yield Finding(name, "well", f"已公布 {told['signed']:,} 条，其后 {waiting:,} 条待签发")
    if not told["witnesses"]:
        yield Finding(
            "见证方 witnesses",
            "look",
            "没有见证方：掌握数据库和密钥者可重写全账而不被发现",
            "请外单位运行 jiedui-witness，再 jiedui log policy adopt FILE。 Ask others to witness.",
        )
    yield from _witnesses_clocks(context)
    for witness in told["witnesses"]:
        if witness["alarm"]:
            yield Finding(
                "见证方 witnesses",
                "wrong",
                f"{witness['name']} 告警 {label(witness['alarm'], among='AlarmGround')}，"
                f"已见证 {witness['cosigned'] or 0:,} 条",
                "联系该见证方；拒签或不一致须立即查明。 Ask the witness at once.",
            )


def _nobody(context: Context) -> Iterator[Finding]:
    """Name the posts without which open tasks would stand still."""
    from domain.people import Role
    from domain.rules import FOR_GOOD

    rules, now = context.rules, datetime.now(UTC)
    boards = context.boards()
    if any(one.board == "inbox" for one in boards.stopped()):
        return  # said already
    inbox = boards.inbox
    for place in inbox.areas(Role.STREET_DISPATCHER):
        if not rules.dispatched(place, now):
            yield Finding(
                "无人调度 nobody dispatches",
                "wrong",
                f"{place} 有待办任务，但没有现任街道调度员",
                "jiedui person grant，或在政策包中指定 fallback。 Grant the role.",
            )
        elif not rules.dispatched(place, FOR_GOOD):
            yield Finding(
                "调度将中断 dispatch will end",
                "look",
                f"{place} 的街道调度员任期都有期限，到期后无人研判、派单",
                "jiedui person grant。 Grant the role without an end.",
            )
    for unit in inbox.units(Role.DEPT_COORDINATOR):
        heir = rules.heir(unit, now)
        if not rules.filled(Role.DEPT_COORDINATOR, heir, now):
            yield Finding(
                "无人承办 nobody handles",
                "look",
                f"{unit} 手上有任务，但没有现任职能部门协调员；调度员可收回改派",
                "jiedui task recall，或 jiedui person grant。 Take them back, or grant the role.",
            )


def _boards(context: Context, quick: bool) -> Iterator[Finding]:
    if quick:
        return
    from projections.boards import compare

    boards = context.boards()
    for one in boards.stopped():
        yield Finding("看板 boards", "wrong", str(one), "jiedui rebuild boards")
    differences = compare(context.books.ledger, boards.engine)
    if differences:
        yield Finding(
            "看板 boards",
            "wrong",
            f"与账本重建结果不同：{len(differences)} 处，"
            f"例如 {differences[0].table} {differences[0].key}",
            "jiedui rebuild boards",
        )
    else:
        yield Finding("看板 boards", "well", "与由账本重建者一致")


def _witnesses_clocks(context: Context) -> Iterator[Finding]:
    """Compare when witnesses say they signed with when their word reached us."""
    from ledger.checkpoints import Checkpoints
    from transparency.keys import cosigned_at
    from transparency.notes import read_signature_lines

    checkpoints = Checkpoints(context.books.ledger)
    newest = checkpoints.newest()
    for one in [] if newest is None else checkpoints.cosignatures(newest.size):
        (signature,) = read_signature_lines(one.line + "\n")
        yield from _apart(one.witness, cosigned_at(signature) - one.received_at)


async def _temporal(context: Context) -> list[Finding]:
    from dispatch.dispatcher import open_cases
    from dispatch.waking import running_clerks
    from runtime.temporal import retention

    desk = context.books.desk
    try:
        client = await context.temporal()
        running = await running_clerks(client)
        keeps = await retention(client)
        behind = await _clocks_apart(context, client)
    except (NotNow, CommandRefused, Exception) as error:  # noqa: BLE001 - any outage is a finding
        return [
            Finding(
                "Temporal",
                "look",
                f"未能连接（{type(error).__name__}）；命令照常受理，时限与通知等待恢复",
                "jiedui up，或检查 JIEDUI_TEMPORAL_ADDRESS。 Start it, or check the address.",
            )
        ]
    cases = await asyncio.to_thread(open_cases, desk)
    missing = [stream for stream in cases if stream not in running]
    now = desk.ledger.clock()
    late = []
    for stream in cases:  # those whose clocks ring first come first
        clock = desk.standing(stream).next_clock
        if clock is None or (now - clock[1]).total_seconds() <= 60:
            break
        late.append(stream)
    findings: list[Any] = behind
    if keeps < _HISTORIES_KEPT_AT_LEAST:
        findings.append(
            Finding(
                "流程历史 histories",
                "look",
                f"Temporal 只保留 {keeps.days} 天，封存一旦中断即会丢失",
                "保留期设为 30 天以上。 Set the namespace's retention to 30 days or more.",
            )
        )
    if missing:
        findings.append(
            Finding(
                "工作流 clerks",
                "wrong",
                f"{len(missing)} 件未结案卷没有工作流",
                "jiedui rebuild workflows",
            )
        )
    if late:
        findings.append(
            Finding(
                "时限 clocks",
                "wrong",
                f"{len(late)} 件的时限已过一分钟以上未处理",
                "检查工作进程；跟账进程会再次唤醒。 Look at the workers.",
            )
        )
    return findings or [Finding("工作流 clerks", "well", f"{len(cases)} 件未结案卷均有工作流")]


async def _clocks_apart(context: Context, client: "Client") -> list[Finding]:
    """Compare the ledger's clock with Temporal's: both ring the same limits."""
    from runtime.temporal import server_time

    apart = await server_time(client) - context.books.ledger.clock()
    return list(_apart("Temporal", apart))


def _apart(whose: str, apart: timedelta) -> Iterator[Finding]:
    if abs(apart) > _CLOCKS_APART_MAX:
        yield Finding(
            "时钟 clocks",
            "wrong",
            f"账本与 {whose} 的时钟相差 {abs(apart).total_seconds():.0f} 秒",
            "校准各主机的时钟。 Set the clocks right.",
        )


def _dispatching(context: Context) -> Finding:
    """Say whether clerks are woken: who follows, how many wait, when Temporal was reached last."""
    from dispatch.cursor import Cursor

    cursor = Cursor(context.settings.dispatch_url)
    try:
        stands = cursor.standing()
    finally:
        cursor.close()
    now = context.books.ledger.clock()
    if stands.active(now) and not stands.waiting:
        told = f"至位置 {stands.position}，共唤醒 {stands.woken} 次"
        return Finding("派发 dispatcher", "well", told)
    if not stands.active(now):
        return Finding(
            "派发 dispatcher",
            "look",
            f"无人跟账，时限与通知等待中（至位置 {stands.position}）",
            "jiedui up 或 jiedui follow。 Nobody follows the log; clocks and notices wait.",
        )
    return Finding(
        "派发 dispatcher",
        "look",
        f"{stands.waiting} 件等待唤醒，Temporal 最近连通于 {stands.reached_at or '—'}",
        "检查 Temporal。 Clerks wait for Temporal.",
    )
