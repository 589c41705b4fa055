"""From books at work to another machine: back up, restore, rebuild, and everything agrees."""

import asyncio
import json
from pathlib import Path
from typing import Any

import click
from click.testing import CliRunner

from audit.verify.verifying import verify
from cli.auditing.reconciling import command as reconcile
from cli.auditing.replaying import command as replay_workflows
from cli.auditing.sealing import command as seal_histories
from cli.backup import backup, restore
from cli.context import Context
from cli.operate import rebuild_boards, rebuild_workflows
from desk.identifiers import new_uuid7
from desk.orders import NotNow
from dispatch.waking import begin_again
from publishing.publisher import Publisher
from runtime.settings import Settings
from tests.journeys.district import District
from tests.journeys.installation import Installation, installed

PASSPHRASE = "石牌街道-备份口令-二〇二六"


def say(command: click.Command, settings: Settings, *words: str) -> tuple[int, dict[str, Any]]:
    """Run a command of the command line with `--json`; return its status and what it said."""
    context = Context(settings)
    try:
        done = CliRunner().invoke(command, [*words, "--json"], obj=context)
    finally:
        context.close()
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    said = [line for line in done.stdout.splitlines() if line.startswith("{")]
    told: dict[str, Any] = json.loads(said[-1])
    return done.exit_code, told


async def saying(
    command: click.Command, settings: Settings, *words: str
) -> tuple[int, dict[str, Any]]:
    return await asyncio.to_thread(say, command, settings, *words)


async def people_at_work(here: Installation, district: District, stop: asyncio.Event) -> int:
    """Bring one task after another on its way until *stop*; return how many commands it took."""
    commands = 0
    while not stop.is_set():
        for order in district.whole_case(f"task/{new_uuid7()}"):
            try:
                await here.gateway.submit(order)
            except NotNow:
                continue
            commands += 1
    return commands


async def test_a_restored_and_rebuilt_system_reconciles_clean(tmp_path: Path) -> None:
    """With commands going on all the while; a sealed history comes along and still replays."""
    passphrase = tmp_path / "passphrase"
    passphrase.write_text(PASSPHRASE, encoding="utf-8")
    secret = ("--passphrase-file", str(passphrase))
    kept = tmp_path / "kept"
    kept.mkdir()
    async with installed(tmp_path / "home", following=False) as here:
        settings, client = here.settings, here.client
        district = await District.found(here.gateway)
        first = f"task/{new_uuid7()}"
        for order in district.whole_case(first):
            await here.gateway.submit(order)
        await begin_again(client, here.books.desk, first)
        await client.get_workflow_handle(first).terminate("a test")
        await begin_again(client, here.books.desk, first)
        assert (await saying(seal_histories, settings))[1]["sealed"] >= 1
        stop = asyncio.Event()
        here.start_follower()
        working = [asyncio.create_task(people_at_work(here, district, stop)) for _ in range(3)]
        publisher = Publisher(settings, here.books)
        await publisher.publish()
        before = here.books.ledger.head()
        status, made = await saying(backup, settings, str(kept), "--with-keys", *secret)
        assert status == 0
        while here.books.ledger.head() < made["entries"] + 10:  # the work does go on
            await asyncio.sleep(0.02)
        stop.set()
        assert sum(await asyncio.gather(*working)) > 0
        assert made["entries"] > before
        assert made["checkpoint"]["size"] > 0

    new = tmp_path / "new"
    elsewhere = Settings(home=new, policy=settings.policy)
    keys = ("--keys", made["keys"], *secret)
    status, restored = say(restore, elsewhere, made["file"], "--home", str(new), *keys)
    assert (status, restored["entries"], restored["keys"]) == (0, made["entries"], True)
    verdict = verify(elsewhere.ledger_url)
    assert verdict.intact, verdict.faults

    async with installed(new, following=False) as there:
        assert (await saying(rebuild_boards, elsewhere))[0] == 0
        status, rebuilt = await saying(rebuild_workflows, elsewhere)
        assert (status, rebuilt["started"]) == (0, rebuilt["open"])
        assert (await saying(rebuild_workflows, elsewhere))[1]["started"] == 0  # repeatable
        status, told = await saying(reconcile, elsewhere)
        assert (status, told["clean"]) == (0, True), told["findings"]
        assert told["counts"]["open"] == rebuilt["open"] > 0
        assert told["counts"]["sealed"] >= 1
        status, replayed = await saying(replay_workflows, elsewhere)
        assert (status, replayed["failures"]) == (0, [])
        assert replayed["sealed"] >= 1
        assert replayed["running"] >= rebuilt["open"]
        await there.gateway.submit(district.progress(first))  # the cases go on
        published = await Publisher(elsewhere, there.books).publish()
        assert published.signed
        status, told = await saying(reconcile, elsewhere)
        assert (status, told["clean"]) == (0, True), told["findings"]
    assert verify(elsewhere.ledger_url).intact
