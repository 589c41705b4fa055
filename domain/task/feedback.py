"""What the residents say: callback, rating, feedback round, and the window closing in silence.

Silence is not consent: an unrated task closes as unrated, unless the pack says otherwise.
"""

from datetime import datetime

from domain.clocks import Deadline
from domain.people import Known as KnownBy
from domain.people import Role
from domain.rules import Rules, Terms
from domain.task import refusal_rules as no
from domain.task.authority import Command, Facts, not_after, of_the_place, standing_in
from domain.task.commands import (
    AskFeedback,
    IssueRatingLink,
    ListForCallback,
    RateTask,
    RecordCallback,
    RemindFeedback,
)
from domain.task.facts import (
    CallbackListed,
    CallbackRecorded,
    FeedbackAsked,
    FeedbackReminded,
    RatingDefaulted,
    RatingLinkIssued,
    Resolution,
    SupervisionRaised,
    TaskFact,
    TaskRated,
    TaskState,
)
from domain.task.limits import step_deadline, terms_of
from domain.task.state import Body, Callback, Closed, Dissatisfied, Feedback, Known, Rating, Task
from domain.task.supervising import listed_for_dissatisfaction

# Callback (回访).


def record_callback(task: Task, command: RecordCallback, asked: Command, rules: Rules) -> Facts:
    """An agent of another unit calls a few times on different days; a grade told is a rating."""
    standing = standing_in(task, Callback)
    body, terms = standing.body, terms_of(standing.body, rules)
    if body.privacy.restricted:
        raise no.DATA_RESTRICTED(found=command.kind)
    _asked_by_another_unit(body, asked, rules)
    subject = _party(body, command.subject)
    _answers_need_a_voice(command)
    if not command.reached:
        _on_another_day(body, asked, terms)
    if command.grade is not None:
        _within_the_window(body, asked)
        _only_up(body, subject, command.grade)
    weighed = body.feedback.answered(subject, command.grade, resolved=command.resolved)
    attempt = len(body.feedback.attempts) + 1
    undecided = command.reached or attempt >= terms.policy.callbacks.attempts_max
    otherwise = TaskState.RATING if undecided else TaskState.CALLBACK
    then = outcome(body, weighed, terms) or otherwise
    retry = step_deadline(terms, "callback_retry", asked.at, urgent=body.is_urgent)
    recorded = CallbackRecorded(
        attempt=attempt,
        reached=command.reached,
        contacted=command.contacted,
        resolved=command.resolved,
        grade=command.grade,
        subject=subject,
        note=command.note,
        then=then,
        resolution=resolution_of(body, weighed) if then is TaskState.CLOSED else None,
        next_callback_by=retry if then is TaskState.CALLBACK else None,
        archive_at=_archive_at(terms, then, asked.at),
    )
    return (recorded, *_listed_if_again(standing, then, terms))


def _asked_by_another_unit(body: Body, asked: Command, rules: Rules) -> None:
    """Nobody asks what residents think of their own unit's work, or of their own."""
    of_the_place(body.need.place, asked, rules)
    main = body.holding.main
    own_unit = main is not None and rules.acts_for(asked.by.unit, main, asked.at)
    if own_unit or asked.by.person in body.holding.doers:
        raise no.CALLBACK_OTHER_UNIT(expected=body.holding.main)


def _party(body: Body, named: str | None) -> str:
    """Return the resident who is *named*, else who asked for help first; one of the task's own."""
    subject = named or body.need.requester or next(iter(body.need.parties), None)
    if subject is None or subject not in body.need.parties:
        raise no.PARTY_ONLY(found=subject or "—")
    return subject


def _answers_need_a_voice(command: RecordCallback) -> None:
    """Whoever was not reached has answered nothing."""
    if command.reached:
        return
    for field in ("contacted", "resolved", "grade"):
        if getattr(command, field) is not None:
            raise no.REACHED_TO_ANSWER(found=field)


def _on_another_day(body: Body, asked: Command, terms: Terms) -> None:
    """Attempts are spread, so that the days still wanted can be had by the attempts still left.

    Whoever was reached is heard all the same: an answer is never thrown away.
    """
    callbacks, day_of = terms.policy.callbacks, terms.calendar.local_date
    today = day_of(asked.occurred_at)
    days = [day_of(attempt) for attempt in body.feedback.attempts]
    left = callbacks.attempts_max - len(days) - 1
    if len({*days, today}) + left < callbacks.days_min:
        raise no.CALLBACK_OTHER_DAY(expected=callbacks.attempts_max, found=days.count(today))


# Rating (评价).


def rate(task: Task, command: RateTask, asked: Command, rules: Rules) -> Facts:
    """Each party rates once a round within the window, and may only raise the rating later."""
    standing = standing_in(task, Callback, Rating, Dissatisfied, Closed)
    body, terms = standing.body, terms_of(standing.body, rules)
    subject = str(asked.by.person)
    before = body.feedback.rating_of(subject)
    if asked.by.known is KnownBy.LINK and (asked.by.session, subject) not in body.feedback.links:
        raise no.LINK_STANDS(found=asked.by.session or "—")
    _within_the_window(body, asked)
    if isinstance(standing, Closed) and before is None:
        raise no.RATING_ONLY_UP(expected="—", found=command.grade)
    _only_up(body, subject, command.grade)
    weighed = body.feedback.answered(subject, command.grade, resolved=command.resolved)
    then = _after_rating(standing, weighed, terms)
    newly_closed = then is TaskState.CLOSED and not isinstance(standing, Closed)
    rated = TaskRated(
        round=body.feedback.round,
        subject=subject,
        grade=command.grade,
        grade_before=before,
        contacted=command.contacted,
        resolved=command.resolved,
        text=command.text,
        then=then,
        resolution=_resolution_after(standing, weighed, then),
        archive_at=_archive_at(terms, then, asked.at) if newly_closed else None,
        link=command.link,
    )
    return (rated, *_listed_if_again(standing, then, terms))


