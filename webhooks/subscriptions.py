"""The subscriptions as the ledger tells of them, and the secrets that follow from the vault's key.

A secret is derived, never stored: from the vault's key, the subscription and how often its secret
was replaced. It is in no database and no backup, and a restored installation signs as before.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from desk.desk import Desk
from domain.oversight.standing import Webhook
from vault.vault import Vault

CATEGORY = "webhook"


@dataclass(frozen=True)
class Subscription:
    """One subscription: its stream, and how it stands."""

    stream: str
    standing: Webhook

    @property
    def open(self) -> bool:
        """Whether anything is still sent."""
        return self.standing.ended is None

    def identity(self, position: int) -> str:
        """Return the id of what is sent for the entry at *position*, the same at every attempt."""
        return f"{self.stream.partition('/')[2]}-{position}"


def subscription(desk: Desk, stream: str) -> Subscription | None:
    """Return the subscription *stream*; None where there is none."""
    state = desk.state_of(stream)[1]
    return Subscription(stream, state) if isinstance(state, Webhook) else None


def subscriptions(desk: Desk) -> Iterator[Subscription]:
    """Yield every subscription there ever was, the oldest first."""
    for stream in desk.ledger.streams(CATEGORY):
        found = subscription(desk, stream)
        if found is not None:
            yield found


def keys_of(vault: Vault, one: Subscription, at: datetime) -> list[bytes]:
    """Return the keys that sign at *at*: the newest, and for a while the one before."""
    newest, until = one.standing.generation, one.standing.old_until
    generations = [newest]
    if until is not None and at < until:
        generations.append(newest - 1)
    return [
        bytes.fromhex(vault.token("webhook-secret", f"{one.stream}/{each}".encode()))
        for each in generations
    ]
