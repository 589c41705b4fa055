"""The panel, its scores, and the selection: in the order of the scores, or with the reason why not.

Integers only: a reviewer's score is the sum of points times weight, out of 10,000; applications
rank by the exact mean over their reviewers, so that a rounding never decides.
"""

from domain import guards
from domain.envelope import Asked
from domain.programme.authority import REVIEWERS, deciding, in_state, own_unit_within
from domain.programme.calling import programmes
from domain.programme.commands import (
    Chosen,
    NameReviewers,
    ProgrammeCommand,
    ScoreApplication,
    SelectCommunities,
)
from domain.programme.facts import (
    ApplicationScored,
    CommunitiesSelected,
    Ranked,
    ReviewersNamed,
    SelectedCommunity,
    SelectionPublished,
)
from domain.programme.refusal_rules import refused
from domain.programme.state import Application, Body, Calling, Programme, Selecting
from domain.rules import Rules

Asking = Asked[ProgrammeCommand]


def name_reviewers(
    state: Programme, asked: Asking, command: NameReviewers, rules: Rules
) -> ReviewersNamed:
    """The panel is large enough for every applicant's street; who has scored stays on it."""
    found = in_state(state, Calling, Selecting)
    body = found.body
    deciding(asked, body, rules)
    _before_selection(body)
    persons = [one.person for one in command.reviewers]
    if twice := sorted({one for one in persons if persons.count(one) > 1}):
        raise refused("reviewer-once", found=", ".join(twice))
    for one in command.reviewers:
        if not any(rules.holds(one.person, role, one.unit, asked.at) for role in REVIEWERS):
            raise refused("reviewer-in-service", found=one.person, unit=one.unit)
    for left in body.panel:
        if left.person not in persons and body.scored_by(left.person):
            raise refused("reviewer-has-scored", found=left.person)
    if body.panel and command.reason is None:
        raise refused("panel-change-reason")
    _large_enough(persons, body, asked, rules)
    return ReviewersNamed(
        reviewers=command.reviewers, reviewers_before=body.panel, reason=command.reason
    )


def _large_enough(persons: list[str], body: Body, asked: Asking, rules: Rules) -> None:
    """Each street has enough reviewers who are not its own, applied or not: it still may."""
    least = programmes(rules.under(body.policy)).reviewers_min
    for street in body.streets:
        division = rules.units[street].division
        others = sum(own_unit_within(one, division, asked, rules) is None for one in persons)
        if others < least:
            raise refused("panel-size", least=least, street=street, found=others)


def _before_selection(body: Body) -> None:
    if body.selected:
        raise refused("panel-unchanged-after-selection")


def score_application(
    state: Programme, asked: Asking, command: ScoreApplication, rules: Rules
) -> ApplicationScored:
    """A member of the panel scores every criterion, once, and never for their own street."""
    body = in_state(state, Selecting).body
    _before_selection(body)
    application = _application(command.community, body)
    person = str(asked.by.person)
    if person not in {one.person for one in body.panel}:
        raise refused("reviewer-named")
    scored = body.scored_by(person)
    if not any(
        one.community not in scored and _own_unit(person, one, asked, rules) is None
        for one in body.applications
    ):
        raise refused("application-left-to-score")
    _not_of_street(person, application, asked, rules)
    if command.community in scored:
        raise refused("application-scored-once", community=command.community)
    points = {one.criterion: one.points for one in command.scores}
    expected = [one.criterion for one in body.criteria]
    if sorted(one.criterion for one in command.scores) != sorted(expected):
        raise refused(
            "every-criterion",
            expected=", ".join(expected),
            found=", ".join(one.criterion for one in command.scores),
        )
    return ApplicationScored(
        community=command.community,
        unit=str(asked.by.unit),
        scores=command.scores,
        weighted=sum(points[one.criterion] * one.weight for one in body.criteria),
        comment=command.comment,
    )


def _application(community: str, body: Body) -> Application:
    found = body.application(community)
    if found is None:
        raise refused("application-known", community=community)
    return found


def _own_unit(person: str, application: Application, asked: Asking, rules: Rules) -> str | None:
    """Return the unit in the applicant's street in which *person* serves, if there is one."""
    return own_unit_within(person, rules.units[application.street].division, asked, rules)


def _not_of_street(person: str, application: Application, asked: Asking, rules: Rules) -> None:
    unit = _own_unit(person, application, asked, rules)
    if unit is not None:
        raise refused("reviewer-of-street", street=application.street, unit=unit)


def select_communities(
    state: Programme, asked: Asking, command: SelectCommunities, rules: Rules
) -> CommunitiesSelected:
    """An authority that scored nothing selects; out of order only with a reason."""
    body = in_state(state, Selecting).body
    deciding(asked, body, rules)
    if body.selected:
        raise refused("selection-made-once")
    scorers = [one.person for one in body.given]
    guards.another_person(asked, scorers, ("评分", "scoring"))
    terms = rules.under(body.policy)
    pack = programmes(terms)
    ranking = body.ranked()
    lacking = [one.community for one in ranking if one.reviewers < pack.reviewers_min]
    if lacking:
        raise refused("scores-enough", least=pack.reviewers_min, missing=", ".join(lacking))
    if len(command.selected) > body.quota:
        raise refused("quota", most=body.quota, found=len(command.selected))
    chosen = [one.community for one in command.selected]
    if twice := sorted({one for one in chosen if chosen.count(one) > 1}):
        raise refused("selected-once", found=", ".join(twice))
    for community in chosen:
        _application(community, body)
    return CommunitiesSelected(
        ranking=ranking,
        selected=tuple(_taken(one, ranking, chosen) for one in command.selected),
        publish_by=terms.deadline(pack.publication, asked.at),
    )


def _taken(one: Chosen, ranking: tuple[Ranked, ...], chosen: list[str]) -> SelectedCommunity:
    """Whoever ranks higher and is not taken was passed over for this one."""
    own = next(ranked for ranked in ranking if ranked.community == one.community)
    passed = tuple(
        other.community
        for other in ranking
        if other.rank < own.rank and other.community not in chosen
    )
    if passed and one.reason is None:
        raise refused(
            "out-of-order-reason",
            community=one.community,
            rank=own.rank,
            passed=", ".join(passed),
        )
    return SelectedCommunity(
        community=one.community,
        street=own.street,
        rank=own.rank,
        passed_over=passed,
        reason=one.reason,
    )


def publish_selection(state: Programme, asked: Asking, rules: Rules) -> SelectionPublished:
    """What was selected is published, and the pilots begin."""
    body = in_state(state, Selecting).body
    deciding(asked, body, rules)
    if not body.selected:
        raise refused("selection-first")
    terms = rules.under(body.policy)
    return SelectionPublished(
        communities=body.pilots,
        progress_at=terms.deadline(programmes(terms).progress_every, asked.at),
    )
