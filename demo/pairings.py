"""The episodes of pairings: how one is made for every street, and what becomes of some of them."""

import asyncio
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from demo.cast import Cast, Part, Street
from demo.matter import Matter
from demo.pledges import due_soon, promised
from demo.stage import Saying, Stage, Unexpected
from domain.pairing.coordination import project_task
from domain.people import Role
from domain.values import instant_text

LATE_TURN = 0
"""Which pairing promises what nobody can deliver in time."""

POLICY = "demo"
PROJECT_ITEM = "P1"
_YEARS = timedelta(days=730)
_LETTERS = str.maketrans("0123456789", "ghijklmnop")


@dataclass(frozen=True)
class Plan:
    """Who is to pair with whom, for which categories."""

    street: Street
    departments: tuple[str, ...]
    categories: tuple[str, ...]
    counters: bool = False
    turn: int = 0


def plans(cast: Cast, streets: Sequence[Street]) -> list[Plan]:
    """Return a plan for every street: two, three or four departments that lead a category."""
    leading = list(
        dict.fromkeys(
            units[0]
            for category in cast.policy.categories
            if not category.street_leads and (units := cast.leading(category.code))
        )
    )
    found = []
    for number, street in enumerate(streets):
        size = 2 + number % 3
        chosen = tuple(leading[(number + step) % len(leading)] for step in range(size))
        categories = tuple(cast.led_by(chosen))
        found.append(Plan(street, chosen, categories, counters=number % 7 == 1, turn=number))
    return found


def another(cast: Cast, plan: Plan) -> Plan:
    """Return a plan for the same street with a department it is not paired with yet."""
    for category in cast.policy.categories:
        for unit in cast.leading(category.code)[:1]:
            if unit not in plan.departments:
                return Plan(plan.street, (unit,), tuple(cast.led_by((unit,))))
    raise Unexpected(f"no department is left to pair with {plan.street.office.code}")


