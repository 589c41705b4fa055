"""Every audit leaves its trace: what it was about, how it ended, in whose name.

An auditor's verdict is never held back because its trace could not be written (the ledger may be
the very thing that is broken); whoever asked is then told so instead.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from desk.casework import Written
from desk.desk import Desk
from desk.orders import Door
from domain.envelope import By, FactOutOfPlace
from domain.gate import PROVEN, refused, somebody
from domain.oversight.words import AuditAct, AuditOutcome, ExportFormat
from domain.refusals import CommandRefused
from ledger.database import LedgerDamaged, LedgerMissing, LedgerUnavailable, WeakSettings
from ledger.entry import EntryUnreadable
from services.oversight import OPERATOR, acting_by, record_audit, record_export
from vault.keys import KeyRefused


class Trace:
    """The trace of one auditor at work.

    *desk* returns the desk to record at, and *person* in whose name, and by which door (None: the
    operator's); either may raise. With *or_operator* one who may not audit looks as the operator,
    for whom they could have left themselves unnamed. *lost* is told in words why a trace could not
    be written.
    """

    def __init__(
        self,
        desk: Callable[[], Desk],
        person: Callable[[], tuple[str, Door]] | None,
        lost: Callable[[str], None],
        *,
        or_operator: bool = False,
    ) -> None:
        self._desk, self._person, self._lost = desk, person, lost
        self._or_operator = or_operator

    def may(self, command: str = "record_audit") -> None:
        """Refuse before the work what would be refused after it: nobody who may, or no proof.

        Raises `CommandRefused`. The operator may look, and hand nothing out.
        """
        if self._person is not None:
            somebody(self._by(self._desk(), command), command)
        elif command in PROVEN:
            raise refused("identity-proven", command=command)

    def performed(
        self,
        act: AuditAct | str,
        *,
        about: Sequence[str] = (),
        head: int,
        outcome: AuditOutcome | str,
        counts: Mapping[str, int] | None = None,
        reason: str | None = None,
    ) -> Written | None:
        """Record an act of audit after its work; None where it could not be recorded.

        See `services.oversight.record_audit`.
        """
        with self._said_plainly():
            desk = self._desk()
            return record_audit(
                desk,
                self._by(desk, "record_audit"),
                act,
                about=about,
                head=head,
                outcome=outcome,
                counts=counts,
                reason=reason,
            )
        return None

    def exported(
        self,
        format: ExportFormat | str,  # noqa: A002 - the fact's own word
        *,
        about: Sequence[str] = (),
        head: int,
        rows: int,
        bytes: int,  # noqa: A002 - the fact's own word
        digest: str,
        openings: int = 0,
    ) -> Written | None:
        """Record that something was handed out; None where it could not be recorded.

        See `services.oversight.record_export`.
        """
        with self._said_plainly():
            desk = self._desk()
            return record_export(
                desk,
                self._by(desk, "record_export"),
                format,
                about=about,
                head=head,
                rows=rows,
                bytes=bytes,
                digest=digest,
                openings=openings,
            )
        return None

    def _by(self, desk: Desk, command: str) -> By:
        if self._person is None:
            return OPERATOR
        rules = desk.rulebook.rules(desk.neighbours)
        person, door = self._person()
        try:
            return acting_by(rules, person, command, datetime.now(UTC), door)
        except CommandRefused:
            if self._or_operator and command not in PROVEN:
                return OPERATOR
            raise

    @contextmanager
    def _said_plainly(self) -> Iterator[None]:
        try:
            yield
        except CommandRefused as refusal:
            self._lost(f"{refusal.chinese} {refusal.english}")
        except (
            EntryUnreadable,
            FactOutOfPlace,
            KeyRefused,
            LedgerDamaged,
            LedgerMissing,
            LedgerUnavailable,
            WeakSettings,
        ) as problem:
            self._lost(str(problem))
        except SQLAlchemyError as problem:  # its own text could hold values
            self._lost(type(problem).__name__)
