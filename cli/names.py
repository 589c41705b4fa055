"""Names for what is printed: units, grounds and places from the registry, people kept closed."""

from collections.abc import Mapping
from typing import Any

from domain.policy import Label
from domain.rules import Rules
from domain.sealed import Sealed
from domain.units import UnitKind
from domain.wording import Language, OpaqueNames
from ledger.opening import Books

_ERASED = "〔已依法删除〕"


class RegistryNames(OpaqueNames):
    """Names as the registry and the packs have them.

    With *books*, sealed texts are opened too; that is for those who may read them.
    """

    def __init__(
        self, rules: Rules, numbers: Mapping[str, str], books: Books | None = None
    ) -> None:
        self.rules, self.numbers, self.books = rules, numbers, books
        self._labels: dict[str, Label] = {}
        for terms in rules.policies.values():
            policy = terms.policy
            lists = (
                policy.carrying.causes,
                policy.whistling.grounds,
                policy.pairing.mandatory_terms,
                policy.duty_classes,
                policy.refusal_grounds,
                policy.divert_routes,
                policy.termination_grounds,
                policy.score_exclusion_grounds,
                policy.categories,
            )
            for items in lists:
                for item in items:
                    self._labels.setdefault(item.code, item.label)

    def unit(self, code: str, language: Language) -> str:
        """Return the unit's name, the code where the registry does not have it."""
        del language
        unit = self.rules.units.get(code)
        return code if unit is None else unit.name

    def person(self, reference: str, language: Language) -> str:
        """Return a name opened from the vault, else a placeholder."""
        known = self.rules.people.get(reference)
        if self.books is not None and known is not None and known.name is not None:
            return self.opened(known.name.model_dump()) or _ERASED
        return super().person(reference, language)

    def category(self, code: str, language: Language) -> str:
        """Return the label of a category."""
        return self._label(code, language)

    def ground(self, code: str, language: Language) -> str:
        """Return the label of an item of a closed list."""
        return self._label(code, language)

    def place(self, code: str, language: Language) -> str:
        """Return the street's or district's name by the unit that stands for it."""
        del language
        for unit in self.rules.units.values():
            if unit.division == code and unit.kind is UnitKind.STREET_OFFICE:
                return unit.name.removesuffix("办事处")
        return code

    def case(self, stream: str, language: Language) -> str:
        """Return a task's work-order number."""
        return self.numbers.get(stream) or super().case(stream, language)

    def opened(self, sealed: Mapping[str, Any]) -> str | None:
        """Return a sealed text to those who may read it."""
        if self.books is None:
            return None
        plain = self.books.vault.open(Sealed.model_validate(sealed))
        return _ERASED if plain is None else plain.decode("utf-8", "replace")

    def _label(self, code: str, language: Language) -> str:
        label = self._labels.get(code)
        if label is None:
            return code
        return label.zh if language == "zh" else label.en
