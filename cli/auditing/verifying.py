"""`jiedui audit verify`: the whole ledger, entry by entry."""

import click

from audit.verify import verify as verify_ledger
from cli.context import Context, Speaking, json_option, pass_context


@click.command("verify")
@json_option
@pass_context
def command(context: Context, as_json: bool) -> None:
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
