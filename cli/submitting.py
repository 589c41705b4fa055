"""`jiedui submit`: a whole script of commands, one JSON object a line, one JSON result a line."""

import json
from typing import BinaryIO

import click

from cli.context import Context, pass_context, run


@click.command()
@click.argument("file", type=click.File("rb"))
@pass_context
def submit(context: Context, file: BinaryIO) -> None:
    r"""逐行提交命令。 Submit FILE (JSONL, `-` for standard input): many commands.

    Each line: {"stream","command_id","by","command":{"kind",…}}. Lines of one case are taken in
    their order, cases in parallel; results come in the order of the lines, one JSON object each.
    Lines may be sent again with the same command ids: nothing happens twice. At a server far away
    (JIEDUI_URL) all lines are in the name of whose key it is, and a case begun has the id in its
    result.

    \b
    Exit status: 0 all recorded; 1 at least one was refused; 2 at least one could not be tried.
    """

    async def submitting() -> int:
        from services.submitting import submit_script

        status = 0
        async for number, result in submit_script(context.gateway, file.read()):
            click.echo(json.dumps({"line": number, **result}, ensure_ascii=False, default=str))
            status = max(status, {"recorded": 0, "refused": 1}.get(result["outcome"], 2))
        return status

    raise click.exceptions.Exit(run(submitting))
