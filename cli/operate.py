"""`jiedui up`, `worker`, `follow`, `rebuild`, `config`: running an installation."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import click
from pydantic import SecretStr

from cli.context import Context, Speaking, json_option, pass_context, run
from cli.tables import print_table
from desk.gateway import Gateway
from ledger.database import speaking_plainly
from publishing.publisher import Publishing, publishing
from runtime.embedded import embedded_temporal
from runtime.serving import run_worker
from runtime.settings import PREFIX, Settings
from services.bootstrapping import publish_shipped
from services.watchdog import Watchdog, begin_again, open_cases


async def stop_signal() -> asyncio.Event:
    """Return an event that is set by Ctrl-C or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


@dataclass(frozen=True)
class Running:
    """What runs in this process: the gateway, and the public log with its address."""

    gateway: Gateway
    public_log: Publishing


@contextlib.asynccontextmanager
async def everything(context: Context, stop: asyncio.Event) -> AsyncIterator[Running]:
    """Run Temporal, worker, follower, watchdog and the public log for the length of the block.

    They are stopped in the order of the way back: no new work, then the worker, then Temporal.
    """
    settings = context.settings
    context.make_home()
    published = await publish_shipped(context.books.desk)
    if published:
        click.echo(f"已公布随附的日历与政策包 {len(published)} 份。", err=True)
    async with contextlib.AsyncExitStack() as stack:
        if settings.temporal_address is None:
            server = embedded_temporal(settings.home, binary=settings.temporal_bin)
            if (await stack.enter_async_context(server)).set_aside is not None:
                click.echo("Temporal 版本已变，工作流将由账本重建。", err=True)
        gateway = await context.connected_gateway()
        # With a stop of its own: it signs once more when the worker has recorded its last.
        still = asyncio.Event()
        public_log = await stack.enter_async_context(publishing(settings, context.books, still))
        await stack.enter_async_context(_working(settings))
        watching = Watchdog(gateway).run(timedelta(seconds=settings.watchdog_seconds), stop)
        at_work = [
            asyncio.create_task(_following(context, stop)),
            asyncio.create_task(watching),
            asyncio.create_task(_reconciling(settings, gateway, stop)),
        ]
        try:
            yield Running(gateway, public_log)
        finally:
            stop.set()
            await asyncio.gather(*at_work, return_exceptions=True)


@contextlib.asynccontextmanager
async def _working(settings: Settings) -> AsyncIterator[None]:
    """Run a worker for the length of the block; it serves when the block begins."""
    stop, serves = asyncio.Event(), asyncio.Event()
    at_work = asyncio.create_task(run_worker(settings, stop=stop, serving=serves.set))
    ready = asyncio.create_task(serves.wait())
    await asyncio.wait({at_work, ready}, return_when=asyncio.FIRST_COMPLETED)
    try:
        if at_work.done():
            await at_work
        yield
    finally:
        ready.cancel()
        stop.set()
        await at_work


async def _following(context: Context, stop: asyncio.Event) -> None:
    from projections.boards import open_boards

    boards = open_boards(context.settings.boards_url)
    try:
        await boards.follower(context.books.ledger).run(stop)
    finally:
        boards.close()


async def _reconciling(settings: Settings, gateway: Gateway, stop: asyncio.Event) -> None:
    from services.reconciling import reconcile_on_schedule

    await reconcile_on_schedule(
        gateway,
        settings.ledger_url,
        settings.boards_url,
        settings.histories_path,
        timedelta(seconds=settings.reconcile_seconds),
        stop,
    )


@click.command()
@pass_context
def up(context: Context) -> None:
    r"""在本机运行全部：Temporal、工作进程、跟账、值守，直至 Ctrl-C。 Everything on this machine.

    State is kept under JIEDUI_HOME (default var/) and found again at the next start.

    \b
    Exit status: 0 stopped in order; 2 it could not start.
    """

    async def running() -> None:
        stop = await stop_signal()
        async with everything(context, stop) as here:
            home = context.settings.home.absolute()
            assert here.gateway.client is not None
            where = here.gateway.client.service_client.config.target_host
            click.echo(f"结对已运行。Temporal {where}，公开日志 {here.public_log.url}")
            click.echo(f"数据在 {home}，日志在 logs/；另开终端即可使用 jiedui task 等命令。")
            click.echo("Running. There is no console yet; use the command line from another")
            click.echo("terminal with the same JIEDUI_HOME. Ctrl-C stops everything.")
            await stop.wait()
            click.echo("正在停止…… Stopping…")

    run(running)
    click.echo("已停止，未丢失任何记录。 Stopped; nothing is lost.")


