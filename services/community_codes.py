"""A community's code: residents register a need by it, without an account, and get a link.

The code is the division code, and hangs where everybody passes: it proves nothing about whoever
uses it. What they may do by it is the decider's to say (`code-of-the-place`, `code-registers`).
"""

import threading
from dataclasses import dataclass
from datetime import datetime

from accounts.links import Link, Links
from accounts.throttle import Throttle
from desk.gateway import Gateway
from desk.opening import Books
from desk.orders import Door, read_order
from desk.sealing import opaque_uuid
from domain.people import Channel, Known, Role
from domain.refusals import CommandRefused
from domain.rules import Rules
from domain.units import Unit, UnitKind
from services.need_intake import PRIVACY_NOTICE
from services.rating_links import name_of

KINDS = frozenset({UnitKind.COMMUNITY, UnitKind.RESIDENTS_COMMITTEE, UnitKind.STREET_OFFICE})
"""Units whose division has a code of its own."""

FROM_ONE_SOURCE = (10, 600.0)
"""How many needs are taken from one address, within how many seconds."""

FROM_ONE_COMMUNITY = (120, 3600.0)
"""The same of one community: a meeting may fill in its needs together, a program may not go on."""


class TooMany(Exception):
    """Too much was asked from here; *seconds* until it is heard again."""

    def __init__(self, seconds: float) -> None:
        self.seconds = int(seconds) + 1
        super().__init__(f"again in {self.seconds} s")


@dataclass(frozen=True)
class NeedTold:
    """What a resident filled in; what they left empty is empty."""

    category: str
    request_type: str
    text: str
    name: str = ""
    phone: str = ""
    address: str = ""


@dataclass(frozen=True)
class NeedTaken:
    """A need on record: its work-order number and place in the log."""

    number: str
    position: int


def place_with(rules: Rules, code: str, at: datetime) -> Unit | None:
    """Return the unit whose place has the code *code*, None where there is none.

    A community and its residents' committee share a division: the community speaks for it.
    """
    found = [
        unit
        for unit in rules.units.values()
        if unit.division == code and unit.kind in KINDS and unit.stands(at)
    ]
    return min(
        found, key=lambda unit: (unit.kind is not UnitKind.COMMUNITY, unit.code), default=None
    )


def places_of(rules: Rules, unit: str, at: datetime) -> list[Unit]:
    """Return the places whose codes a worker of *unit* hangs up: its own and those within it."""
    own = rules.units[unit].division
    codes = sorted(
        {
            one.division
            for one in rules.units.values()
            if one.kind in KINDS and one.stands(at) and one.division.startswith(own)
        }
    )
    found = (place_with(rules, code, at) for code in codes)
    return [one for one in found if one is not None]


class CommunityCodes:
    """Takes residents' needs, so many from one address and one community."""

    def __init__(self, books: Books, links: Links) -> None:
        self._books, self._links = books, links
        self._lock = threading.Lock()
        tries, seconds = FROM_ONE_SOURCE
        self.from_source = Throttle(tries=tries, within_seconds=seconds)
        tries, seconds = FROM_ONE_COMMUNITY
        self.from_community = Throttle(tries=tries, within_seconds=seconds)

    def register(self, code: str, told: NeedTold, secret: str, source: str) -> NeedTaken:
        """Have the need recorded as the resident's own, to be followed by *secret*.

        The same secret registers once, however often it is sent. Raises `TooMany` and
        `CommandRefused`.
        """
        stream = f"task/{opaque_uuid('registered-by-code', secret)}"
        subject = f"subject/{opaque_uuid('requester-by-code', secret)}"
        link = Link(name_of(secret), stream, subject)
        self._one_more(code, source)
        contact = {"name": told.name, "phone": told.phone, "address": told.address}
        command = {
            "kind": "register_task",
            "source": "RESIDENT",
            "category": told.category,
            "request_type": told.request_type,
            "place": code,
            "text": told.text,
            "requester": subject,
            "answer_channel": "PHONE" if told.phone else "LINK",
            "ad_hoc": True,
            "privacy_notice": PRIVACY_NOTICE,
            "link": link.link,
            **{name: value for name, value in contact.items() if value},
        }
        order = read_order(
            {
                "stream": stream,
                "command_id": f"code/{link.link}",
                "by": {"person": subject, "role": Role.RESIDENT.value},
                "command": command,
            }
        )
        if self._links.of(secret) not in (None, link):
            raise _used_before()
        self._links.keep(secret, link)  # opens nothing until the registration names it
        door = Door(Channel.LINK, Known.PUBLIC_CODE, code)
        (answer,) = Gateway(self._books).submit_batch_now([order], door)
        if answer.refusal is not None:
            raise answer.refusal
        assert answer.receipt is not None, "an answer is one of the two"
        opened = self._books.ledger.read(stream)[0]
        return NeedTaken(str(opened.fact["number"]), answer.receipt.position)

    def _one_more(self, code: str, source: str) -> None:
        """Count one more from this address and this community, or refuse it."""
        with self._lock:
            wait = max(self.from_source.left(source), self.from_community.left(code))
            if wait:
                raise TooMany(wait)
            self.from_source.wait_for(source)
            self.from_community.wait_for(code)


def _used_before() -> CommandRefused:
    return CommandRefused(
        "command-conflict",
        "这张表已经提交过，请重新打开社区码登记。",
        "This form was sent before; open the community's code again.",
    )