class Pairing:
    """One pairing of the demonstration."""

    def __init__(self, stage: Stage, stream: str, plan: Plan) -> None:
        self.stage, self.cast, self.stream, self.plan = stage, stage.cast, stream, plan

    # -- who speaks --------------------------------------------------------------------------------

    def speaker(self, unit: str) -> Part:
        """Return who speaks for a party."""
        if unit == self.plan.street.center.code:
            return self.cast.at_unit(Role.CENTER_COORDINATOR, unit)
        if unit == self.plan.street.office.code:
            return self.cast.at_unit(Role.STREET_DISPATCHER, unit)
        return self.cast.coordinator(unit)

    @property
    def parties(self) -> list[str]:
        """The centre, the departments, the street office."""
        street = self.plan.street
        return [street.center.code, *self.plan.departments, street.office.code]

    def says(self, party: str, kind: str, /, **fields: Any) -> Saying:
        """Say something for a party."""
        return Saying(self.speaker(party), {"kind": kind, **fields})

    def center(self, kind: str, **fields: Any) -> Saying:
        """Say something for the centre, which proposes."""
        return self.says(self.plan.street.center.code, kind, **fields)

    def authority(self, kind: str, **fields: Any) -> Saying:
        """Say something as the organisation department."""
        part = self.cast.for_place(Role.PARTY_AUTHORITY, self.plan.street.division)
        return Saying(part, {"kind": kind, **fields})

    async def does(self, *sayings: Saying) -> str:
        """Have *sayings* recorded in one turn; return the state they leave."""
        return (await self.stage.give(self.stream, sayings))[-1].state

    async def reaches(self, *names: str) -> None:
        """Wait until the pairing is in one of these states."""
        await self.stage.until_state(self.stream, *names)

    # -- how it is made ----------------------------------------------------------------------------

    def lists(self) -> list[Saying]:
        """The three lists: the centre's needs and projects, the lead department's resources."""
        label = {one.code: one.label.zh for one in self.cast.policy.categories}
        lead = self.plan.departments[0]

        def items(letter: str, categories: Sequence[str], title: str) -> list[dict[str, Any]]:
            return [
                {"code": f"{letter}{number}", "category": one, "title": f"{label[one]}{title}"}
                for number, one in enumerate(categories, 1)
            ]

        center, categories = self.plan.street.center.code, self.plan.categories
        return [
            self.center(
                "attach_list", list="NEED", unit=center, items=items("N", categories, "需求")
            ),
            self.says(
                lead,
                "attach_list",
                list="RESOURCE",
                unit=lead,
                items=self.resources(label),
            ),
            self.center(
                "attach_list",
                list="PROJECT",
                unit=center,
                items=items("P", self.cast.led_by((lead,))[:1], "结对服务项目"),
            ),
        ]

    def resources(self, label: dict[str, str]) -> list[dict[str, Any]]:
        """What the lead department promises; one of its promises falls due too soon."""
        led = self.cast.led_by((self.plan.departments[0],))
        items = promised(led, label, self.plan.turn)
        return [*items, due_soon(led[0])] if self.plan.turn == LATE_TURN else items

    async def drafted_and_proposed(self) -> None:
        """Drafted by the centre with its three lists, and proposed to the others."""
        street = self.plan.street
        midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        draft = self.center(
            "draft_pairing",
            center=street.center.code,
            departments=list(self.plan.departments),
            street=street.office.code,
            categories=list(self.plan.categories),
            title=f"{street.office.name}党建引领结对帮扶",
            term_start=instant_text(midnight),
            term_end=instant_text(midnight + _YEARS),
            policy=POLICY,
        )
        await self.does(draft, *self.lists(), self.center("propose_pairing"))

    async def answered(self) -> None:
        """Every other party agrees; where the street wants more, a second round is needed."""
        others = self.parties[1:]
        if self.plan.counters:
            office = self.plan.street.office.code
            wish = "请把孤寡老人和新就业群体的需求一并列入。"
            again = self.lists()[0]
            await self.does(
                *(self.says(unit, "accept_proposal") for unit in others if unit != office),
                self.says(office, "counter_propose", text=wish),
                again,
                self.center("propose_pairing"),
            )
        await self.does(*(self.says(unit, "accept_proposal") for unit in others))

    async def claimed_and_signed(self) -> None:
        """The lead department claims the project; every party signs."""
        lead = self.plan.departments[0]
        claims = [self.says(lead, "claim_project", item=PROJECT_ITEM, unit=lead)]
        terms = [term.code for term in self.cast.policy.pairing.mandatory_terms]
        signatures = [
            self.says(unit, "sign_agreement", terms=terms, signature=self._signature(unit, terms))
            for unit in self.parties
        ]
        await self.does(*claims, *signatures)
        await self.reaches("PENDING_APPROVAL")

    def _signature(self, unit: str, terms: Sequence[str]) -> str:
        """Return what stands for an e-signature made outside: a digest of what was signed.

        Written with letters only, so that no part of it looks like a telephone number.
        """
        text = "\n".join([self.stream, unit, *terms])
        return f"demo:{hashlib.sha256(text.encode()).hexdigest().translate(_LETTERS)}"

    async def made(self) -> None:
        """Drafted, negotiated, signed by everybody, approved; the project becomes a task."""
        await self.drafted_and_proposed()
        await self.answered()
        await self.claimed_and_signed()
        await self.does(self.authority("approve_pairing"))
        await self.reaches("ACTIVE")
        await self.stage.until_fact(self.project, "task_registered.v1")

    @property
    def review_fell_due(self) -> bool:
        """Whether the review clock was faster: its conversation freezes figures and opens it."""
        return bool(self.stage.log.of(self.stream, "review_fell_due.v1"))

    @property
    def project(self) -> str:
        """The stream of the task for the project item the lead department claims."""
        return project_task(self.stream, PROJECT_ITEM)


# What becomes of some of them.


async def rejected(pairing: Pairing) -> None:
    """Signed by everybody, and not approved."""
    await pairing.drafted_and_proposed()
    await pairing.answered()
    await pairing.claimed_and_signed()
    await pairing.does(pairing.authority("reject_pairing", reason="与该街道现有结对重复，请合并。"))
    await pairing.reaches("REJECTED")


async def withdrawn(pairing: Pairing) -> None:
    """Proposed, and withdrawn by the centre before anybody answered."""
    await pairing.drafted_and_proposed()
    await pairing.does(pairing.center("withdraw_pairing", reason="需求清单需重新征集。"))
    await pairing.reaches("WITHDRAWN")


