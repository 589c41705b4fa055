"""After the residents have spoken: rework or uphold, appeals, the score, the archive, erasure."""

from domain.rules import Rules
from domain.task import refusal_rules as no
from domain.task.authority import (
    Command,
    Facts,
    not_a_doer,
    not_after,
    of_the_main_unit,
    of_the_place,
    one_of,
    standing_in,
)
from domain.task.commands import (
    AppealClosure,
    AppealScore,
    EraseSubject,
    ExcludeScore,
    OrderRework,
    RestrictData,
    UpholdResult,
    UpholdScore,
)
from domain.task.facts import (
    DataRestricted,
    ResultUpheld,
    ScoreAppealFiled,
    ScoreExcluded,
    ScoreUpheld,
    SubjectKeyDestroyed,
    TaskArchived,
    TaskReopened,
)
from domain.task.limits import step_deadline, terms_of
from domain.task.result import rework
from domain.task.state import Body, Closed, Dissatisfied, Final, Known, Score, Task, is_open
from domain.values import instant_text

# Dissatisfied (不满意研判).


def order_rework(task: Task, command: OrderRework, asked: Command, rules: Rules) -> Facts:
    """A dissatisfying task is done again, a few times at most; after that the ladder goes on."""
    body = _to_judge(task, asked, rules)
    allowed = terms_of(body, rules).policy.rework.rounds_max
    if body.handling.reworks_dissatisfied >= allowed:
        found = body.handling.reworks_dissatisfied
        raise no.REWORK_ROUNDS(expected=allowed, found=found)
    return (rework(body, "DISSATISFIED", command.reason, asked, rules),)


def uphold(task: Task, command: UpholdResult, asked: Command, rules: Rules) -> Facts:
    """A result with a legal basis is upheld and explained to the resident (解释办结)."""
    body = _to_judge(task, asked, rules)
    return (
        ResultUpheld(
            legal_basis=command.legal_basis,
            explanation=command.explanation,
            archive_at=step_deadline(terms_of(body, rules), "archive", asked.at),
        ),
    )


def _to_judge(task: Task, asked: Command, rules: Rules) -> Body:
    body = standing_in(task, Dissatisfied).body
    of_the_place(body.need.place, asked, rules)
    not_a_doer(body, asked, rules)
    return body


# Appeals.


def appeal_closure(task: Task, command: AppealClosure, asked: Command, rules: Rules) -> Facts:
    """A resident with new facts has a closed task taken up again; the first figures stay."""
    standing = standing_in(task, Closed)
    body, terms = standing.body, terms_of(standing.body, rules)
    window = terms.deadline(terms.policy.appeals.closure_within, standing.since)
    not_after(asked.at, window.due, no.CLOSURE_APPEAL_WINDOW)
    return (
        TaskReopened(
            round=body.round + 1,
            new_facts=command.new_facts,
            queue_at=step_deadline(terms, "queue", asked.at, urgent=body.is_urgent),
        ),
    )


def appeal_score(task: Task, command: AppealScore, asked: Command, rules: Rules) -> Facts:
    """The main unit asks once per closure that it be left out of the score, with evidence."""
    standing = standing_in(task, Closed)
    body, terms = standing.body, terms_of(standing.body, rules)
    of_the_main_unit(body, asked, rules)
    if body.score.status != "COUNTED":
        raise no.SCORE_APPEAL_ONCE(found=body.score.status)
    window = terms.deadline(terms.policy.appeals.score_within, standing.since)
    not_after(asked.at, window.due, no.SCORE_APPEAL_WINDOW)
    one_of(command.ground, (one.code for one in terms.policy.score_exclusion_grounds))
    return (ScoreAppealFiled(ground=command.ground, evidence=command.evidence),)


def exclude_score(task: Task, command: ExcludeScore, asked: Command, rules: Rules) -> Facts:
    """The appeal is granted: the task is left out of the score."""
    score = _score_to_decide(task, asked, rules)
    assert score.ground is not None, "an appeal names its ground"
    return (ScoreExcluded(ground=score.ground, reason=command.reason),)


def uphold_score(task: Task, command: UpholdScore, asked: Command, rules: Rules) -> Facts:
    """The appeal is refused: the task counts."""
    _score_to_decide(task, asked, rules)
    return (ScoreUpheld(reason=command.reason),)


def _score_to_decide(task: Task, asked: Command, rules: Rules) -> Score:
    """Whoever decides a score appeal is neither the person nor the unit that filed it."""
    body = standing_in(task, Closed).body
    score = body.score
    if score.status != "APPEALED":
        raise no.SCORE_APPEAL_ASKED(found=score.status)
    of_the_place(body.need.place, asked, rules)
    if asked.by.person == score.filer or asked.by.unit == score.filer_unit:
        raise no.DECIDER_NOT_FILER(expected=score.filer_unit, found=asked.by.unit)
    return score


# The archive, and the resident's right to be forgotten.


def archive(task: Task, asked: Command) -> Facts:
    """A final task is archived once it has been quiet long enough and no appeal is open."""
    standing = standing_in(task, Final)
    if asked.at < standing.archive_at.due:
        raise no.ARCHIVE_QUIET(
            expected=instant_text(standing.archive_at.due), found=instant_text(asked.at)
        )
    if standing.body.score.status == "APPEALED":
        raise no.SCORE_APPEAL_OPEN(found=standing.body.score.ground)
    return sealed_whole(asked)


def sealed_whole(asked: Command) -> Facts:
    """Seal the case by its newest entry; while that is still to be written, in a turn after it."""
    return () if asked.head is None else (TaskArchived(package_hash=asked.head),)


def restrict(task: Task, command: RestrictData) -> Facts:
    """Every use of the personal data but storage stops (个人信息保护法 art. 47)."""
    body = standing_in(task, Known).body
    if body.privacy.restricted:
        raise no.RESTRICTED_ONCE(found=body.need.category)
    return (DataRestricted(basis=command.basis),)


def erase(task: Task, command: EraseSubject, asked: Command, rules: Rules) -> Facts:
    """A resident's key is destroyed once no task of the resident is open, this one included."""
    body = standing_in(task, Known).body
    if command.subject not in body.need.parties:
        raise no.SUBJECT_OF_TASK(found=command.subject)
    if command.subject in body.privacy.erased:
        raise no.ERASED_ONCE(found=command.subject)
    open_tasks = [
        one for one in rules.neighbours.open_tasks_of(command.subject) if one.stream != asked.stream
    ]
    needed = len(open_tasks) + is_open(task)
    if needed:
        raise no.SUBJECT_STILL_NEEDED(found=needed)
    return (SubjectKeyDestroyed(subject=command.subject, basis=command.basis),)
