"""Decide what may happen to a facility: every row of its table, by the file that holds its rules.

`decide` refuses or gives facts and changes nothing; it reads no clock, no database and no random
number. Who may speak is in `authority.py`, what is remembered in `memory.py`.
"""

from typing import assert_never

from domain.clocks import RecomputeDeadlines, RingClock
from domain.facility import building, clocks, operating, planning
from domain.facility import commands as c
from domain.facility.authority import WHO_MAY, Asking, in_state
from domain.facility.facts import FacilityFact
from domain.facility.state import Facility, Planned, Proposed, is_over
from domain.guards import authorised
from domain.linking import FindingLinked, LinkFinding
from domain.rules import Rules


def decide(state: Facility, asked: Asking, rules: Rules) -> tuple[FacilityFact, ...]:
    """Return the facts that follow from what is asked, or refuse it by rule."""
    authorised(asked, WHO_MAY[asked.command.kind], rules)
    match asked.command:
        case RingClock() as command:
            return clocks.ring(state, asked, command, rules)
        case RecomputeDeadlines():
            return clocks.recompute(state, rules)
        case LinkFinding(finding=finding):
            return _link(state, finding)
        case c.TakeOverFunction() as command:
            return operating.take_over_function(state, asked, command, rules)
        case _:
            return (_decided(state, asked, rules),)


def _link(state: Facility, finding: str) -> tuple[FacilityFact, ...]:
    """A finding leans on the facility: said once, and of no use to one that is over."""
    if not isinstance(state, Planned):
        in_state(state, Proposed)
        return ()
    if is_over(state) or finding in state.plan.findings:
        return ()
    return (FindingLinked(finding=finding),)


def _decided(state: Facility, asked: Asking, rules: Rules) -> FacilityFact:
    """One command of a person gives one fact."""
    match asked.command:
        case c.ProposeFacility() as command:
            return planning.propose_facility(state, asked, command, rules)
        case c.ChangeSite() as command:
            return planning.change_site(state, asked, command, rules)
        case c.ApproveFacility() as command:
            return planning.approve_facility(state, asked, command, rules)
        case c.DropFacility() as command:
            return planning.drop_facility(state, asked, command, rules)
        case c.ReviseBudget() as command:
            return planning.revise_budget(state, asked, command, rules)
        case c.RecordSpending() as command:
            return planning.record_spending(state, asked, command, rules)
        case c.ReverseSpending() as command:
            return planning.reverse_spending(state, asked, command, rules)
        case c.RecordMilestone() as command:
            return building.record_milestone(state, asked, command, rules)
        case c.ReportCompleted() as command:
            return building.report_completed(state, asked, command, rules)
        case c.AcceptFacility() as command:
            return building.accept_facility(state, asked, command, rules)
        case c.RefuseAcceptance() as command:
            return building.refuse_acceptance(state, asked, command, rules)
        case c.EntrustOperator() as command:
            return operating.entrust_operator(state, asked, command, rules)
        case c.ChangeOperator() as command:
            return operating.change_operator(state, asked, command, rules)
        case c.SubmitOpening() as command:
            return operating.submit_opening(state, asked, command, rules)
        case c.OpenFacility():
            return operating.open_facility(state, asked, rules)
        case c.ReportUse() as command:
            return operating.report_use(state, asked, command, rules)
        case c.SuspendFacility() as command:
            return operating.suspend_facility(state, asked, command, rules)
        case c.ResumeFacility() as command:
            return operating.resume_facility(state, asked, command, rules)
        case c.CloseFacility() as command:
            return operating.close_facility(state, asked, command, rules)
        case RingClock() | RecomputeDeadlines() | LinkFinding() | c.TakeOverFunction():
            raise AssertionError("what the system sends is heard in decide")
        case _ as never:
            assert_never(never)
