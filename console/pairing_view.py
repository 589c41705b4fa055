"""What pages show of a pairing: its steps, parties, terms, lists, matches and signatures."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from console.seeing import day, instant
from domain.pairing.commands import ListKind
from domain.pairing.matching import Match, Resource, matches
from domain.pairing.state import Agreement, Drafted
from projections.pairing_board import PairingLine
from services.agreement_signing import signatures_of
from services.pairing_steps import STEPS, step_of
from services.seeing import Seer
from wording.labels import Both, label

STEP_NAMES: dict[str, Both] = {
    "parties": ("成员", "Parties"),
    "lists": ("清单与提议", "Lists and proposal"),
    "claims": ("认领", "Claims"),
    "signatures": ("签署", "Signatures"),
    "approval": ("审批", "Approval"),
}


def rail(
    seer: Seer, state: Drafted | None, step: str, key: str = ""
) -> list[tuple[str, str, str, bool]]:
    """Return each step: its name, whether it is done, its address, and whether it is shown."""
    present = "parties" if state is None else step_of(state)
    if present is not None:
        reached = STEPS.index(present)
    else:
        # One that was withdrawn or rejected went no further than its parties for certain.
        reached = len(STEPS) if state is not None and state.agreement.authority else 1
    return [
        (
            seer.say(*STEP_NAMES[name]),
            "done" if at < reached else "now" if name == present else "",
            f"/pairings/{key}/start/{name}" if state is not None else "",
            name == step,
        )
        for at, name in enumerate(STEPS)
    ]


def terms_of(seer: Seer, made: Agreement) -> dict[str, Any]:
    """Return what the parties agree on beside their lists, as it is read."""
    policy = seer.rules.policies.get(made.policy)
    return {
        "title": made.title,
        "term": (day(made.term_start.isoformat()), day(made.term_end.isoformat())),
        "categories": [seer.category_name(code) for code in made.categories],
        "policy": made.policy
        if policy is None
        else seer.say(policy.policy.label.zh, policy.policy.label.en),
    }


def parties_of(seer: Seer, made: Agreement) -> list[tuple[str, str, bool]]:
    """Return each party with what it is, and whether it leads."""
    kinds = {made.center: ("党群服务中心", "Party service centre"), made.street: ("街道", "street")}
    return [
        (
            seer.unit_name(unit),
            seer.say(*kinds.get(unit, ("职能部门", "department"))),
            unit == made.lead,
        )
        for unit in made.parties
    ]


@dataclass(frozen=True)
class Shown:
    """One item of a list as it is read, and who claimed it."""

    code: str
    title: str
    category: str
    place: str
    claimed: str


@dataclass(frozen=True)
class ShownList:
    """One list of one party."""

    kind: ListKind
    name: str
    unit: str
    items: Sequence[Shown]


def shown_lists(seer: Seer, made: Agreement) -> list[ShownList]:
    """Return the lists of a pairing: needs, resources, projects, each by its party.

    No place is named for an item of the whole street.
    """
    by = {claim.item: seer.unit_name(claim.unit) for claim in made.claims}
    known = seer.rules.units.get(made.street)
    whole = None if known is None else known.division
    found = [
        ShownList(
            one.kind,
            label(one.kind, seer.language),
            seer.unit_name(one.unit),
            [
                Shown(
                    item.code,
                    item.title,
                    seer.category_name(item.category),
                    seer.place_name(item.place) if item.place not in {None, whole} else "",
                    by.get(item.code, ""),
                )
                for item in one.items
            ],
        )
        for one in made.lists
    ]
    order = list(ListKind)
    return sorted(found, key=lambda one: order.index(one.kind))


Offered = tuple[str, str, str]
"""A resource that could meet a need: what it is, whose it is, and why."""


def matched(seer: Seer, made: Agreement) -> list[tuple[str, str, list[Offered]]]:
    """Return each need that a resource could meet, by code and title, with those resources."""
    offered = [
        Resource(one.unit, item)
        for one in made.lists
        if one.kind is ListKind.RESOURCE
        for item in one.items
    ]
    titles = {item.code: item.title for item in made.items(*ListKind)}
    found: dict[str, list[Offered]] = {}
    for one in matches(made.items(ListKind.NEED), offered):
        told_as = (titles[one.resource], seer.unit_name(one.unit), _why(seer, one))
        found.setdefault(one.need, []).append(told_as)
    return [(code, titles[code], offers) for code, offers in found.items()]


def _why(seer: Seer, one: Match) -> str:
    reasons = []
    if one.same_category:
        reasons.append(seer.say("同一类别", "same category"))
    if one.terms:
        told_as = "、".join(one.terms) if seer.language == "zh" else ", ".join(one.terms)
        reasons.append(seer.say(f"都有“{told_as}”", f"both say {told_as}"))
    if one.same_place:
        reasons.append(seer.say("同一地点", "same place"))
    return seer.say("；", "; ").join(reasons)


def shown_signatures(seer: Seer, stream: str) -> list[dict[str, Any]]:
    """Return who signed, when, how, and what, the first first."""
    return [
        {
            "unit": seer.unit_name(one.unit),
            "who": _name(seer, one.person),
            "at": instant(one.at.isoformat()),
            "position": one.position,
            "agreement": None if one.signature is None else one.signature.agreement,
            "scan": None if one.signature is None else one.signature.scan,
            "matches": one.matches,
        }
        for one in signatures_of(seer, stream)
    ]


def _name(seer: Seer, person: str | None) -> str:
    known = seer.rules.people.get(person or "")
    if known is None or known.name is None:
        return ""
    plain = seer.house.books.vault.open(known.name)
    return "" if plain is None else plain.decode("utf-8")


def stages(seer: Seer, line: PairingLine, state: Drafted) -> list[tuple[str, str]]:
    """Return the stages of a pairing, each with what came of it: when, by whom, how much."""
    made, say = state.agreement, seer.say
    at = {
        one.kind: day(one.recorded_at.isoformat())
        for one in seer.house.books.ledger.read(line.stream)
    }
    proposed = at.get("pairing_proposed.v1")
    decided = at.get("pairing_approved.v1") or at.get("pairing_rejected.v1")
    signed = len(signatures_of(seer, line.stream))
    scores = (line.center_score, line.department_score, line.resident_score)
    authority = "" if made.authority is None else seer.unit_name(made.authority)
    return [
        (
            say("提议", "Proposal"),
            f"{proposed} {seer.unit_name(made.proposer)}" if proposed else say("尚未", "not yet"),
        ),
        (
            say("协商", "Negotiation"),
            say(
                f"{made.round} 轮，认领 {len(made.claims)} 项",
                f"{made.round} rounds, {len(made.claims)} claims",
            ),
        ),
        (
            say("签署", "Signatures"),
            say(
                f"{len(made.parties)} 方已签 {signed} 方",
                f"{signed} of {len(made.parties)} parties",
            ),
        ),
        (
            say("审批", "Approval"),
            f"{decided} {authority}".strip() if decided else say("尚未", "not yet"),
        ),
        (say("考评", "Review"), _reviewed(seer, line, scores)),
    ]


def _reviewed(seer: Seer, line: PairingLine, scores: tuple[int | None, ...]) -> str:
    if None in scores:
        return seer.say(f"{line.reviews} 次", f"{line.reviews} held")
    center, departments, residents = scores
    return seer.say(
        f"第 {line.reviews} 次：双方 {center} / {departments}，居民 {residents}",
        f"no. {line.reviews}: sides {center} / {departments}, residents {residents}",
    )


def named_words(seer: Seer, policy_id: str, sentence: str) -> str:
    """Return *sentence* with the codes of categories and lines said by the pack's labels."""
    policy = seer.rules.under(policy_id).policy
    words = {one.code: one.label for one in policy.categories} | policy.lines
    return _WORD.sub(
        lambda found: (
            seer.say(words[found[0]].zh, words[found[0]].en) if found[0] in words else found[0]
        ),
        sentence,
    )


_WORD = re.compile(r"(?<![A-Za-z0-9_@/.-])[A-Za-z][A-Za-z0-9_]+(?![A-Za-z0-9_@/.-])")
"""A word that could be the code of a category or a line."""
