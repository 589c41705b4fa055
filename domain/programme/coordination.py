"""What follows from a programme in the world: talks, notices, what boards show of it.

All of it is derived from facts by pure functions, so that it can be begun again at any time. A
programme sends nothing to other cases: it only counts what they have on record.
"""

from collections.abc import Iterable
from typing import Any

from domain.cases import Errand, Notice, Shown, Talk
from domain.community_figures import CommunityFigures
from domain.envelope import Happened
from domain.programme import facts as f
from domain.programme.state import (
    Application,
    Body,
    Calling,
    Programme,
    Selecting,
    Undrafted,
    is_over,
    state_name,
)
from domain.rules import Neighbour
from domain.talking import asking, halfway
from domain.values import instant_text


def holder(state: Programme) -> str | None:
    """Return the unit whose turn it is: the lead that drafted it, or the authority that selects."""
    if isinstance(state, Undrafted):
        return None
    body = state.body
    return body.authority if isinstance(state, Selecting) else body.lead


def neighbour(stream: str, state: Programme) -> Neighbour:
    """Return what other cases may know of this programme."""
    there = not isinstance(state, Undrafted)
    return Neighbour(stream, state_name(state), there and not is_over(state))


def errands(
    stream: str, state: Programme, happened: Happened[f.ProgrammeFact]
) -> tuple[Errand, ...]:
    """A programme asks nothing of other cases."""
    del stream, state, happened
    return ()


def talks(stream: str, state: Programme) -> tuple[Talk, ...]:
    """Return the conversation that should be under way, with the steps that are left of it.

    `call` while applications are taken, `scoring` while the panel scores, until the selection.
    """
    del stream
    match state:
        case Calling():
            return (_call(state),)
        case Selecting(body=body) if body.panel and not body.selected:
            return (_scoring(state),)
        case _:
            return ()


def _call(state: Calling) -> Talk:
    """Every street office of the place is called; those that have not applied are reminded once."""
    key, body = "call/1", state.body
    since, until = max(body.apply_from, state.opened_at), body.apply_until
    applied = {one.street for one in body.applications}
    left = [f"unit/{street}" for street in body.streets if street not in applied]
    told = {"until": until.isoformat()}
    return Talk(
        name="call",
        key=key,
        steps=(
            asking(key, "asked", since, "call_asked", left, told),
            asking(key, "reminded", halfway(since, until), "call_reminded", left, told),
        ),
    )


def _scoring(state: Selecting) -> Talk:
    """Each reviewer with an application left is asked; with all scores in, the authority is."""
    key, body = "scoring/1", state.body
    since, until = state.select_by.counted_from, state.select_by.due
    left = [f"person/{one.person.partition('/')[2]}" for one in body.panel if _owes(one, body)]
    told = {"until": until.isoformat()}
    if not left:
        closing = asking(key, "closing", since, "selection_to_close", [f"unit/{body.authority}"])
        return Talk(name="scoring", key=key, steps=(closing,))
    return Talk(
        name="scoring",
        key=key,
        steps=(
            asking(key, "asked", since, "scoring_asked", left, told),
            asking(key, "reminded", halfway(since, until), "scoring_reminded", left, told),
        ),
    )


def _owes(reviewer: Any, body: Body) -> bool:
    """Whether an application of another street is without this reviewer's score."""
    own = [one.street for one in body.applications if reviewer.unit == one.street]
    due = {one.community for one in body.applications if one.street not in own}
    return bool(due - body.scored_by(reviewer.person))


def notices(
    stream: str, state: Programme, happened: Happened[f.ProgrammeFact]
) -> tuple[Notice, ...]:
    """Return who is told of this fact; *state* is the programme as the fact left it."""
    if isinstance(state, Undrafted):
        return ()
    template, to, values = _told(state.body, happened.fact)
    return tuple(
        Notice(
            key=f"{happened.version}/unit/{unit}",
            to=f"unit/{unit}",
            template=template,
            values={"case": stream, **values},
        )
        for unit in dict.fromkeys(one for one in to if one is not None)
    )


