"""Every audit command leaves its trace: what it was about, how it ended, in whose name.

An auditor's verdict is never held back because its trace could not be written (the ledger may be
the very thing that is broken); that is then said on standard error instead.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import click
from sqlalchemy.exc import SQLAlchemyError

from cli.context import Context
from cli.people import acting
from desk.casework import Written
from desk.desk import Desk
from domain.envelope import By, FactOutOfPlace
from domain.oversight.words import AuditAct, AuditOutcome, ExportFormat
from domain.refusals import CommandRefused
from ledger.database import (
    LedgerDamaged,
    LedgerMissing,
    LedgerUnavailable,
    WeakSettings,
    parsed,
    sqlite_file,
)
from ledger.entry import EntryUnreadable
from services.oversight import OPERATOR, acting_by, record_audit, record_export
from vault.keys import KeyRefused

as_option = click.option(
    "--as",
    "acting_person",
    help="审计人（person/<UUID> 或 角色@单位）；缺省记为系统操作员。 Who audits.",
)
"""`--as PERSON` of every audit command; hand it on as *person*."""


def performed(
    context: Context,
    person: str | None,
    act: AuditAct | str,
    *,
    about: Sequence[str] = (),
    head: int,
    outcome: AuditOutcome | str,
    counts: Mapping[str, int] | None = None,
    reason: str | None = None,
) -> Written | None:
    """Record an act of audit after its work; None where it could not be recorded, which is said.

    *person* is what `--as` was given (None: the operator). See `services.oversight.record_audit`.
    """
    return _recorded(
        context,
        lambda desk: record_audit(
            desk,
            _by(desk, context, person, "record_audit"),
            act,
            about=about,
            head=head,
            outcome=outcome,
            counts=counts,
            reason=reason,
        ),
    )


def exported(
    context: Context,
    person: str | None,
    format: ExportFormat | str,  # noqa: A002 - the fact's own word
    *,
    about: Sequence[str] = (),
    head: int,
    rows: int,
    bytes: int,  # noqa: A002 - the fact's own word
    digest: str,
    openings: int = 0,
) -> Written | None:
    """Record that something was handed out; None where it could not be recorded, which is said.

    See `services.oversight.record_export`.
    """
    return _recorded(
        context,
        lambda desk: record_export(
            desk,
            _by(desk, context, person, "record_export"),
            format,
            about=about,
            head=head,
            rows=rows,
            bytes=bytes,
            digest=digest,
            openings=openings,
        ),
    )


def may_audit(context: Context, person: str | None, command: str = "record_audit") -> None:
    """Refuse before the work what would be refused after it: no role that may audit or export.

    Raises `CommandRefused`; without *person* the operator acts, and nothing is asked.
    """
    if person is not None:
        _by(context.books.desk, context, person, command)


def _by(desk: Desk, context: Context, person: str | None, command: str) -> By:
    if person is None:
        return OPERATOR
    named = str(acting(context, person, None, None)["person"])
    rules = desk.rulebook.rules(desk.neighbours)
    return acting_by(rules, named, command, datetime.now(UTC))


def _recorded(context: Context, recording: Callable[[Desk], Written]) -> Written | None:
    with _said_plainly():
        return recording(_desk(context))
    return None


def _desk(context: Context) -> Desk:
    """Return the desk of books that are there; an audit never makes a ledger to record itself."""
    file = sqlite_file(parsed(context.settings.ledger_url))
    if file is not None and not file.is_file():
        raise LedgerMissing(f"没有账本 {file}。 There is no ledger at {file}.")
    return context.books.desk


@contextmanager
def _said_plainly() -> Iterator[None]:
    try:
        yield
    except CommandRefused as refusal:
        _say(f"{refusal.chinese} {refusal.english}")
    except (
        EntryUnreadable,
        FactOutOfPlace,
        KeyRefused,
        LedgerDamaged,
        LedgerMissing,
        LedgerUnavailable,
        WeakSettings,
    ) as problem:
        _say(str(problem))
    except SQLAlchemyError as problem:  # its own text could hold values
        _say(type(problem).__name__)


def _say(why: str) -> None:
    click.echo(
        f"本次审计操作未能记入账本（{why}）；结论不受影响。 "
        f"This act could not be recorded in the ledger ({why}); its result stands.",
        err=True,
    )
