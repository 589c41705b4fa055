"""Compare what four witnesses say of every case, and name each disagreement.

The ledger is the record; the boards are derived from it, the running clerk follows it, and
Temporal's histories remember where the ledger stood whenever the clerk looked. Values come in,
findings go out: nothing here reads a database or asks a server. A clerk that *lags* has not looked
at what it owes something for, or at a clock that is past; one that is *lost* does not run.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from domain.oversight.words import DiscrepancyGround as Ground
from domain.values import instant_text

__all__ = [
    "SENTENCES",
    "BoardCase",
    "BoardsSeen",
    "ClerkNotes",
    "Finding",
    "HistoryTold",
    "LedgerCase",
    "Run",
    "RunStatus",
    "SealedFile",
    "Seen",
    "compare_board",
    "compare_boards",
    "compare_clerk",
    "compare_histories",
    "compare_sealed",
    "in_order",
]

AT_WORK = timedelta(seconds=30)
"""What is younger than this may still be on its way: a command being answered, a board catching
up, a clerk that is told."""

LATE = timedelta(minutes=2)
"""A clock may ring so late; clocks that nobody waits for are waited for longer by their clerks."""

FINISHING = timedelta(hours=1)
"""A clerk may outlive its case so long: the last notices are tried for 20 minutes."""

SENTENCES: dict[Ground, tuple[str, str]] = {
    Ground.COMMAND_UNRECORDED: (
        "流程历史见过的记录，账本没有或内容不同",
        "what a clerk has seen in the ledger is not there, or stands there otherwise",
    ),
    Ground.AHEAD: (
        "流程所知版本超前于账本，账本可能丢失记录",
        "the clerk knows more than the ledger holds; facts may be lost",
    ),
    Ground.HISTORY_ALTERED: (
        "流程历史与封存时不符",
        "a sealed history is no longer what was sealed",
    ),
    Ground.HISTORY_MISSING: (
        "应有的流程历史不存在",
        "a history that must exist is missing",
    ),
    Ground.TERMINATED: ("流程被终止", "the workflow was terminated"),
    Ground.RESET: ("流程被重置", "the workflow was reset"),
    Ground.MISSING: ("案卷未结，流程不存在", "the case is open and has no workflow"),
    Ground.CLOSED_EARLY: ("案卷未结，流程已结束", "the case is open and its workflow has ended"),
    Ground.LEFT_OPEN: ("案卷已结，流程仍在运行", "the case is over and its workflow still runs"),
    Ground.BEHIND: ("流程迟到", "the clerk lags: it has not looked at what it owes something for"),
    Ground.BOARD_DIFFERS: ("看板与账本不符", "the boards differ from the ledger"),
    Ground.REPLAY_DIFFERS: (
        "现行程序重放结果不符",
        "today's code does otherwise than the history tells",
    ),
}
"""What each ground means, in Chinese and in English; the worst comes first."""

_RANK = {ground: rank for rank, ground in enumerate(SENTENCES)}


class RunStatus(StrEnum):
    """How a run of a workflow stands, as Temporal names it."""

    RUNNING = "RUNNING"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"
    CANCELED = "CANCELED"
    TERMINATED = "TERMINATED"
    CONTINUED_AS_NEW = "CONTINUED_AS_NEW"
    TIMED_OUT = "TIMED_OUT"


_CUT_OFF = frozenset((RunStatus.FAILED, RunStatus.CANCELED, RunStatus.TIMED_OUT))
"""Ends that no clerk comes to by itself."""


@dataclass(frozen=True)
class LedgerCase:
    """One case as the ledger tells it; *position* and *at* are those of its newest entry.

    *main_unit* and *due* (RFC 3339 in UTC) are known of tasks only. *owed* is the newest version
    its clerk owes something for: somebody to tell, an errand, the end; *owed_at* is when.
    """

    stream: str
    version: int
    state: str
    over: bool
    main_unit: str | None
    due: str | None
    position: int
    at: datetime
    owed: int = 0
    owed_at: datetime | None = None


@dataclass(frozen=True)
class BoardCase:
    """One case as its board has it; the same fields."""

    stream: str
    version: int
    state: str
    main_unit: str | None
    due: str | None
    position: int


@dataclass(frozen=True)
class BoardsSeen:
    """The boards at one moment: their lines, and the newest position they say they hold."""

    progress: int
    cases: Mapping[str, BoardCase]


@dataclass(frozen=True)
class Run:
    """One run of the clerk of a case, as Temporal lists it."""

    stream: str
    run: str
    status: RunStatus
    begun: datetime


@dataclass(frozen=True)
class Seen:
    """What a clerk saw when it looked: the case's newest *version* then, and its entry's *hash*."""

    version: int
    hash: str


@dataclass(frozen=True)
class HistoryTold:
    """What the history of one run tells.

    *seen* is what it saw of the ledger, *knew* the newest version of that (0: none), *clock* when
    the clock it waits for rings, *reset_of* the run this one was reset from. *running* says that
    more may follow.
    """

    stream: str
    run: str
    begun: datetime
    seen: tuple[Seen, ...]
    knew: int
    clock: datetime | None = None
    reset_of: str | None = None
    running: bool = False


@dataclass(frozen=True)
class ClerkNotes:
    """What the ledger itself holds about the clerk of a case.

    *named* are the runs a rebuild or a discrepancy was recorded for, *rebuilt_at* when the clerk
    was last begun again.
    """

    named: frozenset[str] = frozenset()
    rebuilt_at: datetime | None = None


@dataclass(frozen=True)
class SealedFile:
    """A sealed history: the digest in its fact, and what is found now.

    *found* is the digest of the file, None where there is none; *retold* says whether Temporal,
    where it still has the run, tells the same (None: it has not, or was not asked).
    """

    stream: str
    run: str
    digest: str
    found: str | None
    retold: bool | None = None


@dataclass(frozen=True)
class Finding:
    """One disagreement: which case (None: all of them), on which ground, in which run."""

    case: str | None
    ground: Ground
    run: str | None = None
    detail: str | None = None
    expected: str = field(default="", compare=False)
    found: str = field(default="", compare=False)

    def __str__(self) -> str:
        chinese, english = SENTENCES[self.ground]
        where = self.case or "全部案卷 all cases"
        about = " ".join(part for part in (self.run, self.detail) if part)
        told = f"{where} [{self.ground}] {chinese} {english}"
        if about:
            told += f"（{about}）"
        if self.expected or self.found:
            told += f"：应为 expected {self.expected or '—'}，实为 found {self.found or '—'}"
        return told


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Return *findings* each once, the worst ground first, then by case."""
    return sorted(
        set(findings),
        key=lambda one: (_RANK[one.ground], one.case or "", one.run or "", one.detail or ""),
    )


