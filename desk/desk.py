"""The desk beside the book: where commands are decided, and written down in the same breath.

Load the case, decide, append, fenced by the case's version: when another hand has written
meanwhile, decide again on what now stands. The decision is made here, next to the ledger, and
nowhere else; a workflow only keeps what this desk told it.
"""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from desk.casework import (
    Asking,
    Case,
    Handled,
    Written,
    addressees,
    command_conflict,
    malformed,
    ring_of,
    too_large,
)
from desk.neighbours import LedgerNeighbours
from desk.rulebook import RuleBook
from desk.sealing import seal_command
from domain.casebook import kind_of
from domain.cases import CaseKind, Notice
from domain.envelope import Asked, Happened
from domain.refusals import CommandRefused
from domain.rules import Rules
from domain.task.facts import TaskRegistered
from ledger.database import LedgerUnavailable
from ledger.entry import FACT_BYTES_MAX, CommandFacts, Draft, happened
from ledger.store import CommandConflict, Ledger, VersionTaken
from ledger.store import Receipt as Stored
from vault.vault import Vault

_CASES_KEPT = 4096
_HANDS = 48
"""Threads that wait for the writer at once: as many appends can share one commit."""

_DECISIONS_MAX = 50
_RINGS_MAX = 100


class Desk:
    """Decides and records; safe to share between threads and between processes of one ledger."""

    def __init__(self, ledger: Ledger, vault: Vault, rulebook: RuleBook) -> None:
        self.ledger, self.vault, self.rulebook = ledger, vault, rulebook
        self.neighbours = LedgerNeighbours(ledger, self.state_of)
        self._hands = ThreadPoolExecutor(_HANDS, thread_name_prefix="desk")
        self._kept: OrderedDict[str, tuple[int, str, Any]] = OrderedDict()
        self._kept_lock = threading.Lock()

    async def record(
        self, stream: str, known: int, at: datetime, submissions: Sequence[Asking]
    ) -> Handled:
        """Record *submissions* in their order; one that is refused does not stop the next.

        A repeated call finds its own command ids and is given the receipts of the first time.
        Raises `LedgerUnavailable` when nothing was decided and the same call may be made again.
        """
        return await asyncio.get_running_loop().run_in_executor(
            self._hands, self.record_now, stream, known, at, submissions
        )

    def record_now(
        self, stream: str, known: int, at: datetime, submissions: Sequence[Asking]
    ) -> Handled:
        """Do as `record`, in the calling thread."""
        kind = kind_of(stream)
        # A single command that is accepted again is recognised by the append itself; only a
        # refusal, a conflict or a batch makes it worth asking the ledger first.
        ask_first = len(submissions) > 1
        for _ in range(_DECISIONS_MAX):
            case = self._load(stream, kind, known)
            rules = self.rulebook.rules(self.neighbours)
            try:
                return self._decide_and_append(case, rules, known, at, submissions, ask_first)
            except CommandConflict:
                ask_first = True
            except VersionTaken:
                pass
            self._forget(stream)
        raise LedgerUnavailable(f"{stream} was written by others {_DECISIONS_MAX} times in a row")

    async def judge(self, stream: str, at: datetime, asking: Asking) -> Written | None:
        """Do as `judge_now`, without holding up the event loop."""
        return await asyncio.get_running_loop().run_in_executor(
            self._hands, self.judge_now, stream, at, asking
        )

    async def notices(self, stream: str, after: int, until: int) -> list[Notice]:
        """Return who is to be told about the facts after version *after* up to *until*."""
        return await asyncio.get_running_loop().run_in_executor(
            self._hands, self._notices, stream, after, until
        )

    def state_of(self, stream: str) -> tuple[int, Any]:
        """Return the version and the state of a case as the ledger has it now."""
        case = self._load(stream, kind_of(stream), None)
        return case.version, case.state

    def standing(self, stream: str) -> Handled:
        """Return where a case stands, without recording anything."""
        kind = kind_of(stream)
        case = self._load(stream, kind, None)
        return self._handled(case, self.rulebook.rules(self.neighbours), case.version, ())

    def close(self) -> None:
        """Let the desk's threads go."""
        self._hands.shutdown(wait=True, cancel_futures=True)

    # -- loading ---------------------------------------------------------------------------

    def _load(self, stream: str, kind: CaseKind, known: int | None) -> Case:
        """Fold the case, from the newest fold that does not hide a fact the clerk has not seen."""
        with self._kept_lock:
            kept = self._kept.get(stream)
        case = Case(stream, kind, state=kind.initial)
        if kept is not None and (known is None or known >= kept[0]):
            case.version, case.head, case.state = kept
        for entry in self.ledger.read(stream, case.version):
            case.remember(happened(kind, entry), entry.hash)
        self._keep(case)
        return case

    def _keep(self, case: Case) -> None:
        with self._kept_lock:
            kept = self._kept.get(case.stream)
            if kept is None or kept[0] <= case.version:
                self._kept[case.stream] = (case.version, case.head, case.state)
            self._kept.move_to_end(case.stream)
            while len(self._kept) > _CASES_KEPT:
                self._kept.popitem(last=False)

    def _forget(self, stream: str) -> None:
        with self._kept_lock:
            self._kept.pop(stream, None)

    # -- deciding --------------------------------------------------------------------------

    def _decide(self, case: Case, rules: Rules, at: datetime, asking: Asking) -> tuple[Any, ...]:
        try:
            command = case.kind.commands.validate_python(asking.command)
        except ValidationError as error:
            raise malformed(error) from None
        facts: tuple[Any, ...] = case.kind.decide(
            case.state,
            Asked(
                stream=case.stream,
                at=at,
                by=asking.by,
                command_id=asking.command_id,
                command=command,
                occurred_at=asking.occurred_at or at,
                head=case.head,
            ),
            rules,
        )
        for fact in facts:
            if (size := len(fact.model_dump_json().encode())) > FACT_BYTES_MAX:
                raise too_large(fact.kind, size)
        return facts

    def judge_now(self, stream: str, at: datetime, asking: Asking) -> Written | None:
        """Say no early, by the same decider; return the receipt of what was done before.

        Returns None for a command that would be accepted now. Raises `CommandRefused`.
        """
        kind = kind_of(stream)
        case, rules = self._load(stream, kind, None), self.rulebook.rules(self.neighbours)
        for ring, facts in self._overdue(case, rules, at):
            for fact in facts:
                happens = Happened(fact, at, at, ring.by, case.version + 1)
                case.state = kind.evolve(case.state, happens)
                case.version += 1
        try:
            self._decide(case, rules, at, self._sealed(case, asking))
        except CommandRefused:
            done = self._done_before(stream, asking)
            if isinstance(done, Written):
                return done
            if done is not None:
                raise done from None
            raise
        return None

    def _done_before(self, stream: str, asking: Asking) -> Written | CommandRefused | None:
        """Return the receipt of a refused command that had been done before, or its conflict."""
        try:
            return self.earlier(stream, asking)
        except CommandRefused as conflict:
            return conflict

    def _sealed(self, case: Case, asking: Asking) -> Asking:
        """Seal what another case left open for sealing here (see `domain.pairing.coordination`)."""
        if not any(
            isinstance(value, dict) and set(value) == {"seal"} for value in asking.command.values()
        ):
            return asking
        command = seal_command(
            case.stream, asking.command_id, asking.command, case.kind.commands, self.vault
        )
        return Asking(asking.command_id, asking.by, command, asking.occurred_at, asking.because_of)

    def _decide_and_append(
        self,
        case: Case,
        rules: Rules,
        known: int,
        at: datetime,
        submissions: Sequence[Asking],
        ask_first: bool,
    ) -> Handled:
        loaded = case.version
        answers: list[Written | CommandRefused | int] = []
        commands: list[CommandFacts] = []
        trial, version = case.state, case.version
        turns: dict[str, tuple[int, str]] = {}
        for ring, facts in self._overdue(case, rules, at) if submissions else ():
            for fact in facts:
                version += 1
                trial = case.kind.evolve(trial, Happened(fact, at, at, ring.by, version))
            turns[ring.command_id] = (len(commands), ring.digest())
            commands.append(self._command_facts(case.kind, ring, facts, trial, rules))
        for asking in submissions:
            try:
                if asking.command_id in turns:
                    turn, digest = turns[asking.command_id]
                    if digest != asking.digest():
                        raise command_conflict(asking.command_id)
                    answers.append(turn)
                    continue
                earlier = self.earlier(case.stream, asking) if ask_first else None
                if earlier is not None:
                    answers.append(earlier)
                    continue
                facts = self._decide(
                    Case(case.stream, case.kind, version, case.head, trial),
                    rules,
                    at,
                    self._sealed(case, asking),
                )
            except CommandRefused as refusal:
                done = None if ask_first else self._done_before(case.stream, asking)
                answers.append(done or refusal)
                continue
            if not facts and not ask_first:
                # Nothing is left to do, perhaps because this very command has done it.
                done = self._done_before(case.stream, asking)
                if done is not None:
                    answers.append(done)
                    continue
            turns[asking.command_id] = (len(commands), asking.digest())
            answers.append(len(commands))
            for fact in facts:
                version += 1
                trial = case.kind.evolve(
                    trial, Happened(fact, at, asking.occurred_at or at, asking.by, version)
                )
            commands.append(self._command_facts(case.kind, asking, facts, trial, rules))
        appended = (
            self.ledger.append(case.stream, loaded, commands, at=at)
            if any(command.drafts for command in commands)
            else []
        )
        for written in appended:
            for entry in written.entries:
                if entry.version > case.version:
                    case.remember(happened(case.kind, entry), entry.hash)
        self._keep(case)
        answered: set[int] = set()
        finished: list[Written | CommandRefused] = []
        for asking, answer in zip(submissions, answers, strict=True):
            said = self._answer(case, asking, answer, appended)
            if isinstance(answer, int) and isinstance(said, Written):
                # The same command twice in one turn is one command, told twice.
                said = replace(said, repeated=said.repeated or answer in answered)
                answered.add(answer)
            finished.append(said)
        return self._handled(case, rules, known, tuple(finished))

    def _overdue(
        self, case: Case, rules: Rules, at: datetime
    ) -> list[tuple[Asking, tuple[Any, ...]]]:
        """Ring every clock whose due instant has passed, as the commands and facts they give.

        Breach is judged by the due instant: a command that arrives between that instant and the
        timer must not hide the miss.
        """
        rung: list[tuple[Asking, tuple[Any, ...]]] = []
        state, version = case.state, case.version
        silent: set[tuple[str, datetime]] = set()
        while version and case.kind.clerked and len(rung) < _RINGS_MAX:
            late = [
                clock
                for clock in case.kind.clocks(state, rules)
                if clock.due <= at and (clock.name, clock.due) not in silent
            ]
            if not late:
                break
            clock = min(late, key=lambda clock: (clock.due, clock.name))
            ring = ring_of(clock.name, clock.due)
            silent.add((clock.name, clock.due))
            trial = Case(case.stream, case.kind, version, case.head, state)
            facts = self._decide(trial, rules, at, ring)
            for fact in facts:
                version += 1
                state = case.kind.evolve(state, Happened(fact, at, at, ring.by, version))
            if facts:
                rung.append((ring, facts))
        return rung

    def _command_facts(
        self,
        kind: CaseKind,
        asking: Asking,
        facts: tuple[Any, ...],
        state: Any,
        rules: Rules,
    ) -> CommandFacts:
        terms = None
        if kind.clerked and facts:
            terms = rules.under(kind.policy_id(state))
        county = next((fact.place[:6] for fact in facts if isinstance(fact, TaskRegistered)), None)
        return CommandFacts(
            command_id=asking.command_id,
            digest=asking.digest(),
            by=asking.by,
            occurred_at=asking.occurred_at,
            because_of=asking.because_of,
            pairing=kind.pairing(state) if facts else None,
            policy=None if terms is None else terms.version,
            calendar=None if terms is None else terms.calendar.version,
            seen=rules.seen,
            drafts=tuple(
                Draft(kind=fact.kind, fact=fact.model_dump(mode="json", exclude={"kind"}))
                for fact in facts
            ),
            number_for=county,
        )

    # -- answering -------------------------------------------------------------------------

    def earlier(self, stream: str, asking: Asking) -> Written | None:
        """Return the receipt of a command recorded before, None for one that was not."""
        stored = self.ledger.receipt(stream, asking.command_id)
        return None if stored is None else self._earlier(stored, asking)

    def _earlier(self, stored: Stored, asking: Asking) -> Written:
        if stored.digest != asking.digest():
            raise command_conflict(asking.command_id)
        return Written(
            command_id=stored.command_id,
            version=stored.version,
            position=stored.last_position,
            hash=stored.hash,
            recorded_at=stored.recorded_at,
            facts=stored.facts,
            state="",
            repeated=True,
        )

    def _answer(
        self,
        case: Case,
        asking: Asking,
        answer: Written | CommandRefused | int,
        appended: Sequence[Any],
    ) -> Written | CommandRefused:
        if not isinstance(answer, int):
            return answer
        state = case.kind.state_name(case.state)
        if not appended or not appended[answer].entries:
            return Written(asking.command_id, case.version, -1, case.head, None, (), state)
        done = appended[answer]
        last = done.entries[-1]
        return Written(
            command_id=asking.command_id,
            version=last.version,
            position=last.position,
            hash=last.hash,
            recorded_at=last.recorded_at,
            facts=tuple(entry.kind for entry in done.entries),
            state=state,
            number=str(done.entries[0].fact.get("number", "")),
            repeated=done.repeated,
        )

    def _handled(
        self,
        case: Case,
        rules: Rules,
        known: int,
        answers: tuple[Written | CommandRefused, ...],
    ) -> Handled:
        kind = case.kind
        fresh = [(fact, state) for fact, state in case.told if fact.version > known]
        errands = tuple(
            errand
            for fact, state in fresh
            for errand in kind.errands(case.stream, state, fact)
            if self.ledger.receipt(errand.stream, errand.command_id) is None
        )
        untold = next(
            (fact.version for fact, state in fresh if kind.notices(case.stream, state, fact)), None
        )
        clocks = kind.clocks(case.state, rules) if case.version and kind.clerked else ()
        first = min(clocks, key=lambda clock: (clock.due, clock.name), default=None)
        return Handled(
            version=case.version,
            state=kind.state_name(case.state) if case.version else "",
            over=bool(case.version) and kind.is_over(case.state),
            next_clock=None if first is None else (first.name, first.due),
            talks=kind.talks(case.stream, case.state) if case.version else (),
            answers=answers,
            errands=errands,
            tell_after=None if untold is None else untold - 1,
        )

    def _notices(self, stream: str, after: int, until: int) -> list[Notice]:
        kind = kind_of(stream)
        case = Case(stream, kind, state=kind.initial)
        for entry in self.ledger.read(stream, 0):
            case.remember(happened(kind, entry), entry.hash)
        rules = self.rulebook.rules(self.neighbours)
        return [
            addressed
            for fact, state in case.told
            if after < fact.version <= until
            for notice in kind.notices(stream, state, fact)
            for addressed in addressees(notice, rules, fact.at)
        ]
