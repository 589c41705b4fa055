"""`jiedui audit replay-workflows`: every history, sealed or running, on today's code."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import click
from temporalio.client import Client, WorkflowHistory

from cli.auditing.reconciling import temporal_asked
from cli.auditing.recording import as_option, trace
from cli.context import Context, Speaking, json_option, pass_context, run
from cli.progress import counting


@dataclass(frozen=True)
class _Failed:
    """A history that does not replay, or is not what was sealed."""

    workflow: str
    run: str
    ground: str
    found: str


@dataclass
class _Replayed:
    sealed: int = 0
    running: int = 0
    failed: tuple[_Failed, ...] = ()


@click.command("replay-workflows")
@click.option(
    "--sealed-only",
    is_flag=True,
    help="只重放已封存的历史，不需 Temporal。 Sealed histories only; needs no Temporal.",
)
@as_option
@json_option
@pass_context
def command(context: Context, sealed_only: bool, acting_person: str | None, as_json: bool) -> None:
    r"""以现行程序重放全部流程历史，并核对封存摘要。 Replay every history on the present code.

    \b
    Exit status: 0 all replay and are as sealed; 1 some do not; 2 it could not be tried.
    """
    trace(context, acting_person).may()
    head = context.books.ledger.head()
    done = run(lambda: _replay_all(context, sealed_only))
    value: dict[str, Any] = {
        "sealed": done.sealed,
        "running": done.running,
        "failures": [vars(failed) for failed in done.failed],
    }
    lines = [
        f"{failed.workflow} 运行 {failed.run} [{failed.ground}]：{failed.found}"
        for failed in done.failed
    ]
    lines.append(
        f"重放已封存 {done.sealed} 份、运行中 {done.running} 份，不符 {len(done.failed)} 份。 "
        f"{done.sealed} sealed and {done.running} running replayed, {len(done.failed)} failed."
    )
    if sealed_only:
        lines.append("未重放运行中的流程。 Running workflows were not replayed.")
    Speaking(as_json).say(value, "\n".join(lines))
    trace(context, acting_person).performed(
        "REPLAY_WORKFLOWS",
        head=head,
        outcome="FAULTS_FOUND" if done.failed else "CLEAN",
        counts={"sealed": done.sealed, "running": done.running, "failed": len(done.failed)},
    )
    if done.failed:
        raise click.exceptions.Exit(1)


async def _replay_all(context: Context, sealed_only: bool) -> _Replayed:
    from runtime.replaying import failure_of, replayer
    from runtime.temporal import connect_with
    from worker import WORKFLOWS, workflow_runner

    client = None if sealed_only else await connect_with(context.settings)
    done, by = _Replayed(), replayer(WORKFLOWS, workflow_runner())
    failed: list[_Failed] = []
    with counting("重放 replaying") as tick, temporal_asked():
        async for workflow, number, history in _histories(context, client, done, failed):
            found = await failure_of(history, by)
            if found is not None:
                failed.append(_Failed(workflow, number, "REPLAY_DIFFERS", found))
            tick(done.sealed + done.running, 0)
    done.failed = tuple(failed)
    return done


async def _histories(
    context: Context, client: Client | None, done: _Replayed, failed: list[_Failed]
) -> AsyncIterator[tuple[str, str, WorkflowHistory]]:
    """Yield every history that can be read; what cannot is added to *failed*."""
    from services.histories import digest_of_file, sealed_runs
    from services.temporal_histories import KINDS, fetched, file_of, runs, unpacked

    folder = context.settings.histories_path
    for one in sealed_runs(context.books.desk):
        file = file_of(folder, one.case, one.run)
        found = digest_of_file(file)
        if found != one.digest:
            ground = "HISTORY_MISSING" if found is None else "HISTORY_ALTERED"
            told = f"应为 expected {one.digest}，实为 found {found or '无文件 no file'}"
            failed.append(_Failed(one.workflow, one.run, ground, told))
            continue
        done.sealed += 1
        yield one.workflow, one.run, unpacked(one.workflow, file.read_bytes())
    if client is None:
        return
    async for execution in runs(client, kinds=KINDS, only="running"):
        history = await fetched(client, execution.id, execution.run_id)
        if history is not None and history.events:
            done.running += 1
            yield execution.id, execution.run_id, history
