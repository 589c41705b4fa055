"""`jiedui doctor`: what is wrong here, and what to do about it."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from cli.context import Context, json_option, pass_context, run
from desk.orders import NotNow
from domain.refusals import CommandRefused
from ledger.entry import EntryUnreadable
from wording.labels import label

_CALENDAR_WANTED_FROM_MONTH = 11
"""The State Council publishes the next year's days in November (2025: on the 4th)."""


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
    for witness in told["witnesses"]:
        if witness["alarm"]:
            yield Finding(
                "见证方 witnesses",
                "wrong",
                f"{witness['name']} 告警 {label(witness['alarm'], among='AlarmGround')}，"
                f"已见证 {witness['cosigned'] or 0:,} 条",
                "联系该见证方；拒签或不一致须立即查明。 Ask the witness at once.",
            )


def _boards(context: Context, quick: bool) -> Iterator[Finding]:
    if quick:
        return
    from projections.boards import compare

    differences = compare(context.books.ledger, context.boards().engine)
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


async def _temporal(context: Context) -> list[Finding]:
    from runtime.temporal import retention
    from services.watchdog import open_cases, running_clerks

    try:
        gateway = await context.connected_gateway()
        assert gateway.client is not None
        running = await running_clerks(gateway.client)
        keeps = await retention(gateway.client)
    except (NotNow, CommandRefused, Exception) as error:  # noqa: BLE001 - any outage is a finding
        return [
            Finding(
                "Temporal",
                "look",
                f"未能连接（{type(error).__name__}）",
                "jiedui up，或检查 JIEDUI_TEMPORAL_ADDRESS。 Start it, or check the address.",
            )
        ]
    cases = await asyncio.to_thread(open_cases, context.books.desk)
    missing = [stream for stream in cases if stream not in running]
    now = datetime.now(UTC)
    late = [
        stream
        for stream, standing in cases.items()
        if standing.next_clock is not None and (now - standing.next_clock[1]).total_seconds() > 60
    ]
    findings: list[Any] = []
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
                "检查工作进程；jiedui follow 会自动催动。 Look at the workers.",
            )
        )
    return findings or [Finding("工作流 clerks", "well", f"{len(cases)} 件未结案卷均有工作流")]
