"""Playing the programme: pairings first, then needs side by side, then what becomes of pairings."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from demo import facilities, findings, paths, pilots, promises, providers
from demo import pairings as of_pairings
from demo.cast import NobodyThere
from demo.matter import Matter
from demo.pairings import Pairing, Plan
from demo.programme import (
    LEFT,
    MERGED,
    ON_TIME,
    PATHS,
    URGENT,
    Episode,
    Programme,
    duplicates,
    plain,
)
from demo.showing import Bar, Showing
from demo.stage import Stage, Unexpected
from desk.orders import NotNow
from desk.sealing import opaque_uuid
from importing.findings import FindingRow
from importing.needs import NeedRow
from services.intake import Intake
from services.need_intake import need_order

HANDED_OVER = 2
"""How many open tasks the pairing that is wound up hands over."""


@dataclass
class Shown:
    """What one kind of episode was to show, what it showed, and why the rest is missing."""

    name: str
    zh: str
    en: str
    wanted: int
    reached: int = 0
    missing: list[str] = field(default_factory=list)
    streams: list[str] = field(default_factory=list)

    @property
    def complete(self) -> bool:
        """Whether all that was meant to be shown was shown."""
        return self.reached >= self.wanted and not self.missing


PAIRING_SHOWS: tuple[tuple[str, str, str], ...] = (
    ("pairing_made", "协商签约审批", "negotiated, signed, approved"),
    ("pairing_rejected", "未批准", "rejected"),
    ("pairing_withdrawn", "提议撤回", "withdrawn"),
    ("pairing_unanswered", "无人答复失效", "lapsed unanswered"),
    ("pairing_project", "认领项目办结", "claimed project done"),
    ("pairing_adjusted", "牵头部门调整", "lead changed"),
    ("pairing_suspended", "暂停与恢复", "suspended and resumed"),
    ("pairing_resumed_by_clock", "暂停到期恢复", "resumed by its clock"),
    ("pairing_reviewed", "双考核", "double assessment"),
    ("pairing_wound_up", "退出与移交", "exit with hand-over"),
    ("commitment_confirmed", "承诺兑现确认", "promise delivered, confirmed"),
    ("commitment_disputed", "兑现异议裁定", "delivery disputed, settled"),
    ("commitment_revised", "承诺变更", "promise revised"),
    ("commitment_missed", "承诺逾期", "promise late"),
)


_EACH = frozenset({"pairing_made", "pairing_project", "commitment_confirmed"})

Story = tuple[str, Callable[[Pairing], Awaitable[None]]]

EXTRAS: tuple[Story, ...] = (
    ("pairing_unanswered", of_pairings.unanswered),
    ("pairing_rejected", of_pairings.rejected),
    ("pairing_withdrawn", of_pairings.withdrawn),
)
"""Pairings that come to nothing, beside those of every street."""

EARLY: tuple[Story, ...] = (
    ("pairing_adjusted", of_pairings.adjusted),
    ("pairing_suspended", of_pairings.suspended_and_resumed),
    ("pairing_resumed_by_clock", of_pairings.suspended_until_its_day),
)
"""What becomes of some pairings before they take needs."""

PROMISES: tuple[Story, ...] = (
    ("commitment_missed", promises.missed),
    ("commitment_disputed", promises.disputed_and_settled),
    ("commitment_revised", promises.revised),
)
"""What becomes of the promises of some pairings; in every one something is delivered."""


class Playing:
    """Plays everything on one stage and keeps count."""

    def __init__(self, stage: Stage, showing: Showing) -> None:
        self.stage, self.showing = stage, showing
        self.shown: dict[str, Shown] = {}
        self.pairings: list[Pairing] = []

    def expect(self, name: str, zh: str, en: str, wanted: int) -> None:
        """Say what is going to be shown, and how often."""
        self.shown[name] = Shown(name, zh, en, wanted)

    async def play(
        self,
        name: str,
        bar: Bar,
        streams: Sequence[str],
        going: Awaitable[None],
        *,
        at_once: bool = False,
    ) -> None:
        """Play one episode in the room; what does not go as told is kept as missing.

        *at_once*: it goes on where another one ended, and waits for no place.
        """
        shown = self.shown[name]
        async with self.stage.room.working(at_once=at_once):
            try:
                await going
            except (Unexpected, NobodyThere, NotNow) as error:
                shown.missing.append(f"{streams[0] if streams else ''} {error}".strip())
            else:
                shown.reached += 1
                shown.streams += streams
        self.showing.step(bar, facts=self.stage.log.position + 1)

    # -- pairings ----------------------------------------------------------------------------------

    def pairing(self, plan: Plan, purpose: str = "") -> Pairing:
        """Return the pairing of a plan; its id is the same in every run of this installation."""
        vault = self.stage.gateway.books.vault
        token = vault.token("demo-pairing", f"{plan.street.office.code}{purpose}".encode())
        return Pairing(self.stage, f"pairing/{opaque_uuid('pairing', token)}", plan)

    async def play_pairings(self, plans: Sequence[Plan], background: asyncio.TaskGroup) -> None:
        """Make a pairing for every plan; three more are rejected, withdrawn, left unanswered.

        Some are adjusted or suspended at once: needs are registered when all are active again.
        """
        for name, zh, en in PAIRING_SHOWS:
            self.expect(name, zh, en, len(plans) if name in _EACH else 1)
        bar = self.showing.begin("结对 Pairings", len(plans) + len(EXTRAS) + len(EARLY))
        self.pairings = [self.pairing(plan) for plan in plans]
        for number, (name, story) in enumerate(EXTRAS):
            plan = of_pairings.another(self.stage.cast, plans[number % len(plans)])
            one = self.pairing(plan, f"/{name}")
            background.create_task(self.play(name, bar, [one.stream], story(one)))
        async with asyncio.TaskGroup() as making:
            for number, one in enumerate(self.pairings):
                early = EARLY[number :: len(self.pairings)]
                making.create_task(self.made(one, early, bar))

    async def made(self, pairing: Pairing, early: Sequence[Story], bar: Bar) -> None:
        """Make one pairing, and play what becomes of it at once."""
        await self.play("pairing_made", bar, [pairing.stream], pairing.made())
        for name, story in early:
            await self.play(name, bar, [pairing.stream], story(pairing), at_once=True)

    async def promised(self, number: int, pairing: Pairing, bar: Bar) -> None:
        """Deliver what *pairing* promised, and play what becomes of some promises."""
        stories = (
            ("commitment_confirmed", promises.confirmed),
            *PROMISES[number :: len(self.pairings)],
        )
        for name, story in stories:
            await self.play(name, bar, [pairing.stream], story(pairing), at_once=True)

    async def project(self, pairing: Pairing, bar: Bar) -> None:
        """Have the project item done that the lead department of *pairing* claimed."""

        async def going() -> None:
            entry = await self.stage.until_fact(pairing.project, "task_registered.v1")
            await paths.project(Matter.of_project(self.stage, entry))

        await self.play("pairing_project", bar, [pairing.project], going())

    # -- needs -------------------------------------------------------------------------------------

    def matter(self, row: NeedRow, turn: int = 0) -> Matter:
        """Return the matter of a row: the command its import gives, for the same task."""
        gateway = self.stage.gateway
        rules = gateway.books.rulebook.rules(gateway.desk.neighbours)
        order = need_order(gateway, rules, row, None, of_pairings.POLICY)
        return Matter.of(self.stage, row, order, turn)

    async def episode(self, episode: Episode, bar: Bar) -> None:
        """Play one episode of the programme."""
        streams: list[str] = []

        async def going() -> None:
            matters = [
                await asyncio.to_thread(self.matter, row, episode.turn) for row in episode.rows
            ]
            streams.extend(one.stream for one in matters)
            await episode.path.play(*matters)

        await self.play(episode.path.name, bar, streams, going())

    async def play_needs(self, made: Programme) -> None:
        """Play the whole programme, and the lives of some pairings beside it."""
        for path in (*PATHS, MERGED, URGENT, ON_TIME, LEFT):
            if path.name in made.wanted:
                self.expect(path.name, path.zh, path.en, made.wanted[path.name])
        bar = self.showing.begin(
            "帮扶任务 Support tasks",
            len(made.episodes) + 2 * len(self.pairings) + len(PROMISES) + 2,
        )
        by_street: dict[str, list[asyncio.Task[None]]] = {}
        async with asyncio.TaskGroup() as group:
            for number, pairing in enumerate(self.pairings):
                promising = group.create_task(self.promised(number, pairing, bar))
                doing = group.create_task(self.project(pairing, bar))
                by_street.setdefault(pairing.plan.street.division, []).append(promising)
                by_street.setdefault(pairing.plan.street.division, []).append(doing)
            for one in made.episodes:
                doing = group.create_task(self.episode(one, bar))
                for division in {row.place[:9] for row in one.rows}:
                    by_street.setdefault(division, []).append(doing)
            group.create_task(self.endings(made, by_street, bar))

    def counted_on(
        self, bar: Bar
    ) -> Callable[[str, Sequence[str], Awaitable[None]], Coroutine[Any, Any, None]]:
        """Return what plays one path and counts it on *bar*."""

        async def play(name: str, streams: Sequence[str], going: Awaitable[None]) -> None:
            await self.play(name, bar, streams, going)

        return play

    # -- findings ----------------------------------------------------------------------------------

    async def play_findings(self, rows: Sequence[FindingRow], intake: Intake) -> None:
        """Take the check-up's table in, and play what becomes of some findings."""
        for name, zh, en, _ in findings.FINDING_SHOWS:
            self.expect(name, zh, en, 1)
        bar = self.showing.begin("体检问题 Findings", len(findings.FINDING_SHOWS))
        await findings.played(self.stage, rows, intake, self.counted_on(bar))

    # -- facilities --------------------------------------------------------------------------------

    async def play_facilities(self, listed: facilities.Listed) -> None:
        """Register the sites, and take every facility as far as it is to go."""
        for state, wanted in listed.wanted.items():
            self.expect(facilities.show_of(state), *facilities.SHOWS[state], wanted)
        bar = self.showing.begin("服务设施 Facilities", len(listed.facilities))
        await facilities.played(self.stage, listed, self.counted_on(bar))

    # -- providers ---------------------------------------------------------------------------------

    async def play_providers(self, every: Sequence[providers.Provider]) -> None:
        """Have every provider apply, and play what becomes of it."""
        for told, number in providers.wanted(every).items():
            self.expect(*told, number)
        bar = self.showing.begin("服务机构 Providers", len(every))
        await providers.played(every, self.counted_on(bar))

    # -- programmes --------------------------------------------------------------------------------

    async def play_pilots(self, sample: pilots.Sample) -> None:
        """Play the sample's programme, and two that come to nothing."""
        for name, zh, en in pilots.PILOT_SHOWS:
            self.expect(name, zh, en, 1)
        bar = self.showing.begin("试点 Programmes", len(pilots.PILOT_SHOWS))
        await pilots.played(self.stage, sample, self.counted_on(bar))

    # -- how it ends for two pairings --------------------------------------------------------------

    async def endings(
        self, made: Programme, by_street: dict[str, list[asyncio.Task[None]]], bar: Bar
    ) -> None:
        """Review one pairing and wind another up, each when the needs of its street are over."""

        async def reviewing() -> None:
            pairing = self._in(made.reviewed)
            await asyncio.wait(by_street[pairing.plan.street.division])
            going = of_pairings.reviewed(pairing)
            await self.play("pairing_reviewed", bar, [pairing.stream], going, at_once=True)

        async def winding_up() -> None:
            pairing = self._in({row.place[:9] for row in made.set_aside})
            await asyncio.wait(by_street[pairing.plan.street.division])

            async def going() -> None:
                matters = [await asyncio.to_thread(self.matter, row) for row in made.set_aside]
                await of_pairings.wound_up(pairing, *matters)

            await self.play("pairing_wound_up", bar, [pairing.stream], going(), at_once=True)

        ending = self._in({row.place[:9] for row in made.set_aside})
        if ending is self._in(made.reviewed):  # A pairing that has ended is not reviewed any more.
            await reviewing()
            await winding_up()
        else:
            await asyncio.gather(reviewing(), winding_up())

    def _in(self, divisions: Collection[str]) -> Pairing:
        """Return the pairing of one of these streets, the last one where none is named."""
        found = [one for one in self.pairings if one.plan.street.division in divisions]
        return found[0] if found else self.pairings[-1]


def set_aside(plans: Sequence[Plan], rows: Sequence[NeedRow]) -> list[NeedRow]:
    """Return the needs for the pairing that is wound up: two of one street, in its categories."""
    twice = {row.number for pair in duplicates(rows) for row in pair}
    for plan in reversed(plans):
        found = [row for row in of_plan(plan, rows) if row.number not in twice and plain(row)]
        if len(found) >= HANDED_OVER:
            return found[:HANDED_OVER]
    return []


def to_review(plans: Sequence[Plan], rows: Sequence[NeedRow]) -> set[str]:
    """Return the street whose pairing is reviewed: residents' grades count, so the busiest one."""
    busiest = max(plans, key=lambda plan: len(of_plan(plan, rows)))
    return {busiest.street.division}


def of_plan(plan: Plan, rows: Sequence[NeedRow]) -> list[NeedRow]:
    """Return the needs that a pairing made by *plan* takes."""
    division = plan.street.division
    return [
        row for row in rows if row.place.startswith(division) and row.category in plan.categories
    ]
