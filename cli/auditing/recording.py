"""In whose name an audit command leaves its trace: `--as PERSON`, or the operator's."""

import click

from cli.context import Context
from cli.people import acting
from desk.desk import Desk
from desk.orders import Door
from ledger.database import LedgerMissing, parsed, sqlite_file
from services.tracing import Trace

as_option = click.option(
    "--as",
    "acting_person",
    help="审计人（person/<UUID> 或 角色@单位）；缺省记为系统操作员。 Who audits.",
)
"""`--as PERSON` of every audit command; hand it on as *person*."""


def trace(context: Context, person: str | None) -> Trace:
    """Return the trace of whoever `--as` or `--key` named; what is lost of it is said aloud."""
    named = None
    if person is not None or context.settings.account_key is not None:

        def named() -> tuple[str, Door]:
            actor = acting(context, person)
            return actor.person, actor.door

    return Trace(lambda: _desk(context), named, _say, or_operator=person is None)


def _desk(context: Context) -> Desk:
    """Return the desk of books that are there; an audit never makes a ledger to record itself."""
    file = sqlite_file(parsed(context.settings.ledger_url))
    if file is not None and not file.is_file():
        raise LedgerMissing(f"没有账本 {file}。 There is no ledger at {file}.")
    return context.books.desk


def _say(why: str) -> None:
    click.echo(
        f"本次审计操作未能记入账本（{why}）；结论不受影响。 "
        f"This act could not be recorded in the ledger ({why}); its result stands.",
        err=True,
    )
