"""What a programme can be: one type per state of its table, and the values that go through them.

`Body` is all that is known of the programme and goes through every state; beside it each state
has the limit it watches. Shapes only: the rules are in the decider's files.
"""

from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from domain.clocks import Deadline
from domain.community_figures import CommunityFigures
from domain.programme.commands import Criterion, Goal, ProgrammeLevel, Reviewer
from domain.programme.facts import (
    ApplicationScored,
    CommunityAssessed,
    ProgrammeState,
    Ranked,
    SelectedCommunity,
)


@dataclass(frozen=True)
class Application:
    """One community that applied: by which street office, with which figures then."""

    community: str
    street: str
    statement: str
    baseline: CommunityFigures
    at: datetime


@dataclass(frozen=True)
class Given:
    """The scores one person gave for one application."""

    person: str
    told: ApplicationScored


@dataclass(frozen=True)
class Progress:
    """The figures of every pilot as one quarter froze them."""

    number: int
    at: datetime
    communities: tuple[CommunityFigures, ...]


@dataclass(frozen=True)
class Body:
    """Everything that is known of a programme.

    *drafters* are the people who wrote it, *lead* is their unit; *authority* approved the draft;
    *assessors* are the people who assessed a community.
    """

    title: str
    level: ProgrammeLevel
    place: str
    lead: str
    drafters: frozenset[str | None]
    quota: int
    apply_from: datetime
    apply_until: datetime
    build_until: datetime
    criteria: tuple[Criterion, ...]
    goals: tuple[Goal, ...]
    policy: str
    authority: str | None = None
    streets: tuple[str, ...] = ()
    applications: tuple[Application, ...] = ()
    panel: tuple[Reviewer, ...] = ()
    given: tuple[Given, ...] = ()
    ranking: tuple[Ranked, ...] = ()
    selected: tuple[SelectedCommunity, ...] = ()
    published_at: datetime | None = None
    progress: tuple[Progress, ...] = ()
    assessed: tuple[CommunityAssessed, ...] = ()
    assessors: frozenset[str | None] = frozenset()
    extended_to: tuple[str, ...] = ()

    def application(self, community: str) -> Application | None:
        """Return the application of *community*, or None."""
        return next((one for one in self.applications if one.community == community), None)

    def scores_of(self, community: str) -> tuple[Given, ...]:
        """Return what the reviewers gave for *community*, in the order given."""
        return tuple(one for one in self.given if one.told.community == community)

    def scored_by(self, person: str | None) -> frozenset[str]:
        """Return the communities *person* has scored."""
        return frozenset(one.told.community for one in self.given if one.person == person)

    @property
    def pilots(self) -> tuple[str, ...]:
        """The communities that were selected."""
        return tuple(one.community for one in self.selected)

    @property
    def unassessed(self) -> tuple[str, ...]:
        """The pilots that nobody has assessed yet."""
        done = {one.community for one in self.assessed}
        return tuple(one for one in self.pilots if one not in done)

    def ranked(self) -> tuple[Ranked, ...]:
        """Return the applications by the mean of their scores, the best first.

        Those with equal means share a rank; one that nobody scored stands last.
        """
        sums = {
            one.community: (
                sum(given.told.weighted for given in self.scores_of(one.community)),
                len(self.scores_of(one.community)),
            )
            for one in self.applications
        }
        means = {name: Fraction(total, number or 1) for name, (total, number) in sums.items()}
        return tuple(
            Ranked(
                community=one.community,
                street=one.street,
                rank=1 + sum(mean > means[one.community] for mean in means.values()),
                weighted=sums[one.community][0],
                reviewers=sums[one.community][1],
            )
            for one in sorted(
                self.applications, key=lambda one: (-means[one.community], one.community)
            )
        )


@dataclass(frozen=True)
class Undrafted:
    """Nothing was drafted under this id."""


@dataclass(frozen=True)
class Drafted:
    """What every state of a programme has."""

    body: Body


@dataclass(frozen=True)
class Draft(Drafted):
    """Drafted; an authority approves it and opens the call by *decide_by*."""

    decide_by: Deadline
    late: bool = False


@dataclass(frozen=True)
class Calling(Drafted):
    """Street offices apply until the window closes."""

    opened_at: datetime


@dataclass(frozen=True)
class Selecting(Drafted):
    """The panel scores; an authority selects by *select_by*, then publishes by *publish_by*."""

    select_by: Deadline
    publish_by: Deadline | None = None
    late: bool = False


@dataclass(frozen=True)
class Running(Drafted):
    """The pilots build; every quarter their figures are frozen."""

    progress_at: Deadline


@dataclass(frozen=True)
class Assessing(Drafted):
    """Each pilot is assessed by *assess_by*."""

    assess_by: Deadline
    late: bool = False


@dataclass(frozen=True)
class Extended(Drafted):
    """What the pilots showed goes on elsewhere."""


@dataclass(frozen=True)
class Ended(Drafted):
    """It goes no further."""


Programme = Undrafted | Draft | Calling | Selecting | Running | Assessing | Extended | Ended

STATES: dict[type[Drafted], ProgrammeState] = {
    Draft: ProgrammeState.DRAFT,
    Calling: ProgrammeState.CALLING,
    Selecting: ProgrammeState.SELECTING,
    Running: ProgrammeState.RUNNING,
    Assessing: ProgrammeState.ASSESSING,
    Extended: ProgrammeState.EXTENDED,
    Ended: ProgrammeState.ENDED,
}


def state_name(state: Programme) -> str:
    """Return the published name of the state, `UNKNOWN` before there is one."""
    return STATES[type(state)].value if isinstance(state, Drafted) else "UNKNOWN"


def is_over(state: Programme) -> bool:
    """Say whether nothing more can happen."""
    return isinstance(state, Extended | Ended)
