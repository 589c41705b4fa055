"""Applying: who the body is, what it asks for, and that it may ask (准入申请)."""

from collections.abc import Iterable

from domain import guards
from domain.people import Role
from domain.provider.authority import (
    Asking,
    agent_or_department,
    by_its_agent,
    in_state,
    label_of,
    leads_of,
    over_all,
    pack_of,
)
from domain.provider.commands import (
    ApplyForAdmission,
    AskCorrection,
    CorrectApplication,
    Licence,
    NameAgent,
    ProviderKind,
)
from domain.provider.facts import (
    AdmissionApplied,
    AgentNamed,
    ApplicationCorrected,
    CorrectionAsked,
)
from domain.provider.identity import check_character, checks, provider_stream, team_stream
from domain.provider.pack import ProviderPack
from domain.provider.refusal_rules import refused
from domain.provider.state import Applied, Exited, Known, Lapsed, Provider, Refused, Unapplied
from domain.rules import NeighbourProvider, Rules, Terms
from domain.values import instant_text


def apply_for_admission(
    state: Provider, asked: Asking, command: ApplyForAdmission, rules: Rules
) -> AdmissionApplied:
    """A body that is what it says it is applies once at a time, unless it or its head is barred."""
    terms = rules.under(command.policy)
    pack = guards.part_of(terms.policy.providers, ("服务机构", "providers"), terms)
    if not isinstance(state, Unapplied | Refused | Exited | Lapsed):
        raise refused("application-open", found=label_of(state))
    _the_case_of_its_body(asked, command)
    barred = state.barred_until if isinstance(state, Exited) else None
    if barred is not None and asked.at < barred:
        raise refused("barred-until", until=instant_text(barred))
    if isinstance(state, Known):
        by_its_agent(asked, state.body)  # Nobody else takes a known body over by a link.
    head = _head(command, asked, rules)
    _asked_for(command, terms)
    _places(command, asked, rules, terms)
    licences_meet(command.licences, asked, pack)
    leads_of(command.categories, command.areas, asked, rules, terms)
    by_link = asked.by.role is Role.PROVIDER
    return AdmissionApplied(
        round=state.body.round + 1 if isinstance(state, Known) else 1,
        name=command.name,
        provider_kind=command.provider_kind,
        credit_code=command.credit_code,
        team_number=command.team_number,
        head=head,
        head_code=command.head_code,
        categories=command.categories,
        areas=command.areas,
        prices=command.prices,
        licences=command.licences,
        contact=command.contact,
        agent=asked.by.person if by_link else None,
        unit=None if by_link else asked.by.unit,
        policy=terms.policy.id,
        look_by=terms.deadline(pack.look_at, asked.at),
    )


def _the_case_of_its_body(asked: Asking, command: ApplyForAdmission) -> None:
    """One body, one case: its name follows from the code, whose check character must be right."""
    team = command.provider_kind is ProviderKind.VOLUNTEER_TEAM and command.team_number is not None
    if (command.credit_code is None) is not team or (command.team_number is not None) is not team:
        raise refused("number-of-body")
    if command.credit_code is not None:
        code_checks(command.credit_code)
        expected = provider_stream(command.credit_code)
    else:
        expected = team_stream(str(command.team_number))
    if asked.stream != expected:
        raise refused("case-of-body", expected=expected, found=asked.stream)


def code_checks(code: str) -> None:
    """The check character of a credit code is right (GB 32100-2015)."""
    if not checks(code):
        expected = check_character(code)
        raise refused("credit-code-checks", found=code, expected=expected or "—")


def _head(command: ApplyForAdmission, asked: Asking, rules: Rules) -> str | None:
    """A chain branch names its head, which is another body, and is not barred."""
    branch = command.provider_kind is ProviderKind.CHAIN_BRANCH
    if branch is not (command.head_code is not None) or (
        branch and command.head_code == command.credit_code
    ):
        raise refused("head-of-chain")
    if command.head_code is None:
        return None
    code_checks(command.head_code)
    stream = provider_stream(command.head_code)
    head = rules.neighbours.case(stream)
    barred = head.barred_until if isinstance(head, NeighbourProvider) else None
    if barred is not None and asked.at < barred:
        raise refused("head-barred", head=stream, until=instant_text(barred))
    return stream


