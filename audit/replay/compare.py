"""Cases replayed under another policy pack: what would differ, written nowhere.

The same facts happened at the same instants; only the rules that count limits and judge them
differ. So each case is played twice, by its own pack and by the other, with every clock rung at
its due instant, and the two are laid beside each other. `ASSUMPTIONS` says what this cannot tell.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from audit.reading import Reader
from audit.replay.playing import Judgement, OtherPack, Played, Playing
from audit.replay.standing_then import RulesThen
from domain.calendar import WorkCalendar
from domain.clocks import Deadline
from domain.policy import Policy
from domain.refusals import CommandRefused
from domain.rules import Rules, Terms
from domain.task.state import Known
from domain.units import Unit, UnitKind
from domain.values import CASE_CATEGORIES
from ledger.entry import Entry

ASSUMPTIONS: tuple[tuple[str, str], ...] = (
    (
        "假定同样的事实在同样的时刻发生，只改变计算期限和据以评判的规则。",
        (
            "The same facts are taken to have happened at the same instants; only the rules that "
            "compute limits and judge by them differ."
        ),
    ),
    (
        "期限从记录所载的起算时刻起，按另一政策包与当时的日历重新计算。",
        (
            "Each limit is counted from where the record counts it, under the other pack and the "
            "calendar of that moment."
        ),
    ),
    (
        "由时钟引起的状态变化（视同签收、默认评价、归档等）仍按记录发生的时刻计。",
        (
            "Changes of state that a clock brought about (taken as signed in, the rating window, "
            "the archive) stay at the instants on record."
        ),
    ),
    (
        "不能说明：人们在另一套时限下会怎样行动；红牌累计的约谈；另一政策包下会被拒绝的命令之后的走向。",
        (
            "It cannot tell how people would have acted under other limits, summonses for red "
            "cards of other cases, or what would have followed where the other pack refuses what "
            "was done."
        ),
    ),
)
"""What the comparison rests on, and what it cannot tell: Chinese, English."""

_ALWAYS = 2**63 - 1
"""A position after everything."""


@dataclass(frozen=True)
class DueDiffers:
    """One due time: under the pack of the record, and under the other; None where not owed."""

    position: int
    clock: str
    own: Deadline | None
    other: Deadline | None


@dataclass(frozen=True)
class JudgedDiffers:
    """One judgement in a fact, such as `on_time`: as recorded, and as the other pack judges."""

    position: int
    what: str
    own: Any
    other: Any


@dataclass(frozen=True)
class Comparison:
    """What would differ for one case.

    *only_own* are misses and warnings that would not have been (or not then), *only_other* those
    that would. *leads* are the units that lead its category: (own, other), None where they agree.
    *cannot_tell* says why the case could not be played to its end; *refused* what the other pack
    would not have allowed.
    """

    stream: str
    own: str
    other: str
    dues: tuple[DueDiffers, ...] = ()
    judged: tuple[JudgedDiffers, ...] = ()
    only_own: tuple[Judgement, ...] = ()
    only_other: tuple[Judgement, ...] = ()
    leads: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    refused: tuple[str, ...] = ()
    cannot_tell: str | None = None

    @property
    def differs(self) -> bool:
        """Say whether anything would be different."""
        found = (self.dues, self.judged, self.only_own, self.only_other, self.refused)
        return any(found) or self.leads is not None or self.cannot_tell is not None


def published_pack(rules: RulesThen, name: str) -> Policy | None:
    """Return the pack *name* out of the ledger: an id (its newest version), or `id@version`."""
    newest = rules.book.standing(name, _ALWAYS)
    if newest is not None:
        return newest.policy
    return next((one.policy for one in rules.book.packs() if one.version == name), None)


def compare(
    reader: Reader,
    policy: Policy,
    streams: Iterable[str] | None = None,
    *,
    rules: RulesThen | None = None,
    shipped: WorkCalendar | None = None,
) -> Iterator[Comparison]:
    """Yield what would differ under *policy* for each of *streams* (None: all cases), by name.

    *shipped* is the calendar to count by where the ledger has published none of its name.
    """
    then = rules or RulesThen(reader)
    other = OtherPack(policy, then, shipped)
    newest = reader.entry(reader.head())
    if newest is None:
        return
    every = (stream for category in CASE_CATEGORIES for stream in reader.streams(category))
    for stream in every if streams is None else list(streams):
        yield _compared(reader.stream(stream), then, other, newest.recorded_at)


def _compared(
    entries: list[Entry], rules: RulesThen, other: OtherPack, end: datetime
) -> Comparison:
    stream, version = entries[0].stream, other.version
    own = Playing(stream, rules, None, end)
    would = Playing(stream, rules, other, end)
    cannot_tell = _play(own, would, entries)
    leads = _leads(own.state, rules.at(entries[-1].position), own.terms, other.policy)
    return Comparison(
        stream=stream,
        own="" if own.terms is None else own.terms.version,
        other=version,
        dues=tuple(_dues(own.played, would.played)),
        judged=tuple(_judged(own.played, would.played)),
        only_own=_without(own.played.judgements, would.played.judgements),
        only_other=_without(would.played.judgements, own.played.judgements),
        leads=leads,
        refused=tuple(_refused(entries, other.policy)),
        cannot_tell=cannot_tell,
    )


def _play(own: Playing, would: Playing, entries: list[Entry]) -> str | None:
    """Play both to the end; return at which position and why that was not possible."""
    position = -1
    try:
        for entry in entries:
            position = entry.position
            own.take(entry, None)
            would.take(entry, own)
        own.finish()
        would.finish()
    except CommandRefused as refusal:
        return f"{position}: {refusal.english}"
    except (ValueError, AssertionError, KeyError) as problem:  # pydantic's among them
        return f"{position}: {type(problem).__name__}"
    return None


def _dues(own: Played, other: Played) -> Iterator[DueDiffers]:
    for key in sorted(own.deadlines.keys() | other.deadlines.keys()):
        (clock, was), (name, would) = (
            own.deadlines.get(key, ("", None)),
            other.deadlines.get(key, ("", None)),
        )
        if (was and was.due) != (would and would.due):
            yield DueDiffers(key[0], clock or name, was, would)


def _judged(own: Played, other: Played) -> Iterator[JudgedDiffers]:
    for key in sorted(own.judged.keys() | other.judged.keys()):
        was, would = own.judged.get(key), other.judged.get(key)
        if was != would:
            yield JudgedDiffers(key[0], key[1], was, would)


def _without(some: list[Judgement], others: list[Judgement]) -> tuple[Judgement, ...]:
    return tuple(one for one in some if one not in others)


def _leads(
    state: Any, rules: Rules, own: Terms | None, other: Policy
) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return the units that lead the task's category under both packs, None where they agree."""
    if not isinstance(state, Known) or own is None:
        return None
    need = state.body.need
    was = leading_units(own.policy, need.category, need.place, rules.units.values())
    would = leading_units(other, need.category, need.place, rules.units.values())
    return None if was == would else (was, would)


