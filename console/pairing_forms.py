"""What forms of a pairing's commands offer to choose from: its items, parties and open tasks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from console.forms import Field
from domain.pairing.commitments import Delivery, Pledge
from domain.pairing.state import Drafted, Terminating
from domain.units import UnitKind
from services.pairing_filling import ANSWERED_BY, unclaimed
from services.seeing import Seer
from wording.labels import label
from wording.promising import quantity_text

_OWN_UNIT = frozenset({"claim_project", "hand_over_task"})
"""Commands that somebody gives for their own unit alone: nobody is asked which."""
_PLANNED = "successors"


@dataclass(frozen=True)
class PairingForms:
    """The forms of one pairing, as whoever looks fills them in."""

    seer: Seer
    stream: str
    state: Drafted

    def fields(
        self, command: str, fields: Sequence[Field], given: Mapping[str, Any]
    ) -> list[Field]:
        """Return *fields* with what this pairing offers to choose from."""
        found: list[Field] = []
        for field in fields:
            if field.name == "unit" and command in _OWN_UNIT:
                continue
            if field.name == _PLANNED:
                found += self._plan(given)
                continue
            choices = self._choices(command, field.name)
            found.append(
                field if choices is None else replace(field, kind="choice", choices=choices)
            )
        return found

    def command(self, asked: dict[str, Any], plain: Mapping[str, str]) -> dict[str, Any]:
        """Return *asked* with the own unit, and with the plan of who takes which task."""
        if asked["kind"] in _OWN_UNIT:
            asked = asked | {"unit": self.seer.unit}
        plan = [
            {"task": task, "unit": unit}
            for task in self._open()
            if (unit := plain.get(f"{_PLANNED}/{task}", ""))
        ]
        asked.pop(_PLANNED, None)
        return asked | ({_PLANNED: plan} if plan else {})

    def _choices(self, command: str, name: str) -> tuple[tuple[str, str], ...] | None:
        made, seer = self.state.agreement, self.seer
        match command, name:
            case "claim_project", "item":
                return tuple((one.code, one.title) for one in unclaimed(self.state))
            case "hand_over_task", "task":
                return tuple((task, self._called(task)) for task in self._to_hand_over())
            case "replace_party", "party":
                return tuple((unit, seer.unit_name(unit)) for unit in made.parties)
            case "change_lead", "lead":
                others = (unit for unit in made.departments if unit != made.lead)
                return tuple((unit, seer.unit_name(unit)) for unit in others)
            case "deliver_commitment" | "revise_commitment", "item":
                return tuple(
                    (one.item, self._promised(one)) for one in made.pledges if one.unit == seer.unit
                )
            case "agree_to_revision" | "refuse_revision", "item":
                asked = {one.item for one in made.commitments.asked}
                return tuple(
                    (one.item, self._promised(one)) for one in made.pledges if one.item in asked
                )
            case _, "delivery":
                return tuple(
                    (str(one.number), self._delivered(one))
                    for one in made.commitments.deliveries
                    if one.status in ANSWERED_BY.get(command, frozenset())
                )
            case "give_score", "side":
                return (
                    (
                        "CENTER_AND_STREET",
                        seer.say("党群服务中心和街道一方", "centre and street"),
                    ),
                    ("DEPARTMENTS", seer.say("职能部门一方", "departments")),
                )
            case _:
                return None

    def _promised(self, pledge: Pledge) -> str:
        promised = pledge.commitment
        much = quantity_text(promised.kind, promised.quantity, self.seer.language)
        return f"{pledge.item} {label(promised.kind, self.seer.language)} {much}"

    def _delivered(self, one: Delivery) -> str:
        kinds = {pledge.item: pledge.commitment.kind for pledge in self.state.agreement.pledges}
        much = quantity_text(kinds[one.item], one.told, self.seer.language)
        number = self.seer.say(f"第 {one.number} 笔", f"no. {one.number}")
        return f"{number} {one.item} {much} {one.voucher}"

    def _open(self) -> list[str]:
        return [one.stream for one in self.seer.rules.neighbours.open_tasks(self.stream)]

    def _to_hand_over(self) -> list[str]:
        """Return the tasks not taken yet: those this unit was named for, then the others."""
        if not isinstance(self.state, Terminating):
            return []
        planned = [one.task for one in self.state.outstanding]
        mine = [one.task for one in self.state.outstanding if one.unit == self.seer.unit]
        done = {one.task for one in self.state.handed_over}
        rest = [one for one in (*planned, *self._open()) if one not in {*mine, *done}]
        return list(dict.fromkeys((*mine, *rest)))

    def _called(self, task: str) -> str:
        line = self.seer.house.boards.tasks.get(task)
        if line is None:
            return task
        return f"{line.number} {self.seer.category_name(line.category)}"

    def _plan(self, given: Mapping[str, Any]) -> list[Field]:
        """Return a field for each open task: who takes it on."""
        seer = self.seer
        kinds = {UnitKind.DEPARTMENT, UnitKind.STREET_OFFICE}
        units = sorted(
            (one for one in seer.rules.units.values() if one.kind in kinds and one.stands(seer.at)),
            key=lambda one: (one.code not in self.state.agreement.parties, one.code),
        )
        choices = tuple((one.code, one.name) for one in units)
        return [
            Field(
                name=f"{_PLANNED}/{task}",
                label=seer.say(
                    f"任务 {self._called(task)} 由谁接续", f"Who takes {self._called(task)}"
                ),
                kind="choice",
                required=False,
                choices=choices,
                value=str(given.get(f"{_PLANNED}/{task}", "")),
            )
            for task in self._open()
        ]
