"""`jiedui up`, `worker`, `follow`, `rebuild`, `config`: running an installation."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from pydantic import SecretStr

from cli.context import Context, Speaking, json_option, pass_context, run
from cli.tables import print_table
from ledger.database import speaking_plainly
from publishing.publisher import publishing
from runtime.caretaking import STANDS_BACK, Caretaker, Child, Program, how_it_went
from runtime.embedded import EmbeddedTemporal, start_embedded
from runtime.home_watch import home_lost
from runtime.settings import PREFIX, Settings, environment_of
from runtime.temporal import TemporalUnreachable
from services.bootstrapping import publish_shipped
from services.demo_accounts import demo_cast

_TRY_AGAIN_SECONDS = 2.0


async def stop_signal() -> asyncio.Event:
    """Return an event that is set by Ctrl-C or SIGTERM."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    return stop


@dataclass(frozen=True)
class Running:
    """What runs: the caretaker's children, and where Temporal and the console are."""

    caretaker: Caretaker
    temporal: str
    console: str


@contextlib.asynccontextmanager
async def everything(context: Context, say: Callable[[str], None]) -> AsyncIterator[Running]:
    """Run Temporal, the follower, a worker and the console as children while the block lasts.

    They are stopped in the order of the way back: the doors first, then the follower, which signs
    once more what was recorded last, then Temporal. Raises `EmbeddedRefused`.
    """
    settings = context.settings
    context.make_home()
    published = await publish_shipped(context.books.desk)
    if published:
        say(f"已公布随附的日历与政策包 {len(published)} 份。 {len(published)} packs published.")
    children, server = [], None
    if settings.temporal_address is None:
        server = _Server(settings, say)
        children.append(Child("temporal", server.begin, server.gone, server.end))
    children += [
        _program(settings, "follow").child(),
        _program(settings, "worker", STANDS_BACK).child(),
        _program(settings, "console").child(),
    ]
    caretaker = Caretaker(children, say)
    try:
        await caretaker.start()
        address = settings.temporal_address or (server.address if server is not None else "")
        yield Running(caretaker, address, await _console_address(settings, caretaker))
    finally:
        await caretaker.stop()


class _Server:
    """The embedded Temporal server as the caretaker's child; it keeps its port."""

    def __init__(self, settings: Settings, say: Callable[[str], None]) -> None:
        self._settings, self._say = settings, say
        self._server: EmbeddedTemporal | None = None

    @property
    def address(self) -> str:
        return "" if self._server is None else self._server.address

    async def begin(self) -> int:
        await self.end()
        settings = self._settings
        self._server = await start_embedded(
            settings.home, binary=settings.temporal_bin, niceness=STANDS_BACK
        )
        if self._server.set_aside is not None:
            self._say("Temporal 版本已变，流程将由账本重建。 Temporal changed; clerks are rebuilt.")
        return self._server.pid

    async def gone(self) -> str:
        assert self._server is not None
        return how_it_went(await self._server.gone())

    async def end(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            await server.stop()


def _program(settings: Settings, name: str, niceness: int = 0) -> Program:
    environment = {**os.environ, **environment_of(settings)}
    words = (sys.executable, "-m", "cli.main", name)
    log_file = settings.home.absolute() / "logs" / f"{name}.log"
    return Program(name, words, log_file, environment, niceness)


async def _console_address(settings: Settings, caretaker: Caretaker) -> str:
    """Return where the console serves, "" while it does not yet."""
    program = next(child for child in caretaker.children if child.name == "console")
    for _ in range(150):
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            told = json.loads(_address_file(settings).read_text(encoding="utf-8"))
            if told["pid"] == program.pid:
                return str(told["address"])
        await asyncio.sleep(0.2)
    return ""


async def _say_where(here: Running, settings: Settings) -> None:
    """Say where the console serves once it does, on a machine where that took too long to wait."""
    address = here.console
    while not address:
        address = await _console_address(settings, here.caretaker)
    if not here.console:
        click.echo(f"工作台已启动 {address}，公开日志 {address}log/。 The console is there now.")


def _address_file(settings: Settings) -> Path:
    return settings.home.absolute() / "console.json"


@click.command()
@pass_context
def up(context: Context) -> None:
    r"""在本机运行全部：Temporal、工作进程、跟账与派发、工作台，直至 Ctrl-C。 Everything here.

    State is kept under JIEDUI_HOME (default var/) and found again at the next start.

    \b
    Exit status: 0 stopped in order; 2 it could not start, or the home was lost.
    """
    from wording.labels import label

    async def running() -> int:
        stop = await stop_signal()
        async with everything(context, click.echo) as here:
            home = context.settings.home.absolute()
            log = f"{here.console}log/" if here.console else ""
            starting = "（启动中 starting）"
            click.echo(f"结对已运行。工作台 {here.console or starting}")
            click.echo(f"Temporal {here.temporal}，公开日志 {log or starting}")
            for number, unit, role, password in demo_cast(context.settings):
                click.echo(f"演示账号 {number}，密码 {password}，{unit} {label(role)}")
            click.echo(f"数据在 {home}，日志在 logs/；另开终端即可使用 jiedui task 等命令。")
            click.echo("Running: open the console's address, or use the command line from another")
            click.echo("terminal with the same JIEDUI_HOME. Ctrl-C stops everything.")
            told = asyncio.create_task(stop.wait())
            lost = asyncio.create_task(home_lost(home, click.echo))
            saying = asyncio.create_task(_say_where(here, context.settings))
            await asyncio.wait({told, lost}, return_when=asyncio.FIRST_COMPLETED)
            saying.cancel()
            if lost.done():
                click.echo(lost.result(), err=True)
                return 2
            lost.cancel()
            click.echo("正在停止…… Stopping…")
            return 0

    status = run(running)
    click.echo("已停止，未丢失任何记录。 Stopped; nothing is lost.")
    raise click.exceptions.Exit(status)


@click.command()
@pass_context
def worker(context: Context) -> None:
    r"""只运行工作进程（生产环境可多个）。 One worker process.

    While Temporal is away it waits; clocks and messages wait with it, people work on.

    \b
    Exit status: 0 stopped in order; 2 it could not start.
    """

    async def running() -> None:
        from worker import run_worker

        stop, said = await stop_signal(), False
        while not stop.is_set():
            try:
                await run_worker(
                    context.settings,
                    stop=stop,
                    serving=lambda: click.echo("工作进程已运行。 Worker running.", err=True),
                )
            except TemporalUnreachable as error:
                if not said:
                    click.echo(f"{error}", err=True)
                said = True
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), _TRY_AGAIN_SECONDS)

    run(running)


