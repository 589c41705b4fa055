"""`jiedui audit`: check the record without believing us."""

import click

from audit.verify import verify as verify_ledger
from cli.context import Context, Speaking, json_option, pass_context
from domain.refusals import CommandRefused
from ledger.casework import kind_of


@click.group()
def audit() -> None:
    """核验与复盘。 Verify and replay."""


@audit.command("verify")
@json_option
@pass_context
def verify(context: Context, as_json: bool) -> None:
    r"""逐条核验账本：内容、顺序、链、默克尔根。 Check that no entry was altered or removed.

    \b
    Exit status: 0 the ledger is intact; 1 it is not; 2 it could not be read.
    """
    verdict = verify_ledger(context.settings.ledger_url)
    speaking = Speaking(as_json)
    value = {
        "intact": verdict.intact,
        "entries": verdict.entries,
        "streams": verdict.streams,
        "root": verdict.root,
        "faults": [{**vars(fault), "sentence": str(fault)} for fault in verdict.faults],
    }
    if verdict.intact:
        speaking.say(
            value,
            f"账本完好：{verdict.entries:,} 条，{verdict.streams:,} 个案卷，"
            f"默克尔根 {verdict.root}\n"
            f"{verdict.entries:,} entries intact.\n"
            "未与外部见证核对：掌握数据库和密钥者重写全账，此项核验不能发现。\n"
            "Not compared with any outside witness: whoever rewrote the whole file would pass.",
        )
        return
    speaking.say(value, "")
    if not as_json:
        for fault in verdict.faults:
            click.echo(str(fault), err=True)
        click.echo(f"账本不完好：{len(verdict.faults)} 处。 The ledger is not intact.", err=True)
    raise click.exceptions.Exit(1)


@audit.command("history")
@click.argument("case")
@click.option("--language", type=click.Choice(["zh", "en", "both"]), default="both")
@click.option("--open-seals", is_flag=True, help="启封姓名与文字。 Open names and texts.")
@json_option
@pass_context
def history(context: Context, case: str, as_json: bool, language: str, open_seals: bool) -> None:
    r"""案卷全程，逐句，含每一期限的由来。 The story of CASE (its stream name).

    \b
    Exit status: 0 done; 1 there is no such case; 2 it could not be tried.
    """
    from cli.histories import print_history

    kind_of(case)
    if context.books.ledger.version(case) == 0:
        raise CommandRefused("case-unknown", f"没有案卷 {case}。", f"There is no case {case}.")
    print_history(context, case, as_json, language, opened=open_seals)
