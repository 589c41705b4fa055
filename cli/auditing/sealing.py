"""`jiedui audit seal-histories`: put finished workflow histories away before Temporal forgets."""

import click

from cli.auditing.reconciling import temporal_asked
from cli.context import Context, Speaking, json_option, pass_context, run
from cli.progress import counting
from services.histories import Sealing, seal_histories


@click.command("seal-histories")
@json_option
@pass_context
def command(context: Context, as_json: bool) -> None:
    r"""封存已结束的流程历史，摘要入账。 Seal the histories of finished runs by their digests.

    `jiedui up` and `jiedui follow` do the same on schedule.

    \b
    Exit status: 0 done; 2 it could not be tried.
    """

    async def sealing() -> Sealing:
        client = await context.temporal()
        with counting("封存 sealing") as tick, temporal_asked():
            return await seal_histories(
                client,
                context.books.desk,
                context.settings.histories_path,
                progress=lambda done: tick(done, 0),
            )

    found = run(sealing)
    Speaking(as_json).say(
        vars(found),
        f"新封存 {found.sealed} 份（{found.bytes:,} 字节），此前已封存 {found.before} 份，"
        f"Temporal 已不存 {found.gone} 份。\n"
        f"{found.sealed} sealed, {found.before} before, {found.gone} gone from Temporal.",
    )
