"""Why each due time of a case is what it is: the limit, its start, its calendar, its pauses.

`Explaining` is told the facts of one case in order and gives the reasons of the due times each of
them states. Every one is computed again from its stated inputs, with the pack and the calendar it
names; a due time that comes out otherwise, or that names a calendar which did not stand when it
was set, is a finding, and the reason says so. The words are in `wording_reasons.py`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

from domain.calendar import WorkCalendar, parse_limit
from domain.clocks import Deadline
from domain.registry.standing import PublishedCalendar
from domain.registry.state import RegistryBook
from domain.rules import Terms

DEADLINE_FIELDS = frozenset(Deadline.model_fields) - {"provisional"}

CLOCK_OF_FIELD: dict[str, str] = {
    "triage_by": "triage",
    "queue_at": "queue",
    "dispatch_by": "dispatch",
    "sign_in_by": "sign_in",
    "due": "due",
    "adjudicate_by": "adjudication",
    "first_contact_by": "first_contact",
    "stage_report_by": "stage_report",
    "next_stage_report_by": "stage_report",
    "arrive_by": "arrival",
    "callback_by": "callback",
    "next_callback_by": "callback",
    "rating_until": "rating",
    "archive_at": "archive",
    "answer_by": "answer",
    "sign_by": "signing",
    "approve_by": "approval",
    "review_at": "review",
    "score_by": "review_scores",
    "hand_over_by": "hand_over",
}
"""The clock that watches the deadline in a field of a fact; *review_by* depends on the fact."""

REVIEW_OF_FACT = {
    "return_requested.v1": "return_review",
    "extension_requested.v1": "extension_review",
    "result_submitted.v1": "result_review",
}
"""The clock that watches the *review_by* of a fact."""

CLOCK_OF_FACT: dict[tuple[str, str], str] = {
    ("finding_recorded.v1", "adopt_by"): "adoption",
    ("finding_recorded.v1", "refresh_by"): "refresh",
    ("finding_adopted.v1", "plan_by"): "remedy_plan",
    ("value_measured.v1", "refresh_by"): "refresh",
    ("remedy_reported.v1", "verify_by"): "remedy_verification",
    ("finding_struck_off.v1", "reopen_by"): "reopening",
    ("finding_reopened.v1", "adopt_by"): "adoption",
    ("finding_reopened.v1", "refresh_by"): "refresh",
    ("facility_proposed.v1", "decide_by"): "facility_decision",
    ("facility_site_changed.v1", "decide_by"): "facility_decision",
    ("facility_approved.v1", "milestone_by"): "milestone",
    ("milestone_recorded.v1", "next_by"): "milestone",
    ("completion_reported.v1", "accept_by"): "acceptance",
    ("facility_accepted.v1", "open_by"): "opening",
    ("acceptance_refused.v1", "complete_by"): "completion",
    ("facility_suspended.v1", "rectify_by"): "facility_rectification",
    ("admission_applied.v1", "look_by"): "look_at",
    ("correction_asked.v1", "correct_by"): "correct",
    ("application_corrected.v1", "look_by"): "look_at",
    ("application_taken_up.v1", "answer_by"): "verify",
    ("provider_change_reported.v1", "verify_by"): "verify_change",
    ("provider_warned.v1", "rectify_by"): "rectify",
    ("rectification_submitted.v1", "confirm_by"): "confirm",
    ("rectification_refused.v1", "rectify_by"): "rectify",
    ("provider_suspended.v1", "reasons_by"): "reasons",
    ("exit_order_given.v1", "countersign_by"): "countersign",
    ("measure_appealed.v1", "decide_by"): "appeal",
    ("measure_upheld.v1", "rectify_by"): "rectify",
    ("programme_drafted.v1", "decide_by"): "draft_review",
    ("programme_revised.v1", "decide_by"): "draft_review",
    ("programme_call_closed.v1", "select_by"): "selection",
    ("communities_selected.v1", "publish_by"): "publication",
    ("selection_published.v1", "progress_at"): "progress",
    ("programme_progress_recorded.v1", "progress_at"): "progress",
    ("assessment_begun.v1", "assess_by"): "assessment",
}
"""The clock that watches a deadline where its field alone does not say so."""

NAMED = {
    ("assist_invited.v1", "due"): "assist",
    ("assist_overdue.v1", "due"): "assist",
    ("carry_proposed.v1", "review_at"): "carry_review",
    ("task_carried.v1", "review_at"): "carry_review",
    ("pairing_drafted.v1", "term_end"): "term_end",
    ("pairing_approved.v1", "term_end"): "term_end",
    ("pairing_renewed.v1", "term_end"): "term_end",
    ("pairing_expired.v1", "term_end"): "term_end",
    ("pairing_suspended.v1", "until"): "resume",
}
"""Due times that people name within the rules; no limit is counted for them."""


class Rule(StrEnum):
    """How a due time was reached."""

    COUNTED = "COUNTED"  # a limit from a start
    RESUMED = "RESUMED"  # what was left of a limit after a pause
    NAMED = "NAMED"  # named by whoever acted
    SHARE = "SHARE"  # a share of the handling time is used
    BEFORE = "BEFORE"  # a limit before the due instant


@dataclass(frozen=True)
class Notices:
    """The calendar years and overlays a count rests on, each beside its revision.

    *unpublished* are years it touches that no notice had been published for.
    """

    name: str
    years: tuple[tuple[int, int], ...] = ()
    unpublished: tuple[int, ...] = ()
    overlays: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True)
class Reason:
    """Why a due time is what it is.

    *clock* is what it is the limit of, *field* its place in the fact. *counted_from* is where the
    limit began to count, before all *pauses* (pairs of instants). *expected* is what it comes to
    when computed again, None where the pack or calendar it names is not in the ledger; *stood*
    says whether these versions stood when it was set, None where that is unknown.
    """

    field: str
    clock: str
    due: datetime
    rule: Rule
    limit: str | None = None
    counted_from: datetime | None = None
    count_from: str | None = None
    pauses: tuple[tuple[datetime, datetime], ...] = ()
    notices: Notices | None = None
    policy: str | None = None
    calendar: str | None = None
    provisional: bool = False
    percent: int | None = None
    expected: datetime | None = None
    stood: bool | None = None

    @property
    def agrees(self) -> bool | None:
        """Whether it comes out the same when computed again; None where that cannot be told."""
        if self.rule is Rule.NAMED:
            return True
        if self.stood is False:
            return False
        return None if self.expected is None else self.expected == self.due


class Told(Protocol):
    """What is needed of an entry of the ledger; `ledger.entry.Entry` has it."""

    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def fact(self) -> dict[str, Any]: ...  # noqa: D102
    @property
    def seen(self) -> int: ...  # noqa: D102


class TermsBook:
    """Every pack with every calendar there has been, by their versions; filled in log order."""

    def __init__(self) -> None:
        self._terms: dict[tuple[str, str], Terms] = {}
        self._published: dict[str, PublishedCalendar] = {}
        self._stood: dict[str, list[tuple[int, Terms]]] = {}

    def take(self, registry: RegistryBook, position: int) -> None:
        """Remember what stands in *registry* once the fact at *position* happened to it."""
        for pack, terms in registry.rules(seen=position, default_policy="").policies.items():
            self._terms[terms.version, terms.calendar.version] = terms
            self._published[terms.calendar.version] = registry.calendars[terms.policy.calendar]
            stood = self._stood.setdefault(pack, [])
            if not stood or stood[-1][1] is not terms:
                stood.append((position, terms))

    def terms(self, policy: str, calendar: str) -> Terms | None:
        """Return the pack and calendar of these versions, None where they never stood together."""
        return self._terms.get((policy, calendar))

    def standing(self, pack: str, seen: int) -> Terms | None:
        """Return the pack *pack* (its id) with its calendar as they stood at position *seen*."""
        standing = (
            terms for position, terms in reversed(self._stood.get(pack, ())) if position <= seen
        )
        return next(standing, None)

    def packs(self) -> Iterator[Terms]:
        """Yield every pack with every calendar there has been, oldest first."""
        yield from self._terms.values()

    def notices(self, calendar: WorkCalendar, start: datetime, end: datetime) -> Notices:
        """Return the years and overlays of *calendar* that a count between two instants uses."""
        name = calendar.version.rpartition("-")[0]
        published = self._published.get(calendar.version, PublishedCalendar())
        first, last = calendar.local_date(min(start, end)), calendar.local_date(max(start, end))
        touched = range(first.year, last.year + 1)
        return Notices(
            name=name,
            years=tuple(
                (year.year, revision)
                for year, revision in published.years
                if year.year in touched or _says(year.days, first, last)
            ),
            unpublished=tuple(year for year in touched if year not in calendar.published),
            overlays=tuple(
                (overlay.name, revision)
                for overlay, revision in published.overlays
                if _says(overlay.days, first, last)
            ),
        )


def _says(days: tuple[Any, ...], first: date, last: date) -> bool:
    return any(first <= day.date <= last for day in days)


@dataclass(frozen=True)
class _Pause:
    """The newest pause of the due clock: what was due, from when to when it stood still."""

    due_before: Deadline
    since: datetime
    until: datetime


class Explaining:
    """Explains the due times of one case; it is told every fact of it once, in order."""

    def __init__(self, book: TermsBook) -> None:
        self._book = book
        self._known: dict[Deadline, Reason] = {}
        self._due: Reason | None = None
        self._pause: _Pause | None = None

    def explain(self, told: Told) -> tuple[Reason, ...]:
        """Return the reason of each due time the fact states, in the order of its fields.

        A deadline that only repeats an earlier one has the reason of the first time. Old values
        (*due_before*, *paused_due*) were explained where they were new.
        """
        return tuple(self._of(told))

    def _of(self, told: Told) -> Iterator[Reason]:
        for field, value in told.fact.items():
            if field in ("due_before", "paused_due"):
                continue
            if clock := NAMED.get((told.kind, field)):
                yield self._named(told, field, clock, datetime.fromisoformat(value))
            elif isinstance(value, Mapping) and value.keys() >= DEADLINE_FIELDS:
                yield self._deadline(told, field, Deadline.model_validate(value))
            elif told.kind == "supervision_raised.v1" and field == "due" and value is not None:
                cause, due = str(told.fact["cause"]), datetime.fromisoformat(value)
                if reason := self.warning(cause, due, told.seen):
                    yield reason
            elif told.kind == "result_approved.v1" and field == "remind_at" and value is not None:
                yield self._reminder(told, datetime.fromisoformat(value))

    # A deadline with all it was computed from.

    def _deadline(self, told: Told, field: str, deadline: Deadline) -> Reason:
        clock = clock_of(told.kind, field, told.fact)
        known = self._known.get(deadline)
        if known is not None:
            return replace(known, field=field, clock=clock)
        terms = self._book.terms(deadline.policy, deadline.calendar)
        reason = self._counted(told.seen, field, clock, deadline, terms)
        if clock == "due":
            reason = self._after_a_pause(told, deadline, terms, reason)
            self._due = reason
        self._known[deadline] = reason
        return reason

    def _counted(
        self, seen: int, field: str, clock: str, deadline: Deadline, terms: Terms | None
    ) -> Reason:
        stood = self._book.standing(deadline.policy.partition("@")[0], seen)
        reason = Reason(
            field=field,
            clock=clock,
            due=deadline.due,
            rule=Rule.COUNTED,
            limit=deadline.limit,
            counted_from=deadline.counted_from,
            count_from=deadline.count_from,
            policy=deadline.policy,
            calendar=deadline.calendar,
            provisional=deadline.provisional,
            stood=None if stood is None else _versions(stood) == _stated(deadline),
        )
        if terms is None:
            return reason
        due, _ = terms.calendar.due(deadline.limit, deadline.counted_from, deadline.count_from)
        notices = self._notices(terms, deadline.limit, deadline.counted_from, deadline.due)
        return replace(reason, expected=due, notices=notices)

    def _after_a_pause(
        self, told: Told, deadline: Deadline, terms: Terms | None, reason: Reason
    ) -> Reason:
        """Where the due clock stood still, tell the limit from its first start on."""
        if told.kind == "task_reactivated.v1":
            self._pause = _Pause(
                due_before=Deadline.model_validate(told.fact["due_before"]),
                since=datetime.fromisoformat(told.fact["paused_since"]),
                until=deadline.counted_from,
            )
        elif told.kind != "deadline_recalculated.v1":
            self._pause = None
        pause = self._pause
        if pause is None or pause.due_before.limit != deadline.limit:
            return reason
        if (
            terms is not None
            and reason.expected == deadline.due
            and told.kind != "task_reactivated.v1"
        ):
            return reason
        before = self._due
        resumed = replace(
            reason,
            rule=Rule.RESUMED,
            counted_from=pause.due_before.counted_from,
            pauses=((pause.since, pause.until),),
        )
        if before is not None and before.rule is Rule.RESUMED:
            earlier = (
                before.pauses[:-1] if told.kind == "deadline_recalculated.v1" else before.pauses
            )
            resumed = replace(
                resumed,
                counted_from=before.counted_from,
                pauses=(*earlier, (pause.since, pause.until)),
            )
        if terms is None:
            return resumed
        due, _ = terms.calendar.resumed(
            pause.due_before.due, pause.since, pause.until, deadline.limit
        )
        if due != deadline.due and reason.expected == deadline.due:
            return reason  # what was left was less than the pack's least time
        assert resumed.counted_from is not None, "a resumed limit was counted from somewhere"
        notices = self._notices(terms, deadline.limit, resumed.counted_from, deadline.due)
        return replace(resumed, expected=due, notices=notices)

    def _notices(self, terms: Terms, limit: str, start: datetime, end: datetime) -> Notices | None:
        if parse_limit(limit).is_wall_clock:
            return None
        return self._book.notices(terms.calendar, start, end)

    # Due times without a deadline of their own.

    def _named(self, told: Told, field: str, clock: str, due: datetime) -> Reason:
        if clock == "assist":
            clock = f"assist/{told.fact['number']}"
        return Reason(field=field, clock=clock, due=due, rule=Rule.NAMED)

    def _reminder(self, told: Told, due: datetime) -> Reason:
        """The resident is reminded once, a while after the result was approved."""
        callback = Deadline.model_validate(told.fact["callback_by"])
        terms = self._book.terms(callback.policy, callback.calendar)
        if terms is None:
            return Reason("remind_at", "rating", due, Rule.NAMED)
        stated = terms.deadline(terms.policy.ratings.remind_after, callback.counted_from)
        return replace(self._counted(told.seen, "remind_at", "rating", stated, terms), due=due)

    def warning(self, cause: str, due: datetime, seen: int) -> Reason | None:
        """Return how a rung of the ladder follows from the handling limit, None where it does not.

        *cause* is the clock that takes it, such as `due.yellow`; *seen* the position of the rules.
        """
        base = self._due
        if base is None or not cause.startswith("due"):
            known = (one for one in self._known.values() if (one.clock, one.due) == (cause, due))
            return next(known, None)
        terms = self._book.terms(base.policy or "", base.calendar or "")
        ladder = None if terms is None else terms.policy.supervision
        warning = replace(base, field="due", clock=cause, due=due, expected=None)
        match cause:
            case "due.remind_half" | "due.yellow":
                warning = replace(warning, rule=Rule.SHARE)
                if terms is None or ladder is None:
                    return warning
                half = cause == "due.remind_half"
                percent = ladder.remind_at_percent if half else ladder.yellow_at_percent
                # The share is of the time since the last start, whatever had run before a pause.
                start = base.pauses[-1][1] if base.pauses else base.counted_from
                assert start is not None, "a handling limit was counted from somewhere"
                at = terms.calendar.at_percent(start, base.due, base.limit or "", percent)
                return replace(warning, percent=percent, counted_from=start, expected=at)
            case "due.remind_before":
                warning = replace(warning, rule=Rule.BEFORE, counted_from=base.due)
                if terms is None or ladder is None:
                    return warning
                limit = ladder.remind_before
                at = terms.calendar.before(base.due, limit)
                return replace(warning, limit=limit, expected=at)
            case "due.listed":
                if terms is None or ladder is None:
                    return warning
                stated = terms.deadline(ladder.listed_after, base.due)
                return replace(self._counted(seen, "due", cause, stated, terms), due=due)
            case _:
                return replace(base, field="due")


def clock_of(kind: str, field: str, fact: Mapping[str, Any]) -> str:
    """Return the clock that watches the deadline in *field* of a *fact* of this *kind*."""
    if kind.endswith("deadline_recalculated.v1"):
        return str(fact["clock"])
    if (kind, field) == ("milestone_recorded.v1", "next_by") and fact["next_milestone"] is None:
        return "completion"
    if field == "review_by":
        return REVIEW_OF_FACT.get(kind, "review")
    clock = CLOCK_OF_FACT.get((kind, field)) or CLOCK_OF_FIELD.get(field, field)
    return f"{clock}/{fact['number']}" if clock == "arrival" else clock


def _versions(terms: Terms) -> tuple[str, str]:
    return terms.version, terms.calendar.version


def _stated(deadline: Deadline) -> tuple[str, str]:
    return deadline.policy, deadline.calendar
