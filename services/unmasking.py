"""Opening sealed texts for people: only under a grant in force, and recorded before it is shown.

The decider says whether the grant allows it (`domain/oversight/decider.py`); here the fact is
written first, and only then does a text leave the vault's keeper.
"""

import dataclasses
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from desk.casework import Asking, Written
from desk.identifiers import new_uuid7
from desk.opening import Books
from desk.orders import Door
from domain.envelope import By
from domain.oversight import standing
from domain.refusals import CommandRefused
from domain.sealed import Sealed, sealed_in
from domain.values import instant_text
from services.oversight import acting_by, record
from vault.vault import Opening, VaultDamaged

ERASED = "〔已依法删除〕"
"""What stands where a text was, once its holder has been erased."""

DAMAGED = "〔密文已损坏，请核验密库〕"
"""What stands where a text should be that the vault cannot give."""


@dataclass(frozen=True)
class FieldOpening:
    """The opening of one field of one entry: what a recipient needs to see and check the text.

    `HMAC-SHA-256(key, framed(holder, item, plaintext))` is the digest the entry holds.
    """

    position: int
    version: int
    field: str
    holder: str
    item: str
    key: bytes = dataclasses.field(repr=False)
    plaintext: bytes = dataclasses.field(repr=False)


class Unmasking:
    """One use of a grant by its grantee: opens texts of its case, each recorded first, once."""

    def __init__(self, books: Books, stream: str, by: By, case: str) -> None:
        self.stream, self.case = stream, case
        self._books, self._by = books, by
        self._known: dict[str, Opening] = {}
        self._fields = {
            sealed.item: field
            for entry in books.ledger.read(case)
            for field, sealed in sealed_in(entry.fact)
        }

    @property
    def opened(self) -> int:
        """How many texts were opened, and recorded, in this use."""
        return len(self._known)

    def text(self, sealed: Sealed) -> str:
        """Return the text *sealed* stands for, or the words that stand for one erased or damaged.

        Recorded before it is returned. Raises `CommandRefused` once the grant has ended.
        """
        try:
            (opening,) = self.openings([(self._fields.get(sealed.item, "name"), sealed)])
        except VaultDamaged:  # one lost text does not keep the rest of the story back
            return DAMAGED
        return ERASED if opening is None else opening.plaintext.decode("utf-8", "replace")

    def openings(self, wanted: Iterable[tuple[str, Sealed]]) -> list[Opening | None]:
        """Return the openings of (field, sealed) in order, None for what was erased.

        All that is new is recorded in one go before anything is returned.
        """
        asked = list(wanted)
        vault = self._books.vault
        found = {
            sealed.item: self._known.get(sealed.item) or vault.opening(sealed)
            for _, sealed in asked
        }
        new = {
            sealed.item: (name, sealed)
            for name, sealed in asked
            if sealed.item not in self._known and found[sealed.item] is not None
        }
        self._record(new.values())
        for item in new:
            opening = found[item]
            assert opening is not None
            self._known[item] = opening
        return [found[sealed.item] for _, sealed in asked]

    def _record(self, opening: Iterable[tuple[str, Sealed]]) -> None:
        askings = [
            Asking(f"unmask/{new_uuid7()}", self._by, _command(self.case, name, sealed))
            for name, sealed in opening
        ]
        if not askings:
            return
        desk = self._books.desk
        for answer in desk.record_now(self.stream, askings).answers:
            if isinstance(answer, CommandRefused):
                raise answer


def under_grant(books: Books, unmasking: str, person: str, case: str, door: Door) -> Unmasking:
    """Return the use *person*, who came by *door*, may make of the grant *unmasking* for *case*.

    Raises `CommandRefused` at once where the grant does not stand for this person and case; it is
    judged again for every text.
    """
    at = datetime.now(UTC)
    rules = books.rulebook.rules(books.desk.neighbours)
    by = acting_by(rules, person, "unmask_field", at, door)
    trial = Sealed(
        holder=case, item="00000000-0000-0000-0000-000000000000", digest="0" * 64
    )  # nothing is opened by judging
    asking = Asking(f"unmask/{new_uuid7()}", by, _command(case, "trial", trial))
    books.desk.would(unmasking, asking)
    return Unmasking(books, unmasking, by, case)


def openings_for(
    books: Books,
    unmasking: str,
    person: str,
    stream: str,
    door: Door,
    fields: Collection[str] | None = None,
) -> list[FieldOpening]:
    """Return the openings of the sealed fields of case *stream*, recorded before they are given.

    *fields* are paths such as `phone` (None: all). What was erased is left out. Raises
    `CommandRefused` where the grant does not stand or the case has no such field, and
    `VaultDamaged` where a text cannot be given that should be there.
    """
    use = under_grant(books, unmasking, person, stream, door)
    places = [
        (entry, name, sealed)
        for entry in books.ledger.read(stream)
        for name, sealed in sealed_in(entry.fact)
        if fields is None or name in fields
    ]
    missing = sorted(set(fields or ()) - {name for _, name, _ in places})
    if missing:
        listed = "、".join(missing)
        raise CommandRefused(
            "field-unknown",
            f"案卷 {stream} 没有密封字段：{listed}。",
            f"The case {stream} has no sealed field {', '.join(missing)}.",
        )
    openings = use.openings((name, sealed) for _, name, sealed in places)
    return [
        FieldOpening(
            position=entry.position,
            version=entry.version,
            field=name,
            holder=opening.holder,
            item=opening.item,
            key=opening.key,
            plaintext=opening.plaintext,
        )
        for (entry, name, _), opening in zip(places, openings, strict=True)
        if opening is not None
    ]


def give(books: Books, stream: str, person: str, door: Door, command: dict[str, Any]) -> Written:
    """Record *command* about a grant in the name of *person*; raise `CommandRefused`."""
    rules = books.rulebook.rules(books.desk.neighbours)
    by = acting_by(rules, person, command["kind"], datetime.now(UTC), door)
    return record(books.desk, stream, by, command)


def grants(books: Books) -> Iterator[dict[str, Any]]:
    """Yield every grant there is, as `grant_of` returns it, in the order of their ids."""
    for stream in books.ledger.streams("unmasking"):
        yield grant_of(books, stream)


def grant_of(books: Books, stream: str) -> dict[str, Any]:
    """Return one grant: of which case, to whom, until when, and how many texts it opened.

    Raises `CommandRefused` where there is none.
    """
    _, state = books.desk.state_of(stream)
    if not isinstance(state, standing.Unmasking):
        raise CommandRefused(
            "unmasking-unknown", f"没有启封授权 {stream}。", f"There is no unmasking {stream}."
        )
    return {
        "unmasking": stream,
        "case": state.case,
        "to": state.to,
        "granted_by": state.granted_by,
        "reason": state.reason,
        "until": instant_text(state.end()),
        "in_force": state.stands(datetime.now(UTC)),
        "ended": state.ended_at is not None,
        "opened": len(state.opened),
    }


def _command(case: str, name: str, sealed: Sealed) -> dict[str, str]:
    return {
        "kind": "unmask_field",
        "case": case,
        "holder": sealed.holder,
        "item": sealed.item,
        "field": name,
    }
