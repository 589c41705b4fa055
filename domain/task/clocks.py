"""Which clocks of a support task run, and when each is due.

Pure: the same state under the same rules gives the same clocks, in the order they ring. A clock
that rang without changing the main state is remembered by name and due instant (`Body.rung`) and
runs no more; with another due instant it is another clock.
"""

from collections.abc import Iterator
from datetime import datetime

from domain.clocks import Clock, Deadline
from domain.rules import Rules, Terms
from domain.task.facts import SupervisionLevel
from domain.task.handling import CONTACT_ATTEMPTS
from domain.task.limits import terms_of
from domain.task.state import (
    OPEN_STATES,
    Accepted,
    Adjudication,
    AssistStatus,
    Body,
    Callback,
    Carried,
    Closed,
    Dispatched,
    ExtensionStatus,
    Final,
    InHand,
    InProgress,
    Known,
    PendingDispatch,
    Rating,
    Registered,
    ResultReview,
    ReturnReview,
    Task,
    Triaged,
)
from domain.task.supervising import rung


def clocks(task: Task, rules: Rules) -> tuple[Clock, ...]:
    """Return the running clocks of *task*, the one that rings first at the front."""
    if not isinstance(task, Known):
        return ()
    body = task.body
    running = (
        clock
        for clock in (*_of_the_state(task), *_of_the_regions(task, terms_of(body, rules)))
        if (clock.name, clock.due) not in body.rung
    )
    return tuple(sorted(running, key=lambda clock: (clock.due, clock.name)))


def _watching(name: str, deadline: Deadline) -> Clock:
    return Clock(name, deadline.due, deadline)


def _of_the_state(task: Known) -> Iterator[Clock]:
    """Clocks that the main state owns; they stop when it is left."""
    body = task.body
    match task:
        case Registered(triage_by=by):
            yield _watching("triage", by)
        case Triaged(queue_at=at):
            yield _watching("queue", at)
        case PendingDispatch(dispatch_by=by):
            yield _watching("dispatch", by)
        case Dispatched(sign_in_by=by):
            yield _watching("sign_in", by)
        case ReturnReview(review_by=by):
            yield _watching("return_review", by)
        case Adjudication(adjudicate_by=by):
            yield _watching("adjudication", by)
        case Accepted() | InProgress():
            yield from _of_handling(body)
        case Carried(review_at=at):
            yield Clock("carry_review", at)
        case ResultReview(review_by=by):
            yield _watching("result_review", by)
        case Callback() | Rating():
            yield from _of_feedback(task)
        case Closed() if body.score.status == "APPEALED":
            return  # It waits for whoever decides the score appeal, and is archived after that.
        case Final(archive_at=at):
            yield _watching("archive", at)
        case _:
            return


def _of_handling(body: Body) -> Iterator[Clock]:
    handling = body.handling
    tried = handling.contact_reached or handling.contact_attempts >= CONTACT_ATTEMPTS
    if handling.first_contact_by is not None and not tried:
        yield _watching("first_contact", handling.first_contact_by)
    if handling.stage_report_by is not None:
        yield _watching("stage_report", handling.stage_report_by)


def _of_feedback(task: Known) -> Iterator[Clock]:
    """The callback needs somebody to call; the rating window closes in any case."""
    body, feedback = task.body, task.body.feedback
    callable_ = body.need.parties and not body.privacy.restricted
    if isinstance(task, Callback) and feedback.callback_by is not None and callable_:
        yield _watching("callback", feedback.callback_by)
    if feedback.rating_until is not None:
        yield _watching("rating", feedback.rating_until)


def _of_the_regions(task: Known, terms: Terms) -> Iterator[Clock]:
    """Clocks of the regions; they run through several main states."""
    body = task.body
    if isinstance(task, InHand):
        yield from _of_the_due_instant(body, terms)
        extension = body.extension
        if extension.status is ExtensionStatus.REQUESTED and extension.review_by is not None:
            yield _watching("extension_review", extension.review_by)
    if isinstance(task, InHand | Carried):
        for assist in body.assists:
            if assist.status is AssistStatus.OPEN:
                yield Clock(f"assist/{assist.number}", assist.due)
    if isinstance(task, OPEN_STATES):
        for whistle in body.whistles:
            if whistle.awaited:
                yield _watching(f"arrival/{whistle.number}", whistle.arrive_by)


def _of_the_due_instant(body: Body, terms: Terms) -> Iterator[Clock]:
    """The due instant, the warnings before it that are still owed, and the listing after it."""
    due, since = body.sla.due, body.sla.set_at
    if due is None or since is None:
        return
    ladder, level = terms.policy.supervision, rung(body.supervision)
    if body.sla.overdue:
        if level < rung(SupervisionLevel.LISTED):
            yield Clock("due.listed", terms.deadline(ladder.listed_after, due.due).due)
        return
    yield _watching("due", due)
    yield from _warning("due.remind_half", _share(due, ladder.remind_at_percent, terms), since)
    before = terms.calendar.before(due.due, ladder.remind_before)
    yield from _warning("due.remind_before", before, since)
    if level <= rung(SupervisionLevel.YELLOW):
        yield from _warning("due.yellow", _share(due, ladder.yellow_at_percent, terms), since)


def _share(due: Deadline, percent: int, terms: Terms) -> datetime:
    return terms.calendar.at_percent(due.counted_from, due.due, due.limit, percent)


def _warning(name: str, at: datetime, since: datetime) -> Iterator[Clock]:
    """A warning whose moment had passed when the due instant was set is not owed."""
    if at > since:
        yield Clock(name, at)
