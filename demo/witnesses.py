"""Two witnesses beside the demonstration: programs of their own, as other organisations run them.

They are started from their own folders, know nothing of the home, and see of the log only its
checkpoints. The log asks both and publishes what both have cosigned.
"""

import asyncio
import contextlib
import json
import re
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from cli.context import Context
from demo.stage import Unexpected
from publishing.folder import LogBusy
from publishing.publisher import Publisher
from publishing.signer import key_on_record

NAMES = (
    ("纪检监察", "discipline.example.org/witness"),
    ("档案馆", "archives.example.org/witness"),
)
"""Who the two are said to be, and their names as witnesses."""

_PATIENCE_SECONDS = 20.0
_TRIES = 60
_URL = re.compile(r"http://[0-9.:]+")


@dataclass(frozen=True)
class Witnessing:
    """One witness at work: its folder, its verifier key, and where it listens."""

    folder: Path
    vkey: str
    url: str


@contextlib.asynccontextmanager
async def two_witnesses(home: Path) -> AsyncIterator[list[Witnessing]]:
    """Run two witnesses under *home* for the length of the block; they are stopped by SIGTERM."""
    async with contextlib.AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(_witness(home / f"witness-{number}", name))
            for number, (_, name) in enumerate(NAMES, 1)
        ]


async def invite(context: Context, witnesses: list[Witnessing]) -> Path:
    """Have the witnesses trust the log's key, and the log require both; return the policy file.

    The file is what an auditor is given: the log's key, the witnesses' keys, the quorum.
    """
    publisher = Publisher(context.settings, context.books)
    await _first_checkpoint(publisher)
    key = key_on_record(publisher.noting.standing())
    assert key is not None
    for one in witnesses:
        await _told("trust", str(one.folder), key.vkey)
    lines = [f"log {key.vkey}"]
    lines += [f"witness w{n} {one.vkey} {one.url}" for n, one in enumerate(witnesses, 1)]
    lines += ["group both all " + " ".join(f"w{n}" for n, _ in enumerate(witnesses, 1))]
    lines += ["quorum both"]
    file = context.settings.home / "witness-policy.txt"
    text = "\n".join(lines) + "\n"
    await asyncio.to_thread(file.write_text, text, encoding="utf-8")
    await asyncio.to_thread(publisher.adopt, text)
    return file


async def _first_checkpoint(publisher: Publisher) -> None:
    """Have a first checkpoint signed, which makes the key; the follower may be at it already."""
    for _ in range(_TRIES):
        try:
            await publisher.publish()
        except LogBusy:
            await asyncio.sleep(0.3)
        else:
            return
    raise Unexpected("the public log is busy all the time")


@contextlib.asynccontextmanager
async def _witness(folder: Path, name: str) -> AsyncIterator[Witnessing]:
    made = json.loads(await _told("init", str(folder), "--name", name, "--json"))
    process = await asyncio.create_subprocess_exec(
        *_COMMAND,
        "run",
        str(folder),
        "--address",
        "127.0.0.1:0",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C ends the demonstration first; it then stops its witnesses
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(_PATIENCE_SECONDS):
            line = (await process.stdout.readline()).decode()
        found = _URL.search(line)
        if found is None:
            raise Unexpected(f"the witness {name} did not start: {line.strip() or 'no answer'}")
        yield Witnessing(folder, made["vkey"], found[0])
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        await process.wait()


_COMMAND = (sys.executable, "-m", "witness.main")


async def _told(*words: str) -> str:
    process = await asyncio.create_subprocess_exec(
        *_COMMAND, *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, complaint = await process.communicate()
    if process.returncode:
        raise Unexpected(f"witness {words[0]}: {complaint.decode().strip()}")
    return said.decode()
