"""One need on its way: who may say what about it, as short verbs for the episodes.

Verbs to be awaited (`sent_to`, `worked_off`) give commands; the others only return what would be
said, so that an episode can say several things in one turn.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from demo.cast import Cast, Part
from demo.stage import Saying, Stage, Unexpected
from desk.orders import Order
from domain.people import Role
from importing.needs import NeedRow
from ledger.entry import Entry

PICTURE = base64.b64encode(
    base64.b16decode(
        "89504E470D0A1A0A0000000D4948445200000001000000010806000000"
        "1F15C4890000000D49444154789C6360606060000000050001A5F645400000000049454E44AE426082"
    )
).decode()
"""A picture of one point: what stands for a photograph in the demonstration."""

SATISFIED = (5, 4, 5, 3, 5, 4)
"""The grades content residents give, in turn."""


@dataclass
class Matter:
    """One support task of the demonstration."""

    stage: Stage
    stream: str
    category: str
    place: str
    urgent: bool
    subject: str | None
    grade: int
    turn: int = 0
    registration: Order | None = None
    main: str = ""

    @classmethod
    def of(cls, stage: Stage, row: NeedRow, order: Order, turn: int) -> "Matter":
        """Return the matter of a row of the problem ledger, which *order* registers.

        *turn* counts the episodes of one kind, so that each may choose another ground.
        """
        return cls(
            stage=stage,
            stream=order.stream,
            category=row.category,
            place=row.place,
            urgent=row.urgent,
            subject=order.command.get("requester"),
            grade=SATISFIED[row.number % len(SATISFIED)],
            turn=turn,
            registration=order,
        )

    @classmethod
    def of_project(cls, stage: Stage, registered: Entry) -> "Matter":
        """Return the matter of a project item, which its pairing has registered already."""
        fact = registered.fact
        return cls(
            stage=stage,
            stream=registered.stream,
            category=fact["category"],
            place=fact["place"],
            urgent=fact["urgent"],
            subject=None,
            grade=5,
        )

    @property
    def cast(self) -> Cast:
        """The cast of the stage."""
        return self.stage.cast

    @property
    def units(self) -> list[str]:
        """The units that may handle it, the fitting ones first; the street where streets lead."""
        known = self.cast.policy.category(self.category)
        handlers = self.cast.handlers(self.category)
        if known is not None and known.street_leads:
            return [self.cast.street_office(self.place), *handlers]
        return handlers

    @property
    def is_with_the_street(self) -> bool:
        """Whether the street office itself is the main unit, and so cannot review the result."""
        return self.main == self.cast.street_office(self.place)

    # -- giving commands ---------------------------------------------------------------------------

    async def does(self, *sayings: Saying) -> str:
        """Have *sayings* recorded in one turn; return the state they leave."""
        receipts = await self.stage.give(self.stream, sayings)
        return receipts[-1].state

    async def reaches(self, *names: str) -> str:
        """Wait until the task is in one of these states."""
        return await self.stage.until_state(self.stream, *names)

    async def until(self, kind: str, **fields: Any) -> None:
        """Wait for a fact of this kind, as clocks and other cases bring it about."""
        await self.stage.until_fact(self.stream, kind, **fields)

    async def somewhere(self, matters: "Sequence[Matter]", kind: str, **fields: Any) -> None:
        """Wait until one of *matters* has a fact of this kind with these fields."""
        await self.stage.until_one_has([one.stream for one in matters], kind, **fields)

    def must_be(self, state: str, *names: str) -> None:
        """Hold that *state* is one of *names*."""
        if state not in names:
            raise Unexpected(f"expected {' or '.join(names)}, found {state}")

    # -- who speaks --------------------------------------------------------------------------------

    def _by(self, part: Part | str, kind: str, **fields: Any) -> Saying:
        return Saying(part, {"kind": kind, **fields})

    def dispatcher(self, kind: str, **fields: Any) -> Saying:
        """Say something as the street's dispatcher."""
        return self._by(self.cast.dispatcher(self.place), kind, **fields)

    def reviewer(self, kind: str, **fields: Any) -> Saying:
        """Say something as whoever reviews: the street, or the centre where the street did it."""
        role = Role.CENTER_COORDINATOR if self.is_with_the_street else Role.STREET_DISPATCHER
        return self._by(self.cast.for_place(role, self.place), kind, **fields)

    def unit(self, kind: str, **fields: Any) -> Saying:
        """Say something as the coordinator of the main unit."""
        return self._by(self.cast.coordinator(self.main), kind, **fields)

    def staff(self, kind: str, **fields: Any) -> Saying:
        """Say something as the staff of the main unit."""
        return self._by(self.cast.staff(self.main), kind, **fields)

    def supervisor(self, kind: str, **fields: Any) -> Saying:
        """Say something as the district's supervisor."""
        return self._by(self.cast.for_place(Role.SUPERVISOR, self.place), kind, **fields)

    def adjudicator(self, kind: str, **fields: Any) -> Saying:
        """Say something as the district's adjudicator, never the supervisor's own person."""
        other = self.cast.for_place(Role.SUPERVISOR, self.place).person
        part = self.cast.for_place(Role.ADJUDICATOR, self.place, besides=other)
        return self._by(part, kind, **fields)

    def agent(self, kind: str, **fields: Any) -> Saying:
        """Say something as a callback agent."""
        return self._by(self.cast.for_place(Role.CALLBACK_AGENT, self.place), kind, **fields)

    def other_unit(self, unit: str, kind: str, /, **fields: Any) -> Saying:
        """Say something as the coordinator of another unit."""
        return self._by(self.cast.coordinator(unit), kind, **fields)

    def resident(self, kind: str, **fields: Any) -> Saying:
        """Say something as the resident who asked."""
        if self.subject is None:
            raise Unexpected("this need names no resident who could speak")
        return self._by(self.subject, kind, **fields)

    # -- what is said often ------------------------------------------------------------------------

    def triage(self, **fields: Any) -> Saying:
        """Judge the need as it was told: basic where the street leads, else a department's."""
        known = self.cast.policy.category(self.category)
        basic = known is not None and known.street_leads
        told = {
            "urgency": "URGENT" if self.urgent else "NORMAL",
            "duty_class": "BASIC" if basic else "COOPERATE",
        }
        return self.dispatcher("triage_task", **(told | fields))

    def dispatch(self, main: str, *assist: str) -> Saying:
        """Send it to *main*, who is the main unit from here on."""
        self.main = main
        return self.dispatcher("dispatch_task", main=main, assist=list(assist))

    def callback(self, **fields: Any) -> Saying:
        """A conversation that reached the resident."""
        told = {"reached": True, "contacted": True, "resolved": True}
        return self.agent("record_callback", **(told | fields))

    def rating(self, grade: int, **fields: Any) -> Saying:
        """The resident's own rating."""
        told = {"grade": grade, "contacted": True, "resolved": grade > 2}
        return self.resident("rate_task", **(told | fields))

    # -- stretches of the way ----------------------------------------------------------------------

    async def registered(self, *then: Saying) -> str:
        """Enter the need as the import does, and say *then* in the same turn."""
        assert self.registration is not None
        orders = [
            self.registration,
            *(self.stage.order(self.stream, saying) for saying in then),
        ]
        return (await self.stage.send(orders))[-1].state

    async def sent_to(self, main: str | None = None, *assist: str, **triaged: Any) -> None:
        """Registered, triaged and dispatched."""
        triage = self.triage(**triaged)
        await self.registered(triage, self.dispatch(main or self.units[0], *assist))

    def taking_up(self) -> list[Saying]:
        """Signed for, given to staff, and the resident called."""
        accepted = self.unit("accept_task")
        return [
            # Where the machine is slow the sign-in clock may have signed already.
            Saying(accepted.by, accepted.command, unless_done=True),
            self.assignment(),
            self.staff("record_contact", result="REACHED", note="已与居民通话，核实情况。"),
        ]

    def assignment(self) -> Saying:
        """Name the staff of the main unit."""
        return self.unit("assign_staff", person=self.cast.staff(self.main).person)

    def working_off(
        self, *, resolved: bool = True, explained: tuple[int, ...] = ()
    ) -> list[Saying]:
        """Done, shown, drafted and signed."""
        reply = "已办结，处理情况已当面告知居民。" if resolved else "目前条件下无法解决，已说明。"
        return [
            self.staff("log_progress", note="已到现场办理。"),
            self.staff("attach_evidence", label="after", media_type="image/png", document=PICTURE),
            self.staff(
                "draft_result",
                resolved=resolved,
                public_reply=reply,
                assists_explained=list(explained),
            ),
            self.unit("submit_result"),
        ]

    def judgement(self, grade: int) -> Saying:
        """What the resident says: on the telephone, or by themselves."""
        by_phone = grade % 2 == 1
        return self.callback(grade=grade, resolved=grade > 2) if by_phone else self.rating(grade)

    async def taken_up(self) -> None:
        """Signed for, given to staff, and the resident called."""
        await self.does(*self.taking_up())

    async def worked_off(self, *, resolved: bool = True, explained: tuple[int, ...] = ()) -> None:
        """Done, shown, drafted and signed: the result waits for its review."""
        await self.does(*self.working_off(resolved=resolved, explained=explained))

    async def approved(self, *then: Saying) -> str:
        """The result is approved; *then* is said in the same turn."""
        return await self.does(self.reviewer("approve_result"), *then)

    async def approved_and_rated(self, grade: int | None = None) -> None:
        """Approved, and the resident rates; where nobody asked, nobody rates."""
        await self._ended([self.reviewer("approve_result")], grade or self.grade)

    async def finished(self, grade: int | None = None) -> None:
        """From the desk of the main unit to the resident's rating."""
        await self._ended(
            [*self.working_off(), self.reviewer("approve_result")], grade or self.grade
        )

    async def handled(self, grade: int | None = None) -> None:
        """From sign-in to the resident's rating."""
        done = [*self.taking_up(), *self.working_off(), self.reviewer("approve_result")]
        await self._ended(done, grade or self.grade)

    async def _ended(self, sayings: Sequence[Saying], grade: int) -> None:
        if self.subject is None:
            await self.does(*sayings)
            await self.until("rating_defaulted.v1")
            return
        state = await self.does(*sayings, self.judgement(grade))
        self.must_be(state, "DISSATISFIED" if grade < 3 else "CLOSED")
