"""What may be asked of a programme: one model per row of its table, in the imperative.

`kind` values are stored for ever. Texts here are an office's words about its own work.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from domain.clocks import RecomputeDeadlines, RingClock
from domain.community_figures import CommunityFigure
from domain.finding.pack import Comparison
from domain.values import Code, DivisionCode, Frozen, Instant, OfficeText, PersonId, UnitCode

Points = Annotated[int, Field(ge=0, le=100)]

COMMUNITIES_MAX = 1000
"""How many communities one programme may have."""


class ProgrammeLevel(StrEnum):
    """Who runs the programme; stored for ever."""

    NATION = "NATION"
    PROVINCE = "PROVINCE"
    CITY = "CITY"
    DISTRICT = "DISTRICT"


class GoalMeasure(StrEnum):
    """What of a figure is compared: its numerator, or its share in per cent; stored for ever."""

    NUMBER = "NUMBER"
    PERCENT = "PERCENT"


class Criterion(Frozen):
    """One criterion with its weight; the weights of a programme sum to 100."""

    criterion: Code
    weight: Annotated[int, Field(ge=1, le=100)]


class Goal(Frozen):
    """What a community is to reach: a figure, compared with a target."""

    figure: CommunityFigure
    measure: GoalMeasure
    comparison: Comparison
    target: Annotated[int, Field(ge=0, le=1_000_000)]


class Reviewer(Frozen):
    """A member of the panel, and the unit they review for."""

    person: PersonId
    unit: UnitCode


class CriterionScore(Frozen):
    """The points one reviewer gives by one criterion, out of 100."""

    criterion: Code
    points: Points


class Chosen(Frozen):
    """A community that is selected; *reason* where it is taken before one that ranks higher."""

    community: DivisionCode
    reason: OfficeText | None = None


class DraftProgramme(Frozen):
    """Draft a programme: how many communities, when they apply, by what they are chosen."""

    kind: Literal["draft_programme"] = "draft_programme"
    title: OfficeText
    level: ProgrammeLevel
    place: DivisionCode
    quota: Annotated[int, Field(ge=1, le=COMMUNITIES_MAX)]
    apply_from: Instant
    apply_until: Instant
    build_until: Instant
    criteria: Annotated[tuple[Criterion, ...], Field(min_length=1, max_length=20)]
    goals: Annotated[tuple[Goal, ...], Field(min_length=1, max_length=20)]
    policy: Code | None = None


class ReviseProgramme(Frozen):
    """Change a draft before it is decided on; what is left out stays as it is."""

    kind: Literal["revise_programme"] = "revise_programme"
    title: OfficeText | None = None
    quota: Annotated[int, Field(ge=1, le=COMMUNITIES_MAX)] | None = None
    apply_from: Instant | None = None
    apply_until: Instant | None = None
    build_until: Instant | None = None
    criteria: Annotated[tuple[Criterion, ...], Field(max_length=20)] = ()
    goals: Annotated[tuple[Goal, ...], Field(max_length=20)] = ()
    reason: OfficeText


class OpenCall(Frozen):
    """Approve the draft and call on the street offices of the place to apply."""

    kind: Literal["open_call"] = "open_call"


class ApplyCommunity(Frozen):
    """Apply for one community as its street office; its figures are frozen as the baseline."""

    kind: Literal["apply_community"] = "apply_community"
    community: DivisionCode
    statement: OfficeText


class WithdrawCommunity(Frozen):
    """Withdraw the application of a community as its street office."""

    kind: Literal["withdraw_community"] = "withdraw_community"
    community: DivisionCode
    reason: OfficeText


class NameReviewers(Frozen):
    """Name the panel, or change it; whoever has scored stays on it."""

    kind: Literal["name_reviewers"] = "name_reviewers"
    reviewers: Annotated[tuple[Reviewer, ...], Field(min_length=1, max_length=60)]
    reason: OfficeText | None = None


class ScoreApplication(Frozen):
    """Score one application by every criterion, once, as a member of the panel."""

    kind: Literal["score_application"] = "score_application"
    community: DivisionCode
    scores: Annotated[tuple[CriterionScore, ...], Field(min_length=1, max_length=20)]
    comment: OfficeText | None = None


class SelectCommunities(Frozen):
    """Select communities, at most the quota; whoever is taken out of order has a reason."""

    kind: Literal["select_communities"] = "select_communities"
    selected: Annotated[tuple[Chosen, ...], Field(min_length=1, max_length=COMMUNITIES_MAX)]


class PublishSelection(Frozen):
    """Publish the selection; the pilots begin."""

    kind: Literal["publish_selection"] = "publish_selection"


class BeginAssessment(Frozen):
    """Begin the assessment before the time of building is over."""

    kind: Literal["begin_assessment"] = "begin_assessment"
    reason: OfficeText


class AssessCommunity(Frozen):
    """Assess one community: each goal is held against its figures as they stand now."""

    kind: Literal["assess_community"] = "assess_community"
    community: DivisionCode
    comment: OfficeText | None = None


class ExtendProgramme(Frozen):
    """Extend what the pilots showed to the next wave of districts or cities."""

    kind: Literal["extend_programme"] = "extend_programme"
    divisions: Annotated[tuple[DivisionCode, ...], Field(min_length=1, max_length=200)]
    reason: OfficeText


class EndProgramme(Frozen):
    """End the programme: as a draft that is not approved, or with the reason it goes no further."""

    kind: Literal["end_programme"] = "end_programme"
    reason: OfficeText


ProgrammeCommand = Annotated[
    DraftProgramme
    | ReviseProgramme
    | OpenCall
    | ApplyCommunity
    | WithdrawCommunity
    | NameReviewers
    | ScoreApplication
    | SelectCommunities
    | PublishSelection
    | BeginAssessment
    | AssessCommunity
    | ExtendProgramme
    | EndProgramme
    | RingClock
    | RecomputeDeadlines,
    Field(discriminator="kind"),
]
"""Every command a programme knows."""
