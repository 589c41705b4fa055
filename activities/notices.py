"""Letters, and what a notifier promises: the words in which telling people is spoken of here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from activities.quiet_hours import QuietHours


@dataclass(frozen=True)
class Letter:
    """One notice, ready to be delivered.

    *id* is the same at every attempt, so that a receiver can drop a second one. *phone* is opened
    from the vault for this one delivery and appears in no log and no exception. *number* is what
    people call the case, *link* where it is read, where the console's address is known.
    """

    id: str
    stream: str
    to: str
    template: str
    chinese: str
    english: str
    phone: str | None = None
    number: str = ""
    link: str | None = None
    urgent: bool = False

    def __repr__(self) -> str:
        """Show nothing that could be personal data, wherever it is printed."""
        return f"Letter({self.id}, to={self.to}, template={self.template})"


class NotDelivered(Exception):
    """An attempt failed; *detail* is a machine word, and trying again may help."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class NotReachable(Exception):
    """No way leads to the recipient here; *detail* says why. Trying again will not help."""

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class Notifier(Protocol):
    """One way to reach people."""

    channel: str
    """Its name in the receipts."""
    wants_phone: bool
    """Whether the recipient's telephone number is to be opened for it."""
    disturbs: bool
    """Whether it rings where somebody may sleep."""

    async def send(self, letter: Letter) -> None:
        """Deliver *letter* once; raise `NotDelivered` or `NotReachable`."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


@dataclass(frozen=True)
class Channels:
    """Who is told by which notifier, and when nobody is disturbed.

    Units without one of their own, and people where *people* is none, are told by *default*.
    """

    default: Notifier
    people: Notifier | None = None
    units: Mapping[str, Notifier] = field(default_factory=dict)
    quiet: QuietHours | None = None
    console_url: str | None = None

    def of(self, to: str) -> Notifier:
        """Return what tells *to*: a unit, a person or a resident, by reference."""
        if not to.startswith("unit/"):
            return self.people or self.default
        return self.units.get(to.removeprefix("unit/"), self.default)

    def link(self, stream: str, number: str) -> str | None:
        """Return where people read of a case; None where there is no page of it, or no console."""
        category, _, name = stream.partition("/")
        pages = {
            "task": f"tasks/{number}",
            "pairing": f"pairings/{name}",
            "subject": f"admin/privacy#{name}",
        }
        if self.console_url is None or category not in pages:
            return None
        return f"{self.console_url.rstrip('/')}/{pages[category]}"

    async def close(self) -> None:
        """Let go of every connection."""
        for notifier in set(self._all()):
            await notifier.close()

    def _all(self) -> Iterator[Notifier]:
        yield self.default
        yield from [self.people] if self.people is not None else []
        yield from self.units.values()
