"""When a witness refuses, lags or comes back: said once, as a fact and as a line of the log.

Only changes are recorded. A refusal is told at once, silence only after a while; while an alarm
stands only something graver is told on top of it, so that a witness that fails for a year, or
changes its excuse every minute, leaves at most three facts until it cosigns again.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from domain.oversight.words import AlarmGround
from publishing.noting import Noting
from publishing.witnesses import Answer, Cosigned, Declined, KnownWitness

log = structlog.get_logger("publishing")

_GRAVITY = {
    AlarmGround.LAGGING: 1,
    AlarmGround.UNREACHABLE: 1,
    AlarmGround.REFUSED: 2,
    AlarmGround.INVALID_COSIGNATURE: 2,
    AlarmGround.INCONSISTENT: 3,
}


class Alarms:
    """Tells what has changed between the log and its witnesses."""

    def __init__(self, noting: Noting, patience: timedelta) -> None:
        self.noting, self.patience = noting, patience

    def hear(
        self,
        witness: KnownWitness,
        answer: Answer,
        size: int,
        at: datetime,
        behind_since: Callable[[], datetime],
    ) -> None:
        """Judge *answer* to the checkpoint of *size*.

        *behind_since* gives when the oldest checkpoint the witness has not cosigned was signed.
        Raises `LedgerUnavailable`, and then nothing was told.
        """
        name = witness.key.name
        standing = self.noting.standing().alarms.get(name)
        match answer:
            case Cosigned():
                if standing is not None:
                    self.noting.alarm_cleared(name, size)
                    log.info("witness cosigns again", witness=name, size=size)
            case Declined(ground=ground, status=status, told=told):
                gravity = _GRAVITY[ground]
                if gravity == 1 and at - behind_since() < self.patience:
                    return
                if standing is not None and _GRAVITY[standing] >= gravity:
                    return
                self.noting.alarm_raised(name, ground, size, status)
                log.error(
                    "witness does not cosign",
                    witness=name,
                    ground=ground.value,
                    size=size,
                    status=status,
                    told=told,
                )
