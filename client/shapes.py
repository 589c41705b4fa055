"""What the API answers with, as values; a test holds them to be what the reference says."""

from typing import Any

from pydantic import BaseModel, ConfigDict


class _Answer(BaseModel):
    """An answer may grow; what is not known here is kept out of the way."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Post(_Answer):
    """A role held at a unit."""

    role: str
    unit: str


class Session(_Answer):
    """Who is signed in, and the posts they hold."""

    person: str
    name: str
    post: Post
    posts: list[Post]
    until: str


class Receipt(_Answer):
    """What a command left: position and hash of its last entry in the log."""

    stream: str
    command_id: str
    version: int
    position: int
    hash: str
    recorded_at: str | None = None
    facts: list[str] = []
    state: str = ""
    number: str = ""
    repeated: bool = False


class Clock(_Answer):
    """A limit that runs."""

    name: str
    due: str


class Words(_Answer):
    """What was said, as far as the caller may see it."""

    text: str
    name: str
    phone: str
    address: str


class TaskDetail(_Answer):
    """One task; *task* holds what boards show of it."""

    task: dict[str, Any]
    clocks: list[Clock]
    words: Words | None
    position: int
    hash: str


class PairingDetail(_Answer):
    """One pairing; *pairing* holds what boards show of it."""

    pairing: dict[str, Any]
    clocks: list[Clock]
    agreement: dict[str, Any]


class HistoryItem(_Answer):
    """One fact of a case as a sentence."""

    version: int
    position: int
    kind: str
    recorded: str
    occurred: str | None
    who: str
    sentence: str


class OfferItem(_Answer):
    """A command, and whether the decider would take it now."""

    command: str
    label: str
    accepted: bool
    rule: str | None = None
    chinese: str | None = None
    english: str | None = None


class Fact(_Answer):
    """One entry of the log."""

    position: int
    stream: str
    version: int
    kind: str
    number: str | None
    recorded_at: str
    occurred_at: str
    role: str | None
    unit: str | None
    channel: str | None
    fact: dict[str, Any]
    hash: str
