"""Where people are reached and what things are called: looked up for one letter, kept nowhere.

A resident's telephone number stands sealed in the registration of the task they told us about; it
is opened here, handed to the notifier, and forgotten.
"""

from collections.abc import Iterator
from typing import Any

import structlog

from desk.desk import Desk
from desk.rulebook import RuleBook
from domain.sealed import Sealed
from domain.values import category_of
from ledger.store import Ledger
from vault.vault import Vault, VaultDamaged
from wording.sentences import Language, OpaqueNames

log = structlog.get_logger(__name__)


class AddressBook:
    """Looks up telephone numbers in ledger and vault, and names in the registry."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.ledger: Ledger = desk.ledger
        self.vault: Vault = desk.vault
        self.rulebook: RuleBook = desk.rulebook

    def phone(self, stream: str, to: str) -> str | None:
        """Return the number of *to* as told in the case *stream*; None where there is none.

        None also after erasure. A resident of a merged task told it in the task that was merged.
        """
        for sealed in self._sealed_phones(stream, to):
            try:
                plaintext = self.vault.open(sealed)
            except VaultDamaged:
                log.exception("a telephone number cannot be opened", stream=stream)
                return None
            return None if plaintext is None else plaintext.decode()
        return None

    def names(self, stream: str) -> "RegistryNames":
        """Return the names by which letters about *stream* call things now."""
        return RegistryNames(self, stream)

    def _sealed_phones(self, stream: str, to: str) -> Iterator[Sealed]:
        match category_of(to):
            case "person":
                cases, kind, holder = [to], "person_registered.v1", None
            case "subject":
                cases, kind, holder = [stream, *self._merged_into(stream)], "task_registered.v1", to
            case _:
                return
        for case in cases:
            for entry in self.ledger.read(case):
                theirs = entry.kind == kind and entry.fact.get("requester") == holder
                if theirs and entry.fact.get("phone") is not None:
                    yield Sealed.model_validate(entry.fact["phone"])

    def _merged_into(self, stream: str) -> list[str]:
        return [
            str(entry.fact["duplicate"])
            for entry in self.ledger.read(stream)
            if entry.kind == "duplicate_attached.v1"
        ]


class RegistryNames(OpaqueNames):
    """Units by name, categories and grounds by label, tasks by number; people stay opaque."""

    def __init__(self, book: AddressBook, stream: str) -> None:
        self.rules = book.rulebook.rules(book.desk.neighbours)
        self.ledger, self.stream = book.ledger, stream
        self._numbers: dict[str, str] = {}

    def unit(self, code: str, language: Language) -> str:
        """Return the registered name, or the code of a unit the registry does not know."""
        del language
        unit = self.rules.units.get(code.removeprefix("unit/"))
        return code if unit is None else unit.name

    def category(self, code: str, language: Language) -> str:
        """Return the label in the default pack, or the code."""
        found = self.rules.policies.get(self.rules.default_policy)
        category = None if found is None else found.policy.category(code)
        return code if category is None else getattr(category.label, language)

    def ground(self, code: str, language: Language) -> str:
        """Return the label of a ground in the default pack, or the code."""
        found = self.rules.policies.get(self.rules.default_policy)
        if found is None:
            return code
        pack = found.policy
        lists: tuple[tuple[Any, ...], ...] = (
            pack.refusal_grounds,
            pack.termination_grounds,
            pack.score_exclusion_grounds,
            pack.divert_routes,
            pack.duty_classes,
            pack.carrying.causes,
            pack.whistling.grounds,
            pack.pairing.mandatory_terms,
        )
        labels = (item.label for items in lists for item in items if item.code == code)
        label = next(labels, None)
        return code if label is None else getattr(label, language)

    def case(self, stream: str, language: Language) -> str:
        """Return a task's work-order number, or what an opaque reader would see."""
        if category_of(stream) == "task" and stream not in self._numbers:
            entries = self.ledger.read(stream)[:1]
            self._numbers[stream] = str(entries[0].fact.get("number", "")) if entries else ""
        return self._numbers.get(stream) or super().case(stream, language)
