"""What the API answers with, as values; a test holds them to be what the reference says."""

from typing import Any, Literal

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


class CaseDetail(_Answer):
    """One case of another kind; *case* holds what boards show of it."""

    case: dict[str, Any]
    units: list[str]
    clocks: list[Clock]
    position: int
    hash: str


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


class RowProblem(_Answer):
    """Why a row of a table came back."""

    sheet: str
    row: int
    cell: str
    rule: str
    chinese: str
    english: str


class NotRead(_Answer):
    """Something of a table that became neither a row nor a problem."""

    sheet: str
    where: str
    what: str
    count: int
    chinese: str
    english: str


class Kept(_Answer):
    """Something of a row that was kept sealed with its text."""

    sheet: str
    row: int
    place: str
    what: str


class BadRows(_Answer):
    """The rows that came back as a file, in base64, with the reasons beside them."""

    ending: Literal[".csv", ".xlsx"]
    content: str


class TableReport(_Answer):
    """What became of a table."""

    dry_run: bool
    recorded: int
    repeated: int
    corrected: int
    met: int
    refused: int
    problems: list[RowProblem]
    unread: list[NotRead]
    kept_with_text: list[Kept]
    handed_back: BadRows | None
