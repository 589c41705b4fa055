"""The auditor's commands say what disagrees, leave their trace, and end with the right status."""

import asyncio
import json
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner

from cli.auditing.reconciling import command as reconcile
from cli.auditing.replaying import command as replay_workflows
from cli.auditing.sealing import command as seal_histories
from cli.context import Context
from dispatch.waking import begin_again
from runtime.settings import Settings
from services.temporal_histories import clerk_now, file_of
from tests.journeys.installation import PATIENCE
from tests.reconcile.town import changing, town


async def said(
    command: click.Command, settings: Settings, *words: str
) -> tuple[int, dict[str, Any]]:
    """Run a command with `--json` in a thread of its own; return its status and what it said."""

    def saying() -> tuple[int, dict[str, Any]]:
        context = Context(settings)
        try:
            done = CliRunner().invoke(command, [*words, "--json"], obj=context)
        finally:
            context.close()
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        told: dict[str, Any] = json.loads(lines[-1])
        return done.exit_code, told

    return await asyncio.to_thread(saying)


async def test_what_was_done_to_workflows_and_histories_is_told_and_traced(tmp_path: Path) -> None:
    async with town(tmp_path / "home") as here:
        settings, desk = here.here.settings, here.here.books.desk
        task = await here.task(3)
        assert (await said(reconcile, settings))[0] == 0
        await here.client.get_workflow_handle(task).terminate("a test")
        before = await clerk_now(here.client, task)
        assert before is not None
        status, told = await said(reconcile, settings)
        assert status == 1
        assert [(one["case"], one["ground"], one["run"]) for one in told["findings"]] == [
            (task, "TERMINATED", before.run)
        ]
        assert (await said(reconcile, settings, "--without-temporal"))[0] == 0
        await begin_again(here.client, desk, task)
        async with asyncio.timeout(PATIENCE):  # visibility is told a moment later
            while not here.facts(task, "workflow_history_sealed.v1"):
                assert (await said(seal_histories, settings))[0] == 0
        assert (await said(reconcile, settings))[0] == 0

        status, told = await said(replay_workflows, settings)
        assert (status, told["sealed"], told["failures"]) == (0, 1, [])
        assert told["running"] >= 1
        changing(file_of(here.histories, task, before.run), lambda data: data + b"\n")
        for command, words in ((replay_workflows, ["--sealed-only"]), (reconcile, [])):
            status, told = await said(command, settings, *words)
            (found,) = told.get("failures") or told["findings"]
            assert (status, found["ground"], found["run"]) == (1, "HISTORY_ALTERED", before.run)

        acts = [
            (entry.fact["act"], entry.fact["outcome"])
            for entry in here.here.books.ledger.of_kind("audit_performed.v1")
        ]
        assert acts == [
            ("RECONCILE", "CLEAN"),
            ("RECONCILE", "FAULTS_FOUND"),
            *[("RECONCILE", "CLEAN")] * 2,
            ("REPLAY_WORKFLOWS", "CLEAN"),
            ("REPLAY_WORKFLOWS", "FAULTS_FOUND"),
            ("RECONCILE", "FAULTS_FOUND"),
        ]
