"""What the tests append: small commands on one fixed Monday, each told in one line."""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.envelope import SYSTEM
from ledger.store import Appended, CommandFacts, Draft, Ledger

MONDAY = datetime(2026, 11, 23, 1, 30, tzinfo=UTC)
COUNTY = "440106"


def a_task() -> str:
    """Return the stream of a task nobody has heard of."""
    return f"task/{uuid.uuid4()}"


def a_pairing() -> str:
    return f"pairing/{uuid.uuid4()}"


def minutes(count: float) -> datetime:
    """Return the instant *count* minutes after the Monday begins."""
    return MONDAY + timedelta(minutes=count)


def facts(
    command_id: str,
    *kinds: str,
    content: str = "",
    fact: dict[str, Any] | None = None,
    **more: Any,
) -> CommandFacts:
    """Return the facts of a command; *kinds* default to one progress note."""
    told: dict[str, Any] = {
        "by": SYSTEM,
        "occurred_at": None,
        "because_of": None,
        "pairing": None,
        "policy": "gd-2022",
        "calendar": "CN",
        "seen": -1,
    }
    return CommandFacts(
        command_id=command_id,
        digest=hashlib.sha256(f"{command_id}/{content}".encode()).hexdigest(),
        drafts=tuple(
            Draft(kind, {"note": "已上门", **(fact or {})})
            for kind in kinds or ("progress_logged.v1",)
        ),
        **(told | more),
    )


def nothing(command_id: str) -> CommandFacts:
    """Return a command that left no fact."""
    return CommandFacts(command_id, "0" * 64, SYSTEM, None, None, None, None, None, -1, ())


def append(
    ledger: Ledger,
    stream: str,
    version: int,
    *commands: CommandFacts | str,
    at: datetime = MONDAY,
) -> list[Appended]:
    """Append commands, written as ids where the content does not matter."""
    told: Sequence[CommandFacts] = [
        facts(command) if isinstance(command, str) else command for command in commands
    ]
    return ledger.append(stream, version, told, at=at)