@click.command()
@pass_context
def worker(context: Context) -> None:
    r"""只运行工作进程（生产环境可多个）。 One worker process.

    \b
    Exit status: 0 stopped in order; 2 it could not start.
    """

    async def running() -> None:
        await run_worker(
            context.settings,
            stop=await stop_signal(),
            serving=lambda: click.echo("工作进程已运行。 Worker running.", err=True),
        )

    run(running)


@click.command()
@pass_context
def follow(context: Context) -> None:
    r"""跟账与值守（同时只应有一个）。 Follow the log into the boards; look after the clerks.

    \b
    Exit status: 0 stopped in order; 2 it could not start.
    """

    async def running() -> None:
        stop = await stop_signal()
        gateway = await context.connected_gateway()
        every = timedelta(seconds=context.settings.watchdog_seconds)
        async with publishing(context.settings, context.books, stop) as public_log:
            click.echo(f"跟账已运行，公开日志 {public_log.url} Following.", err=True)
            await asyncio.gather(
                _following(context, stop),
                Watchdog(gateway).run(every, stop),
                _reconciling(context.settings, gateway, stop),
            )

    run(running)


@click.group()
def rebuild() -> None:
    """由账本重建。 Rebuild from the ledger; repeatable."""


@rebuild.command("boards")
@json_option
@pass_context
def rebuild_boards(context: Context, as_json: bool) -> None:
    r"""清空并重建全部看板。 Drop and rebuild every board.

    \b
    Exit status: 0 done; 2 it could not be tried.
    """
    from projections.boards import open_boards
    from projections.boards import rebuild as rebuild_all

    context.make_home()
    with speaking_plainly():
        boards = open_boards(context.settings.boards_url)
        position = rebuild_all(boards.engine, context.books.ledger)
    boards.close()
    Speaking(as_json).say(
        {"position": position}, f"看板已重建至账本位置 {position}。 Boards rebuilt."
    )


@rebuild.command("workflows")
@json_option
@pass_context
def rebuild_workflows(context: Context, as_json: bool) -> None:
    r"""为每一未结而无工作流的案卷重新启动工作流，逐案入账。 Start the clerks that are missing.

    Each clerk begun again is recorded with the run it replaces.

    \b
    Exit status: 0 done; 2 it could not be tried.
    """
    from cli.progress import counting
    from services.rebuilding import BY_OPERATOR
    from services.watchdog import running_clerks

    async def rebuilding() -> dict[str, int]:
        gateway = await context.connected_gateway()
        assert gateway.client is not None
        cases = await asyncio.to_thread(open_cases, context.books.desk)
        running = await running_clerks(gateway.client)
        missing = [stream for stream in cases if stream not in running]
        with counting("重建 rebuilding") as tick:
            started = await begin_again(
                gateway.client,
                gateway.desk,
                missing,
                reason=BY_OPERATOR,
                progress=lambda done: tick(done, len(missing)),
            )
        return {"open": len(cases), "running": len(cases) - len(missing), "started": started}

    done = run(rebuilding)
    Speaking(as_json).say(
        done,
        f"未结案卷 {done['open']} 件，已有工作流 {done['running']} 件，"
        f"新启动 {done['started']} 件。 {done['started']} clerks begun again.",
    )


@click.group()
def config() -> None:
    """配置。 Settings."""


@config.command("show")
@json_option
@pass_context
def show_config(context: Context, as_json: bool) -> None:
    r"""现行配置，密文遮盖。 The settings in force, secrets masked.

    \b
    Exit status: 0 done.
    """
    rows: list[dict[str, Any]] = []
    for name, field in type(context.settings).model_fields.items():
        value = getattr(context.settings, name)
        if isinstance(value, SecretStr):
            value = "••••"
        if name == "database_url" and value:
            from sqlalchemy import make_url

            value = make_url(value).render_as_string(hide_password=True)
        rows.append(
            {
                "variable": f"{PREFIX}{name.upper()}",
                "value": "" if value is None else str(value),
                "meaning": field.description,
            }
        )
    columns = (("variable", "变量"), ("value", "值"), ("meaning", "说明"))
    print_table("config", rows, as_json, columns)