def _told(body: Body, fact: f.ProgrammeFact) -> tuple[str, Iterable[str | None], dict[str, str]]:
    """Return template, units and values for *fact*; nobody for what needs no telling."""
    keepers = (body.lead, body.authority)
    pilots = tuple(one.street for one in body.selected)
    match fact:
        case f.CallOpened():
            return "programme_call_opened", (body.lead,), {}
        case f.CommunityApplied(community=community, street=street):
            values = {"community": community, "street": street}
            return "community_applied", (body.lead,), values
        case f.CommunityWithdrawn(community=community, street=street):
            values = {"community": community, "street": street}
            return "community_withdrawn", keepers, values
        case f.CallClosed(communities=communities, select_by=select_by):
            values = {"number": str(len(communities)), "due": instant_text(select_by.due)}
            return "programme_call_closed", keepers, values
        case f.CommunitiesSelected(selected=selected, publish_by=publish_by):
            values = {"number": str(len(selected)), "due": instant_text(publish_by.due)}
            return "communities_selected", keepers, values
        case f.SelectionPublished(communities=communities):
            applicants = tuple(one.street for one in body.applications)
            values = {"number": str(len(communities))}
            return "selection_published", (*keepers, *applicants), values
        case f.ProgrammeProgressRecorded(number=number):
            return "programme_progress_recorded", (*keepers, *pilots), {"number": str(number)}
        case f.AssessmentBegun(assess_by=assess_by):
            values = {"due": instant_text(assess_by.due)}
            return "assessment_begun", (*keepers, *pilots), values
        case f.CommunityAssessed(community=community, goals_met=met, verdicts=verdicts):
            theirs = (one.street for one in body.selected if one.community == community)
            values = {"community": community, "met": str(met), "goals": str(len(verdicts))}
            return "community_assessed", (body.authority, *theirs), values
        case f.ProgrammeExtended() | f.ProgrammeEnded():
            over = "extended" if isinstance(fact, f.ProgrammeExtended) else "ended"
            return f"programme_{over}", (*keepers, *(one.street for one in body.applications)), {}
        case f.ProgrammeLimitMissed(clock=clock, due=due):
            values = {"clock": clock, "due": instant_text(due)}
            return "programme_limit_missed", keepers, values
        case _:
            return "", (), {}


# What boards show.


def shown(state: Programme) -> Shown | None:
    """Return what lists and pages show of the programme; nothing of it is about a resident."""
    if isinstance(state, Undrafted):
        return None
    body = state.body
    units = (body.lead, body.authority, *body.streets)
    return Shown(
        title=body.title,
        place=body.place,
        units=tuple(dict.fromkeys(one for one in units if one is not None)),
        details={
            "level": body.level.value,
            "quota": body.quota,
            "apply_from": instant_text(body.apply_from),
            "apply_until": instant_text(body.apply_until),
            "build_until": instant_text(body.build_until),
            "criteria": [one.model_dump(mode="json") for one in body.criteria],
            "goals": [one.model_dump(mode="json") for one in body.goals],
            "lead": body.lead,
            "authority": body.authority,
            "policy": body.policy,
            "panel": [one.model_dump(mode="json") for one in body.panel],
            "applications": [_application(one, body) for one in body.applications],
            "ranking": [one.model_dump(mode="json") for one in body.ranking],
            "selected": [one.model_dump(mode="json") for one in body.selected],
            "published_at": None if body.published_at is None else instant_text(body.published_at),
            "progress": [
                {
                    "number": one.number,
                    "at": instant_text(one.at),
                    "communities": [_figures(figures) for figures in one.communities],
                }
                for one in body.progress
            ],
            "assessed": [one.model_dump(mode="json", exclude={"kind"}) for one in body.assessed],
            "unassessed": list(body.unassessed),
            "extended_to": list(body.extended_to),
        },
    )


def _application(one: Application, body: Body) -> dict[str, Any]:
    return {
        "community": one.community,
        "street": one.street,
        "statement": one.statement,
        "at": instant_text(one.at),
        "baseline": _figures(one.baseline),
        "scores": [
            {
                "person": given.person,
                "unit": given.told.unit,
                "scores": {score.criterion: score.points for score in given.told.scores},
                "weighted": given.told.weighted,
                "comment": given.told.comment,
            }
            for given in body.scores_of(one.community)
        ],
    }


def _figures(figures: CommunityFigures) -> dict[str, Any]:
    return figures.model_dump(mode="json")
