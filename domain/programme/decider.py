"""Decide what may happen to a programme: every row of its table, by the file that holds its rules.

`decide` refuses or gives facts and changes nothing; it reads no clock, no database and no random
number. Who may speak is in `authority.py`, what is remembered in `memory.py`.
"""

from typing import assert_never

from domain import guards
from domain.clocks import RecomputeDeadlines, RingClock
from domain.envelope import Asked
from domain.programme import assessing, calling, clocks, selecting
from domain.programme.authority import WHO_MAY
from domain.programme.commands import (
    ApplyCommunity,
    AssessCommunity,
    BeginAssessment,
    DraftProgramme,
    EndProgramme,
    ExtendProgramme,
    NameReviewers,
    OpenCall,
    ProgrammeCommand,
    PublishSelection,
    ReviseProgramme,
    ScoreApplication,
    SelectCommunities,
    WithdrawCommunity,
)
from domain.programme.facts import ProgrammeFact
from domain.programme.state import Programme
from domain.rules import Rules


def decide(
    state: Programme, asked: Asked[ProgrammeCommand], rules: Rules
) -> tuple[ProgrammeFact, ...]:
    """Return the facts that follow from what is asked, or refuse it by rule."""
    guards.authorised(asked, WHO_MAY[asked.command.kind], rules)
    match asked.command:
        case RingClock() as command:
            return clocks.ring(state, asked, command, rules)
        case RecomputeDeadlines():
            return clocks.recompute(state, rules)
        case _:
            return (_decided(state, asked, rules),)


def _decided(state: Programme, asked: Asked[ProgrammeCommand], rules: Rules) -> ProgrammeFact:
    """One command of a person gives one fact."""
    match asked.command:
        case DraftProgramme() as command:
            return calling.draft_programme(state, asked, command, rules)
        case ReviseProgramme() as command:
            return calling.revise_programme(state, asked, command, rules)
        case OpenCall():
            return calling.open_call(state, asked, rules)
        case ApplyCommunity() as command:
            return calling.apply_community(state, asked, command, rules)
        case WithdrawCommunity() as command:
            return calling.withdraw_community(state, asked, command, rules)
        case NameReviewers() as command:
            return selecting.name_reviewers(state, asked, command, rules)
        case ScoreApplication() as command:
            return selecting.score_application(state, asked, command, rules)
        case SelectCommunities() as command:
            return selecting.select_communities(state, asked, command, rules)
        case PublishSelection():
            return selecting.publish_selection(state, asked, rules)
        case BeginAssessment() as command:
            return assessing.begin_assessment(state, asked, command, rules)
        case AssessCommunity() as command:
            return assessing.assess_community(state, asked, command, rules)
        case ExtendProgramme() as command:
            return assessing.extend_programme(state, asked, command, rules)
        case EndProgramme() as command:
            return calling.end_programme(state, asked, command, rules)
        case RingClock() | RecomputeDeadlines():
            raise AssertionError("clocks are heard in decide")
        case _ as never:
            assert_never(never)
