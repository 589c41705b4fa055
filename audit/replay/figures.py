"""Every rate counted once more from the facts, so that no board has to be believed.

A second computation: it shares the definitions' names with the boards, and nothing else. Each
task is folded by the rules of the domain; what is counted is kept beside the log positions that
opened and settled it, so that a figure is two lists of positions and the reasons of what was left
out. Counting up to an earlier position gives exactly the figure of that moment.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from typing import Any

from audit.reading import Reader
from audit.replay.standing_then import CaseThen, followed
from domain.policy import Ratings
from domain.service_definitions import DEFINITIONS, NEVER_SCORED, Definition
from domain.task.state import Known
from ledger.entry import Entry

CHINA = timezone(timedelta(hours=8), "UTC+8")
_GRADE_WITHOUT_A_PACK = int(Ratings.model_fields["satisfied_from"].default)
_PLACE_DIGITS = 9  # a rate is shown by street office at the finest


@dataclass(frozen=True)
class Counted:
    """One thing counted: where, for whom, in which month, and the entries that prove it.

    *opened* and *settled* are log positions; *excluded* is why it was left out, None where it
    counts; *part* tells things of one task and round apart.
    """

    metric: str
    stream: str
    part: str
    unit: str | None
    street: str
    category: str
    pairing: str | None
    month: str
    counts: bool
    excluded: str | None
    remark: str | None
    opened: int
    settled: int


@dataclass(frozen=True)
class Wanted:
    """Which counts are meant; *place* is a division code and means everything within it.

    *month* is `2026-11`; None means all.
    """

    unit: str | None = None
    place: str | None = None
    month: str | None = None
    category: str | None = None
    pairing: str | None = None

    def holds(self, one: Counted) -> bool:
        """Say whether *one* is among what is wanted."""
        return (
            self.unit in (None, one.unit)
            and self.month in (None, one.month)
            and self.category in (None, one.category)
            and self.pairing in (None, one.pairing)
            and (self.place is None or one.street.startswith(_area(self.place)))
        )


@dataclass(frozen=True)
class Figure:
    """One rate as of a log position: what is above the line, below it, and what was left out."""

    definition: Definition
    wanted: Wanted
    until: int
    numerator: tuple[Counted, ...]
    denominator: tuple[Counted, ...]
    excluded: tuple[Counted, ...]

    @property
    def percent(self) -> str | None:
        """The rate to one decimal, rounded half up, such as `96.7%`; None with nothing to count."""
        return percent(len(self.numerator), len(self.denominator))


def percent(above: int, below: int) -> str | None:
    """Return *above* out of *below* in percent to one decimal, rounded half up."""
    if not below:
        return None
    permille = (above * 2000 + below) // (2 * below)
    return f"{permille // 10}.{permille % 10}%"


def metric_named(name: str) -> Definition | None:
    """Return the definition *name*: in full (`satisfaction_rate@1`), without `_rate` or version.

    Without a version the newest is meant.
    """
    wanted = name.strip().lower().replace("-", "_")
    for metric in sorted(DEFINITIONS, reverse=True):
        stem = metric.partition("@")[0]
        if wanted in (metric, stem, stem.removesuffix("_rate"), DEFINITIONS[metric].zh):
            return DEFINITIONS[metric]
    return None


def figure(reader: Reader, definition: Definition, wanted: Wanted, until: int) -> Figure:
    """Return the rate *definition* of *wanted* as the log up to position *until* gives it."""
    found = [
        one
        for one in counted(reader, until)
        if one.metric == definition.metric and wanted.holds(one)
    ]
    included = tuple(one for one in found if one.excluded is None)
    return Figure(
        definition=definition,
        wanted=wanted,
        until=until,
        numerator=tuple(one for one in included if one.counts),
        denominator=included,
        excluded=tuple(one for one in found if one.excluded is not None),
    )


def counted(reader: Reader, until: int | None = None) -> list[Counted]:
    """Return everything every metric counts up to position *until*, in the order it was opened."""
    packs = _Packs()
    tasks: dict[str, _Task] = {}
    for entry in reader.entries(until=until, categories=("task", "policy")):
        if entry.kind == "policy_published.v1":
            packs.published(entry)
        elif entry.stream.startswith("task/"):
            tasks.setdefault(entry.stream, _Task(packs)).remember(entry)
    found = (one for task in tasks.values() for one in task.found.values())
    return sorted(
        found, key=lambda one: (one.opened, one.settled, one.stream, one.metric, one.part)
    )


def figures_table(reader: Reader, until: int | None = None) -> list[dict[str, Any]]:
    """Return every rate by unit and month as of *until*: plain rows for a sheet.

    Columns: metric, name_zh, name_en, unit, month, numerator, denominator, percent, excluded,
    reasons (of what was left out, `reason: count`), until (log position).
    """
    last = reader.head() if until is None else until
    groups: dict[tuple[str, str, str], list[Counted]] = {}
    for one in counted(reader, last):
        groups.setdefault((one.metric, one.month, one.unit or ""), []).append(one)
    order = list(DEFINITIONS)
    rows = []
    for metric, month, unit in sorted(groups, key=lambda key: (order.index(key[0]), *key[1:])):
        members = groups[metric, month, unit]
        included = [one for one in members if one.excluded is None]
        above, left_out = sum(one.counts for one in included), reasons_of(members)
        rows.append(
            {
                "metric": metric,
                "name_zh": DEFINITIONS[metric].zh,
                "name_en": DEFINITIONS[metric].en,
                "unit": unit,
                "month": month,
                "numerator": above,
                "denominator": len(included),
                "percent": percent(above, len(included)),
                "excluded": len(members) - len(included),
                "reasons": "; ".join(f"{why}: {len(some)}" for why, some in left_out.items()),
                "until": last,
            }
        )
    return rows


def reasons_of(members: Iterable[Counted]) -> dict[str, list[Counted]]:
    """Return what was left out by the reason, reasons in alphabetical order."""
    found: dict[str, list[Counted]] = {}
    for one in members:
        if one.excluded is not None:
            found.setdefault(one.excluded, []).append(one)
    return dict(sorted(found.items()))


def month_of(instant: datetime) -> str:
    """Return the month *instant* lies in, as clocks in China show it."""
    return instant.astimezone(CHINA).strftime("%Y-%m")


def _area(place: str) -> str:
    while len(place) in (4, 6) and place.endswith("00"):
        place = place[:-2]
    return place[:_PLACE_DIGITS]


class _Packs:
    """From which grade on each pack counts as satisfied, and which categories it never scores."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, frozenset[str]]] = {}

    def published(self, entry: Entry) -> None:
        policy = entry.fact["policy"]
        unscored = {
            one["code"] for one in policy["categories"] if one["rating_excluded_from_score"]
        }
        grade = int(policy["ratings"]["satisfied_from"])
        self._known[entry.fact["version"]] = (grade, frozenset(unscored))

    def satisfied_from(self, version: str | None) -> int:
        return self._known.get(version or "", (_GRADE_WITHOUT_A_PACK, frozenset()))[0]

    def unscored(self, version: str | None) -> frozenset[str]:
        return self._known.get(version or "", (0, frozenset()))[1]