def _asked_for(command: ApplyForAdmission, terms: Terms) -> None:
    once(command.categories)
    once(command.areas)
    for category in command.categories:
        guards.one_of(category, (one.code for one in terms.policy.categories))


def _places(command: ApplyForAdmission, asked: Asking, rules: Rules, terms: Terms) -> None:
    """The pack is in force in every area; an office applies for bodies at its own place only."""
    for area in command.areas:
        if not terms.policy.in_force_at(area):
            raise refused("pack-in-force", policy=terms.version, area=area)
    if asked.by.role is not Role.PROVIDER:
        over_all(asked, command.areas, rules)


def once(codes: Iterable[str]) -> None:
    """Nothing is listed twice."""
    listed = list(codes)
    if twice := sorted({code for code in listed if listed.count(code) > 1}):
        raise refused("listed-once", found=", ".join(twice))


def licences_meet(licences: Iterable[Licence], asked: Asking, pack: ProviderPack) -> None:
    """Each licence is of a kind of the pack, listed once, and has not ended."""
    once(f"{one.licence} {one.number}" for one in licences)
    for one in licences:
        guards.one_of(one.licence, (kind.code for kind in pack.licences))
        if one.valid_until is not None and one.valid_until <= asked.at:
            ended = instant_text(one.valid_until)
            raise refused("licence-in-force", licence=one.licence, number=one.number, ended=ended)


def name_agent(state: Provider, asked: Asking, command: NameAgent, rules: Rules) -> AgentNamed:
    """The department that applied for the provider, or looks after it, names who speaks for it."""
    body = in_state(state, Known).body
    if body.unit is None and body.lead is None:
        terms, _ = pack_of(body, rules)
        leads = leads_of(body.categories, body.areas, asked, rules, terms)
        guards.acting_for(asked, leads.values(), rules)
    else:
        guards.acting_for(asked, [unit for unit in (body.unit, body.lead) if unit], rules)
    if command.agent in body.agents:
        raise refused("agent-new")
    return AgentNamed(agent=command.agent, agents_before=body.agents)


def ask_correction(
    state: Provider, asked: Asking, command: AskCorrection, rules: Rules
) -> CorrectionAsked:
    """The lead of a category says once what the application lacks (一次性告知)."""
    applied = in_state(state, Applied)
    leading(applied, asked, rules)
    if applied.asked:
        raise refused("correction-once")
    terms, pack = pack_of(applied.body, rules)
    return CorrectionAsked(
        lacking=command.lacking, correct_by=terms.deadline(pack.correct, asked.at)
    )


def leading(state: Applied, asked: Asking, rules: Rules) -> dict[str, str]:
    """A department that leads a category applied for acts; return who leads which."""
    terms, _ = pack_of(state.body, rules)
    leads = dict(leads_of(state.body.categories, state.body.areas, asked, rules, terms))
    if not any(rules.acts_for(asked.by.unit, unit, asked.at) for unit in leads.values()):
        units = ", ".join(sorted(set(leads.values())))
        raise refused("lead-of-category", expected=units, unit=asked.by.unit)
    return leads


def correct_application(
    state: Provider, asked: Asking, command: CorrectApplication, rules: Rules
) -> ApplicationCorrected:
    """The applicant hands in what was asked for; the look at it begins anew."""
    applied = in_state(state, Applied)
    body = applied.body
    agent_or_department(asked, body, rules)
    if applied.correct_by is None:
        raise refused("correction-asked")
    terms, pack = pack_of(body, rules)
    licences = command.licences or body.licences
    prices = command.prices or body.prices
    licences_meet(licences, asked, pack)
    return ApplicationCorrected(
        prices=prices,
        prices_before=body.prices,
        licences=licences,
        licences_before=body.licences,
        look_by=terms.deadline(pack.look_at, asked.at),
    )
