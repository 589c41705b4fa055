"""The episodes of sites and facilities: the lists are taken in, and every state is reached once."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from demo.cast import Cast, NobodyThere, Part
from demo.pairings import POLICY
from demo.stage import Saying, Stage
from domain.facility.facts import FacilityState as S
from domain.people import Role
from domain.units import UnitKind
from domain.values import instant_text
from importing.facilities import FACILITY_FIELDS, SITE_FIELDS, ListedRow, ListedRows
from services.facility_intake import (
    facility_order,
    facility_stream,
    list_reader,
    site_stream,
    take_rows,
)
from services.intake import EnteredBy, Intake, Taking, rules_of

ORDER = (
    S.OPEN,
    S.PROPOSED,
    S.APPROVED,
    S.OPEN,
    S.BUILDING,
    S.ACCEPTING,
    S.OPEN,
    S.READY,
    S.SUSPENDED,
    S.OPEN,
    S.CLOSED,
    S.DROPPED,
)
"""How far the facilities of the list are played, one after the other, round and round."""

SHOWS: dict[str, tuple[str, str]] = {
    S.PROPOSED: ("设施拟建", "facility proposed"),
    S.APPROVED: ("设施立项", "facility approved"),
    S.BUILDING: ("设施建设", "facility being built"),
    S.ACCEPTING: ("设施待验收", "acceptance refused, completed again"),
    S.READY: ("设施双方验收", "facility accepted by two keys"),
    S.OPEN: ("设施运营填报", "facility open, use reported"),
    S.SUSPENDED: ("设施停业整顿", "facility suspended, resumed, suspended"),
    S.CLOSED: ("设施关闭", "facility closed, users sent on"),
    S.DROPPED: ("设施不再建设", "facility dropped, site free again"),
}
_YEAR = timedelta(days=365)

Play = Callable[[str, Sequence[str], Awaitable[None]], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Listed:
    """The rows of both lists that are played: sites, and facilities with how far each goes."""

    sites: tuple[ListedRow, ...]
    facilities: tuple[tuple[ListedRow, S], ...]
    site_intake: Intake
    facility_intake: Intake

    @property
    def wanted(self) -> Counter[S]:
        """How many facilities end in which state."""
        return Counter(state for _, state in self.facilities)


def read_lists(stage: Stage, folder: Path, divisions: set[str]) -> Listed:
    """Read both lists; rows of other streets than those that are played are left out."""
    reader = list_reader(rules_of(stage.gateway), POLICY)
    site_table = Taking().table_of(folder / "sites.xlsx", SITE_FIELDS)
    facility_table = Taking().table_of(folder / "facilities.xlsx", FACILITY_FIELDS)
    sites, facilities = reader.sites(site_table), reader.facilities(facility_table)
    played = tuple(row for row in sites.good if row.command["place"][:9] in divisions)
    known = {row.number for row in played}
    return Listed(
        played,
        tuple(
            (row, ORDER[number % len(ORDER)])
            for number, row in enumerate(facilities.good)
            if row.site in known
        ),
        Intake("sites.xlsx", refused=list(sites.bad), unread=site_table.unread),
        Intake("facilities.xlsx", refused=list(facilities.bad), unread=facility_table.unread),
    )


async def played(stage: Stage, listed: Listed, play: Play) -> None:
    """Register the sites, then take every facility as far as the list says, side by side."""
    await take_sites(stage, listed)
    async with asyncio.TaskGroup() as group:
        for row, state in listed.facilities:
            one = Facility(stage, row)
            group.create_task(play(show_of(state), [one.stream], one.goes_to(state)))
    listed.facility_intake.recorded = stage.log.kinds["facility_proposed.v1"]


def show_of(state: S) -> str:
    """Return what the showing of a state is called."""
    return f"facility_{state}".lower()


async def take_sites(stage: Stage, listed: Listed) -> None:
    """Register the sites, as `jiedui site import` does."""
    rows = ListedRows(listed.sites, ())
    in_name = EnteredBy()
    await take_rows(stage.gateway, rows, listed.site_intake, Taking(), in_name, facilities=False)
    stage.commands += listed.site_intake.recorded


class Facility:
    """One facility of the demonstration, and who may say what about it."""

    def __init__(self, stage: Stage, row: ListedRow) -> None:
        self.stage, self.row = stage, row
        self.stream = facility_stream(stage.gateway, row.number)
        self.site = site_stream(stage.gateway, row.site)
        self.functions: list[str] = row.command["functions"]
        self.lead: str = row.command["lead"]
        self.place = ""

    @property
    def cast(self) -> Cast:
        """The cast of the stage."""
        return self.stage.cast

    # -- who speaks --------------------------------------------------------------------------------

    def by(self, part: Part, kind: str, **fields: Any) -> Saying:
        """Say something as *part*."""
        return Saying(part, {"kind": kind, **fields})

    def street(self, kind: str, **fields: Any) -> Saying:
        """Say something as the street's dispatcher."""
        return self.by(self.cast.dispatcher(self.place), kind, **fields)

    def department(self, kind: str, **fields: Any) -> Saying:
        """Say something as the lead's coordinator."""
        return self.by(self.cast.coordinator(self.lead), kind, **fields)

    def builder(self, kind: str, **fields: Any) -> Saying:
        """Say something as the lead's staff, who see to the building."""
        return self.by(self.cast.staff(self.lead), kind, **fields)

    def authority(self, kind: str, **fields: Any) -> Saying:
        """Say something as the Party authority of the place."""
        return self.by(self.cast.for_place(Role.PARTY_AUTHORITY, self.place), kind, **fields)

    @property
    def center(self) -> str:
        """The service centre of the street, which runs the functions itself."""
        for unit in self.cast.rules.units.values():
            if unit.kind is UnitKind.PARTY_SERVICE_CENTER and unit.covers(self.place):
                return unit.code
        raise NobodyThere(f"名册中 {self.place} 没有党群服务中心。 No centre for {self.place}.")

    def operator(self, kind: str, **fields: Any) -> Saying:
        """Say something as the centre that runs the functions."""
        part = self.cast.at_unit(Role.CENTER_COORDINATOR, self.center)
        return self.by(part, kind, **fields)

    async def does(self, *sayings: Saying) -> str:
        """Have *sayings* recorded in one turn; return the state they leave."""
        return (await self.stage.give(self.stream, sayings))[-1].state

    # -- how far it goes ---------------------------------------------------------------------------

    async def goes_to(self, state: S) -> None:
        """Take the facility to *state*, by the way of every facility."""
        await self.proposed()
        if state is S.DROPPED:
            await self.does(self.authority("drop_facility", reason="资金未落实，另行选址。"))
            await self.stage.until_fact(self.site, "site_released.v1")
        elif state is not S.PROPOSED:
            await self.beyond_approval(state)
        await self.stage.until_state(self.stream, state)

    async def proposed(self) -> None:
        """The row is proposed, and its site reserved by the clerk's errand."""
        in_name = EnteredBy(policy=POLICY)
        order = await asyncio.to_thread(facility_order, self.stage.gateway, self.row, in_name)
        self.place = order.command["place"]
        await self.stage.send([order])
        await self.stage.until_fact(self.site, "site_reserved.v1")

    async def beyond_approval(self, state: S) -> None:
        """Approved, built, accepted by two keys, open; each state is the end of somebody's way."""
        await self.does(self.authority("approve_facility", document="天河发改〔2026〕示例"))
        if state is S.APPROVED:
            return
        await self.built(whole=state is not S.BUILDING)
        if state is S.BUILDING:
            return
        await self.does(self.builder("report_completed", evidence="竣工报告（示例）"))
        if state is S.ACCEPTING:
            await self.sent_back()
            return
        await self.does(self.department("accept_facility", **self.found()))
        await self.does(self.street("accept_facility", **self.found()))
        if state is S.READY:
            return
        await self.opened()
        if state is S.SUSPENDED:
            await self.stopped_twice()
        if state is S.CLOSED:
            await self.closed()

    async def built(self, *, whole: bool) -> None:
        """The milestones in their order, all of them or two; money is paid beside them."""
        pack = self.cast.policy.facilities
        assert pack is not None, "the demonstration's pack has facilities"
        now = instant_text(datetime.now(UTC))
        wanted = pack.milestones if whole else pack.milestones[:2]
        steps = [
            self.builder(
                "record_milestone",
                milestone=one.code,
                planned=now,
                actual=now,
                evidence=f"{one.label.zh}记录（示例）",
            )
            for one in wanted
        ]
        await self.does(*steps, *self.payments(now))

    def payments(self, now: str) -> list[Saying]:
        """Half of every line is paid; one voucher is taken back and recorded right."""
        lines = self.row.command["budget"]
        paid = [
            self.builder(
                "record_spending",
                source=line["source"],
                cents=max(1, line["cents"] // 2),
                paid_at=now,
                voucher=f"{self.row.number}-{number}",
            )
            for number, line in enumerate(lines)
        ]
        back = self.builder("reverse_spending", voucher=f"{self.row.number}-0", reason="金额有误")
        again = self.builder(
            "record_spending",
            source=lines[0]["source"],
            cents=max(1, lines[0]["cents"] // 3),
            paid_at=now,
            voucher=f"{self.row.number}-0R",
        )
        return [*paid, back, again]

    def found(self) -> dict[str, Any]:
        """What both keys found on the spot: as planned, everything met."""
        pack = self.cast.policy.facilities
        assert pack is not None, "the demonstration's pack has facilities"
        return {
            "floor_area": self.row.command["floor_area"],
            "functions": self.functions,
            "checklist": [{"item": one.code, "met": True} for one in pack.checklist],
        }

    async def sent_back(self) -> None:
        """The street refuses acceptance; it is put right and reported again."""
        refusal = self.street("refuse_acceptance", items=["FIRE_SAFETY"], reason="疏散通道过窄。")
        await self.does(refusal)
        await self.does(self.builder("report_completed", evidence="整改报告（示例）"))

    def entrusting(self) -> Saying:
        """The street entrusts every function to the centre."""
        return self.street(
            "entrust_operator",
            operator={
                "functions": self.functions,
                "mode": "SELF",
                "unit": self.center,
                "term_end": instant_text(datetime.now(UTC) + _YEAR),
            },
        )

    async def opened(self) -> None:
        """The centre runs it and hands in the opening, the street opens, use is reported."""
        await self.does(
            self.entrusting(),
            self.operator(
                "submit_opening",
                hours="周一至周日 8:00—20:00",
                price_list="收费标准在门口公示",
                places=[{"function": one, "places": 30} for one in self.functions],
            ),
            self.street("open_facility"),
        )
        month = (datetime.now(UTC) + timedelta(hours=8)).strftime("%Y-%m")
        used = [
            self.operator(
                "report_use",
                month=month,
                function=one,
                visits=300 + 10 * number,
                people=90,
                days_closed=0,
            )
            for number, one in enumerate(self.functions)
        ]
        corrected = self.operator(
            "report_use",
            month=month,
            function=self.functions[0],
            visits=320,
            people=95,
            days_closed=0,
            reason="补录一场活动",
        )
        await self.does(*used, corrected)

    async def stopped_twice(self) -> None:
        """Suspended, inspected, resumed, and suspended again."""
        await self.does(self.department("suspend_facility", ground="REPAIRS", reason="水管检修。"))
        inspected = instant_text(datetime.now(UTC))
        await self.does(
            self.street("resume_facility", inspected_at=inspected, evidence="复查记录（示例）"),
            self.department("suspend_facility", ground="SAFETY_DANGER", reason="消防通道被占用。"),
        )

    async def closed(self) -> None:
        """The authority closes it; every function's users have somewhere to go."""
        users_go = [{"function": one, "arrangement": "转至相邻社区"} for one in self.functions]
        await self.does(self.authority("close_facility", reason="房屋征收", users_go=users_go))
        await self.stage.until_fact(self.site, "site_released.v1")
