"""Letters, and what a notifier promises: the words in which telling people is spoken of here."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Letter:
    """One notice, ready to be delivered.

    *id* is the same at every attempt, so that a receiver can drop a second one. *phone* is opened
    from the vault for this one delivery and appears in no log and no exception.
    """

    id: str
    stream: str
    to: str
    template: str
    chinese: str
    english: str
    phone: str | None = None

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

    async def send(self, letter: Letter) -> None:
        """Deliver *letter* once; raise `NotDelivered` or `NotReachable`."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
