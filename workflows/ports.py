"""The doors between workflows and the world: names stored for ever, inputs and results.

Activities in `activities/` fulfil these; `tests/architecture` checks that every port is fulfilled
with its exact name and types. Nothing here ever carries personal data.
"""

from typing import Any

from pydantic import ConfigDict

from domain.cases import Errand, Talk
from domain.envelope import By
from domain.values import Frozen, Instant

TASK_QUEUE = "jiedui-cases"
"""Workflows and recording: one process polls both, so that recording is executed eagerly."""

NOTICE_QUEUE = "jiedui-notices"
"""Notices and other talk with slow strangers; never in the way of recording."""

SUPPORT_TASK = "support_task"
PAIRING = "pairing"
FEEDBACK_ROUND = "feedback_round"
CONVENING = "convening"
SIGNING = "signing"
REVIEW = "review"
HAND_OVER = "hand_over"

RECORD = "record"
TELL = "tell"
FREEZE_FIGURES = "freeze_figures"
ASK = "ask"
ERASE = "erase"

SUBMIT = "submit"
SUBMIT_BATCH = "submit_batch"
REPORT = "report"
RESYNC = "resync"
TALK_CHANGED = "talk_changed"
TALK_ENDED = "talk_ended"
STANDING = "standing"

DRAINING = "draining"
"""Type of the answer 'the clerk is rolling over': the gateway sends the same command again."""

LEDGER_UNAVAILABLE = "ledger-unavailable"
"""Type of a failure that decided nothing: the same request is made again, for ever."""

NOT_RECORDED = "not-recorded"
"""Type of the answer 'a fault stopped this command'; the case goes on without it."""

COMMAND_TOO_LARGE = "command-too-large"

COMMAND_BYTES_MAX = 65_536
"""The size of one command as JSON; a larger one could never be scheduled (TMPRL1103)."""

BATCH_BYTES_MAX = 1_048_576
"""The size of all commands of one batch as JSON."""

TELL_ATTEMPTS = 8
"""After so many attempts (about 20 minutes) a notice is recorded as failed."""


class Message(Frozen):
    """A value that travels through Temporal: unknown fields of a newer version are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Submission(Message):
    """A command as it travels: idempotency key, who, what, when it happened as told."""

    command_id: str
    by: By
    command: dict[str, Any]
    occurred_at: Instant | None = None
    because_of: str | None = None


class Receipt(Message):
    """Given only after the facts are durable; the same command id always gets the same one."""

    stream: str
    command_id: str
    version: int
    position: int
    hash: str
    recorded_at: Instant | None = None
    facts: tuple[str, ...] = ()
    state: str = ""
    number: str = ""
    repeated: bool = False


class Refusal(Message):
    """The rule that said no, and its sentence in both languages."""

    rule: str
    chinese: str
    english: str


class Answer(Message):
    """What became of one submission: exactly one of the two."""

    receipt: Receipt | None = None
    refusal: Refusal | None = None


class NextClock(Message):
    """The clock that rings next: its stable name and its due instant."""

    name: str
    due: Instant


class Standing(Message):
    """Where a case stands in the ledger: all that a clerk keeps."""

    version: int = 0
    state: str = ""
    over: bool = False
    next_clock: NextClock | None = None
    talks: tuple[Talk, ...] = ()


class RecordRequest(Message):
    """Record *submissions* on *stream*, whose clerk knows it up to version *known*.

    *at* is the workflow's time. No submissions: only say where the case stands.
    """

    stream: str
    known: int
    at: Instant
    submissions: tuple[Submission, ...] = ()


class Outcome(Message):
    """The standing, one answer per submission, and what follows from the facts since *known*.

    *errands* are those the other cases have not recorded yet; *tell_after* is the version after
    which somebody is still to be told, None when nobody is.
    """

    standing: Standing
    answers: tuple[Answer, ...] = ()
    errands: tuple[Errand, ...] = ()
    tell_after: int | None = None


class TellRequest(Message):
    """Tell people about the facts of *stream* after version *after* up to *until*."""

    stream: str
    after: int
    until: int


class Told(Message):
    """How many notices were delivered, given up, or had been delivered before."""

    delivered: int = 0
    failed: int = 0
    earlier: int = 0


class AskRequest(Message):
    """Tell *to* about a step of a conversation: *key* makes it happen once."""

    stream: str
    key: str
    to: str
    template: str
    values: dict[str, str] = {}  # noqa: RUF012 - pydantic copies it


class FiguresRequest(Message):
    """Freeze the figures of the pairing *stream* at the log position of this moment."""

    stream: str


class EraseRequest(Message):
    """Destroy the key of *subject* (and of the tasks that are only theirs), with its fact."""

    stream: str
    command_id: str
    command: dict[str, Any]


class CaseStart(Message):
    """How a clerk begins: the case, what it knew, and commands it records as its first act.

    *told* is the version up to which everybody has been told, *talks* the conversations that an
    earlier run of the same clerk has begun.
    """

    stream: str
    known: int = 0
    told: int = 0
    first: tuple[Submission, ...] = ()
    talks: tuple[Talk, ...] = ()


class TalkStart(Message):
    """How a conversation begins: the case it belongs to and its own matter."""

    stream: str
    talk: Talk
    parent: str
