"""`jiedui webhook`: words, JSON, exit statuses, and a real `jiedui follow` that sends."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from runtime.settings import Settings
from tests import accounts
from tests.cli.test_command_line import Done, jiedui
from tests.oversight.town import founded, open_town
from tests.webhooks.conftest import Receiver, receiving, until


@pytest.fixture
async def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, dict[str, str]]:
    """A home with a task in it, and who is who; nobody has it open."""
    monkeypatch.setenv("JIEDUI_WEBHOOK_HOSTS", "127.0.0.1")
    monkeypatch.setenv("JIEDUI_WEBHOOK_LOOPBACK", "true")
    settings = Settings(home=tmp_path)
    with open_town(tmp_path, key_file=settings.key_path) as books:
        town = await founded(books, settings.ledger_url)
        who = {name: town.person(name) for name in ("auditor", "dispatcher")}
        who["registrar"] = accounts.registrar(books.desk).person
        for person in who.values():
            accounts.key_of(books.desk, person, tmp_path)
        task = town.task()
        who |= {"task": task, "position": str(books.ledger.read(task)[0].position)}
    return tmp_path, who


def told(done: Done) -> Any:
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def added(home: Path, who: dict[str, str], url: str, *more: str) -> dict[str, Any]:
    words = ("--receiver", "区数据局", "--kind", "task", "--as", who["registrar"], "--json")
    found: dict[str, Any] = told(jiedui(home, "webhook", "add", url, *words, *more))
    return found


def test_a_registrar_adds_shows_and_ends(home: tuple[Path, dict[str, str]]) -> None:
    folder, who = home
    done = added(folder, who, "http://127.0.0.1:9/hook", "--after", "-1")
    name, by = done["webhook"].partition("/")[2], ("--as", who["registrar"])
    (secret,) = told(jiedui(folder, "webhook", "verify-key", name, *by, "--json"))["secrets"]
    assert secret == done["secret"]
    both = told(jiedui(folder, "webhook", "verify-key", name, "--rotate", *by, "--json"))["secrets"]
    assert both[1] == secret != both[0]
    leaked = jiedui(folder, "webhook", "verify-key", name, "--rotate", "--both-hours", "0", *by)
    assert len(leaked.stdout.split()) == 1
    sent = ("webhook", "redeliver", name, who["position"], *by, "--json")
    assert told(jiedui(folder, *sent))["outcome"] == "waits"
    row = told(jiedui(folder, "webhook", "list", "--as", who["auditor"], "--json"))
    assert (row["receiver"], row["standing"], row["waiting"]) == ("区数据局", "在用", 1)
    assert jiedui(folder, "webhook", "log", name, "--as", who["auditor"]).returncode == 0
    ended = jiedui(folder, "webhook", "end", name, "--reason", "对方系统下线", *by, "--json")
    assert told(ended)["outcome"] == "ended"
    assert "按要求终止" in jiedui(folder, "webhook", "list", *by).stdout
    story = jiedui(folder, "audit", "history", done["webhook"], "--as", who["auditor"])
    assert "推送订阅终止" in story.stdout
    assert secret not in story.stdout


def test_what_is_refused_is_told_and_changes_nothing(home: tuple[Path, dict[str, str]]) -> None:
    folder, who = home
    of = ("--receiver", "区数据局", "--kind", "task")
    here = "http://127.0.0.1:9/"
    for url, person, rule in (
        ("https://169.254.169.254/", "registrar", "webhook-address-not-public"),
        ("https://elsewhere.example.org/", "registrar", "webhook-host-not-allowed"),
        (here, "dispatcher", "role-permitted"),
        (here, "auditor", "role-permitted"),
    ):
        done = jiedui(folder, "webhook", "add", url, *of, "--as", who[person], "--json")
        assert done.returncode == 1
        assert json.loads(done.stdout)["rule"] == rule
    for words in (
        ("list",),
        ("log", "00000000-0000-7000-8000-000000000000"),
        ("verify-key", "00000000-0000-7000-8000-000000000000"),
        ("redeliver", "00000000-0000-7000-8000-000000000000", "1"),
    ):
        done = jiedui(folder, "webhook", *words, "--as", who["dispatcher"], "--json")
        assert done.returncode == 1, words
    assert jiedui(folder, "webhook", "list", "--as", who["registrar"], "--json").stdout == ""


def test_a_name_no_stream_may_have_is_refused(home: tuple[Path, dict[str, str]]) -> None:
    folder, who = home
    for words in (("log", "x"), ("end", "x", "--reason", "y"), ("verify-key", "task/x")):
        done = jiedui(folder, "webhook", *words, "--as", who["registrar"])
        assert done.returncode == 1, words
        assert "Traceback" not in done.stderr


async def test_whoever_follows_the_log_sends(home: tuple[Path, dict[str, str]]) -> None:
    folder, who = home
    async with receiving(Receiver()) as portal:
        url = f"http://127.0.0.1:{portal.port}/hook"
        portal.secret = (await asyncio.to_thread(added, folder, who, url, "--after", "-1"))[
            "secret"
        ]
        following = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "cli.main", "follow"),
            env={**os.environ, "JIEDUI_HOME": str(folder)},
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            await until(lambda: bool(portal.told), 60)
        finally:
            following.send_signal(signal.SIGTERM)
            assert await following.wait() == 0
    assert portal.told[0]["data"]["stream"] == who["task"]
