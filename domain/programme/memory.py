"""Remember what happened to a programme: `evolve` holds no rule and forgets no fact.

A fact that cannot follow the state it meets means a broken book: that is said loudly
(`FactOutOfPlace`), never passed over.
"""

from dataclasses import replace
from typing import Any, TypeVar, assert_never

from domain.envelope import FactOutOfPlace, Happened
from domain.programme import facts as f
from domain.programme.clocks import deadlines
from domain.programme.state import (
    Application,
    Assessing,
    Body,
    Calling,
    Draft,
    Drafted,
    Ended,
    Extended,
    Given,
    Programme,
    Progress,
    Running,
    Selecting,
    Undrafted,
    is_over,
    state_name,
)

StateT = TypeVar("StateT", bound=Drafted)


def evolve(state: Programme, happened: Happened[f.ProgrammeFact]) -> Programme:
    """Return the programme as *happened* leaves it."""
    fact = happened.fact
    match fact:
        case f.ProgrammeDrafted():
            if not isinstance(state, Undrafted):
                raise _out_of_place(state, fact)
            return Draft(_drafted(fact, happened), fact.decide_by)
        case f.ProgrammeRevised(terms=terms, decide_by=decide_by):
            body = _in(state, fact, Draft).body
            drafters = body.drafters | {happened.by.person}
            return Draft(replace(body, **dict(terms), drafters=drafters), decide_by)
        case f.CallOpened(authority=authority, streets=streets):
            body = replace(_in(state, fact, Draft).body, authority=authority, streets=streets)
            return Calling(body, happened.at)
        case f.CommunityApplied():
            return _applied(_in(state, fact, Calling), fact, happened)
        case f.CommunityWithdrawn():
            return _withdrawn(state, fact)
        case f.CallClosed(select_by=select_by):
            return Selecting(_in(state, fact, Calling).body, select_by)
        case f.ReviewersNamed() | f.ApplicationScored() | f.CommunitiesSelected():
            return _selecting(state, fact, happened)
        case f.SelectionPublished(progress_at=progress_at):
            chosen = _in(state, fact, Selecting)
            if not chosen.body.selected:
                raise _out_of_place(state, fact)
            return Running(replace(chosen.body, published_at=happened.at), progress_at)
        case f.ProgrammeProgressRecorded():
            return _progressed(_in(state, fact, Running), fact, happened)
        case f.AssessmentBegun(assess_by=assess_by):
            return Assessing(_in(state, fact, Running).body, assess_by)
        case f.CommunityAssessed():
            return _assessed(_in(state, fact, Assessing), fact, happened)
        case f.ProgrammeExtended(divisions=divisions):
            return Extended(replace(_in(state, fact, Assessing).body, extended_to=divisions))
        case f.ProgrammeEnded(state_before=before):
            if not isinstance(state, Drafted) or state_name(state) != before:
                raise _out_of_place(state, fact)
            return Ended(state.body)
        case f.ProgrammeLimitMissed():
            return _late(state, fact)
        case f.ProgrammeDeadlineRecalculated():
            return _recalculated(state, fact)
        case _ as never:
            assert_never(never)


def _drafted(fact: f.ProgrammeDrafted, happened: Happened[f.ProgrammeFact]) -> Body:
    return Body(
        title=fact.title,
        level=fact.level,
        place=fact.place,
        lead=fact.lead,
        drafters=frozenset({happened.by.person}),
        quota=fact.quota,
        apply_from=fact.apply_from,
        apply_until=fact.apply_until,
        build_until=fact.build_until,
        criteria=fact.criteria,
        goals=fact.goals,
        policy=fact.policy,
    )


def _applied(
    state: Calling, fact: f.CommunityApplied, happened: Happened[f.ProgrammeFact]
) -> Calling:
    if state.body.application(fact.community) is not None:
        raise _out_of_place(state, fact)
    one = Application(fact.community, fact.street, fact.statement, fact.baseline, happened.at)
    return replace(state, body=replace(state.body, applications=(*state.body.applications, one)))


