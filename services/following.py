"""A resident follows their own matter by a link: how it goes, and what they may do about it.

What is offered was asked of the decider; what they do is recorded as theirs, by the link's name.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from accounts.links import Link, Links
from accounts.throttle import Throttle
from accounts.tries import Tries
from desk.casework import Asking, Who, Written
from desk.opening import Books
from desk.sealing import opaque_uuid
from domain.people import Channel, Known, Role
from domain.refusals import CommandRefused
from domain.rules import Rules
from domain.sealed import Sealed
from domain.task.facts import TaskState
from domain.task.state import Archived
from domain.task.state import Known as KnownTask
from ledger.entry import Entry
from services.community_codes import TooMany
from services.rating_links import LinkOver
from wording.labels import Language
from wording.names import KnownNames
from wording.plain import PLAIN_SENTENCES, SAID_IF, TEXT_OF

WORDS_OF = {"urge_task": "note", "appeal_closure": "new_facts", "withdraw_task": "reason"}
"""What a resident may do by the link they follow by, and where their own words go."""

ACTS = (10, 3600.0)
"""How often something is done by one link, within how many seconds."""


@dataclass(frozen=True)
class Followed:
    """A task as whoever holds this link follows it."""

    link: Link
    task: KnownTask

    @property
    def who(self) -> Who:
        """Who asks at the desk: the resident, by this link."""
        return who_by(self.link)


@dataclass(frozen=True)
class Part:
    """One of several matters of a call, as its resident is told of it."""

    number: str
    category: str
    state: TaskState
    present: bool


@dataclass(frozen=True)
class Look:
    """Somebody had a resident's sealed data opened: unit, role, when, why, and which fields."""

    unit: str
    role: Role
    at: datetime
    reason: str
    fields: tuple[str, ...]