# -- the boards ------------------------------------------------------------------------------


def compare_boards(
    cases: Mapping[str, LedgerCase], boards: BoardsSeen, head: int, newest: datetime, now: datetime
) -> list[Finding]:
    """Compare every case with its board; *cases* are the ledger's as at the boards' progress.

    *head* and *newest* are the position and the recorded instant of the ledger's last entry.
    """
    found: list[Finding] = []
    if boards.progress > head:
        found.append(_of_all("ahead", f"≤ {head}", str(boards.progress)))
    elif boards.progress < head and now - newest > AT_WORK:
        found.append(_of_all("behind", str(head), str(boards.progress)))
    for stream in cases.keys() | boards.cases.keys():
        found += compare_board(cases.get(stream), boards.cases.get(stream))
    return found


def _of_all(detail: str, expected: str, found: str) -> Finding:
    return Finding(None, Ground.BOARD_DIFFERS, None, detail, expected, found)


def compare_board(case: LedgerCase | None, board: BoardCase | None) -> list[Finding]:
    """Compare one case, as it stood when the board was written, with its line on the board."""
    if case is None:
        return [] if board is None else [_differs(board.stream, "unknown", "", "on the board only")]
    if board is None:
        return [_differs(case.stream, "missing", f"version {case.version}", "")]
    fields = (
        ("version", case.version, board.version),
        ("position", case.position, board.position),
        ("state", case.state, board.state),
        ("main_unit", case.main_unit, board.main_unit),
        ("due", case.due, board.due),
    )
    return [
        _differs(case.stream, name, _shown(ledger), _shown(line))
        for name, ledger, line in fields
        if ledger != line
    ]


def _differs(stream: str, detail: str, expected: str, found: str) -> Finding:
    return Finding(stream, Ground.BOARD_DIFFERS, None, detail, expected, found)


def _shown(value: object) -> str:
    return "—" if value is None else str(value)


# -- the clerk -------------------------------------------------------------------------------


