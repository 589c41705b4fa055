"""A provider's own people act by a link: they apply by it, and do what is theirs to do afterwards.

What is offered was asked of the decider; what they do is recorded as theirs, by the link's name. A
link opens the case of its provider as long as the case names whoever holds it as its agent.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from accounts.links import Link, Links
from accounts.throttle import Throttle
from desk.casework import Asking, Who, Written
from desk.opening import Books
from desk.sealing import opaque_uuid
from domain.people import Channel, Known, Role
from domain.provider.coordination import neighbour
from domain.provider.leaving import Service, served_now
from domain.provider.state import Exiting, Running
from domain.provider.state import Known as KnownProvider
from domain.refusals import CommandRefused
from domain.rules import NeighbourProvider
from domain.values import covers, instant_text
from services.community_codes import TooMany
from services.rating_links import Issued, LinkOver, new_secret

ACTS = (20, 3600.0)
"""How often something is done by one link, within how many seconds."""
APPLICATIONS = (5, 3600.0)
"""How often somebody applies from one address, within how many seconds."""

WOULD: dict[str, dict[str, Any]] = {
    "correct_application": {},
    "report_change": {"name": "……"},
    "submit_rectification": {"text": "……"},
    "appeal_measure": {"text": "……"},
    "request_provider_exit": {},
}
"""What the decider is asked about, to offer the agent what it would take."""

_ONE_LEVEL = 3
"""How many digits more the code of a division has than that of the one around it."""


@dataclass(frozen=True)
class Held:
    """A provider as whoever holds this link speaks for it."""

    link: Link
    state: KnownProvider

    @property
    def who(self) -> Who:
        """Who asks at the desk: the agent, by this link."""
        return who_by(self.link)


@dataclass(frozen=True)
class Offered:
    """One service of a leaving provider that this one is to take over."""

    stream: str
    leaving: str
    case: str
    function: str | None


class ProviderLinks:
    """Opens providers' cases to their own people, by links they were handed."""

    def __init__(self, books: Books, links: Links) -> None:
        self._books, self._links = books, links
        tries, seconds = ACTS
        self._acts = Throttle(tries=tries, within_seconds=seconds)
        tries, seconds = APPLICATIONS
        self._applications = Throttle(tries=tries, within_seconds=seconds)

    def apply(self, stream: str, command: dict[str, Any], secret: str, source: str) -> int:
        """Have a body's application recorded, to be followed by *secret*; return its position.

        The same secret applies once, however often it is sent. Raises `TooMany` and
        `CommandRefused`.
        """
        if wait := self._applications.wait_for(source):
            raise TooMany(wait)
        link = Link(
            opaque_uuid("provider-link", secret), stream, f"subject/{opaque_uuid('agent', secret)}"
        )
        if self._links.of(secret) not in (None, link):
            raise LinkOver
        asking = Asking(f"apply/{link.link}", who_by(link), command)
        position = self._recorded(stream, asking)
        self._links.keep(secret, link)
        return position

    def issue(self, stream: str, by: Who) -> Issued:
        """Name a new agent of the provider and issue their link; raise `CommandRefused`."""
        token = new_secret()
        link = Link(
            opaque_uuid("provider-link", token), stream, f"subject/{opaque_uuid('agent', token)}"
        )
        command = {"kind": "name_agent", "agent": link.subject}
        position = self._recorded(stream, Asking(f"name_agent/{link.link}", by, command))
        self._links.keep(token, link)
        return Issued(token, position)

    def opened(self, secret: str) -> Held:
        """Return what the link with this secret opens; raise `LinkOver`."""
        link = self._links.of(secret)
        if link is None or not link.stream.startswith("provider/"):
            raise LinkOver
        state = self._books.desk.case(link.stream)[0].state
        if not isinstance(state, KnownProvider) or link.subject not in state.body.agents:
            raise LinkOver
        return Held(link, state)

    def may(self, held: Held) -> frozenset[str]:
        """Return the commands the decider would take from this agent now.

        An exit is offered whatever the plan lacks, for its form asks for the plan.
        """
        asked = WOULD | self._some_hours(held)
        found = {kind for kind, told in asked.items() if self._would(held, kind, told)}
        return frozenset(found)

    def _some_hours(self, held: Held) -> dict[str, dict[str, Any]]:
        """Return an hour of service as the decider is asked about it, nothing before admission."""
        if not isinstance(held.state, Running):
            return {}
        admission = held.state.admission
        told = {
            "category": admission.categories[0],
            "place": admission.areas[0],
            "people": 1,
            "minutes": 60,
            "served_at": instant_text(self._books.ledger.clock()),
        }
        return {"record_service_hours": told}

    def _would(self, held: Held, kind: str, told: dict[str, Any]) -> bool:
        asking = Asking(f"would/{uuid4()}", held.who, {"kind": kind} | told)
        try:
            self._books.desk.would(held.link.stream, asking)
        except CommandRefused as refusal:
            return refusal.rule == "successor-for-each"
        return True

    def act(self, held: Held, stream: str, command: dict[str, Any], once: str) -> int:
        """Have the agent's command recorded; *once* makes the same form be heard once.

        Raises `CommandRefused` and `TooMany`.
        """
        if wait := self._acts.wait_for(held.link.link):
            raise TooMany(wait)
        once_id = opaque_uuid(held.link.link, command["kind"], once)
        return self._recorded(stream, Asking(f"agent/{once_id}", held.who, command))

    def _recorded(self, stream: str, asking: Asking) -> int:
        (answer,) = self._books.desk.record_now(stream, [asking]).answers
        if not isinstance(answer, Written):
            raise answer
        return answer.position

    def served(self, held: Held) -> list[tuple[Service, list[NeighbourProvider]]]:
        """Return everything the provider serves now, each with who could take it over."""
        rules = self._books.rulebook.rules(self._books.desk.neighbours)
        at = self._books.ledger.clock()
        others = [
            one
            for one in rules.neighbours.cases("provider")
            if isinstance(one, NeighbourProvider) and one.stream != held.link.stream
        ]
        return [
            (service, [one for one in others if one.serves(service.category, service.place, at)])
            for service in served_now(held.link.stream, rules)
        ]

    def places(self, held: Held) -> list[str]:
        """Return where the provider may serve: its areas, and what of the registry lies in them.

        Communities are told for streets only, or the list would be that of a whole district.
        """
        areas = held.state.admission.areas if isinstance(held.state, Running) else ()
        rules = self._books.rulebook.rules(self._books.desk.neighbours)
        at = self._books.ledger.clock()
        within = {
            unit.division
            for unit in rules.units.values()
            for area in areas
            if unit.stands(at)
            and covers(area, unit.division)
            and len(unit.division) - len(area) <= _ONE_LEVEL
        }
        return sorted({*areas, *within})

    def tasks(self, held: Held) -> list[str]:
        """Return the open tasks the provider serves."""
        rules = self._books.rulebook.rules(self._books.desk.neighbours)
        return sorted(task.stream for task in rules.neighbours.open_tasks_by(held.link.stream))

    def to_accept(self, held: Held) -> Iterator[Offered]:
        """Yield what leaving providers would hand over to this one."""
        for stream in self._books.ledger.streams("provider"):
            state = self._books.desk.case(stream)[0].state
            if not isinstance(state, Exiting):
                continue
            for one in state.outstanding:
                if one.successor == held.link.stream:
                    name = neighbour(stream, state).name
                    yield Offered(stream, name, one.case, one.function)


def who_by(link: Link) -> Who:
    """Return the agent who acts by *link*, as the desk knows them."""
    return Who(link.subject, Channel.LINK, None, Role.PROVIDER, Known.LINK, link.link)
