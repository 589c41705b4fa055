"""One turn at the desk: overdue clocks rung first, each command decided, all of it written at once.

A turn works on one case as it was loaded. What it decides is either appended whole, fenced, or
thrown away and decided anew; sealed texts are made in memory and kept only with the facts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from desk.casework import (
    Asking,
    Case,
    Handled,
    Written,
    another_type,
    command_conflict,
    malformed,
    moved_on,
    ring_of,
    taken_for_another,
    too_large,
)
from desk.hats import as_recorded, hats
from desk.sealing import seal_command, sealed_as_recorded
from domain.clocks import Clock
from domain.envelope import Asked, By, Happened, rung_by
from domain.refusals import CommandRefused
from domain.rules import Rules
from domain.task.facts import TaskRegistered
from ledger.entry import FACT_BYTES_MAX, CommandFacts, Draft, happened
from ledger.store import Appended, Ledger
from ledger.store import Receipt as Stored
from vault.vault import HolderErased, ItemConflict, Prepared, Vault

_RINGS_MAX = 100


@dataclass(frozen=True)
class _Decided:
    """A command the decider accepted: in which role, and the facts it leaves."""

    asking: Asking
    by: By
    facts: tuple[Any, ...]
    sealed: Prepared | None = None


class Turn:
    """Decides commands of one case at one instant, under one set of rules."""

    def __init__(
        self,
        case: Case,
        rules: Rules,
        at: datetime,
        ledger: Ledger,
        vault: Vault,
        *,
        ask_first: bool,
    ) -> None:
        self.case, self.rules, self.at = case, rules, at
        self.ledger, self.ask_first = ledger, ask_first
        self.sealing = vault.sealing(looks=ask_first)
        self.trial = Case(case.stream, case.kind, case.version, case.head, case.state)
        self.decided: list[_Decided] = []
        self.answers: list[Written | CommandRefused | int] = []
        self._turns: dict[str, int] = {}

    @property
    def all_accepted(self) -> bool:
        """Whether every command leaves facts, so that the append itself confirms what was read."""
        return all(
            isinstance(answer, int) and self.decided[answer].facts for answer in self.answers
        )

    # -- deciding --------------------------------------------------------------------------

    def decide(self, askings: Sequence[Asking]) -> None:
        """Decide *askings* in their order, each on what those before it leave."""
        self.ring_overdue()
        self.answers = []
        for asking in askings:
            said = self._answered(asking)
            self.answers.append(self._take_on(said) if isinstance(said, _Decided) else said)

    def would(self, asking: Asking, *, never_given: bool = False) -> None:
        """Decide *asking* on what is decided so far, and take nothing on.

        Of a command that was *never_given* is not asked whether it is on record. Raises
        `CommandRefused`.
        """
        said = self._answered(asking, never_given=never_given)
        if isinstance(said, CommandRefused):
            raise said

    def _answered(
        self, asking: Asking, *, never_given: bool = False
    ) -> Written | CommandRefused | int | _Decided:
        """Return what the decider says, or what there is to say before it is asked.

        A command of this turn is its place among the decided.
        """
        if asking.command_id in self._turns:
            turn = self._turns[asking.command_id]
            before = self.decided[turn]
            return self._same(asking, before.by, before.asking.digest()) or turn
        if self.ask_first and (done := self._done_before(asking)) is not None:
            return done
        try:
            decided = self._decided(asking)
        except CommandRefused as refusal:
            asked = self.ask_first or never_given
            return (None if asked else self._done_before(asking)) or refusal
        if not decided.facts and not self.ask_first and not never_given:
            # Nothing is left to do, perhaps because this very command has done it.
            done = self._done_before(asking)
            if done is not None:
                return done
        return decided

    def _take_on(self, decided: _Decided) -> int:
        asking = decided.asking
        for fact in decided.facts:
            self._follow(fact, decided.by, asking.occurred_at)
        self.decided.append(decided)
        self._turns[asking.command_id] = len(self.decided) - 1
        return len(self.decided) - 1

    def _follow(self, fact: Any, by: By, occurred_at: datetime | None = None) -> None:
        trial = self.trial
        trial.version += 1
        told = Happened(fact, self.at, occurred_at or self.at, by, trial.version)
        trial.state = trial.kind.evolve(trial.state, told)

    def _decided(self, asking: Asking) -> _Decided:
        """Let the decider judge the command in each role its person could be acting in."""
        if asking.if_version is not None and asking.if_version != self.trial.version:
            raise moved_on(asking.if_version, self.trial.version)
        self._may_have_happened(asking)
        refusal: CommandRefused | None = None
        asking, sealed = self._sealed(asking)
        for by in hats(self.case.kind, asking, self.rules, self.at):
            worn = replace(asking, by=by)
            try:
                return _Decided(worn, by, self._facts(worn, by), sealed)
            except CommandRefused as error:
                refusal = refusal or error
        assert refusal is not None, "somebody always asks in some role"
        raise refusal

    def _may_have_happened(self, asking: Asking) -> None:
        if asking.occurred_at is not None and asking.occurred_at > self.at:
            raise CommandRefused(
                "occurred-out-of-range",
                "发生时间不能晚于现在。",
                "What happened cannot lie in the future.",
            )

    def _facts(self, asking: Asking, by: By) -> tuple[Any, ...]:
        trial = self.trial
        try:
            command = trial.kind.commands.validate_python(asking.command)
        except ValidationError as error:
            raise malformed(error, trial.kind.category) from None
        if field := taken_for_another(asking.command, command.model_dump(mode="json")):
            raise another_type(field, command.kind, trial.kind.category)
        facts: tuple[Any, ...] = trial.kind.decide(
            trial.state,
            Asked(
                stream=trial.stream,
                at=self.at,
                by=by,
                command_id=asking.command_id,
                command=command,
                occurred_at=asking.occurred_at or self.at,
                head=trial.head if trial.version == self.case.version else None,
            ),
            self.rules,
        )
        for fact in facts:
            if (size := len(fact.model_dump_json().encode())) > FACT_BYTES_MAX:
                raise too_large(fact.kind, size)
        return facts

    def _sealed(self, asking: Asking) -> tuple[Asking, Prepared | None]:
        """Return the command with references for its texts, which are sealed in memory only."""
        kind, stream = self.case.kind, self.case.stream
        prepared: Prepared | None = None
        try:
            command, prepared = seal_command(
                stream, asking.command_id, asking.command, kind.commands, self.sealing
            )
        except ItemConflict:
            raise command_conflict(asking.command_id) from None
        except HolderErased:
            command = self._as_recorded(asking)
        return replace(asking, command=command), prepared

    def _as_recorded(self, asking: Asking) -> dict[str, Any]:
        """Return a command that comes again after its resident was erased, as it was recorded.

        Its texts cannot be compared any more, all else is: the answer is the receipt of the first
        time, or the conflict. A command that never was recorded is refused.
        """
        stream = self.case.stream
        entries = self.ledger.read(stream)
        facts = [entry.fact for entry in entries if entry.command_id == asking.command_id]
        kind = self.case.kind
        command = sealed_as_recorded(
            stream, asking.command_id, asking.command, kind.commands, facts
        )
        if command is None:
            raise CommandRefused(
                "subject-erased",
                "该当事人的个人信息已依法删除，不能再写入。",
                "This person's data were erased; nothing can be written for them any more.",
            )
        return command

    # -- clocks ----------------------------------------------------------------------------

    def ring_overdue(self) -> None:
        """Ring every clock whose due instant has passed, before anything else is decided.

        Breach is judged by the due instant: a command that arrives between that instant and the
        timer must not hide the miss.
        """
        kind, silent = self.case.kind, set[tuple[str, datetime]]()
        while self.trial.version and kind.clerked and len(silent) < _RINGS_MAX:
            clock = self._most_overdue(silent)
            if clock is None:
                return
            silent.add((clock.name, clock.due))
            ring, by = ring_of(clock.name, clock.due), rung_by(clock.name)
            facts = self._facts(ring, by)
            if facts:
                self._take_on(_Decided(ring, by, facts))

    def _most_overdue(self, silent: set[tuple[str, datetime]]) -> Clock | None:
        late = (
            clock
            for clock in self.case.kind.clocks(self.trial.state, self.rules)
            if clock.due <= self.at and (clock.name, clock.due) not in silent
        )
        return min(late, key=lambda clock: (clock.due, clock.name), default=None)

    # -- commands of before ----------------------------------------------------------------

    def _done_before(self, asking: Asking) -> Written | CommandRefused | None:
        """Return the receipt of a command recorded before, or its conflict; None for a new one."""
        stored = self.ledger.receipt(self.case.stream, asking.command_id)
        if stored is None:
            return None
        entry = self.ledger.entry(stored.last_position)
        assert entry is not None, "a receipt names an entry"
        return self._same(asking, entry.by, stored.digest) or _earlier(stored)

    def _same(self, asking: Asking, by: By, digest: str) -> CommandRefused | None:
        """Return None where *asking* is the command known as *digest*, by *by*; else why not."""
        worn = as_recorded(asking.by, by)
        try:
            if worn is not None and replace(self._sealed(asking)[0], by=worn).digest() == digest:
                return None
        except CommandRefused as refusal:  # another text under the same id, or no text at all
            return refusal
        return command_conflict(asking.command_id)

    # -- writing ---------------------------------------------------------------------------

    def written(self, seen: int) -> Handled:
        """Append what was decided, all or nothing, and return what became of each command.

        *seen* is the newest log position the decision rests on. Raises `VersionTaken`,
        `RulesMoved`, `KeyTaken` and `CommandConflict` when it must be decided anew.
        """
        loaded = self.case.version
        commands = self._commands(seen)
        appended: Sequence[Appended] = ()
        if any(command.drafts for command in commands):
            appended = self.ledger.append(
                self.case.stream,
                loaded,
                commands,
                at=self.at,
                book_seen=self.rules.seen,
                sealed=tuple(one.sealed for one in self.decided if one.sealed is not None),
            )
            self._remember(appended)
        answered: set[int] = set()
        finished: list[Written | CommandRefused] = []
        for answer in self.answers:
            said = answer if not isinstance(answer, int) else self._receipt(answer, appended)
            if isinstance(answer, int) and isinstance(said, Written):
                # The same command twice in one turn is one command, told twice.
                said = replace(said, repeated=said.repeated or answer in answered)
                answered.add(answer)
            finished.append(said)
        kind, case = self.case.kind, self.case
        return Handled(
            version=case.version,
            state=kind.state_name(case.state) if case.version else "",
            over=bool(case.version) and kind.is_over(case.state),
            answers=tuple(finished),
        )

    def _commands(self, seen: int) -> list[CommandFacts]:
        """Return what the entries will say of each command, with the policy each was left under."""
        kind = self.case.kind
        return [self._command_facts(kind, decided, seen) for decided in self.decided]

    def _command_facts(self, kind: Any, decided: _Decided, seen: int) -> CommandFacts:
        asking, facts = decided.asking, decided.facts
        terms = None
        if kind.clerked and facts:
            terms = self.rules.under(kind.policy_id(self.trial.state))
        county = next((fact.place[:6] for fact in facts if isinstance(fact, TaskRegistered)), None)
        return CommandFacts(
            command_id=asking.command_id,
            digest=asking.digest(),
            by=decided.by,
            occurred_at=asking.occurred_at,
            because_of=asking.because_of,
            pairing=kind.pairing(self.trial.state) if facts else None,
            policy=None if terms is None else terms.version,
            calendar=None if terms is None else terms.calendar.version,
            seen=seen,
            drafts=tuple(
                Draft(kind=fact.kind, fact=fact.model_dump(mode="json", exclude={"kind"}))
                for fact in facts
            ),
            number_for=county,
        )

    def _remember(self, appended: Sequence[Appended]) -> None:
        """Fold what was written, as it was written."""
        case = self.case
        for written in appended:
            for entry in written.entries:
                if entry.version > case.version:
                    case.remember(happened(case.kind, entry), entry.hash)

    def _receipt(self, turn: int, appended: Sequence[Appended]) -> Written:
        asking, case = self.decided[turn].asking, self.case
        state = case.kind.state_name(case.state) if case.version else ""
        if not appended or not appended[turn].entries:
            return Written(asking.command_id, case.version, -1, case.head, None, (), state)
        done = appended[turn]
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


def _earlier(stored: Stored) -> Written:
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
