"""From the draft to the applications: what is to be reached, who is called upon, who applies."""

from collections.abc import Iterable

from domain import guards
from domain.community_figures import CountedBy, CountedCommunity
from domain.envelope import Asked
from domain.programme.authority import deciding, in_state
from domain.programme.commands import (
    ApplyCommunity,
    DraftProgramme,
    EndProgramme,
    GoalMeasure,
    ProgrammeCommand,
    ReviseProgramme,
    WithdrawCommunity,
)
from domain.programme.facts import (
    CallOpened,
    CommunityApplied,
    CommunityWithdrawn,
    DraftTerms,
    ProgrammeDrafted,
    ProgrammeEnded,
    ProgrammeRevised,
)
from domain.programme.pack import ProgrammePack
from domain.programme.refusal_rules import refused
from domain.programme.state import (
    STATES,
    Assessing,
    Body,
    Calling,
    Draft,
    Programme,
    Running,
    Selecting,
    Undrafted,
)
from domain.rules import Rules, Terms
from domain.units import UnitKind
from domain.values import covers, instant_text

Asking = Asked[ProgrammeCommand]

_COMMUNITY_DIGITS = 12


def programmes(terms: Terms) -> ProgrammePack:
    """Return the part of the pack programmes are decided by."""
    return guards.part_of(terms.policy.programmes, ("试点", "programmes"), terms)


def draft_programme(
    state: Programme, asked: Asking, command: DraftProgramme, rules: Rules
) -> ProgrammeDrafted:
    """A department of the place drafts; weights sum to 100, dates run forward."""
    if not isinstance(state, Undrafted):
        raise guards.refused("begun-once", stream=asked.stream)
    guards.serving(asked, command.place, rules)
    terms = rules.under(command.policy)
    pack = programmes(terms)
    drafted = _terms_meet(command, asked, pack)
    return ProgrammeDrafted(
        **dict(drafted),
        level=command.level,
        place=command.place,
        lead=str(asked.by.unit),
        policy=terms.version.partition("@")[0],
        decide_by=terms.deadline(pack.draft_review, asked.at),
    )


def revise_programme(
    state: Programme, asked: Asking, command: ReviseProgramme, rules: Rules
) -> ProgrammeRevised:
    """The department that drafted changes its draft; the limit of the decision begins anew."""
    body = in_state(state, Draft).body
    guards.acting_for(asked, (body.lead,), rules)
    terms = rules.under(body.policy)
    pack = programmes(terms)
    before = _terms_of(body)
    told = {name: getattr(command, name) or was for name, was in before}
    after = _terms_meet(DraftTerms.model_validate(told), asked, pack)
    if after == before:
        raise refused("draft-changes")
    return ProgrammeRevised(
        terms=after,
        terms_before=before,
        reason=command.reason,
        decide_by=terms.deadline(pack.draft_review, asked.at),
    )


def _terms_of(stated: DraftProgramme | DraftTerms | Body) -> DraftTerms:
    return DraftTerms.model_validate(
        {name: getattr(stated, name) for name in DraftTerms.model_fields}
    )


def _terms_meet(
    stated: DraftProgramme | DraftTerms, asked: Asking, pack: ProgrammePack
) -> DraftTerms:
    """Dates run forward, the quota is the pack's, weights sum to 100, and goals can be met."""
    _dates_run_forward(asked, stated)
    if stated.quota > pack.quota_max:
        raise refused("quota-max", most=pack.quota_max, found=stated.quota)
    _once([one.criterion for one in stated.criteria])
    for criterion in stated.criteria:
        guards.one_of(criterion.criterion, (one.code for one in pack.criteria))
    weights = sum(one.weight for one in stated.criteria)
    if weights != 100:
        raise refused("weights-sum", found=weights)
    _once([f"{one.figure}/{one.measure}" for one in stated.goals])
    for goal in stated.goals:
        if goal.measure is GoalMeasure.PERCENT and goal.target > 100:
            raise refused("share-target", goal=goal.figure, found=goal.target)
    return _terms_of(stated)


