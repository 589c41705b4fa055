"""The doors between workflows and the world: names stored for ever, inputs and results.

Activities in `activities/` fulfil these; `tests/architecture` checks that every port is fulfilled
with its exact name and types. What goes in are references only: whoever fulfils a port derives
from facts what is to be done, so that nobody can put a word into the record by way of Temporal.
Nothing here ever carries personal data.
"""

from datetime import time, timedelta

from pydantic import ConfigDict
from temporalio.common import SearchAttributeKey

from domain.values import Frozen, Instant

TASK_QUEUE = "jiedui-clerks"
"""Clerks, conversations, and what they ask of the desk."""

NOTICE_QUEUE = "jiedui-notices"
"""Notices and other talk with slow strangers; never in the way of clocks."""

SUPPORT_TASK = "support_task"
PAIRING = "pairing"
FINDING = "finding"
PROGRAMME = "programme"
PROVIDER = "provider"
ERASURE_REQUEST = "erasure_request"
FEEDBACK_ROUND = "feedback_round"
CONVENING = "convening"
SIGNING = "signing"
REVIEW = "review"
HAND_OVER = "hand_over"
FACILITY = "facility"
CALL = "call"
SCORING = "scoring"
VERIFICATION = "verification"
PROVIDER_HAND_OVER = "provider_hand_over"

CLERK_OF = {
    "task": SUPPORT_TASK,
    "pairing": PAIRING,
    "finding": FINDING,
    "facility": FACILITY,
    "programme": PROGRAMME,
    "provider": PROVIDER,
    "subject": ERASURE_REQUEST,
}
"""Which workflow stands by a case, by the first part of its stream's name."""

LOOK = "look"
RING = "ring"
RUN_ERRAND = "run_errand"
LISTEN = "listen"
TAKE_STEP = "take_step"
TELL = "tell"

WAKE = "wake"
STANDING = "standing"

CASE_STATE = SearchAttributeKey.for_keyword("CaseState")
CASE_CATEGORY = SearchAttributeKey.for_keyword("CaseCategory")
CASE_UNIT = SearchAttributeKey.for_keyword("CaseUnit")
CASE_NEXT_CLOCK = SearchAttributeKey.for_datetime("CaseNextClock")

SEARCH_ATTRIBUTES = (CASE_STATE, CASE_CATEGORY, CASE_UNIT, CASE_NEXT_CLOCK)
"""What an operator may search clerks by in Temporal's own pages: codes and one instant."""

LEDGER_UNAVAILABLE = "ledger-unavailable"
"""Type of a failure that decided nothing: the same request is made again, for ever."""

NOT_EXACT = frozenset({"archive"})
"""Clocks that nobody waits for: they ring late, spread by the case's id, so that no herd forms."""

LATENESS_MAX = timedelta(hours=1)
"""How late a clock may ring that need not be exact."""

OVERNIGHT = frozenset({("programme", "progress"), ("provider", "grading")})
"""Clocks that freeze figures of many cases, by kind of case: they ring in the night after."""

NIGHT_BEGINS = time(17)
"""In UTC: one o'clock in China, when offices are closed and the day's imports are done."""

NIGHT_LASTS = timedelta(hours=4)
"""Over how long a night's clocks are spread."""

TELL_ATTEMPTS = 8
"""After so many attempts (about 20 minutes) a notice is recorded as failed."""


class Message(Frozen):
    """A value that travels through Temporal: unknown fields of a newer version are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class CaseStart(Message):
    """How a clerk begins: the case, and the version up to which an earlier run settled it."""

    stream: str
    settled: int = 0


class LookRequest(Message):
    """Say where *stream* stands; nothing is owed any more for facts up to version *settled*."""

    stream: str
    settled: int = 0


class NextClock(Message):
    """The clock that rings next: its stable name and its due instant."""

    name: str
    due: Instant


class WantedTalk(Message):
    """A conversation that should be under way, and the names of the steps that are left of it."""

    name: str
    key: str
    steps: tuple[str, ...] = ()


class ErrandRequest(Message):
    """The errand *command_id* that follows from the fact of *stream* at *version*."""

    stream: str
    version: int
    command_id: str


class Standing(Message):
    """Where a case stands in the ledger, and what is owed because of it.

    *head* is the hash of its newest entry, so that a history bears witness to what stood. *settled*
    is the version up to which nobody is left to be told, *errands* are what other cases lack still.
    *words* say state, holder and next clock to people who open Temporal's own pages; *category* and
    *unit* are for their searches, where the cluster is *searchable* by our attributes: a clerk that
    set one the cluster does not know could never finish a turn.
    """

    version: int = 0
    head: str = ""
    state: str = ""
    over: bool = False
    words: str = ""
    category: str | None = None
    unit: str | None = None
    searchable: bool = False
    next_clock: NextClock | None = None
    talks: tuple[WantedTalk, ...] = ()
    errands: tuple[ErrandRequest, ...] = ()
    settled: int = 0


class RingRequest(Message):
    """Ring the clocks of *stream* that are due by the ledger's clock, then say where it stands.

    *clock* is for whoever reads the history; *settled* is as in `LookRequest`.
    """

    stream: str
    clock: NextClock
    settled: int = 0


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


class TalkStart(Message):
    """How a conversation begins: the case it belongs to and which of its talks it is."""

    stream: str
    key: str


class NextStep(Message):
    """What a conversation has to do next: a step, and the instant before which it is not taken."""

    name: str
    at: Instant


class TalkStanding(Message):
    """Where a conversation stands: whether the case still asks for it, and its next step."""

    wanted: bool
    next_step: NextStep | None = None


class StepRequest(Message):
    """Take the step *step* of the talk *key* of *stream*, should the case ask for it now."""

    stream: str
    key: str
    step: str
