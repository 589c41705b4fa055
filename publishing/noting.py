"""What the public log's own life leaves on record: its keys, its witness policy, its alarms.

All on one stream, through the desk like every other fact; what stands already is no news.
"""

from datetime import datetime
from typing import Any

from desk.casework import Asking
from desk.desk import Desk
from domain.envelope import SYSTEM, By
from domain.oversight.case import LOG_STREAM
from domain.oversight.standing import LogBook
from domain.oversight.words import AlarmGround
from domain.refusals import CommandRefused
from transparency.suites import DEFAULT

ALARM_KINDS = frozenset({"witness_alarm_raised.v1", "witness_alarm_cleared.v1"})


class Noting:
    """Reads and writes the stream of the log's own life."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def standing(self) -> LogBook:
        """Return who signs, under which policy, and which alarms stand, as the ledger has it."""
        _, state = self.desk.state_of(LOG_STREAM)
        assert isinstance(state, LogBook)
        return state

    def policy_adopted_at(self) -> datetime | None:
        """Return when the witness policy in force was adopted, None without any."""
        entries = reversed(self.desk.ledger.read(LOG_STREAM))
        adopted = (each for each in entries if each.kind == "witness_policy_adopted.v1")
        found = next(adopted, None)
        return None if found is None else found.recorded_at

    def key_introduced(self, origin: str, vkey: str) -> None:
        """Record the first key of the log *origin*."""
        self._record(
            f"introduce/{_key_id(vkey)}",
            {"kind": "introduce_signing_key", "origin": origin, "suite": DEFAULT, "key": vkey},
        )

    def key_rotated(self, origin: str, vkey: str, reason: str, by: By) -> None:
        """Record that *by* had *vkey* sign from here on."""
        self._record(
            f"rotate/{_key_id(vkey)}",
            {
                "kind": "rotate_signing_key",
                "origin": origin,
                "suite": DEFAULT,
                "key": vkey,
                "reason": reason,
            },
            by,
        )

    def policy_adopted(self, text: str, by: By) -> None:
        """Record that *by* had checkpoints published under the witness policy *text*."""
        self._record_news({"kind": "adopt_witness_policy", "policy": text}, by)

    def alarm_raised(
        self, witness: str, ground: AlarmGround, size: int, status: int | None
    ) -> None:
        """Record that *witness* did not cosign the checkpoint of *size*, and why."""
        self._record_news(
            {
                "kind": "raise_witness_alarm",
                "witness": witness,
                "ground": ground.value,
                "size": size,
                "status": status,
            }
        )

    def alarm_cleared(self, witness: str, size: int) -> None:
        """Record that *witness* cosigns again, the checkpoint of *size*."""
        self._record_news({"kind": "clear_witness_alarm", "witness": witness, "size": size})

    def _record_news(self, command: dict[str, Any], by: By = SYSTEM) -> None:
        """Record what may happen again later: once for each state of the stream it follows.

        Two publishers that see the same thing at the same version ask the same, and the second
        is answered with what the first has written; what differs is asked again.
        """
        for last in (False, False, True):
            version, _ = self.desk.state_of(LOG_STREAM)
            try:
                self._record(f"news/{version}", command, by)
            except CommandRefused as refusal:
                if refusal.rule != "command-conflict" or last:
                    raise
            else:
                return

    def _record(self, command_id: str, command: dict[str, Any], by: By = SYSTEM) -> None:
        asking = Asking(command_id, by, command)
        handled = self.desk.record_now(LOG_STREAM, [asking])
        for answer in handled.answers:
            if isinstance(answer, CommandRefused):
                raise answer


def _key_id(vkey: str) -> str:
    return vkey.split("+", 2)[1]
