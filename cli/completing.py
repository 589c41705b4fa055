"""What the shell offers while a command is typed, and the script that has it ask."""

import os

import click
from click.shell_completion import get_completion_class, shell_complete

VARIABLE = "_JIEDUI_COMPLETE"
"""Set by the shell while it asks; `jiedui completion bash` prints what sets it."""


def known_names(field: str, *, units: bool) -> dict[str, str]:
    """Return code and Chinese name of every unit, or of what the packs list for *field*.

    A shell is never told why there is nothing to offer: then there is nothing.
    """
    from cli.context import Context
    from cli.meaning import listed
    from ledger.database import LedgerMissing, LedgerUnavailable
    from runtime.settings import SettingsRefused, load_settings

    try:
        context = Context(load_settings())
        if not context.settings.home.is_dir():
            return {}
        try:
            rules = context.rules
            if units:
                return {code: unit.name for code, unit in sorted(rules.units.items())}
            packs = (terms.policy for terms in rules.policies.values())
            return {code: words for pack in packs for code, words in listed(pack, field)}
        finally:
            context.close()
    except (LedgerMissing, LedgerUnavailable, OSError, SettingsRefused):
        return {}


def answered(command: click.Command) -> int | None:
    """Answer the shell where it asks, and return the exit status; None: nobody asks."""
    asked = os.environ.get(VARIABLE)
    return None if asked is None else shell_complete(command, {}, "jiedui", VARIABLE, asked)


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    r"""命令补全脚本，如 eval "$(jiedui completion bash)"。 What has the shell complete commands.

    \b
    Exit status: 0 done.
    """
    asking = get_completion_class(shell)
    assert asking is not None, "one of those click knows"
    click.echo(asking(ctx.find_root().command, {}, "jiedui", VARIABLE).source())