class Following:
    """Opens residents' matters to them, by links they were handed."""

    def __init__(self, books: Books, links: Links, guesses: Tries) -> None:
        self._books, self._links, self._guesses = books, links, guesses
        tries, seconds = ACTS
        self._acts = Throttle(tries=tries, within_seconds=seconds)

    def knocked(self, source: str) -> None:
        """Refuse an address that tried too many wrong secrets; raise `TooMany`."""
        if wait := self._guesses.left(source):
            raise TooMany(wait)

    def guessed(self, source: str) -> None:
        """Count a wrong secret."""
        self._guesses.wait_for(source)

    def opened(self, secret: str) -> Followed:
        """Return what the link with this secret follows; raise `LinkOver`.

        It stands until the task is archived, its data are restricted or the resident is erased.
        """
        link = self._links.of(secret)
        if link is None:
            raise LinkOver
        task = self._books.desk.case(link.stream)[0].state
        if not isinstance(task, KnownTask) or isinstance(task, Archived):
            raise LinkOver
        if not task.body.follows(link.link, link.subject):
            raise LinkOver
        return Followed(link, task)

    def may(self, followed: Followed) -> frozenset[str]:
        """Return the commands the decider would take from this resident now."""
        return frozenset(
            kind for kind in (*WORDS_OF, "issue_rating_link") if self._would(followed, kind)
        )

    def _would(self, followed: Followed, kind: str) -> bool:
        told = {"link": str(uuid4())} if kind == "issue_rating_link" else _command(kind, "……")
        asking = Asking(f"would/{uuid4()}", followed.who, {"kind": kind} | told)
        try:
            self._books.desk.would(followed.link.stream, asking)
        except CommandRefused:
            return False
        return True

    def act(self, followed: Followed, kind: str, text: str, once: str) -> int:
        """Have the resident's command recorded; return its position.

        *once* makes the same form be heard once. Raises `CommandRefused` and `TooMany`.
        """
        self.one_more(followed.link)
        command = {"kind": kind} | _command(kind, text)
        once_id = opaque_uuid(followed.link.link, kind, once)
        asking = Asking(f"following/{once_id}", followed.who, command)
        (answer,) = self._books.desk.record_now(followed.link.stream, [asking]).answers
        if not isinstance(answer, Written):
            raise answer
        return answer.position

    def one_more(self, link: Link) -> None:
        """Count one more thing done by *link*; raise `TooMany`."""
        if wait := self._acts.wait_for(link.link):
            raise TooMany(wait)

    def progress(
        self, stream: str, names: KnownNames, language: Language
    ) -> Iterator[tuple[datetime, str]]:
        """Yield when and in plain words what happened, in the order it did."""
        for entry in self._books.ledger.read(stream):
            both = PLAIN_SENTENCES.get(entry.kind)
            if both is None or not _said(entry):
                continue
            unit = names.unit(str(entry.fact["main"]), language) if "main" in entry.fact else ""
            sentence = both[0] if language == "zh" else both[1]
            told = sentence.format(unit=unit, text=self._text_of(entry))
            yield entry.recorded_at, told.rstrip("：: ")

    def _text_of(self, entry: Entry) -> str:
        sealed = entry.fact.get(TEXT_OF.get(entry.kind, ""))
        plain = self._books.vault.open(Sealed.model_validate(sealed)) if sealed else None
        return "" if plain is None else plain.decode("utf-8")

    def parts(self, link: Link, task: KnownTask) -> list[Part]:
        """Return the matters of a call that was split, where this resident asked for them."""
        root = task.body.need.call or link.stream
        whole = self._books.desk.case(root)[0].state
        if not isinstance(whole, KnownTask):
            return []
        found = []
        for stream in (root, *whole.body.parts):
            state = self._books.desk.case(stream)[0].state
            if not isinstance(state, KnownTask) or link.subject not in state.body.need.parties:
                continue
            number = str(self._books.ledger.read(stream)[0].fact["number"])
            present = stream == link.stream
            found.append(Part(number, state.body.need.category, state.name, present))
        return found if len(found) > 1 else []

    def looks(self, link: Link) -> list[Look]:
        """Return who had sealed data of this resident or this task opened, the newest first.

        Each opening is a fact of its own, recorded before anything is shown.
        """
        found: dict[str, Look] = {}
        for entry in self._books.ledger.of_kind("field_unmasked.v1"):
            about = (entry.fact["case"], entry.fact["holder"])
            if link.stream not in about and link.subject not in about:
                continue
            before = found.get(entry.stream)
            fields = () if before is None else before.fields
            reason = str(self._books.ledger.read(entry.stream)[0].fact["reason"])
            field = str(entry.fact["field"])
            found[entry.stream] = Look(
                unit=entry.by.unit or "",
                role=entry.by.role,
                at=entry.recorded_at,
                reason=reason,
                fields=fields if field in fields else (*fields, field),
            )
        return sorted(found.values(), key=lambda look: look.at, reverse=True)


def who_by(link: Link) -> Who:
    """Return the resident who acts by *link*, as the desk knows them."""
    return Who(link.subject, Channel.LINK, None, Role.RESIDENT, Known.LINK, link.link)


def _said(entry: Entry) -> bool:
    """Say whether a resident is told of this fact: not of every attempt to reach them."""
    field, wanted = SAID_IF.get(entry.kind, ("", None))
    return not field or entry.fact.get(field) == wanted


def _command(kind: str, text: str) -> dict[str, str]:
    """Return the rest of the command *kind* with the resident's words, where there are any."""
    told = {"source": "RESIDENT"} if kind == "urge_task" else {}
    return told | ({WORDS_OF[kind]: text} if text else {})


def duty_units(task: KnownTask) -> list[str]:
    """Return the units that see or saw a task by their duties: they held it, or help with it."""
    body = task.body
    units = [body.holding.street, body.holding.main]
    units += [held.unit for held in body.holding.held] + [one.unit for one in body.assists]
    return list(dict.fromkeys(unit for unit in units if unit))


def protection_officers(rules: Rules, place: str, at: datetime) -> list[str]:
    """Return the units at which somebody answers for personal information at *place*."""
    return [
        unit.code
        for unit in rules.units.values()
        if rules.filled(Role.DPO, unit.code, at) and rules.serves(unit.code, place, at)
    ]
