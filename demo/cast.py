"""The cast: who of the registry plays which part, found the same way in every run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.people import Role
from domain.policy import Policy
from domain.rules import Rules
from domain.units import Unit, UnitKind


class NobodyThere(Exception):
    """The registry has nobody for a part of the demonstration; the text says which."""


@dataclass(frozen=True)
class Part:
    """One person in one role for one unit."""

    person: str
    role: Role
    unit: str

    def as_by(self) -> dict[str, Any]:
        """Return the `by` of an order given in this part."""
        return {"person": self.person, "role": self.role.value, "unit": self.unit}


@dataclass(frozen=True)
class Street:
    """One street of the district with its own centre."""

    office: Unit
    center: Unit

    @property
    def division(self) -> str:
        """The street's division code, 9 digits."""
        return self.office.division


class Cast:
    """Finds people and units by what they do; of several, the first by code and id."""

    def __init__(self, rules: Rules, policy: Policy, at: datetime) -> None:
        self.rules, self.policy, self.at = rules, policy, at
        self._parts: dict[tuple[Role, str], list[Part]] = {}
        for person in sorted(rules.people.values(), key=lambda one: one.id):
            for grant in person.grants:
                if grant.stands(at):
                    part = Part(person.id, grant.role, grant.unit)
                    self._parts.setdefault((grant.role, grant.unit), []).append(part)

    # -- people --------------------------------------------------------------------------------

    def holders(self, role: Role, unit: str) -> list[Part]:
        """Return everybody who holds *role* at *unit* now."""
        return self._parts.get((role, unit), [])

    def at_unit(self, role: Role, unit: str, besides: str | None = None) -> Part:
        """Return who holds *role* at *unit*, somebody else than the person *besides*."""
        for part in self.holders(role, unit):
            if part.person != besides:
                return part
        raise NobodyThere(f"名册中 {unit} 没有 {role}。 Nobody holds {role} at {unit}.")

    def for_place(self, role: Role, place: str, besides: str | None = None) -> Part:
        """Return who holds *role* at the nearest unit whose division covers *place*."""
        units = sorted(
            (unit for unit in self.rules.units.values() if unit.covers(place)),
            key=lambda unit: (-len(unit.division), unit.code),
        )
        for unit in units:
            for part in self.holders(role, unit.code):
                if part.person != besides:
                    return part
        raise NobodyThere(f"名册中没有管辖 {place} 的 {role}。 No {role} covers {place}.")

    def coordinator(self, unit: str) -> Part:
        """Return who speaks for a department, or for a street office that handles a task."""
        return self.at_unit(Role.DEPT_COORDINATOR, unit)

    def auditor(self) -> Part:
        """Return the district's auditor."""
        for (role, _), parts in sorted(self._parts.items()):
            if role is Role.AUDITOR:
                return parts[0]
        raise NobodyThere("名册中没有审计员。 Nobody is an auditor.")

    def staff(self, unit: str) -> Part:
        """Return who does the work at *unit*."""
        return self.at_unit(Role.DEPT_STAFF, unit)

    def dispatcher(self, place: str) -> Part:
        """Return the dispatcher of the street where *place* is."""
        return self.for_place(Role.STREET_DISPATCHER, place)

    # -- units ---------------------------------------------------------------------------------

    def name(self, unit: str) -> str:
        """Return what the unit is called."""
        return self.rules.units[unit].name

    def streets(self) -> list[Street]:
        """Return the streets that have an office and a centre, by code."""
        centers = {unit.division: unit for unit in self._of_kind(UnitKind.PARTY_SERVICE_CENTER)}
        return [
            Street(office, centers[office.division])
            for office in self._of_kind(UnitKind.STREET_OFFICE)
            if office.division in centers
        ]

    def street_office(self, place: str) -> str:
        """Return the street office of *place*."""
        for unit in self._of_kind(UnitKind.STREET_OFFICE):
            if place.startswith(unit.division):
                return unit.code
        raise NobodyThere(f"名册中 {place} 没有街道办事处。 No street office for {place}.")

    def departments(self, *besides: str) -> list[Unit]:
        """Return the departments that have both a coordinator and staff, but those named."""
        return [unit for unit in self._of_kind(UnitKind.DEPARTMENT) if self._handles(unit, besides)]

    def leading(self, category: str) -> list[str]:
        """Return the departments that lead the category, then those that cooperate."""
        known = self.policy.category(category)
        lines: Sequence[str] = () if known is None else (*known.lead, *known.cooperating)
        by_line = {unit.line: unit.code for unit in reversed(self.departments())}
        return [by_line[line] for line in lines if line in by_line]

    def handlers(self, category: str) -> list[str]:
        """Return at least three departments that may handle a need, the fitting ones first."""
        fitting = self.leading(category)
        others = [unit.code for unit in self.departments(*fitting)]
        found = list(dict.fromkeys([*fitting, *others]))
        if len(found) < 3:
            raise NobodyThere(
                "名册中能承办的部门不足三个。 Fewer than three departments can handle tasks."
            )
        return found

    def led_by(self, departments: Sequence[str]) -> list[str]:
        """Return the categories whose leading line belongs to one of *departments*."""
        lines = {self.rules.units[code].line for code in departments}
        return [
            category.code
            for category in self.policy.categories
            if lines.intersection(category.lead)
        ]

    def _of_kind(self, kind: UnitKind) -> list[Unit]:
        found = (unit for unit in self.rules.units.values() if unit.kind is kind)
        return sorted((unit for unit in found if unit.stands(self.at)), key=lambda one: one.code)

    def _handles(self, unit: Unit, besides: Sequence[str]) -> bool:
        return unit.code not in besides and all(
            (role, unit.code) in self._parts for role in (Role.DEPT_COORDINATOR, Role.DEPT_STAFF)
        )
