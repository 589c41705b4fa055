"""The desk beside the book [command handler]: where commands are decided, and written down at once.

Load the case, decide, append, fenced by the case's version and by the newest fact of the registry:
when another hand has written meanwhile, decide again on what now stands. A decision is made here
and nowhere else. A process that wrote last knows where a case stands without asking; so a kept
case is believed for a yes, which the fence confirms, and looked up again before any other answer.
"""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from desk.casework import Asking, Case, Handled, Standing
from desk.hearing import Hearing
from desk.neighbours import LedgerNeighbours, RedCards
from desk.rulebook import RuleBook
from desk.turn import Turn
from domain.casebook import kind_of
from domain.cases import CaseKind
from domain.envelope import Happened
from domain.rules import Rules
from ledger.database import LedgerUnavailable
from ledger.entry import happened
from ledger.store import CommandConflict, Ledger, RulesMoved, VersionTaken
from vault.vault import HolderErased, ItemConflict, KeyTaken, Vault

_CASES_KEPT = 4096
_HANDS = 48
"""Threads that wait for the writer at once: as many appends can share one commit."""

_DECISIONS_MAX = 50


class Desk:
    """Decides and records; safe to share between threads and between processes of one ledger."""

    def __init__(self, ledger: Ledger, vault: Vault, rulebook: RuleBook) -> None:
        self.ledger, self.vault, self.rulebook = ledger, vault, rulebook
        # A text is in the vault before a fact tells of it, and only if a fact will.
        ledger.writer.beside = vault.keep_many
        self.abandoned = False
        self._hands = ThreadPoolExecutor(_HANDS, thread_name_prefix="desk")
        self._kept: OrderedDict[str, tuple[int, str, Any]] = OrderedDict()
        self._kept_lock = threading.Lock()
        self._cards = RedCards(ledger)

    @property
    def neighbours(self) -> LedgerNeighbours:
        """The other cases, for one decision."""
        return LedgerNeighbours(self.ledger, self.state_of, self._cards)

    async def record(self, stream: str, askings: Sequence[Asking]) -> Handled:
        """Record *askings* in their order; one that is refused does not stop the next.

        A repeated call finds its own command ids and is given the receipts of the first time.
        Raises `LedgerUnavailable` when nothing was decided and the same call may be made again.
        """
        return await asyncio.get_running_loop().run_in_executor(
            self._hands, self.record_now, stream, askings
        )

    def record_now(self, stream: str, askings: Sequence[Asking]) -> Handled:
        """Do as `record`, in the calling thread."""
        return self._in_turn(stream, askings, look=False)

    def ring_now(self, stream: str) -> Handled:
        """Ring the clocks of a case that are due by the ledger's clock; repeatable."""
        return self._in_turn(stream, (), look=True)

    def _in_turn(self, stream: str, askings: Sequence[Asking], *, look: bool) -> Handled:
        kind = kind_of(stream)
        # A single command that is accepted again is recognised by the append itself; only a
        # refusal, a conflict or a batch makes it worth asking the ledger first.
        ask_first = len(askings) > 1
        for _ in range(_DECISIONS_MAX):
            at = self.ledger.clock()
            case, neighbours = self._case(stream, kind, look=look), self.neighbours
            rules = self.rulebook.rules(neighbours, look=look)
            turn = Turn(case, rules, at, self.ledger, self.vault, ask_first=ask_first)
            turn.decide(askings)
            if not (turn.all_accepted or look):
                look = True
                continue
            try:
                handled = turn.written(max(rules.seen, neighbours.seen))
            except (CommandConflict, ItemConflict):
                ask_first = True
            except (VersionTaken, RulesMoved, KeyTaken, HolderErased):
                pass
            else:
                self._keep(case)
                return handled
            look = True
        raise LedgerUnavailable(f"{stream} was written by others {_DECISIONS_MAX} times in a row")

    def would(self, stream: str, asking: Asking) -> None:
        """Decide *asking* as it would be decided now, and record nothing.

        Raises `CommandRefused` where the rules would refuse it, or refuse it again.
        """
        self.hearing(stream).would(asking)

    def hearing(self, stream: str) -> Hearing:
        """Return who answers, for a case as it stands now, what would become of commands."""
        case, neighbours = self._case(stream, kind_of(stream), look=True), self.neighbours
        rules, at = self.rulebook.rules(neighbours), self.ledger.clock()
        turn = Turn(case, rules, at, self.ledger, self.vault, ask_first=False)
        turn.ring_overdue()
        return Hearing(case, rules, turn)

    async def aside(self, work: Any, *arguments: Any) -> Any:
        """Run *work* in one of the desk's threads, without holding up the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._hands, work, *arguments)

    def state_of(self, stream: str) -> tuple[int, Any]:
        """Return the version and the state of a case as the ledger has it now."""
        case = self._case(stream, kind_of(stream), look=True)
        return case.version, case.state

    def case(self, stream: str) -> tuple[Case, Rules]:
        """Return a case and the rules as the ledger has both now."""
        case = self._case(stream, kind_of(stream), look=True)
        return case, self.rulebook.rules(self.neighbours)

    def follow(
        self, stream: str, after: int
    ) -> tuple[Case, Rules, list[tuple[Happened[Any], Any]]]:
        """Return a case and the rules as they stand now, and its facts above version *after*.

        Each fact comes with the state it left.
        """
        kind = kind_of(stream)
        case = self._kept_case(stream, kind)
        if case.version > after:
            case = Case(stream, kind, state=kind.initial)
        fresh: list[tuple[Happened[Any], Any]] = []
        for entry in self.ledger.read(stream, case.version):
            told = happened(kind, entry)
            case.remember(told, entry.hash)
            if told.version > after:
                fresh.append((told, case.state))
        self._keep(case)
        return case, self.rulebook.rules(self.neighbours), fresh

    def standing(self, stream: str) -> Standing:
        """Return where a case stands, without recording anything."""
        case, rules = self.case(stream)
        kind = case.kind
        clocks = kind.clocks(case.state, rules) if case.version and kind.clerked else ()
        first = min(clocks, key=lambda clock: (clock.due, clock.name), default=None)
        return Standing(
            version=case.version,
            state=kind.state_name(case.state) if case.version else "",
            over=bool(case.version) and kind.is_over(case.state),
            next_clock=None if first is None else (first.name, first.due),
        )

    def close(self) -> None:
        """Let the desk's threads go; for one whose caller has gone nobody waits."""
        self._hands.shutdown(wait=not self.abandoned, cancel_futures=True)

    def _case(self, stream: str, kind: CaseKind, *, look: bool) -> Case:
        """Return the case as kept, or with *look* and where none is kept as the ledger has it."""
        case = self._kept_case(stream, kind)
        if look or not case.version:
            for entry in self.ledger.read(stream, case.version):
                case.remember(happened(kind, entry), entry.hash)
            self._keep(case)
        return case

    def _kept_case(self, stream: str, kind: CaseKind) -> Case:
        with self._kept_lock:
            kept = self._kept.get(stream)
        case = Case(stream, kind, state=kind.initial)
        if kept is not None:
            case.version, case.head, case.state = kept
        return case

    def _keep(self, case: Case) -> None:
        if not case.version:
            return
        with self._kept_lock:
            kept = self._kept.get(case.stream)
            if kept is None or kept[0] <= case.version:
                self._kept[case.stream] = (case.version, case.head, case.state)
            self._kept.move_to_end(case.stream)
            while len(self._kept) > _CASES_KEPT:
                self._kept.popitem(last=False)
