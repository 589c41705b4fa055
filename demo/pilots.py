"""The episodes of programmes: one from its call to the next wave, one not approved, one nobody met.

The first is the sample's: twelve communities apply, three departments score them, five are
selected, one of them out of order with its reason; quarters are seconds here.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from demo.cast import Cast, Part
from demo.pairings import POLICY
from demo.stage import Saying, Stage, Unexpected
from desk.sealing import opaque_uuid
from domain.people import Role
from domain.values import instant_text

_CALLED_FOR = timedelta(seconds=20)
"""How long street offices may apply."""
_BUILT_WITHIN = timedelta(seconds=55)
"""How long it takes from the draft until building is over: two quarters or three."""

PILOT_SHOWS: tuple[tuple[str, str, str], ...] = (
    ("pilot_extended", "试点申报评选推广", "programme called, selected, extended"),
    ("pilot_not_approved", "试点方案未通过", "programme draft not approved"),
    ("pilot_unanswered", "试点无人申报", "programme nobody applied for"),
)
"""What single programmes show."""

Play = Callable[[str, Sequence[str], Awaitable[None]], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Sample:
    """The sample's programme as its file tells it."""

    draft: dict[str, Any]
    lead: str
    authority: str
    reviewers: tuple[str, ...]
    applications: tuple[dict[str, Any], ...]
    selected: tuple[dict[str, Any], ...]
    extended: dict[str, Any]

    @classmethod
    def of(cls, file: Path) -> "Sample":
        """Read it; raise `OSError`, `ValueError` and `KeyError` where it is not of its form."""
        told = json.loads(file.read_text("utf-8"))
        return cls(
            told["draft"],
            told["lead"],
            told["authority"],
            tuple(told["reviewers"]),
            tuple(told["applications"]),
            tuple(told["selected"]),
            told["extended"],
        )


class Pilots:
    """One programme of the demonstration, and who may say what about it."""

    def __init__(self, stage: Stage, sample: Sample, name: str) -> None:
        self.stage, self.sample = stage, sample
        token = stage.gateway.books.vault.token("demo-pilot", name.encode())
        self.stream = f"programme/{opaque_uuid('pilot', token)}"

    @property
    def cast(self) -> Cast:
        """The cast of the stage."""
        return self.stage.cast

    # -- who speaks --------------------------------------------------------------------------------

    def lead(self, kind: str, **fields: Any) -> Saying:
        """Say something as the city's department that leads."""
        return Saying(self.cast.coordinator(self.sample.lead), {"kind": kind, **fields})

    def authority(self, kind: str, **fields: Any) -> Saying:
        """Say something as the city's Party authority."""
        part = self.cast.at_unit(Role.PARTY_AUTHORITY, self.sample.authority)
        return Saying(part, {"kind": kind, **fields})

    def street(self, place: str, kind: str, **fields: Any) -> Saying:
        """Say something as the street office of *place*."""
        return Saying(self.cast.dispatcher(place), {"kind": kind, **fields})

    @property
    def panel(self) -> list[Part]:
        """The coordinators of the departments that review."""
        return [self.cast.coordinator(unit) for unit in self.sample.reviewers]

    async def does(self, *sayings: Saying) -> str:
        """Have *sayings* recorded in one turn; return the state they leave."""
        return (await self.stage.give(self.stream, sayings))[-1].state

    # -- how it goes -------------------------------------------------------------------------------

    def draft(self) -> Saying:
        """Draft it, open for applications at once."""
        now = datetime.now(UTC)
        return self.lead(
            "draft_programme",
            **self.sample.draft,
            apply_from=instant_text(now),
            apply_until=instant_text(now + _CALLED_FOR),
            build_until=instant_text(now + _BUILT_WITHIN),
            policy=POLICY,
        )

    def applying(self) -> list[Saying]:
        """Every application of the sample, by its street office."""
        return [
            self.street(
                one["community"],
                "apply_community",
                community=one["community"],
                statement=one["statement"],
            )
            for one in self.sample.applications
        ]

    def scoring(self) -> list[Saying]:
        """Every score of the sample, by each reviewer."""
        criteria = [one["criterion"] for one in self.sample.draft["criteria"]]
        return [
            Saying(
                part,
                {
                    "kind": "score_application",
                    "community": one["community"],
                    "scores": [
                        {"criterion": code, "points": mark}
                        for code, mark in zip(criteria, one["points"][number], strict=True)
                    ],
                },
            )
            for number, part in enumerate(self.panel)
            for one in self.sample.applications
        ]

    def naming(self) -> Saying:
        """Name the panel."""
        reviewers = [{"person": part.person, "unit": part.unit} for part in self.panel]
        return self.authority("name_reviewers", reviewers=reviewers)

    async def extended(self) -> None:
        """Called, applied for, scored, selected, published, measured, assessed and extended."""
        await self.does(self.draft(), self.authority("open_call"), *self.applying())
        await self.stage.until_fact(self.stream, "programme_call_closed.v1")
        selection = self.authority("select_communities", selected=self.sample.selected)
        await self.does(self.naming(), *self.scoring(), selection)
        self._is_out_of_order()
        await self.does(self.authority("publish_selection"))
        await self.stage.until_fact(self.stream, "programme_progress_recorded.v1", number=1)
        await self.stage.until_fact(self.stream, "assessment_begun.v1")
        assessing = [
            self.lead("assess_community", community=one["community"])
            for one in self.sample.selected
        ]
        await self.does(*assessing, self.authority("extend_programme", **self.sample.extended))
        await self.stage.until_state(self.stream, "EXTENDED")

    def _is_out_of_order(self) -> None:
        """Somebody who ranked higher was passed over, and the record says why."""
        told = self.stage.gateway.books.ledger.read(self.stream)[-1].fact
        passed = [one for one in told["selected"] if one["passed_over"]]
        if len(told["ranking"]) != len(self.sample.applications) or not passed:
            raise Unexpected("expected a selection out of order, found none")
        if not all(one["reason"] for one in passed):
            raise Unexpected("expected a reason for what is out of order, found none")

    async def not_approved(self) -> None:
        """The authority ends a draft with its reason."""
        await self.does(self.draft(), self.authority("end_programme", reason="名额与资金未衔接。"))
        await self.stage.until_state(self.stream, "ENDED")

    async def unanswered(self) -> None:
        """Nobody applies, the limit of the selection passes, and the authority ends it."""
        await self.does(self.draft(), self.authority("open_call"))
        await self.stage.until_fact(self.stream, "programme_call_closed.v1", communities=[])
        await self.stage.until_fact(self.stream, "programme_limit_missed.v1", clock="selection")
        await self.does(self.authority("end_programme", reason="无街道申报。"))
        await self.stage.until_state(self.stream, "ENDED")


async def played(stage: Stage, sample: Sample, play: Play) -> None:
    """Play every programme, side by side."""
    async with asyncio.TaskGroup() as group:
        for name, _, _ in PILOT_SHOWS:
            one = Pilots(stage, sample, name)
            story: Callable[[], Awaitable[None]] = {
                "pilot_extended": one.extended,
                "pilot_not_approved": one.not_approved,
                "pilot_unanswered": one.unanswered,
            }[name]
            group.create_task(play(name, [one.stream], story()))