def leading_units(
    policy: Policy, category: str, place: str, units: Iterable[Unit]
) -> tuple[str, ...]:
    """Return the units that lead *category* for *place* under *policy*, by code."""
    known = policy.category(category)
    if known is None:
        return ()
    return tuple(
        sorted(
            unit.code
            for unit in units
            if unit.covers(place)
            and (
                (unit.kind is UnitKind.DEPARTMENT and unit.line in known.lead)
                or (unit.kind is UnitKind.STREET_OFFICE and known.street_leads)
            )
        )
    )


def _refused(entries: list[Entry], other: Policy) -> Iterator[str]:
    """Name what was done that the other pack does not allow, by position and list."""
    grounds = {
        "task_not_admitted.v1": ("ground", other.refusal_grounds),
        "task_diverted.v1": ("route", other.divert_routes),
        "task_terminated.v1": ("ground", other.termination_grounds),
        "carry_proposed.v1": ("cause", other.carrying.causes),
        "whistle_blown.v1": ("ground", other.whistling.grounds),
        "score_appeal_filed.v1": ("ground", other.score_exclusion_grounds),
    }
    for entry in entries:
        if entry.kind in ("task_registered.v1", "task_triaged.v1"):
            if other.category(entry.fact["category"]) is None:
                yield f"{entry.position}: category {entry.fact['category']}"
        elif entry.kind in grounds:
            name, listed = grounds[entry.kind]
            if entry.fact[name] not in {one.code for one in listed}:
                yield f"{entry.position}: {name} {entry.fact[name]}"
        elif entry.kind == "extension_requested.v1":
            number, allowed = entry.fact["number"], other.extensions.times_max
            yield from [f"{entry.position}: extension {number}"] if number > allowed else []