async def unanswered(pairing: Pairing) -> None:
    """Proposed; somebody keeps silent, and the proposal lapses by its clock."""
    await pairing.drafted_and_proposed()
    await pairing.does(pairing.says(pairing.plan.departments[0], "accept_proposal"))
    await pairing.stage.until_fact(pairing.stream, "proposal_lapsed.v1")
    await pairing.reaches("WITHDRAWN")


async def adjusted(pairing: Pairing) -> None:
    """Another department takes the lead, with the authority's approval."""
    second = pairing.plan.departments[1]
    await pairing.does(
        pairing.center("change_lead", lead=second, reason="本年度重点任务转由该部门牵头。"),
        pairing.authority("approve_adjustment"),
    )
    await pairing.stage.until_fact(pairing.stream, "pairing_adjusted.v1")
    await pairing.reaches("ACTIVE")


async def suspended_and_resumed(pairing: Pairing) -> None:
    """Suspended for a while, and resumed by hand before its day."""
    await _suspended(pairing, 20)
    await pairing.does(pairing.authority("resume_pairing"))
    await pairing.stage.until_fact(pairing.stream, "pairing_resumed.v1", lapsed=False)
    await pairing.reaches("ACTIVE")


async def suspended_until_its_day(pairing: Pairing) -> None:
    """Suspended, and resumed by its clock."""
    await _suspended(pairing, 4)
    await pairing.stage.until_fact(pairing.stream, "pairing_resumed.v1", lapsed=True)
    await pairing.reaches("ACTIVE")


async def _suspended(pairing: Pairing, seconds: int) -> None:
    until = instant_text(datetime.now(UTC) + timedelta(seconds=seconds))
    reason = "服务场地改造，暂停新增任务。"
    await pairing.does(pairing.authority("suspend_pairing", reason=reason, until=until))
    await pairing.reaches("SUSPENDED")


async def reviewed(pairing: Pairing) -> None:
    """Both sides score each other on frozen figures, with the residents' grades; it passes."""
    if not pairing.review_fell_due:
        await pairing.does(pairing.authority("open_review"))
    await _scored(pairing)
    scored = await pairing.stage.until_fact(pairing.stream, "review_scored.v1", passed=True)
    if scored.fact["residents"] is None:
        raise Unexpected("expected the residents' score in the review, found none")
    await pairing.reaches("ACTIVE")


async def _scored(pairing: Pairing) -> None:
    """Every party of both sides gives its score, and the authority closes the review."""
    await pairing.reaches("UNDER_REVIEW")
    center, office = pairing.plan.street.center.code, pairing.plan.street.office.code
    scores = [
        *((unit, "CENTER_AND_STREET", 90) for unit in (center, office)),
        *((unit, "DEPARTMENTS", 86) for unit in pairing.plan.departments),
    ]
    given = [pairing.says(unit, "give_score", side=side, score=mark) for unit, side, mark in scores]
    closed = pairing.authority("score_review", comment="双考核完成，居民评价按回访结果计入。")
    await pairing.does(*given, closed)


async def wound_up(pairing: Pairing, *matters: Matter) -> None:
    """A department leaves: its open tasks get a successor each, who finishes them."""
    leaving, successor = pairing.plan.departments[:2]
    if not matters:
        raise Unexpected("expected open tasks to hand over, found no need of this pairing")
    if pairing.review_fell_due:  # On a slow machine the half-year review comes first.
        await _scored(pairing)
    for task in matters:
        await task.sent_to(leaving)
        await task.taken_up()
    neighbours = pairing.stage.gateway.desk.neighbours
    left = await asyncio.to_thread(neighbours.open_tasks, pairing.stream)
    plan = [{"task": task.stream, "unit": successor} for task in left]
    if not {task.stream for task in matters} <= {task.stream for task in left}:
        raise Unexpected("expected the open tasks to belong to the pairing that is wound up")
    await pairing.does(
        pairing.says(leaving, "request_exit", reason="机构改革，职能划转。", successors=plan)
    )
    await pairing.does(
        *(
            pairing.says(successor, "hand_over_task", task=task.stream, unit=successor)
            for task in left
        )
    )
    await pairing.reaches("ENDED")
    for task in matters:
        await task.until("task_taken_over.v1", main=successor)
        task.main = successor
        await task.does(task.assignment())
        await task.finished()
