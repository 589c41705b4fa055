"""The new streams lie in the same log: whoever follows it passes them by and loses nothing."""

import json
from pathlib import Path
from typing import Any

from temporalio.client import Client

from cli.auditing.recording import trace
from cli.context import Context
from dispatch.cursor import Cursor
from dispatch.dispatcher import Dispatcher, open_cases
from domain.casebook import CASES
from domain.envelope import SYSTEM
from domain.oversight.case import LOG_STREAM, OVERSIGHT_CASES
from projections.boards import open_boards
from projections.history import case_history
from runtime.settings import Settings
from services.oversight import record
from tests import accounts
from tests.cli.test_command_line import jiedui
from tests.domain.world import uuid_of
from tests.oversight.town import Town, founded, open_town
from wording.sentences import OpaqueNames

KEY = "pairing.example.org/log+0a1b2c3d+AQab+/=="


async def nobody_there() -> Client:
    raise AssertionError("Temporal is not asked for by reading")


def overseen(town: Town, task: str) -> dict[str, str]:
    """Record something in every category of oversight; return the streams by category."""
    desk, opaque = town.books.desk, task.partition("/")[2]
    streams = {
        "audit": f"audit/{uuid_of('an act')}",
        "unmasking": town.grant(task),
        "workflow": f"workflow/{opaque}",
        "log": LOG_STREAM,
        "webhook": f"webhook/{uuid_of('a subscription')}",
    }
    about = {"receiver": "区数据局", "url": "https://portal.example.org/", "after": 1}
    kinds = ["task_dispatched.v1"]
    accounts.enter(desk, streams["webhook"], "subscribe_webhook", kinds=kinds, **about)
    commands: list[tuple[str, dict[str, Any]]] = [
        (
            streams["audit"],
            {"kind": "record_audit", "act": "VERIFY", "head": 1, "outcome": "CLEAN"},
        ),
        (
            streams["workflow"],
            {"kind": "record_discrepancy", "case": task, "ground": "MISSING"},
        ),
        (
            LOG_STREAM,
            {
                "kind": "introduce_signing_key",
                "origin": "pairing.example.org/log",
                "suite": "SHA-256+Ed25519",
                "key": KEY,
            },
        ),
    ]
    for stream, command in commands:
        assert record(desk, stream, SYSTEM, command).position >= 0
    return streams


async def test_boards_and_dispatcher_pass_over_them_and_stories_tell_them(town: Town) -> None:
    task = town.task()
    streams = overseen(town, task)
    assert set(streams) == set(OVERSIGHT_CASES)
    after = town.task()

    boards = open_boards(town.url.replace("ledger.db", "boards.db"))
    boards.follower(town.books.ledger).catch_up()
    assert {line.stream for line in boards.tasks.find().lines} == {task, after}
    boards.close()

    assert set(open_cases(town.books.desk)) == {task, after}
    cursor = Cursor(town.url.replace("ledger.db", "dispatch.db"))
    dispatcher = Dispatcher(town.books.desk, cursor, nobody_there)
    dispatcher._read_on()
    assert set(dispatcher.owed) == set(dispatcher.owing.waiting) == {task, after}
    cursor.close()

    for category, stream in streams.items():
        assert CASES[category] is OVERSIGHT_CASES[category]
        (line, *_) = case_history(town.books.ledger, stream, OpaqueNames())
        assert line.sentence.endswith("。")
        standing = town.books.desk.standing(stream)
        assert standing.next_clock is None


async def test_the_command_line_knows_them(tmp_path: Path) -> None:
    """Schemas are printed for every kind of case, and a story of a stream of oversight is told."""
    settings = Settings(home=tmp_path)
    with open_town(tmp_path, key_file=settings.key_path) as books:
        town = await founded(books, settings.ledger_url)
        streams = overseen(town, town.task())
    import asyncio

    async def jd(*words: str) -> Any:
        done = await asyncio.to_thread(jiedui, tmp_path, *words)
        assert done.returncode == 0, done.stdout + done.stderr
        return done

    for what in ("commands", "facts"):
        assert set(OVERSIGHT_CASES) <= set(json.loads((await jd("schema", what)).stdout))
    for stream in streams.values():
        assert "。" in (await jd("audit", "history", stream)).stdout
    context = Context(settings)
    acts = [
        entry
        for stream in context.books.ledger.streams("audit")
        for entry in context.books.ledger.read(stream)
    ]
    assert len(acts) == 1 + len(streams)
    assert trace(context, None).performed("HISTORY", about=[LOG_STREAM], head=0, outcome="DONE")
    context.close()
