"""An auditor at a page: a case as it stood, what another pack makes of it, the ledger verified.

Every look is recorded on a stream of its own, in the auditor's name, as the command line does.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from audit.reading import Reader, open_reader
from audit.replay.as_of import AsOf, Axis, as_of, as_recorded, pack_of
from audit.replay.compare import compare, published_pack
from audit.replay.standing_then import RulesThen
from audit.verify.verifying import Verdict, verify
from desk.orders import Door
from domain.oversight.words import AuditAct, AuditOutcome
from domain.policy import Policy
from domain.values import instant_text
from ledger.entry import Entry
from policies import PolicyUnknown, pack_ids, shipped_calendar, shipped_pack
from projections.history import HistoryLine, history_of
from services.comparing import differences_of
from services.scope import sees_pairing, task_at
from services.seeing import NothingHere, Seer
from services.standing_aspects import Aspect, aspects_then
from services.tracing import Trace
from services.verifying import looking_here


@dataclass(frozen=True)
class Moment:
    """Which moment is asked for: after so many facts, at an instant, or at a log position."""

    facts: int | None = None
    at: datetime | None = None
    position: int | None = None


@dataclass(frozen=True)
class Then:
    """A case as it stood at one moment; *facts* of *of* had been recorded, or had happened.

    *aspects* is empty where the case was not there yet. *marks* says of
    each fact in order how far along the case's life it lies, in thousandths, and if it is taken in.
    """

    stream: str
    title: str
    axis: Axis
    instant: datetime
    facts: int
    of: int
    found: AsOf
    aspects: tuple[Aspect, ...]
    newest: Entry | None
    history: tuple[HistoryLine, ...]
    stood: frozenset[int]
    marks: tuple[tuple[int, bool], ...]
    since: datetime
    until: datetime
    pack: tuple[str | None, str | None]


@dataclass(frozen=True)
class Recorded:
    """Where an act of audit was recorded; None and why, where it could not be."""

    position: int | None
    lost: str = ""


def trace_of(seer: Seer, lost: list[str]) -> Trace:
    """Return the trace of *seer* at work; why something of it is lost is added to *lost*."""

    def person() -> tuple[str, Door]:
        return seer.session.person, seer.door

    return Trace(lambda: seer.house.books.desk, person, lost.append)


def case_at(seer: Seer, key: str) -> tuple[str, str]:
    """Return stream and title of the case *key*, a work-order number or a pairing's stream.

    Raises `NothingHere` alike for none and one that is not theirs to see.
    """
    wanted = key.strip()
    if not wanted.startswith("pairing/"):
        stream, _, _ = task_at(seer, wanted)
        return stream, wanted.upper()
    seer.house.catch_up()
    line = seer.house.boards.pairings.get(wanted)
    if line is None or not sees_pairing(seer, line):
        raise NothingHere
    return wanted, line.title


def case_then(seer: Seer, key: str, axis: Axis, moment: Moment) -> tuple[Then, Recorded]:
    """Return the case *key* at *moment* on *axis*, and where this look was recorded.

    Raises `NothingHere`, and `CannotRead` where the record cannot be folded.
    """
    stream, title = case_at(seer, key)
    settings = seer.house.settings
    with open_reader(settings.ledger_url) as reader:
        entries = reader.stream(stream)
        in_order = entries
        if axis is Axis.OCCURRED:
            in_order = sorted(entries, key=lambda one: (one.occurred_at, one.position))
        times = [one.occurred_at if axis is Axis.OCCURRED else one.recorded_at for one in in_order]
        instant, facts, position = _resolved(reader, in_order, axis, moment)
        if axis is Axis.OCCURRED:
            found = as_of(reader, instant, axis, only=stream, default_policy=settings.policy)
        else:
            found = as_recorded(
                reader, position, instant, only=stream, default_policy=settings.policy
            )
        case = found.cases.get(stream)
        out = {one.position for one in found.left_out}
        stood = [one for one in in_order[:facts] if one.position not in out]
        aspects = aspects_then(seer, reader, found, case, sorted(stood, key=_position))
        head = reader.head()
    then = Then(
        stream,
        title,
        axis,
        instant,
        facts,
        len(entries),
        found,
        aspects,
        None if case is None else case.last,
        tuple(history_of(in_order, seer.names, seer.language)),
        frozenset(one.position for one in stood),
        tuple(_marks(times, facts)),
        times[0],
        times[-1],
        (None, None) if case is None else pack_of(found, case),
    )
    about = (stream, f"{axis.value}/{instant_text(instant)}")
    counts = {"later": len(found.later), "left_out": len(found.left_out)}
    return then, noted(seer, AuditAct.AS_OF, about, head, AuditOutcome.DONE, counts)


def _position(entry: Entry) -> int:
    return entry.position


def _resolved(
    reader: Reader, entries: Sequence[Entry], axis: Axis, moment: Moment
) -> tuple[datetime, int, int]:
    """Return the instant asked for, how many facts of the case it takes in, and the position."""

    def time_of(entry: Entry) -> datetime:
        return entry.occurred_at if axis is Axis.OCCURRED else entry.recorded_at

    if moment.at is not None:
        position = reader.position_at(moment.at)
        if axis is Axis.OCCURRED:
            return moment.at, bisect_right(entries, moment.at, key=time_of), position
        return moment.at, bisect_right(entries, position, key=_position), position
    if moment.position is not None and axis is Axis.RECORDED:
        position = max(0, min(moment.position, reader.head()))
        entry = reader.entry(position)
        assert entry is not None, "the log is dense"
        return entry.recorded_at, bisect_right(entries, position, key=_position), position
    facts = max(1, min(moment.facts or len(entries), len(entries)))
    last = entries[facts - 1]
    if axis is Axis.OCCURRED:  # all that happened in the same moment
        facts = bisect_right(entries, last.occurred_at, key=time_of)
    return time_of(last), facts, last.position


def _marks(times: Sequence[datetime], facts: int) -> list[tuple[int, bool]]:
    """Return how far along the whole time each fact lies, in thousandths, and if it is taken in."""
    whole = (times[-1] - times[0]).total_seconds() or 1.0
    return [
        (round(1000 * (time - times[0]).total_seconds() / whole), place < facts)
        for place, time in enumerate(times)
    ]


def packs_to_compare(seer: Seer) -> dict[str, Policy]:
    """Return the packs a case can be replayed under, by id: those in force, then those shipped."""
    shipped = {pack: shipped_pack(pack) for pack in pack_ids()}
    return shipped | {pack: terms.policy for pack, terms in seer.rules.policies.items()}


def under_another(seer: Seer, key: str, pack: str) -> tuple[str, list[str], Recorded]:
    """Return the version of *pack*, what it would have made of the case, and where it is noted.

    Raises `NothingHere` for a case or pack there is none of.
    """
    stream, _ = case_at(seer, key)
    offered = packs_to_compare(seer)
    if pack not in offered:
        raise NothingHere
    settings = seer.house.settings
    with open_reader(settings.ledger_url) as reader:
        rules = RulesThen(reader, settings.policy)
        policy = published_pack(rules, pack) or offered[pack]
        try:
            shipped = shipped_calendar(policy)
        except PolicyUnknown:
            shipped = None
        (found,) = compare(reader, policy, [stream], rules=rules, shipped=shipped)
        head = reader.head()
    about = (stream, f"policy/{policy.version}")
    counts = {"cases": 1, "differing": int(found.differs)}
    look = noted(seer, AuditAct.COMPARE, about, head, AuditOutcome.DONE, counts)
    return policy.version, list(differences_of(found, seer)), look


def verified(seer: Seer) -> tuple[Verdict, Recorded]:
    """Verify the whole ledger and all that speaks for it; raise `CannotVerify`."""
    settings = seer.house.settings
    verdict = verify(settings.ledger_url, looking=looking_here(settings))
    look = noted(
        seer,
        AuditAct.VERIFY,
        (),
        verdict.skipped + verdict.entries - 1,
        AuditOutcome.CLEAN if verdict.intact else AuditOutcome.FAULTS_FOUND,
        {"entries": verdict.entries, "faults": len(verdict.faults)},
    )
    return verdict, look


def noted(
    seer: Seer,
    act: AuditAct,
    about: Sequence[str],
    head: int,
    outcome: AuditOutcome,
    counts: Mapping[str, int],
) -> Recorded:
    """Record one act of audit in the name of *seer*, and say where."""
    lost: list[str] = []
    written = trace_of(seer, lost).performed(
        act, about=about, head=head, outcome=outcome, counts=counts
    )
    return Recorded(None if written is None else written.position, "".join(lost))
