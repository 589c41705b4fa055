"""A hearing: one case, looked up once, of which is asked what would become of commands.

Nothing is recorded. Every answer is for the same case, the same rules and the same instant, after
the clocks that are overdue have rung; a desk that were asked once more for each would look anew.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from desk.casework import Asking, Case, Who
from desk.turn import Turn
from domain.envelope import By
from domain.refusals import CommandRefused
from domain.rules import Rules


@dataclass(frozen=True)
class Hearing:
    """A *case* and the *rules* as the ledger has both, and who answers for them."""

    case: Case
    rules: Rules
    _turn: Turn

    @property
    def at(self) -> datetime:
        """The instant it is for."""
        return self._turn.at

    def would(self, asking: Asking) -> None:
        """Decide *asking*; raise `CommandRefused` where it would be refused, or refused again."""
        self._turn.would(asking)

    def refusal_of(self, by: By | Who, command: dict[str, Any]) -> CommandRefused | None:
        """Return why *command*, never given before, would be refused; None where it would not."""
        try:
            self._turn.would(Asking(f"would/{uuid4()}", by, command), never_given=True)
        except CommandRefused as refusal:
            return refusal
        return None
