"""A province at work: whom it holds, and taking statements once everything about them was verified.

Nothing in a statement is believed for where it came from: by file or by pull, the note must be
signed by the key of its city, its checkpoint cosigned as the city's witness policy asks, and both
must continue what was taken before. What a city's key signed and what contradicts the record is
kept as evidence.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from desk.casework import Asking, Who, Written
from desk.identifiers import new_uuid7
from desk.opening import Books
from domain.envelope import SYSTEM, By
from domain.province.refusal_rules import refused
from domain.province.standing import City, Held
from domain.province.words import CityAlarmGround
from domain.refusals import CommandRefused
from domain.statements import digest_of
from runtime.settings import Settings
from transparency.checkpoints import Checkpoint
from transparency.keys import SignatureInvalid, VerifierKey, VerifierKeyMalformed
from transparency.notes import Note, NoteMalformed, read_note
from transparency.policies import PolicyMalformed, as_written, read_policy
from transparency.proofs import ProofInvalid, verify_consistency
from transparency.statements import Statement, read_statement
from webhooks.addresses import why_refused

CATEGORY = "city"


@dataclass(frozen=True)
class Known:
    """A city and its stream."""

    stream: str
    city: City


@dataclass(frozen=True)
class Taken:
    """A statement that is on record now; *repeated* where it was before."""

    stream: str
    city: str
    number: int
    month: str
    withdraws: int | None
    repeated: bool


class Province:
    """What a province does with its cities; a rule says no by `CommandRefused`."""

    def __init__(self, settings: Settings, books: Books) -> None:
        self.settings, self.books = settings, books

    # -- whom it holds ---------------------------------------------------------------------------

    def cities(self) -> list[Known]:
        """Return every city there ever was, by name."""
        found = []
        for stream in self.books.ledger.streams(CATEGORY):
            state = self.books.desk.state_of(stream)[1]
            if isinstance(state, City):
                found.append(Known(stream, state))
        return sorted(found, key=lambda one: (one.city.name, one.stream))

    def named(self, name: str) -> Known:
        """Return the city called *name*, or whose stream or log it is; those held come first."""
        found = sorted(self.cities(), key=lambda one: one.city.removed_at is not None)
        for one in found:
            if name in (one.city.name, one.stream, one.city.origin):
                return one
        raise refused("city-not-found", name=name[:80])

    def add(
        self,
        who: Who,
        name: str,
        key: str,
        url: str | None,
        since: str,
        witnesses: str | None = None,
    ) -> Written:
        """Hold the key of a city, and expect its statements from the month *since* on."""
        self._require_address(url)
        command = {
            "kind": "add_city",
            "name": name,
            "origin": _key(key).name,
            "key": key,
            "url": url,
            "since": since,
            "witnesses": None if witnesses is None else _policy(witnesses),
        }
        return self._given(f"{CATEGORY}/{new_uuid7()}", who, command)

    def replace_key(self, who: Who, city: Known, key: str, reason: str) -> Written:
        """Believe *key* of the same log from now on."""
        command = {"kind": "replace_city_key", "origin": _key(key).name, "key": key}
        return self._given(city.stream, who, command | {"reason": reason})

    def change_address(self, who: Who, city: Known, url: str | None, reason: str) -> Written:
        """Pull from *url* from now on, None: from nowhere."""
        self._require_address(url)
        command = {"kind": "change_city_address", "url": url, "reason": reason}
        return self._given(city.stream, who, command)

    def remove(self, who: Who, city: Known, reason: str) -> Written:
        """Expect and take nothing of the city any more."""
        return self._given(city.stream, who, {"kind": "remove_city", "reason": reason})

    def settle(self, who: Who, city: Known, alarm: int, reason: str) -> Written:
        """Say what was found out about *alarm*."""
        command = {"kind": "settle_city_alarm", "alarm": alarm, "reason": reason}
        return self._given(city.stream, who, command)

    def _require_address(self, url: str | None) -> None:
        why = None if url is None else self.why_not(url)
        if why is not None:
            raise refused("city-address", why=why)

    def why_not(self, url: str) -> str | None:
        """Return a machine word for why nothing is pulled from *url*, None where it may be."""
        return why_refused(url, self.settings.city_hosts, inner=self.settings.city_inner)

    # -- taking a statement ----------------------------------------------------------------------

    def take(self, data: bytes, of: str | None = None) -> Taken:
        """Take the statement in *data*, of the city whose stream is *of*, or whose log it names.

        A refusal by `two-statements`, `series-broken` or `two-histories` leaves an alarm with both
        notes; any other leaves nothing.
        """
        note, statement = _read(data)
        known = self._of(of, statement)
        key = self._signer(note, statement.origin)
        if key.vkey == known.city.keys[-1]:
            self._require_whole(known.city, statement)
            self._require_continuing(known, note, statement)
        command = {
            "kind": "take_statement",
            "key": key.vkey,
            "number": statement.number,
            "previous": statement.previous,
            "digest": digest_of(note.text),
            "issued": statement.issued,
            "month": statement.month,
            "position": statement.position,
            "size": statement.stated.size,
            "root": statement.stated.root.hex(),
            "replaces": statement.replaces,
            "withdraws": statement.withdraws,
            "reason": statement.reason,
            "figures": [vars(one) for one in statement.figures],
            "note": note.encoded().decode(),
        }
        before = self.books.ledger.version(known.stream)
        self._given(known.stream, SYSTEM, command)
        return Taken(
            known.stream,
            known.city.name,
            statement.number,
            statement.month,
            statement.withdraws,
            repeated=self.books.ledger.version(known.stream) == before,
        )

    def note_of(self, known: Known, held: Held) -> str:
        """Return the whole note of a statement as it was taken."""
        return str(self.books.ledger.read(known.stream)[held.version - 1].fact["note"])

    def evidence_of(self, known: Known, version: int) -> dict[str, Any]:
        """Return the fact of an alarm: both notes, and the proof where there is one."""
        return dict(self.books.ledger.read(known.stream)[version - 1].fact)

    def alarm(
        self,
        known: Known,
        ground: CityAlarmGround,
        held: str,
        shown: str,
        other_root: bytes | None = None,
        proof: list[bytes] | None = None,
    ) -> None:
        """Keep two notes of one city that cannot both be true; known ones are no news."""
        command = {
            "kind": "raise_city_alarm",
            "ground": ground.value,
            "known": held,
            "shown": shown,
            "other_root": None if other_root is None else other_root.hex(),
            "proof": [one.hex() for one in proof or ()],
        }
        self._given(known.stream, SYSTEM, command)

    def _of(self, of: str | None, statement: Statement) -> Known:
        for one in self.cities():
            held = one.city.removed_at is None and one.city.origin == statement.origin
            if one.stream == of or (of is None and held):
                return one
        raise refused("city-of-log-unknown", origin=statement.origin)

    def _signer(self, note: Note, origin: str) -> VerifierKey:
        """Return the key of any city that signed *note*: whose it is, the decider judges."""
        for key in self._keys():
            try:
                if key.signed(note) is not None:
                    return key
            except SignatureInvalid:
                continue
        raise refused("statement-unsigned", origin=origin)

    def _keys(self) -> Iterator[VerifierKey]:
        for one in self.cities():
            if one.city.removed_at is None:
                yield from map(VerifierKey.parse, reversed(one.city.keys))

    def _require_whole(self, city: City, statement: Statement) -> None:
        """Refuse a checkpoint that no key of the city signed, or too few of its witnesses."""
        keys = map(VerifierKey.parse, city.keys)
        try:
            signed = any(key.signed(statement.checkpoint) for key in keys)
            policy = None if city.witnesses is None else read_policy(city.witnesses)
            seen = policy is None or policy.satisfied_by(policy.cosigners(statement.checkpoint))
        except SignatureInvalid as problem:
            raise refused("statement-unwitnessed", name=city.name, found=problem) from None
        if not (signed and seen):
            cosigners = "、".join(
                one.name for one in statement.checkpoint.signatures if one.name != city.origin
            )
            raise refused("statement-unwitnessed", name=city.name, found=cosigners or "—")

    def _require_continuing(self, known: Known, note: Note, statement: Statement) -> None:
        """Refuse, and keep both notes, where what the city signed contradicts what is held."""
        newest, digest = known.city.newest, digest_of(note.text)
        same = [one for one in known.city.statements if one.number == statement.number]
        shown = note.encoded().decode()
        name, number = known.city.name, statement.number
        if same:
            if same[0].digest != digest:
                self.alarm(known, CityAlarmGround.SAME_NUMBER, self.note_of(known, same[0]), shown)
                raise refused("two-statements", name=name, number=number)
            return
        if newest is None or number != newest.number + 1:
            return
        if statement.previous != newest.digest:
            self.alarm(known, CityAlarmGround.SERIES, self.note_of(known, newest), shown)
            raise refused("series-broken", name=name, number=number, before=newest.number)
        if statement.stated.size >= newest.size and not _continues(newest, statement):
            self.alarm(known, CityAlarmGround.CHECKPOINTS, self.note_of(known, newest), shown)
            raise refused("two-histories", name=name)

    def _given(self, stream: str, by: Who | By, command: dict[str, Any]) -> Written:
        told = {name: value for name, value in command.items() if value is not None}
        asking = Asking(f"province/{new_uuid7()}", by, told)
        (answer,) = self.books.desk.record_now(stream, [asking]).answers
        if isinstance(answer, CommandRefused):
            raise answer
        return answer


def _continues(held: Held, statement: Statement) -> bool:
    """Say whether the proof in *statement* leads from the checkpoint held to its own."""
    shown: Checkpoint = statement.stated
    try:
        verify_consistency(
            held.size, bytes.fromhex(held.root), shown.size, shown.root, statement.proof
        )
    except ProofInvalid:
        return False
    return True


def _read(data: bytes) -> tuple[Note, Statement]:
    try:
        note = read_note(data)
        return note, read_statement(note)
    except NoteMalformed as problem:
        raise refused("statement-malformed", found=problem) from None


def _key(vkey: str) -> VerifierKey:
    try:
        return VerifierKey.parse(vkey)
    except VerifierKeyMalformed as problem:
        raise refused("city-key-malformed", found=problem) from None


def _policy(text: str) -> str:
    written = as_written(text)
    try:
        read_policy(written)
    except PolicyMalformed as problem:
        raise refused("city-policy-malformed", found=problem) from None
    return written