def issue_link(task: Task, command: IssueRatingLink, asked: Command, rules: Rules) -> Facts:
    """Whoever may call back hands a resident a link: for one rating, in this round and window.

    A resident who follows the task takes one for themselves.
    """
    body = standing_in(task, Callback, Rating, Dissatisfied).body
    if body.privacy.restricted:
        raise no.DATA_RESTRICTED(found=command.kind)
    if asked.by.role is Role.RESIDENT:
        subject = _party(body, asked.by.person)
    else:
        _asked_by_another_unit(body, asked, rules)
        subject = _party(body, command.subject)
    _within_the_window(body, asked)
    window = body.feedback.rating_until
    assert window is not None, "it has just been looked at"
    return (
        RatingLinkIssued(
            round=body.feedback.round, subject=subject, link=command.link, until=window.due
        ),
    )


def _within_the_window(body: Body, asked: Command) -> None:
    """A grade counts until the window closes, told by whichever way."""
    assert body.feedback.rating_until is not None, "the window opens when a result is approved"
    not_after(asked.at, body.feedback.rating_until.due, no.RATING_WINDOW)


def _only_up(body: Body, subject: str, grade: int) -> None:
    before = body.feedback.rating_of(subject)
    if before is not None and grade <= before:
        raise no.RATING_ONLY_UP(expected=before, found=grade)


def _after_rating(task: Known, weighed: Feedback, terms: Terms) -> TaskState:
    """A closed task stays closed; the others go where all ratings together lead."""
    if isinstance(task, Closed):
        return TaskState.CLOSED
    # A raised rating takes a task out of DISSATISFIED to the residents who have not rated yet.
    waiting = TaskState.RATING if isinstance(task, Dissatisfied) else task.name
    return outcome(task.body, weighed, terms) or waiting


def _resolution_after(task: Known, weighed: Feedback, then: TaskState) -> Resolution | None:
    """A result that was upheld stays explained, however the rating is raised afterwards."""
    if isinstance(task, Closed) and task.resolution is Resolution.EXPLAINED:
        return task.resolution
    return resolution_of(task.body, weighed) if then is TaskState.CLOSED else None


def outcome(body: Body, feedback: Feedback, terms: Terms) -> TaskState | None:
    """Return where the ratings lead: one bad one is enough, good ones must be complete."""
    enough = terms.policy.ratings.satisfied_from
    grades = [feedback.rating_of(party) for party in body.need.parties]
    if any(grade is not None and grade < enough for grade in grades):
        return TaskState.DISSATISFIED
    if grades and all(grade is not None for grade in grades):
        return TaskState.CLOSED
    return None


def resolution_of(body: Body, feedback: Feedback) -> Resolution:
    """Return how it closes: resolved when the unit says so and no resident denies it."""
    denied = any(not resolved for _, resolved in feedback.resolved)
    resolved = body.handling.resolved is not False and not denied
    return Resolution.RESOLVED if resolved else Resolution.UNRESOLVED


def _archive_at(terms: Terms, then: TaskState, at: datetime) -> Deadline | None:
    return step_deadline(terms, "archive", at) if then is TaskState.CLOSED else None


def _listed_if_again(task: Known, then: TaskState, terms: Terms) -> tuple[SupervisionRaised, ...]:
    """Dissatisfied once more than the pack bears, the task is listed (挂牌督办)."""
    if then is not TaskState.DISSATISFIED or isinstance(task, Dissatisfied):
        return ()
    return listed_for_dissatisfaction(task.body, terms)


def window_closed(body: Body, rules: Rules, due: datetime) -> TaskFact:
    """Return the fact that the rating window closed at *due* with somebody still silent."""
    terms = terms_of(body, rules)
    feedback = body.feedback
    silent = tuple(party for party in body.need.parties if feedback.rating_of(party) is None)
    # Where nobody could have rated, nobody's silence is taken for satisfaction.
    value = terms.policy.ratings.default if silent else "NONE"
    nothing_said = not feedback.ratings and value == "NONE"
    return RatingDefaulted(
        round=feedback.round,
        value=value,
        subjects=silent,
        resolution=Resolution.UNRATED if nothing_said else resolution_of(body, feedback),
        archive_at=step_deadline(terms, "archive", due),
    )


# The feedback round (a conversation of the system's own).


def ask(task: Task, command: AskFeedback) -> Facts:
    """The residents were asked, once a round."""
    feedback = _round(task, command.round, command.kind)
    if feedback.asked:
        return ()
    return (FeedbackAsked(round=command.round, channel=command.channel),)


def remind(task: Task, command: RemindFeedback) -> Facts:
    """The residents were reminded, once a round."""
    feedback = _round(task, command.round, command.kind)
    return () if feedback.reminded else (FeedbackReminded(round=command.round),)


def list_for_callback(task: Task, command: ListForCallback) -> Facts:
    """The channel gave no answer: the task stands on the callback list, once a round."""
    feedback = _round(task, command.round, command.kind)
    return () if feedback.listed else (CallbackListed(round=command.round),)


def _round(task: Task, number: int, kind: str) -> Feedback:
    """The round asked about is the one that runs, and the residents may still be asked."""
    body = standing_in(task, Callback, Rating).body
    if number != body.feedback.round:
        raise no.FEEDBACK_ROUND(expected=body.feedback.round, found=number)
    if body.privacy.restricted:
        raise no.DATA_RESTRICTED(found=kind)
    return body.feedback
