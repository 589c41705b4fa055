"""One entry of the book: who did what, when, under which rules, written once and hashed.

The bytes of `body` are what is stored and what is hashed; every other field of an `Entry` is read
out of them, apart from the position, which the log gives, and the ordinal within its command.
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson

from domain.canonical import canonical
from domain.cases import CaseKind
from domain.envelope import By, Happened
from domain.models import models_of
from domain.values import STREAM, instant_text

FIELDS = frozenset(
    (
        "stream",
        "version",
        "kind",
        "recorded_at",
        "occurred_at",
        "by",
        "command_id",
        "because_of",
        "pairing",
        "policy",
        "calendar",
        "seen",
        "previous",
        "fact",
    )
)
"""The fields of a body (design.md §4); all of them are always written, `null` where unknown."""

COMMAND_ID = re.compile(r"^[!-~]{1,512}$")
"""An idempotency key: printable ASCII without blanks, so that no personal name fits in."""

FACT_BYTES_MAX = 60_000
"""The most one fact may take as JSON: a whole entry must fit the two-byte length that C2SP
tlog-tiles puts before it (65,535 bytes), with room for what surrounds the fact."""

KIND = re.compile(r"^[a-z][a-z0-9_]{0,80}\.v[1-9][0-9]{0,3}$")
_DIGEST = re.compile(r"^[0-9a-f]{64}$")
_COUNTY = re.compile(r"^[0-9]{6}$")
_INSTANT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")


class EntryUnreadable(Exception):
    """Stored bytes are not an entry; the message says where and what is wrong with them."""


@dataclass(frozen=True)
class Draft:
    """One fact to append: its kind, and its fields without the kind."""

    kind: str
    fact: dict[str, Any]


@dataclass(frozen=True)
class CommandFacts:
    """The facts of one command, which may be none, with everything the entries say about it.

    *digest* is the SHA-256 of the command's content, in hexadecimal: the same id with another
    digest is a conflict. *occurred_at* None means "when it is recorded". *number_for* is a county
    code (GB/T 2260); with it the ledger allocates a work-order number into the first fact.
    """

    command_id: str
    digest: str
    by: By
    occurred_at: datetime | None
    because_of: str | None
    pairing: str | None
    policy: str | None
    calendar: str | None
    seen: int
    drafts: tuple[Draft, ...]
    number_for: str | None = None

    def check(self) -> None:
        """Raise `ValueError` for whatever could not be written down for ever."""
        if not COMMAND_ID.match(self.command_id):
            raise ValueError(
                "a command id is 1 to 512 printable ASCII characters without blanks, "
                f"found {len(self.command_id)} characters"
            )
        if not _DIGEST.match(self.digest):
            raise ValueError("a command digest is 64 lower-case hexadecimal digits")
        if self.occurred_at is not None and self.occurred_at.tzinfo is None:
            raise ValueError("occurred_at needs its offset")
        if self.pairing is not None and not STREAM.match(self.pairing):
            raise ValueError("a correlation is the stream of a pairing")
        if self.number_for is not None and not (self.drafts and _COUNTY.match(self.number_for)):
            raise ValueError("a work-order number needs a six-digit county code and a fact")
        for draft in self.drafts:
            if not KIND.match(draft.kind):
                raise ValueError(f"a fact kind reads like task_dispatched.v1, found {draft.kind!r}")
            if "kind" in draft.fact:
                raise ValueError("a draft's fact is handed in without its kind")
            if (size := len(canonical(draft.fact))) > FACT_BYTES_MAX:
                raise ValueError(f"{draft.kind} takes {size:,} bytes; {FACT_BYTES_MAX:,} fit")


@dataclass(frozen=True)
class Entry:
    """One entry as it stands in the log.

    *position* counts from 0 in the whole log, *version* from 1 in the stream, *ordinal* from 0 in
    the command. *previous* is the hash of the stream's entry before, "" for the first. *hash* is
    `entry_hash(body)`.
    """

    position: int
    stream: str
    version: int
    ordinal: int
    kind: str
    recorded_at: datetime
    occurred_at: datetime
    by: By
    command_id: str
    because_of: str | None
    pairing: str | None
    policy: str | None
    calendar: str | None
    seen: int
    previous: str
    fact: dict[str, Any]
    body: bytes
    hash: str


def entry_hash(body: bytes) -> str:
    """Return SHA-256(0x00 ‖ *body*) in hexadecimal: the RFC 6962 leaf hash of an entry."""
    return hashlib.sha256(b"\x00" + body).hexdigest()


def write(
    facts: CommandFacts,
    draft: Draft,
    *,
    position: int,
    stream: str,
    version: int,
    ordinal: int,
    recorded_at: datetime,
    previous: str,
) -> Entry:
    """Return the entry that *draft* becomes at this place of the log."""
    occurred_at = facts.occurred_at or recorded_at
    body = canonical(
        {
            "stream": stream,
            "version": version,
            "kind": draft.kind,
            "recorded_at": instant_text(recorded_at),
            "occurred_at": instant_text(occurred_at),
            "by": facts.by.model_dump(mode="json", exclude_none=True),
            "command_id": facts.command_id,
            "because_of": facts.because_of,
            "pairing": facts.pairing,
            "policy": facts.policy,
            "calendar": facts.calendar,
            "seen": facts.seen,
            "previous": previous,
            "fact": draft.fact,
        }
    )
    return Entry(
        position=position,
        stream=stream,
        version=version,
        ordinal=ordinal,
        kind=draft.kind,
        recorded_at=recorded_at,
        occurred_at=occurred_at,
        by=facts.by,
        command_id=facts.command_id,
        because_of=facts.because_of,
        pairing=facts.pairing,
        policy=facts.policy,
        calendar=facts.calendar,
        seen=facts.seen,
        previous=previous,
        fact=draft.fact,
        body=body,
        hash=entry_hash(body),
    )


def read(position: int, ordinal: int, body: bytes, hash_found: str) -> Entry:
    """Return the entry *body* tells of; raise `EntryUnreadable` when it tells of none.

    The hash is handed through as stored; comparing it with the body is the auditor's work.
    """
    try:
        told = _told(body)
    except (ValueError, TypeError, KeyError, AttributeError) as problem:
        # The bytes themselves stay out of the message: nobody knows what they hold.
        raise EntryUnreadable(
            f"第 {position} 条记录无法读取，请运行 jiedui audit verify。 "
            f"Entry {position} cannot be read ({type(problem).__name__}); run jiedui audit verify."
        ) from None
    told |= {"position": position, "ordinal": ordinal, "body": body, "hash": hash_found}
    # What `Entry(**told)` does, without setting eighteen frozen fields one by one: half of reading.
    entry = object.__new__(Entry)
    object.__setattr__(entry, "__dict__", told)
    return entry


def _told(body: bytes) -> dict[str, Any]:
    told = orjson.loads(body)
    if not isinstance(told, dict) or told.keys() != FIELDS or not isinstance(told["fact"], dict):
        raise ValueError("the fields are not those of an entry")
    told["by"] = _by(tuple(told["by"].items()))
    recorded, occurred = told["recorded_at"], told["occurred_at"]
    told["recorded_at"] = instant_of(recorded)
    told["occurred_at"] = told["recorded_at"] if occurred == recorded else instant_of(occurred)
    return told


@lru_cache(4096)
def _by(fields: tuple[tuple[str, Any], ...]) -> By:
    """Return who acted: the same few hundred people, over and over."""
    return By.model_validate(dict(fields))


def happened(kind: CaseKind, entry: Entry) -> Happened[Any]:
    """Return *entry* as `evolve` wants it; raise `ValidationError` where it is no such fact."""
    model = models_of(kind.facts).get(entry.kind)
    if model is None:  # the union says which kinds there are
        kind.facts.validate_python({"kind": entry.kind})
        raise AssertionError(f"{entry.kind} is no kind of fact")
    return Happened(
        fact=model.model_validate(entry.fact),
        at=entry.recorded_at,
        occurred_at=entry.occurred_at,
        by=entry.by,
        version=entry.version,
    )


def instant_of(text: str) -> datetime:
    """Return the instant *text* was written from; raise `ValueError` for any other form."""
    if not isinstance(text, str) or not _INSTANT.match(text):
        raise ValueError("an instant is written in UTC with microseconds")
    return datetime.fromisoformat(text)
