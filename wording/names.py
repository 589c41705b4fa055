"""Names as the registry and the policy packs know them, for one kind of reader.

People stay opaque unless the reader brings a way of opening sealed texts that lets them.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from domain.labelled import Ground
from domain.policy import Policy
from domain.rules import Rules
from domain.sealed import Sealed
from wording.sentences import Language, OpaqueNames

Opening = Callable[[Sealed], str | None]
"""Returns a sealed text, or None where this reader may not see it or it was erased."""


class KnownNames(OpaqueNames):
    """Units, divisions, categories and grounds by name.

    *open_sealed* opens texts (and with them the names of staff), *number_of* gives a case's
    work-order number or title; without them texts stay sealed and cases opaque. *policy* is the
    pack whose labels come first; other packs help where it does not know a code.
    """

    def __init__(
        self,
        rules: Rules,
        open_sealed: Opening | None = None,
        number_of: Callable[[str], str | None] | None = None,
        policy: str | None = None,
    ) -> None:
        self._rules = rules
        self._open = open_sealed
        self._number_of = number_of
        first = policy or rules.default_policy
        packs = sorted(rules.policies.items(), key=lambda item: (item[0] != first, item[0]))
        self._policies = [terms.policy for _, terms in packs]
        self._grounds = {
            code: both
            for pack in reversed(self._policies)
            for code, both in _labels_of(pack).items()
        }
        self._places = _counties(rules) | {unit.division: unit.name for unit in _places(rules)}

    def unit(self, code: str, language: Language) -> str:
        """Return the unit's registered name, or its code."""
        known = self._rules.units.get(code)
        return super().unit(code, language) if known is None else known.name

    def person(self, reference: str, language: Language) -> str:
        """Return the name of a person in service where it may be opened, else a placeholder."""
        known = self._rules.people.get(reference)
        if known is not None and known.name is not None and self._open is not None:
            name = self._open(known.name)
            if name is not None:
                return name
        return super().person(reference, language)

    def category(self, code: str, language: Language) -> str:
        """Return the label of the category in the first pack that has it, or its code."""
        for policy in self._policies:
            category = policy.category(code)
            if category is not None:
                return category.label.zh if language == "zh" else category.label.en
        return super().category(code, language)

    def ground(self, code: str, language: Language) -> str:
        """Return the label of an item of a closed list, or its code."""
        both = self._grounds.get(code)
        return super().ground(code, language) if both is None else both[language == "en"]

    def place(self, code: str, language: Language) -> str:
        """Return the name of the unit that stands for the division, or the code."""
        return self._places.get(code) or super().place(code, language)

    def case(self, stream: str, language: Language) -> str:
        """Return the work-order number or title, or an opaque placeholder."""
        number = None if self._number_of is None else self._number_of(stream)
        return number or super().case(stream, language)

    def opened(self, sealed: Mapping[str, Any]) -> str | None:
        """Return the sealed text where this reader may see it."""
        return None if self._open is None else self._open(Sealed.model_validate(sealed))


def _labels_of(policy: Policy) -> dict[str, tuple[str, str]]:
    lines = {code: (label.zh, label.en) for code, label in policy.lines.items()}
    return lines | {one.code: (one.label.zh, one.label.en) for one in _grounds_in(policy)}


def _grounds_in(value: Any) -> Iterator[Ground]:
    """Yield every item of every closed list of a pack, however deep it stands."""
    match value:
        case Ground():
            yield value
        case BaseModel():
            for name in type(value).model_fields:
                yield from _grounds_in(getattr(value, name))
        case tuple():
            for one in value:
                yield from _grounds_in(one)
        case _:
            return


_STANDS_FOR_A_PLACE = ("STREET_OFFICE", "COMMUNITY", "RESIDENTS_COMMITTEE")


def _counties(rules: Rules) -> dict[str, str]:
    """Return what counties and cities are called, as the names of all their departments begin.

    The registry has no name for them: 天河区民政局 and 天河区教育局 are of 天河区.
    """
    found: dict[str, set[str]] = {}
    for unit in rules.units.values():
        if unit.kind == "DEPARTMENT" and len(unit.division) == _COUNTY:
            begins = _COUNTY_NAME.match(unit.name)
            found.setdefault(unit.division, set()).add(begins[1] if begins else "")
    return {
        division: names.pop()
        for division, names in found.items()
        if len(names) == 1 and "" not in names
    }


_COUNTY = 6
_COUNTY_NAME = re.compile(r"([一-鿿]{1,8}?[区县市])(?=[一-鿿])")


def _places(rules: Rules) -> list[Any]:
    """Return the units a division is called after: its street office before its communities."""
    units = [unit for unit in rules.units.values() if unit.kind in _STANDS_FOR_A_PLACE]
    return sorted(units, key=lambda unit: -_STANDS_FOR_A_PLACE.index(unit.kind))
