"""`jiedui audit history`: the story of a case, sentence by sentence."""

import click

from cli.context import Context, json_option, pass_context
from domain.refusals import CommandRefused
from ledger.casework import kind_of


@click.command("history")
@click.argument("case")
@click.option("--language", type=click.Choice(["zh", "en", "both"]), default="both")
@click.option("--open-seals", is_flag=True, help="启封姓名与文字。 Open names and texts.")
@json_option
@pass_context
def command(context: Context, case: str, as_json: bool, language: str, open_seals: bool) -> None:
    r"""案卷全程，逐句，含每一期限的由来。 The story of CASE (its stream name).

    \b
    Exit status: 0 done; 1 there is no such case; 2 it could not be tried.
    """
    from cli.histories import print_history

    kind_of(case)
    if context.books.ledger.version(case) == 0:
        raise CommandRefused("case-unknown", f"没有案卷 {case}。", f"There is no case {case}.")
    print_history(context, case, as_json, language, opened=open_seals)
