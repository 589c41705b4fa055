"""The rule book: the registry and the published packs as the log has them, kept up by position.

Every decision is made under the book of one log position (`seen`), so that a replay can open the
same book again.
"""

import threading
from dataclasses import replace

from domain.registry.case import REGISTRY_CASES
from domain.registry.state import RegistryBook
from domain.rules import Neighbours, Rules
from ledger.planning import BOOK_CATEGORIES
from ledger.store import Ledger

_PAGE = 2000


class RuleBook:
    """Follows the registry streams of one ledger; safe to share between threads."""

    def __init__(self, ledger: Ledger, default_policy: str) -> None:
        self.ledger = ledger
        self.default_policy = default_policy
        self._book = RegistryBook()
        self._read_up_to = -1
        self._lock = threading.Lock()

    def rules(self, neighbours: Neighbours, *, look: bool = True) -> Rules:
        """Return the rules as they stand now; without *look* as this process last saw them."""
        with self._lock:
            if look or self._read_up_to < 0:
                head, newest = self.ledger.heads(BOOK_CATEGORIES)
                if newest > self._read_up_to:
                    self._read(head)
                self._read_up_to = max(head, self._read_up_to)
            return self._rules(neighbours)

    def rules_then(self, neighbours: Neighbours, until: int) -> Rules:
        """Return the rules as they stood at log position *until*.

        The past is read into a book of its own: slower, and never in the way of the present.
        """
        past = RuleBook(self.ledger, self.default_policy)
        past._read(until)
        return past._rules(neighbours)

    def _rules(self, neighbours: Neighbours) -> Rules:
        rules = self._book.rules(
            seen=self._read_up_to, default_policy=self.default_policy, neighbours=neighbours
        )
        return rules if rules.seen == self._read_up_to else replace(rules, seen=self._read_up_to)

    def _read(self, head: int) -> None:
        """Apply every registry fact up to *head*; the log is dense, so nothing can be skipped."""
        after = self._read_up_to
        while True:
            page = self.ledger.log(after, _PAGE, BOOK_CATEGORIES)
            for entry in page:
                if entry.position > head:
                    break
                case = REGISTRY_CASES[entry.stream.partition("/")[0]]
                fact = case.facts.validate_python({"kind": entry.kind, **entry.fact})
                self._book.apply(entry.stream, fact, entry.recorded_at)
            if len(page) < _PAGE or page[-1].position >= head:
                break
            after = page[-1].position
        self._read_up_to = head
