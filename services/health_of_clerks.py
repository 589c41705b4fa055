"""Whether every open case has its clerk, and whether the clocks that ring are in time."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from temporalio.client import Client

from desk.opening import Books
from desk.orders import NotNow
from dispatch.dispatcher import open_cases
from dispatch.waking import running_clerks
from domain.refusals import CommandRefused
from runtime.temporal import retention, server_time
from services.finding import Finding, apart

_HISTORIES_KEPT_AT_LEAST = timedelta(days=30)
"""Sealing must have time to be mended before a history is gone."""


async def workflows_of(books: Books, temporal: Callable[[], Awaitable[Client]]) -> list[Finding]:
    """Compare the open cases with the clerks that run, and the clocks of both."""
    desk = books.desk
    try:
        client = await temporal()
        running = await running_clerks(client)
        keeps = await retention(client)
        difference = await server_time(client) - books.ledger.clock()
    except (NotNow, CommandRefused, Exception) as error:  # noqa: BLE001 - any outage is a finding
        why = type(error).__name__
        return [
            Finding(
                ("Temporal", "Temporal"),
                "look",
                (
                    f"未能连接（{why}）；命令照常受理，时限与通知等待恢复",
                    f"not reached ({why}); commands are taken, clocks and notices wait",
                ),
                (
                    "jiedui up，或检查 JIEDUI_TEMPORAL_ADDRESS。",
                    "Start it, or check the address.",
                ),
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
    findings: list[Any] = list(apart("Temporal", difference))
    if keeps < _HISTORIES_KEPT_AT_LEAST:
        findings.append(
            Finding(
                ("流程历史", "histories"),
                "look",
                (
                    f"Temporal 只保留 {keeps.days} 天，封存一旦中断即会丢失",
                    f"Temporal keeps them {keeps.days} days only",
                ),
                (
                    "保留期设为 30 天以上。",
                    "Set the namespace's retention to 30 days or more.",
                ),
            )
        )
    clerks = ("工作流", "clerks")
    if missing:
        told = (
            f"{len(missing)} 件未结案卷没有工作流",
            f"{len(missing)} open cases have no workflow",
        )
        rebuild = "jiedui rebuild workflows"
        findings.append(Finding(clerks, "wrong", told, (rebuild, rebuild)))
    if late:
        findings.append(
            Finding(
                ("时限", "clocks"),
                "wrong",
                (
                    f"{len(late)} 件的时限已过一分钟以上未处理",
                    f"the clocks of {len(late)} cases passed a minute ago and did not ring",
                ),
                ("检查工作进程；跟账进程会再次唤醒。", "Look at the workers."),
            )
        )
    if not findings:
        told = (f"{len(cases)} 件未结案卷均有工作流", f"all {len(cases)} open cases have one")
        findings.append(Finding(clerks, "well", told))
    return findings
