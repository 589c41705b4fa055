"""Look at ledger, boards, clerks and histories together, at once or every few minutes.

The first look is at everything; later ones look at what has changed since, and at what was too
young to be judged. A disagreement is one that is still there at a second look: between asking
Temporal and reading the ledger, a case may have moved on.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from temporalio.client import Client

from audit.reading import open_reader
from audit.reconcile.case_views import (
    CaseBook,
    boards_seen,
    clerk_notes,
    heads_of,
    ledger_case,
)
from audit.reconcile.reconciling import (
    AT_WORK,
    BoardsSeen,
    Finding,
    HistoryTold,
    LedgerCase,
    Run,
    RunStatus,
    SealedFile,
    compare_boards,
    compare_clerk,
    compare_histories,
    compare_sealed,
    in_order,
)
from desk.desk import Desk
from dispatch.waking import discrepancy, record_about_clerk
from domain.oversight.case import clerk_stream
from domain.oversight.words import DiscrepancyGround as Ground
from services.histories import SealedRun, digest_of_file, seal_histories, sealed_run
from services.temporal_histories import (
    clerk_now,
    fetched,
    file_of,
    in_time,
    run_of,
    runs,
    runs_of,
    tells_the_same,
    told_by,
    unpacked,
)

log = structlog.get_logger("reconcile")

_AT_ONCE = 8
_BATCH = 200
_CLOSED_OVERLAP = timedelta(minutes=10)
"""Visibility may be told late of a run that closed; a later look asks for so much of the past."""


@dataclass(frozen=True)
class Report:
    """What one look found; *counts* say how much was compared, *head* how far the ledger went."""

    findings: tuple[Finding, ...]
    head: int
    counts: dict[str, int]

    @property
    def clean(self) -> bool:
        """Say whether nothing disagrees."""
        return not self.findings


@dataclass
class _Told:
    """What Temporal and the sealed files tell of one case."""

    runs: list[Run]
    histories: list[HistoryTold]
    sealed: list[SealedFile]
    lost: list[str]


@dataclass
class Reconciler:
    """Reconciles one installation; without *client*, ledger, boards and sealed files only.

    *retell* also compares every sealed history with Temporal's own, where it still has it;
    *second_look* is how long a disagreement must last to be one.
    """

    client: Client | None
    ledger_url: str
    boards_url: str
    folder: Path
    retell: bool = False
    progress: Callable[[int, int], None] | None = None
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    second_look: timedelta = timedelta(seconds=1.5)
    _book: CaseBook = field(default_factory=CaseBook)
    _running: dict[str, Run] = field(default_factory=dict)
    _closed: dict[str, dict[str, Run]] = field(default_factory=dict)
    _vanished: dict[str, set[str]] = field(default_factory=dict)
    _closed_until: datetime | None = None
    _young: set[str] = field(default_factory=set)
    _found: dict[str, list[Finding]] = field(default_factory=dict)
    _histories: int = 0
    _sealed: int = 0

    async def look(self) -> Report:
        """Compare what changed since the last look (the first: everything) and report it all.

        Raises `CannotRead` where ledger or boards cannot be read, `RPCError` while Temporal is
        away: what could not be asked is never reported as missing.
        """
        self._histories = self._sealed = 0
        touched = await asyncio.to_thread(self._catch_up)
        touched |= self._young | self._found.keys() | await self._changed_runs()
        await self._examine(sorted(touched & self._book.cases.keys()), refresh=False)
        of_boards = await asyncio.to_thread(self._compare_boards)
        if any(self._found.values()) or of_boards:
            await asyncio.sleep(self.second_look.total_seconds())
            before = {stream: set(found) for stream, found in self._found.items()}
            await self._examine(sorted(before), refresh=True)
            for stream, found in before.items():
                again = [one for one in self._found.get(stream, ()) if one in found]
                self._set(stream, again)
            first = set(of_boards)
            of_boards = [
                one for one in await asyncio.to_thread(self._compare_boards) if one in first
            ]
        findings = [one for found in self._found.values() for one in found] + of_boards
        return Report(tuple(in_order(findings)), self._book.position, self._counts())

    # -- the ledger and the boards -----------------------------------------------------------

    def _catch_up(self) -> set[str]:
        with open_reader(self.ledger_url) as reader:
            return self._book.catch_up(reader)

    def _compare_boards(self) -> list[Finding]:
        boards: BoardsSeen = boards_seen(self.boards_url)
        with open_reader(self.ledger_url) as reader:
            self._young |= self._book.catch_up(reader)
            head = reader.head()
            newest = reader.entry(head)
            if newest is None:
                return compare_boards({}, boards, -1, self.clock(), self.clock())
            stood = self._book.as_at(reader, boards.progress)
        return compare_boards(stood, boards, head, newest.recorded_at, self.clock())

    # -- the clerks --------------------------------------------------------------------------

    async def _changed_runs(self) -> set[str]:
        """Learn which runs there are; return the cases whose runs are others than before."""
        if self.client is None:
            return set()
        asked_at = self.clock()
        running = {one.id: run_of(one) async for one in runs(self.client, only="running")}
        since = self._closed_until
        closed = [
            run_of(one)
            async for one in runs(
                self.client,
                only="closed",
                closed_since=None if since is None else since - _CLOSED_OVERLAP,
            )
        ]
        changed = {
            stream
            for stream in running.keys() | self._running.keys()
            if running.get(stream) != self._running.get(stream)
        }
        for run in closed:
            known = self._closed.setdefault(run.stream, {})
            if run.run not in known:
                known[run.run] = run
                changed.add(run.stream)
        for stream, run in self._running.items():
            if stream in changed and run.run not in self._closed.get(stream, {}):
                # Neither running nor closed: deleted, unless it closes at this very moment.
                self._vanished.setdefault(stream, set()).add(run.run)
        changed |= {
            stream
            for stream, case in self._book.cases.items()
            if not case.over and stream not in running
        }
        self._running, self._closed_until = running, asked_at
        return changed

    async def _runs_now(self, stream: str, *, refresh: bool) -> list[Run]:
        """Return the runs of one clerk; one that seems not to run is asked itself."""
        if self.client is None:
            return []
        if refresh:
            found = {run.run: run for run in await runs_of(self.client, stream)}
            for run in self._closed.get(stream, {}).values():
                found.setdefault(run.run, run)
            return in_time(found.values())
        known = dict(self._closed.get(stream, {}))
        running = self._running.get(stream)
        newest = running or await clerk_now(self.client, stream)
        if newest is not None:
            known[newest.run] = newest
        return in_time(known.values())

    # -- one case after another --------------------------------------------------------------

    async def _examine(self, streams: Sequence[str], *, refresh: bool) -> None:
        """Ask Temporal first and read the ledger afterwards, a batch of cases at a time."""
        done = 0
        room = asyncio.Semaphore(_AT_ONCE)

        async def asking(stream: str, sealed: list[SealedRun]) -> _Told:
            async with room:
                return await self._told(stream, sealed, refresh=refresh)

        for start in range(0, len(streams), _BATCH):
            batch = streams[start : start + _BATCH]
            sealed = await asyncio.to_thread(self._sealed_of, batch)
            told = await asyncio.gather(*[asking(one, sealed[one]) for one in batch])
            await asyncio.to_thread(self._compare, batch, told)
            done += len(batch)
            if self.progress is not None:
                self.progress(done, len(streams))

    def _sealed_of(self, streams: Iterable[str]) -> dict[str, list[SealedRun]]:
        with open_reader(self.ledger_url) as reader:
            return {
                stream: [
                    sealed_run(entry)
                    for entry in reader.stream(clerk_stream(stream))
                    if entry.kind == "workflow_history_sealed.v1"
                ]
                for stream in streams
            }

    async def _told(self, stream: str, sealed: Sequence[SealedRun], *, refresh: bool) -> _Told:
        told = _Told([], [], [], [])
        told.runs = await self._runs_now(stream, refresh=refresh)
        in_files = {one.run for one in sealed}
        for one in sealed:
            await self._from_file(one, told)
        seen = {run.run for run in told.runs} | self._vanished.get(stream, set())
        client = self.client
        if client is None:
            return told
        for run in sorted(seen - in_files):
            history = await fetched(client, stream, run)
            if history is None or not history.events:
                told.lost.append(run)
                continue
            self._histories += 1
            told.histories.append(await told_by(history, run, client.data_converter))
        return told

    async def _from_file(self, one: SealedRun, told: _Told) -> None:
        file = file_of(self.folder, one.case, one.run)
        found = await asyncio.to_thread(digest_of_file, file)
        retold: bool | None = None
        self._sealed += 1
        if found == one.digest:
            data = await asyncio.to_thread(file.read_bytes)
            if self.retell and self.client is not None:
                history = await fetched(self.client, one.workflow, one.run)
                if history is not None and history.events:
                    retold = tells_the_same(data, history)
            if one.workflow == one.case and self.client is not None:
                self._histories += 1
                told.histories.append(
                    await told_by(unpacked(one.workflow, data), one.run, self.client.data_converter)
                )
        told.sealed.append(SealedFile(one.case, one.run, one.digest, found, retold))

    def _compare(self, batch: Sequence[str], told: Sequence[_Told]) -> None:
        with open_reader(self.ledger_url) as reader:
            now = self.clock()
            for stream, heard in zip(batch, told, strict=True):
                entries = reader.stream(stream)
                case = ledger_case(stream, entries)
                if case is None:
                    continue
                notes = clerk_notes(reader.stream(clerk_stream(stream)))
                found = compare_sealed(heard.sealed)
                if self.client is not None:
                    found += compare_clerk(case, heard.runs, heard.histories, notes, now)
                    found += compare_histories(stream, heads_of(entries), heard.histories)
                    found += [
                        Finding(stream, Ground.HISTORY_MISSING, run, "unsealed")
                        for run in heard.lost
                        if run not in notes.named
                    ]
                self._set(stream, in_order(found))
                self._judge_again(case, heard.runs, now)

    def _set(self, stream: str, found: list[Finding]) -> None:
        if found:
            self._found[stream] = found
        else:
            self._found.pop(stream, None)

    def _judge_again(self, case: LedgerCase, known: Sequence[Run], now: datetime) -> None:
        """Keep in mind what was too young to be judged, or has still to end."""
        running = bool(known) and known[-1].status is RunStatus.RUNNING
        if now - case.at < AT_WORK * 2 or (case.over and running):
            self._young.add(case.stream)
        else:
            self._young.discard(case.stream)

    def _counts(self) -> dict[str, int]:
        cases = self._book.cases.values()
        return {
            "cases": len(cases),
            "open": sum(1 for case in cases if not case.over),
            "running": len(self._running),
            "histories": self._histories,
            "sealed": self._sealed,
        }


async def reconcile_on_schedule(
    connect: Callable[[], Awaitable[Client]],
    desk: Desk,
    ledger_url: str,
    boards_url: str,
    folder: Path,
    every: timedelta,
    stop: asyncio.Event,
) -> None:
    """Seal finished histories and reconcile until *stop*; each discrepancy is recorded once.

    An outage only means that the next look finds more.
    """
    standing = set[Finding]()
    reconciler: Reconciler | None = None
    sealed_until: datetime | None = None

    async def round_of_looks() -> None:
        nonlocal reconciler, standing, sealed_until
        if reconciler is None:
            reconciler = Reconciler(await connect(), ledger_url, boards_url, folder)
        assert reconciler.client is not None
        asked_at = datetime.now(UTC)
        await seal_histories(reconciler.client, desk, folder, closed_since=sealed_until)
        sealed_until = asked_at - _CLOSED_OVERLAP
        standing = await _look(reconciler, desk, standing)

    while not await _stopped(stop, every):
        try:
            await _unless_stopped(round_of_looks(), stop)
        except Exception as error:  # noqa: BLE001 - it must outlive every outage
            log.warning("look failed", error=type(error).__name__)


async def _stopped(stop: asyncio.Event, within: timedelta) -> bool:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), within.total_seconds())
    return stop.is_set()


async def _unless_stopped(work: Coroutine[Any, Any, None], stop: asyncio.Event) -> None:
    """Do *work*, but never hold up the end: what it has not looked at, the next start will."""
    working, stopping = asyncio.create_task(work), asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            await working
    finally:
        for task in (working, stopping):
            task.cancel()
        await asyncio.gather(working, stopping, return_exceptions=True)


async def _look(reconciler: Reconciler, desk: Desk, standing: set[Finding]) -> set[Finding]:
    """Look once; record what was not standing before, and return what stands now."""
    report = await reconciler.look()
    for finding in report.findings:
        if finding in standing:
            continue
        log.warning(
            "discrepancy found",
            case=finding.case,
            ground=finding.ground,
            run=finding.run,
            detail=finding.detail,
        )
        if finding.case is not None:
            asking = discrepancy(
                finding.case,
                finding.ground,
                finding.run,
                finding.detail,
                f"entry-{report.head}",
            )
            await record_about_clerk(desk, finding.case, [asking])
    return set(report.findings)
