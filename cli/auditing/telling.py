"""`jiedui audit history`: the story of a case, sentence by sentence, and a trace of the reading."""

import click

from cli.auditing.recording import as_option, trace
from cli.auditing.unsealing import unmasker, unmasking_option
from cli.casework import any_case
from cli.context import Context, json_option, pass_context
from domain.casebook import kind_of
from domain.oversight.words import AuditAct, AuditOutcome
from domain.refusals import CommandRefused


@click.command("history")
@click.argument("case")
@click.option("--language", type=click.Choice(["zh", "en", "both"]), default="both")
@unmasking_option
@as_option
@json_option
@pass_context
def command(
    context: Context,
    /,
    case: str,
    language: str,
    unmasking_id: str | None,
    acting_person: str | None,
    as_json: bool,
) -> None:
    r"""案卷全程，逐句，含每一期限的由来。 The story of CASE.

    CASE is task/UUID and the like, or a task's number. Sealed texts stay sealed, unless
    --unmasking names a grant in force for CASE and for the person in --as; each text is then
    recorded before it is shown. The reading itself is recorded too.

    \b
    Exit status: 0 done; 1 there is no such case, or no grant; 2 it could not be tried.
    """
    from cli.histories import print_history

    case = any_case(context, case)
    kind_of(case)
    head = context.books.ledger.head()
    entries = context.books.ledger.version(case)
    if entries == 0:
        raise CommandRefused("case-unknown", f"没有案卷 {case}。", f"There is no case {case}.")
    trace(context, acting_person).may("unmask_field" if unmasking_id else "record_audit")
    opening = unmasker(context, unmasking_id, acting_person, case)
    print_history(
        context,
        case,
        as_json,
        language,
        open_sealed=None if opening is None else opening.text,
    )
    trace(context, acting_person).performed(
        AuditAct.HISTORY,
        about=[case] if opening is None else [case, opening.stream],
        head=head,
        outcome=AuditOutcome.DONE,
        counts={"entries": entries, "opened": 0 if opening is None else opening.opened},
    )