class _Task:
    """What one task adds to the figures; *found* has each thing once, as it was settled last."""

    def __init__(self, packs: _Packs) -> None:
        self._packs = packs
        self._case: CaseThen | None = None
        self._rounds = 0
        self.found: dict[tuple[str, int, str], Counted] = {}

    def remember(self, entry: Entry) -> None:
        """Take one more fact of the task into account."""
        self._case = followed(self._case, entry)
        if not isinstance(self._case.state, Known):
            return
        self._rounds += entry.kind in ("task_registered.v1", "task_reopened.v1")
        self._rounds += entry.kind == "rework_ordered.v1"  # each rework is counted for itself
        fact = entry.fact
        match entry.kind:
            case "resident_contacted.v1":
                self._contacted(entry, self._unit, within_limit=fact["within_limit"])
            case "limit_missed.v1" if fact["clock"] == "first_contact":
                self._contacted(entry, fact["unit"] or self._unit, within_limit=False)
            case "task_dispatched.v1" | "unit_designated.v1":
                self._put(entry, "return_rate@1", str(entry.position), counts=False)
                self._put(entry, "extension_rate@1", str(entry.position), counts=False)
            case "return_approved.v1" | "return_refused.v1":
                self._return_answered(entry, approved=entry.kind == "return_approved.v1")
            case "extension_granted.v1":
                self._settle(entry, "extension_rate@1")
            case "task_overdue.v1":
                self._first(entry, "on_time_rate@1", counts=False, unit=fact["unit"])
            case "result_submitted.v1":
                self._first(entry, "on_time_rate@1", counts=fact["on_time"])
                self._put(entry, "rework_rate@1", str(entry.position), counts=False)
            case "rework_ordered.v1":
                self._settle(entry, "rework_rate@1")
            case "callback_recorded.v1" | "task_rated.v1":
                self._answered(entry)
            case "rating_defaulted.v1":
                self._silent(entry)
            case "score_excluded.v1":
                self._left_out(f"score_excluded:{fact['ground']}")
            case _:
                pass

    # What the facts count for.

    def _contacted(self, entry: Entry, unit: str, *, within_limit: bool) -> None:
        """The first contact of a unit, or its missing the limit, whichever came first."""
        self._first(entry, "response_rate@1", unit, counts=within_limit, unit=unit)

    def _return_answered(self, entry: Entry, *, approved: bool) -> None:
        """A return granted undoes a dispatch; one refused was improper."""
        unit = str(entry.fact["unit"])
        if approved:
            self._settle(entry, "return_rate@1", unit)
        part = str(entry.position)
        self._put(entry, "improper_return_rate@1", part, counts=not approved, unit=unit)

    def _answered(self, entry: Entry) -> None:
        """A resident answered, by telephone or by their own rating; the last word counts."""
        fact, part = entry.fact, str(entry.fact["subject"] or "callback")
        if fact["resolved"] is not None:
            self._put(entry, "resolution_rate@1", part, counts=fact["resolved"])
        if fact["grade"] is not None:
            satisfied = fact["grade"] >= self._packs.satisfied_from(entry.policy)
            self._put(entry, "satisfaction_rate@1", part, counts=satisfied)
            self._put(entry, "rating_coverage@1", part, counts=True)
        elif fact["resolution"] == "UNRATED":
            self._unrated(entry, part, default=False)

    def _silent(self, entry: Entry) -> None:
        """The window passed: unrated, or satisfied by default where the pack says so."""
        default = entry.fact["value"] == "SATISFIED"
        for part in entry.fact["subjects"] or ("nobody",):
            self._unrated(entry, part, default=default)

    def _unrated(self, entry: Entry, part: str, *, default: bool) -> None:
        if self._key("satisfaction_rate@1", part) in self.found:
            return
        left_out = None if default else "unrated"
        remark = "default" if default else None
        self._put(entry, "satisfaction_rate@1", part, counts=default, why=left_out, remark=remark)
        self._put(entry, "rating_coverage@1", part, counts=False)

    def _left_out(self, why: str) -> None:
        """All this task has counted so far is left out of the score."""
        self.found = {
            key: replace(one, excluded=one.excluded or why) for key, one in self.found.items()
        }

    # Keeping what is counted.

    @property
    def _known(self) -> Known:
        assert self._case is not None, "a task counts once it is registered"
        state = self._case.state
        assert isinstance(state, Known), "a task counts once it is registered"
        return state

    @property
    def _unit(self) -> str:
        return self._known.body.holding.main or ""

    def _key(self, metric: str, part: str) -> tuple[str, int, str]:
        return metric, self._rounds, part

    def _first(
        self, entry: Entry, metric: str, part: str = "", *, counts: bool, unit: str | None = None
    ) -> None:
        """Count what only the first time decides."""
        if self._key(metric, part) not in self.found:
            self._put(entry, metric, part, counts=counts, unit=unit)

    def _put(
        self,
        entry: Entry,
        metric: str,
        part: str,
        *,
        counts: bool,
        unit: str | None = None,
        why: str | None = None,
        remark: str | None = None,
    ) -> None:
        """Count one thing of this round, in place of what was counted for it before."""
        key, need = self._key(metric, part), self._known.body.need
        before = self.found.get(key)
        if (
            why is None
            and metric in NEVER_SCORED
            and need.category in self._packs.unscored(entry.policy)
        ):
            why = "category_not_scored"
        self.found[key] = Counted(
            metric=metric,
            stream=entry.stream,
            part=part,
            unit=unit or self._unit or None,
            street=need.place[:_PLACE_DIGITS],
            category=need.category,
            pairing=need.pairing,
            month=before.month if before else month_of(entry.recorded_at),
            counts=counts,
            excluded=why,
            remark=remark,
            opened=before.opened if before else entry.position,
            settled=entry.position,
        )

    def _settle(self, entry: Entry, metric: str, unit: str | None = None) -> None:
        """What was opened last is settled, whatever round it is now."""
        open_ones = [
            (one.opened, key)
            for key, one in self.found.items()
            if one.metric == metric and unit in (None, one.unit)
        ]
        if open_ones:
            _, key = max(open_ones)
            self.found[key] = replace(self.found[key], counts=True, settled=entry.position)