def _withdrawn(state: Programme, fact: f.CommunityWithdrawn) -> Programme:
    """What was scored of it stays on record, and counts for nothing."""
    if not isinstance(state, Calling | Selecting) or state.body.selected:
        raise _out_of_place(state, fact)
    body = state.body
    left = tuple(one for one in body.applications if one.community != fact.community)
    if left == body.applications:
        raise _out_of_place(state, fact)
    return replace(state, body=replace(body, applications=left))


def _selecting(
    state: Programme,
    fact: f.ReviewersNamed | f.ApplicationScored | f.CommunitiesSelected,
    happened: Happened[f.ProgrammeFact],
) -> Programme:
    """The panel, its scores, the selection: nothing of them changes once it is made."""
    match fact:
        case f.ReviewersNamed(reviewers=reviewers, reviewers_before=before):
            if not isinstance(state, Calling | Selecting) or state.body.panel != before:
                raise _out_of_place(state, fact)
            return replace(state, body=replace(state.body, panel=reviewers))
        case f.ApplicationScored(community=community):
            found = _in(state, fact, Selecting)
            person = str(happened.by.person)
            if found.body.selected or community in found.body.scored_by(person):
                raise _out_of_place(state, fact)
            given = (*found.body.given, Given(person, fact))
            return replace(found, body=replace(found.body, given=given))
        case f.CommunitiesSelected(ranking=ranking, selected=selected, publish_by=publish_by):
            found = _in(state, fact, Selecting)
            if found.body.selected:
                raise _out_of_place(state, fact)
            body = replace(found.body, ranking=ranking, selected=selected)
            return replace(found, body=body, publish_by=publish_by, late=False)
        case _ as never:
            assert_never(never)


def _progressed(
    state: Running, fact: f.ProgrammeProgressRecorded, happened: Happened[f.ProgrammeFact]
) -> Running:
    body = state.body
    if fact.number != len(body.progress) + 1:
        raise _out_of_place(state, fact)
    quarter = Progress(fact.number, happened.at, fact.communities)
    return Running(replace(body, progress=(*body.progress, quarter)), fact.progress_at)


def _assessed(
    state: Assessing, fact: f.CommunityAssessed, happened: Happened[f.ProgrammeFact]
) -> Assessing:
    body = state.body
    if fact.community not in body.unassessed:
        raise _out_of_place(state, fact)
    body = replace(
        body,
        assessed=(*body.assessed, fact),
        assessors=body.assessors | {happened.by.person},
    )
    return replace(state, body=body)


def _late(state: Programme, fact: f.ProgrammeLimitMissed) -> Programme:
    running = {(name, due.due) for name, due in deadlines(state)}
    if isinstance(state, Draft | Selecting | Assessing) and (fact.clock, fact.due) in running:
        return replace(state, late=True)
    raise _out_of_place(state, fact)


def _recalculated(state: Programme, fact: f.ProgrammeDeadlineRecalculated) -> Programme:
    if (fact.clock, fact.due_before) not in deadlines(state):
        raise _out_of_place(state, fact)
    match state:
        case Draft():
            return replace(state, decide_by=fact.due)
        case Selecting(publish_by=None):
            return replace(state, select_by=fact.due)
        case Selecting():
            return replace(state, publish_by=fact.due)
        case Running():
            return replace(state, progress_at=fact.due)
        case Assessing():
            return replace(state, assess_by=fact.due)
        case _:
            raise _out_of_place(state, fact)


def _in(state: Programme, fact: Any, *kinds: type[StateT]) -> StateT:
    if isinstance(state, kinds):
        return state
    raise _out_of_place(state, fact)


def _out_of_place(state: Programme, fact: Any) -> FactOutOfPlace:
    over = " and over" if is_over(state) else ""
    return FactOutOfPlace(f"{fact.kind} cannot follow: the programme is {state_name(state)}{over}")
