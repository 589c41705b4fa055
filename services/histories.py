"""Put the histories of finished runs away before Temporal forgets them, each sealed by a fact.

The file comes first and is durable, then its digest is recorded: a fact never speaks of a file
that was not there. A second call finds the files and the facts of the first.
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from temporalio.client import Client, WorkflowExecution

from audit.reading import Reader
from desk.casework import Asking
from desk.desk import Desk
from domain.envelope import SYSTEM
from domain.oversight.case import clerk_stream
from domain.refusals import CommandRefused
from ledger.entry import Entry
from services.temporal_histories import KINDS, Packed, fetched, file_of, packed, runs
from transparency.durable import replace_file, sync_folder

log = structlog.get_logger("sealing")

_AT_ONCE = 8


@dataclass(frozen=True)
class SealedRun:
    """A sealed history as its fact tells of it."""

    case: str
    workflow: str
    run: str
    status: str
    digest: str
    events: int


@dataclass
class Sealing:
    """What one pass found: *sealed* anew, *before* sealed earlier, *gone* from Temporal."""

    sealed: int = 0
    before: int = 0
    gone: int = 0
    refused: int = 0
    bytes: int = 0


async def seal_histories(
    client: Client,
    desk: Desk,
    folder: Path,
    *,
    closed_since: datetime | None = None,
    progress: Callable[[int], None] | None = None,
) -> Sealing:
    """Seal the history of every finished run that is not sealed yet: clerks and conversations.

    *closed_since* leaves out runs that ended before it. Raises `RPCError` while Temporal is away,
    `LedgerUnavailable`, and `OSError` when a file cannot be written.
    """
    found = Sealing()
    room = asyncio.Semaphore(_AT_ONCE)
    known = await asyncio.to_thread(lambda: {one.run for one in sealed_runs(desk)})
    done = 0

    async def sealing(run: WorkflowExecution) -> None:
        nonlocal done
        async with room:
            await _seal(client, desk, folder, run, found)
        done += 1
        if progress is not None:
            progress(done)

    waiting: list[WorkflowExecution] = []
    async for run in runs(client, kinds=KINDS, only="closed", closed_since=closed_since):
        if run.run_id in known:
            found.before += 1
        else:
            waiting.append(run)
    await asyncio.gather(*[sealing(run) for run in waiting])
    if found.sealed:
        log.info("histories sealed", **vars(found))
    return found


async def _seal(
    client: Client, desk: Desk, folder: Path, run: WorkflowExecution, found: Sealing
) -> None:
    case = case_of(run.id)
    history = await fetched(client, run.id, run.run_id)
    if history is None or not history.events:
        found.gone += 1
        return
    assert run.status is not None
    file = packed(history)
    await asyncio.to_thread(_keep, file_of(folder, case, run.run_id), file)
    asking = Asking(
        f"seal/{run.run_id}",
        SYSTEM,
        {
            "kind": "seal_workflow_history",
            "case": case,
            "workflow": run.id,
            "run": run.run_id,
            "status": run.status.name,
            "events": file.events,
            "bytes": len(file.data),
            "digest": file.digest,
        },
    )
    handled = await desk.record(clerk_stream(case), [asking])
    (answer,) = handled.answers
    if isinstance(answer, CommandRefused):
        found.refused += 1
        log.warning("history not sealed", run=run.run_id, rule=answer.rule)
        return
    found.sealed += 1
    found.bytes += len(file.data)


def case_of(workflow: str) -> str:
    """Return the case a clerk or a conversation (`task/<uuid>/convening/1`) belongs to."""
    return "/".join(workflow.split("/")[:2])


def sealed_runs(books: Desk | Reader) -> Iterator[SealedRun]:
    """Yield every sealed history the ledger tells of, in log order."""
    ledger = books.ledger if isinstance(books, Desk) else books
    for entry in ledger.of_kind("workflow_history_sealed.v1"):
        yield sealed_run(entry)


def sealed_run(entry: Entry) -> SealedRun:
    """Return what one `workflow_history_sealed.v1` says."""
    fact = entry.fact
    return SealedRun(
        case=fact["case"],
        workflow=fact["workflow"],
        run=fact["run"],
        status=fact["status"],
        digest=fact["digest"],
        events=fact["events"],
    )


def digest_of_file(file: Path) -> str | None:
    """Return the SHA-256 of *file* in hexadecimal, None where there is no such file."""
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except (FileNotFoundError, NotADirectoryError):
        return None


def _keep(target: Path, file: Packed) -> None:
    """Write the file durably; one that is there with these very bytes is left alone."""
    for place in (target.parent.parent, target.parent):
        if not place.is_dir():
            place.mkdir(mode=0o700, parents=True, exist_ok=True)
            sync_folder(place.parent)
    if digest_of_file(target) == file.digest:
        return
    replace_file(target, file.data, target.with_name(f".{target.name}.new"))
    target.chmod(0o600)
    sync_folder(target.parent)