def _dates_run_forward(asked: Asking, stated: DraftProgramme | DraftTerms) -> None:
    dates = (stated.apply_from, stated.apply_until, stated.build_until)
    if not (dates[0] < dates[1] < dates[2] and asked.at < dates[1]):
        raise refused("programme-dates", found=", ".join(map(instant_text, dates)))


def _once(codes: list[str]) -> None:
    if twice := sorted({code for code in codes if codes.count(code) > 1}):
        raise refused("codes-once", found=", ".join(twice))


def open_call(state: Programme, asked: Asking, rules: Rules) -> CallOpened:
    """Another than the drafter approves; every street office of the place is called upon."""
    body = in_state(state, Draft).body
    authority = deciding(asked, body, rules)
    if asked.at >= body.apply_until:
        raise _window(body)
    streets = tuple(
        sorted(
            unit.code
            for unit in rules.units.values()
            if unit.kind is UnitKind.STREET_OFFICE
            and unit.stands(asked.at)
            and covers(body.place, unit.division)
        )
    )
    if not streets:
        raise refused("nobody-to-call", place=body.place)
    return CallOpened(authority=authority, streets=streets)


def apply_community(
    state: Programme, asked: Asking, command: ApplyCommunity, rules: Rules
) -> CommunityApplied:
    """A street office applies for a community of its own; the baseline is what the ledger has."""
    body = in_state(state, Calling).body
    if not body.apply_from <= asked.at < body.apply_until:
        raise _window(body)
    street = _street_of(command.community, body, rules)
    guards.acting_for(asked, (street,), rules)
    if body.application(command.community) is not None:
        raise refused("applied-once", community=command.community)
    counted = figures_of((command.community,), rules)[command.community]
    return CommunityApplied(
        community=command.community,
        street=street,
        statement=command.statement,
        baseline=counted.frozen,
    )


def withdraw_community(
    state: Programme, asked: Asking, command: WithdrawCommunity, rules: Rules
) -> CommunityWithdrawn:
    """The street takes its application back, as long as nothing is selected; it may apply anew."""
    body = in_state(state, Calling, Selecting).body
    found = body.application(command.community)
    if found is None:
        raise refused("application-known", community=command.community)
    guards.acting_for(asked, (found.street,), rules)
    if body.selected:
        raise refused("selection-made-once")
    return CommunityWithdrawn(community=found.community, street=found.street, reason=command.reason)


def _window(body: Body) -> Exception:
    return refused(
        "window-open", since=instant_text(body.apply_from), until=instant_text(body.apply_until)
    )


def _street_of(community: str, body: Body, rules: Rules) -> str:
    for street in body.streets:
        if len(community) == _COMMUNITY_DIGITS and rules.units[street].covers(community):
            return street
    raise refused("community-of-street", found=community)


def figures_of(communities: Iterable[str], rules: Rules) -> dict[str, CountedCommunity]:
    """Return the figures of *communities* as the ledger has them now: nobody hands them in."""
    lowest = {pack: terms.policy.ratings.satisfied_from for pack, terms in rules.policies.items()}
    divisions = {code: unit.division for code, unit in rules.units.items()}
    by = CountedBy(lowest, divisions)
    return dict(rules.neighbours.community_figures(tuple(communities), by))


def end_programme(
    state: Programme, asked: Asking, command: EndProgramme, rules: Rules
) -> ProgrammeEnded:
    """An authority ends it at any time; once it is being assessed, with every pilot assessed."""
    found = in_state(state, Draft, Calling, Selecting, Running, Assessing)
    deciding(asked, found.body, rules)
    if isinstance(found, Assessing) and found.body.unassessed:
        raise refused("all-assessed", missing=", ".join(found.body.unassessed))
    return ProgrammeEnded(state_before=STATES[type(found)], reason=command.reason)
