"""What of a programme differs from place to place: limits, the size of a panel, criteria."""

from pydantic import Field

from domain.clocks import LimitText
from domain.labelled import Ground
from domain.values import Frozen


class ProgrammePack(Frozen):
    """The clocks and measures of a programme; drafts choose their criteria out of *criteria*."""

    draft_review: LimitText
    selection: LimitText
    publication: LimitText
    progress_every: LimitText
    assessment: LimitText
    reviewers_min: int = Field(ge=1, le=30)
    quota_max: int = Field(ge=1, le=1000)
    criteria: tuple[Ground, ...] = Field(min_length=1, max_length=40)
