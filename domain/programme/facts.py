# ruff: noqa: D101 - a fact's name and fields are its whole promise; docs/facts.md prints them
"""What has happened to a programme: one fact per event of its table, in the past tense.

`kind` values are stored for ever and only added to. A fact carries whatever `evolve` needs, old
value beside new, with the reason.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from domain.clocks import Deadline
from domain.community_figures import CommunityFigures, Count, FigureValue, LogPosition
from domain.programme.commands import (
    Criterion,
    CriterionScore,
    Goal,
    ProgrammeLevel,
    Reviewer,
)
from domain.values import Code, DivisionCode, Frozen, Instant, OfficeText, UnitCode


class ProgrammeState(StrEnum):
    """The states of a programme; stored for ever."""

    DRAFT = "DRAFT"
    CALLING = "CALLING"
    SELECTING = "SELECTING"
    RUNNING = "RUNNING"
    ASSESSING = "ASSESSING"
    EXTENDED = "EXTENDED"
    ENDED = "ENDED"


class ProgrammeDrafted(Frozen):
    kind: Literal["programme_drafted.v1"] = "programme_drafted.v1"
    title: OfficeText
    level: ProgrammeLevel
    place: DivisionCode
    lead: UnitCode
    quota: int
    apply_from: Instant
    apply_until: Instant
    build_until: Instant
    criteria: tuple[Criterion, ...]
    goals: tuple[Goal, ...]
    policy: Code
    decide_by: Deadline


class DraftTerms(Frozen):
    """What a draft may still change: how many communities, when, by what they are chosen."""

    title: OfficeText
    quota: int
    apply_from: Instant
    apply_until: Instant
    build_until: Instant
    criteria: tuple[Criterion, ...]
    goals: tuple[Goal, ...]


class ProgrammeRevised(Frozen):
    """The draft as it is from now on, beside what it was; the decision on it is due anew."""

    kind: Literal["programme_revised.v1"] = "programme_revised.v1"
    terms: DraftTerms
    terms_before: DraftTerms
    reason: OfficeText
    decide_by: Deadline


class CallOpened(Frozen):
    """*streets* are the street offices of the place, who are called upon."""

    kind: Literal["programme_call_opened.v1"] = "programme_call_opened.v1"
    authority: UnitCode
    streets: tuple[UnitCode, ...]


class CommunityApplied(Frozen):
    kind: Literal["community_applied.v1"] = "community_applied.v1"
    community: DivisionCode
    street: UnitCode
    statement: OfficeText
    baseline: CommunityFigures


class CommunityWithdrawn(Frozen):
    """The street took its application back."""

    kind: Literal["community_withdrawn.v1"] = "community_withdrawn.v1"
    community: DivisionCode
    street: UnitCode
    reason: OfficeText


class CallClosed(Frozen):
    kind: Literal["programme_call_closed.v1"] = "programme_call_closed.v1"
    apply_until: Instant
    communities: tuple[DivisionCode, ...]
    select_by: Deadline


class ReviewersNamed(Frozen):
    kind: Literal["reviewers_named.v1"] = "reviewers_named.v1"
    reviewers: tuple[Reviewer, ...]
    reviewers_before: tuple[Reviewer, ...]
    reason: OfficeText | None


class ApplicationScored(Frozen):
    """*weighted* is the sum of points times weight: out of 10,000."""

    kind: Literal["application_scored.v1"] = "application_scored.v1"
    community: DivisionCode
    unit: UnitCode
    scores: tuple[CriterionScore, ...]
    weighted: Count
    comment: OfficeText | None


class Ranked(Frozen):
    """An application in the ranking: the sum of its *weighted* scores over its *reviewers*."""

    community: DivisionCode
    street: UnitCode
    rank: int
    weighted: Count
    reviewers: int


class SelectedCommunity(Frozen):
    """A selected community; *passed_over* are those not selected that rank higher."""

    community: DivisionCode
    street: UnitCode
    rank: int
    passed_over: tuple[DivisionCode, ...]
    reason: OfficeText | None


class CommunitiesSelected(Frozen):
    kind: Literal["communities_selected.v1"] = "communities_selected.v1"
    ranking: tuple[Ranked, ...]
    selected: tuple[SelectedCommunity, ...]
    publish_by: Deadline


class SelectionPublished(Frozen):
    kind: Literal["selection_published.v1"] = "selection_published.v1"
    communities: tuple[DivisionCode, ...]
    progress_at: Deadline


class ProgrammeProgressRecorded(Frozen):
    """The figures of every pilot, frozen by the quarter's clock."""

    kind: Literal["programme_progress_recorded.v1"] = "programme_progress_recorded.v1"
    number: int
    communities: tuple[CommunityFigures, ...]
    progress_at: Deadline


class AssessmentBegun(Frozen):
    """*reason* where it began before the time of building was over."""

    kind: Literal["assessment_begun.v1"] = "assessment_begun.v1"
    reason: OfficeText | None
    assess_by: Deadline


FACTS_TOLD_MAX = 100
"""How many of the facts a figure rests on are told with a verdict; the rest is recomputed."""


class GoalVerdict(Frozen):
    """Whether a goal is met by the figure found; *rests_on* are log positions of facts."""

    goal: Goal
    value: FigureValue
    met: bool
    rests_on: Annotated[tuple[LogPosition, ...], Field(max_length=FACTS_TOLD_MAX)]


class CommunityAssessed(Frozen):
    kind: Literal["community_assessed.v1"] = "community_assessed.v1"
    community: DivisionCode
    figures: CommunityFigures
    verdicts: tuple[GoalVerdict, ...]
    goals_met: int
    comment: OfficeText | None


class ProgrammeExtended(Frozen):
    kind: Literal["programme_extended.v1"] = "programme_extended.v1"
    divisions: tuple[DivisionCode, ...]
    reason: OfficeText


class ProgrammeEnded(Frozen):
    kind: Literal["programme_ended.v1"] = "programme_ended.v1"
    state_before: ProgrammeState
    reason: OfficeText


class ProgrammeLimitMissed(Frozen):
    kind: Literal["programme_limit_missed.v1"] = "programme_limit_missed.v1"
    clock: Code
    due: Instant


class ProgrammeDeadlineRecalculated(Frozen):
    kind: Literal["programme_deadline_recalculated.v1"] = "programme_deadline_recalculated.v1"
    clock: Code
    due: Deadline
    due_before: Deadline


ProgrammeFact = Annotated[
    ProgrammeDrafted
    | ProgrammeRevised
    | CallOpened
    | CommunityApplied
    | CommunityWithdrawn
    | CallClosed
    | ReviewersNamed
    | ApplicationScored
    | CommunitiesSelected
    | SelectionPublished
    | ProgrammeProgressRecorded
    | AssessmentBegun
    | CommunityAssessed
    | ProgrammeExtended
    | ProgrammeEnded
    | ProgrammeLimitMissed
    | ProgrammeDeadlineRecalculated,
    Field(discriminator="kind"),
]
"""Every fact of a programme."""