def compare_clerk(
    case: LedgerCase,
    runs: Sequence[Run],
    histories: Sequence[HistoryTold],
    notes: ClerkNotes,
    now: datetime,
) -> list[Finding]:
    """Compare a case with the runs of its clerk, oldest first, and with what they knew.

    An end that somebody brought about is found as long as it stands in the way of an open case;
    one that is past is found until the ledger holds a fact that names the run.
    """
    found: list[Finding] = []
    resets = {history.reset_of: history.run for history in histories if history.reset_of}
    for base, reset in resets.items():
        if reset not in notes.named:
            found.append(Finding(case.stream, Ground.RESET, reset, "reset-of", "", base))
    last = runs[-1] if runs else None
    for run in runs:
        if run.run in resets or (run is last and not case.over):
            continue
        ground = _cut_off(run)
        if ground is not None and run.run not in notes.named:
            found.append(Finding(case.stream, ground, run.run, run.status.value.lower()))
    if case.over:
        if last is not None and last.status is RunStatus.RUNNING and now - case.at > FINISHING:
            found.append(Finding(case.stream, Ground.LEFT_OPEN, last.run))
        return found
    if last is None:
        found.append(Finding(case.stream, Ground.MISSING, None, None, "a running workflow", "none"))
        return found
    if last.status is not RunStatus.RUNNING:
        ground = _cut_off(last) or Ground.CLOSED_EARLY
        found.append(Finding(case.stream, ground, last.run, last.status.value.lower()))
        return found
    return found + _compare_knowledge(case, histories, now)


def _cut_off(run: Run) -> Ground | None:
    if run.status is RunStatus.TERMINATED:
        return Ground.TERMINATED
    return Ground.CLOSED_EARLY if run.status in _CUT_OFF else None


def _compare_knowledge(
    case: LedgerCase, histories: Sequence[HistoryTold], now: datetime
) -> list[Finding]:
    """The running clerk has looked at what it owes something for, and at its clock, or is about to.

    What it owes nothing for it need not have heard of.
    """
    running = next((history for history in histories if history.running), None)
    if running is None:
        return []
    expected, knew = f"version {case.version}", f"version {running.knew}"
    if running.knew > case.version:
        return [Finding(case.stream, Ground.AHEAD, running.run, None, expected, knew)]
    if running.knew < case.owed and case.owed_at is not None and now - case.owed_at > AT_WORK:
        expected = f"version {case.owed}"
        return [Finding(case.stream, Ground.BEHIND, running.run, "facts", expected, knew)]
    if running.clock is not None and now - running.clock > LATE:
        due = instant_text(running.clock)
        return [Finding(case.stream, Ground.BEHIND, running.run, "clock", f"rung at {due}", "")]
    return []


# -- the histories ---------------------------------------------------------------------------


def compare_histories(
    stream: str, heads: Mapping[int, str], histories: Sequence[HistoryTold]
) -> list[Finding]:
    """Compare what the clerks of a case saw with its entries; *heads* are their hashes by version.

    The histories were asked for before the ledger was read, so what they saw must stand there.
    """
    found: list[Finding] = []
    for history in histories:
        for seen in history.seen:
            stands = heads.get(seen.version)
            if stands == seen.hash:
                continue
            where = f"{'absent' if stands is None else 'otherwise'}/{seen.version}"
            expected = f"version {seen.version}, hash {seen.hash[:16]}…"
            what = "not recorded" if stands is None else f"hash {stands[:16]}…"
            found.append(
                Finding(stream, Ground.COMMAND_UNRECORDED, history.run, where, expected, what)
            )
    return found


def compare_sealed(sealed: Iterable[SealedFile]) -> list[Finding]:
    """Compare sealed histories with their facts."""
    found: list[Finding] = []
    for one in sealed:
        expected = f"SHA-256 {one.digest[:16]}…"
        if one.found is None:
            found.append(
                Finding(one.stream, Ground.HISTORY_MISSING, one.run, "file", expected, "no file")
            )
        elif one.found != one.digest:
            other = f"SHA-256 {one.found[:16]}…"
            found.append(
                Finding(one.stream, Ground.HISTORY_ALTERED, one.run, "file", expected, other)
            )
        elif one.retold is False:
            found.append(
                Finding(
                    one.stream,
                    Ground.HISTORY_ALTERED,
                    one.run,
                    "temporal",
                    "the sealed history",
                    "Temporal tells another",
                )
            )
    return found
