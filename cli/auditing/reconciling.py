"""`jiedui audit reconcile`: ledger, boards, clerks and histories, compared case by case."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from temporalio.client import Client
from temporalio.service import RPCError

from audit.reconcile.reconciling import SENTENCES
from cli.auditing.recording import as_option, trace
from cli.context import Context, Speaking, json_option, pass_context, run
from cli.progress import counting
from runtime.temporal import TemporalUnreachable, connect_with
from services.reconciling import Reconciler, Report


@contextmanager
def temporal_asked() -> Iterator[None]:
    """Say plainly that Temporal went away while it was asked."""
    try:
        yield
    except RPCError as error:
        raise TemporalUnreachable(
            f"Temporal 中途没有应答（{error.status.name}），请稍后重试。 "
            f"Temporal stopped answering ({error.status.name}); try again."
        ) from None


@click.command("reconcile")
@click.option(
    "--without-temporal",
    is_flag=True,
    help="只核对账本、看板与已封存的历史。 Ledger, boards and sealed histories only.",
)
@as_option
@json_option
@pass_context
def command(
    context: Context, without_temporal: bool, acting_person: str | None, as_json: bool
) -> None:
    r"""对账：账本、看板、流程、流程历史，逐案比对。 Compare the four and name each disagreement.

    \b
    Exit status: 0 nothing disagrees; 1 something does; 2 it could not be tried.
    """
    trace(context, acting_person).may()
    settings = context.settings
    if not without_temporal:
        context.boards().close()  # what the follower has not come to yet is no disagreement

    async def reconciling() -> Report:
        client: Client | None = None if without_temporal else await connect_with(settings)
        with counting("对账 reconciling") as tick, temporal_asked():
            return await Reconciler(
                client,
                settings.ledger_url,
                settings.boards_url,
                settings.histories_path,
                retell=True,
                progress=tick,
            ).look()

    report = run(reconciling)
    _say(report, Speaking(as_json), without_temporal)
    trace(context, acting_person).performed(
        "RECONCILE",
        about=[finding.case for finding in report.findings if finding.case is not None],
        head=report.head,
        outcome="CLEAN" if report.clean else "FAULTS_FOUND",
        counts={**report.counts, "findings": len(report.findings)},
    )
    if not report.clean:
        raise click.exceptions.Exit(1)


def _say(report: Report, speaking: Speaking, without_temporal: bool) -> None:
    value: dict[str, Any] = {
        "clean": report.clean,
        "head": report.head,
        "temporal": not without_temporal,
        "counts": report.counts,
        "findings": [
            {
                "case": finding.case,
                "ground": finding.ground.value,
                "run": finding.run,
                "detail": finding.detail,
                "expected": finding.expected,
                "found": finding.found,
                "chinese": SENTENCES[finding.ground][0],
                "english": SENTENCES[finding.ground][1],
            }
            for finding in report.findings
        ],
    }
    counts = report.counts
    lines = [
        (
            f"账本至位置 {report.head}：案卷 {counts['cases']} 件，未结 {counts['open']} 件，"
            f"运行中流程 {counts['running']} 个，比对历史 {counts['histories']} 份，"
            f"已封存 {counts['sealed']} 份。"
        ),
        (
            f"Ledger up to {report.head}: {counts['cases']} cases, {counts['open']} open, "
            f"{counts['running']} running, {counts['histories']} histories, "
            f"{counts['sealed']} sealed."
        ),
    ]
    if without_temporal:
        lines.append("未核对流程与未封存的历史。 Workflows and unsealed histories were not asked.")
    lines += [str(finding) for finding in report.findings]
    lines.append(
        "账实相符。 Nothing disagrees."
        if report.clean
        else f"不符 {len(report.findings)} 处。 {len(report.findings)} disagreements."
    )
    speaking.say(value, "\n".join(lines))