@click.command()
@pass_context
def follow(context: Context) -> None:
    r"""跟账：看板、派发、对账、公开日志、推送（同时只有一个在办，其余待命）。 Follow the log.

    Boards and the public log go on while Temporal is away; wake-ups wait for it.

    \b
    Exit status: 0 stopped in order; 2 it could not start.
    """

    async def running() -> None:
        stop = await stop_signal()
        async with publishing(context.settings, context.books, stop):
            click.echo("跟账已运行。 Following.", err=True)
            await asyncio.gather(
                _following(context, stop),
                _dispatching(context, stop),
                _reconciling(context, stop),
                _telling_others(context, stop),
            )

    run(running)


def tell_address(settings: Settings, address: str) -> None:
    """Write down where this console serves, in one step, for whoever started it."""
    target = _address_file(settings)
    new = target.with_suffix(".json.new")
    told = json.dumps({"pid": os.getpid(), "address": address})
    new.write_text(told + "\n", encoding="utf-8")
    new.replace(target)


async def _following(context: Context, stop: asyncio.Event) -> None:
    from projections.boards import open_boards

    boards = open_boards(context.settings.boards_url)
    try:
        await boards.follower(context.books.ledger).run(stop)
    finally:
        boards.close()


async def _dispatching(context: Context, stop: asyncio.Event) -> None:
    from dispatch.cursor import Cursor
    from dispatch.dispatcher import Dispatcher

    settings = context.settings
    cursor = Cursor(settings.dispatch_url)
    every = timedelta(seconds=settings.watchdog_seconds)
    try:
        await Dispatcher(context.books.desk, cursor, context.temporal, look_every=every).run(stop)
    finally:
        cursor.close()


async def _reconciling(context: Context, stop: asyncio.Event) -> None:
    from services.reconciling import reconcile_on_schedule

    settings = context.settings
    await reconcile_on_schedule(
        context.temporal,
        context.books.desk,
        settings.ledger_url,
        settings.boards_url,
        settings.histories_path,
        timedelta(seconds=settings.reconcile_seconds),
        stop,
    )


async def _telling_others(context: Context, stop: asyncio.Event) -> None:
    from webhooks.relay import Relay, Whom
    from webhooks.store import Store

    settings = context.settings
    store = Store(settings.webhooks_url)
    try:
        whom = Whom(settings.webhook_hosts, inner=settings.webhook_loopback)
        await Relay(context.books, store, whom).run(stop)
    finally:
        store.close()


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
    from dispatch.cursor import Cursor
    from dispatch.dispatcher import open_cases
    from dispatch.waking import BY_OPERATOR, begin_again, running_clerks

    async def rebuilding() -> dict[str, int]:
        client, desk = await context.temporal(), context.books.desk
        cases = await asyncio.to_thread(open_cases, desk)
        running = await running_clerks(client)
        missing = [stream for stream in cases if stream not in running]
        started = 0
        with counting("重建 rebuilding") as tick:
            for done, stream in enumerate(missing, 1):
                started += await begin_again(client, desk, stream, reason=BY_OPERATOR)
                tick(done, len(missing))
        cursor = Cursor(context.settings.dispatch_url)
        cursor.put_back()
        cursor.close()
        return {"open": len(cases), "running": len(cases) - len(missing), "started": started}

    done = run(rebuilding)
    Speaking(as_json).say(
        done,
        f"未结案卷 {done['open']} 件，已有工作流 {done['running']} 件，"
        f"新启动 {done['started']} 件；派发将从头再看一遍。 {done['started']} clerks begun again.",
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
