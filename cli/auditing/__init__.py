"""`jiedui audit`: check, replay and prove the record without believing us."""

import importlib

import click

from cli.paragraphs import with_paragraphs

_COMMANDS: dict[str, str] = {
    "verify": "cli.auditing.verifying",
    "history": "cli.auditing.telling",
    "as-of": "cli.auditing.as_of",
    "compare": "cli.auditing.comparing",
    "figure": "cli.auditing.figures",
    "coverage": "cli.auditing.coverage",
    "findings": "cli.auditing.findings",
    "statement": "cli.auditing.statement",
    "pilots": "cli.auditing.pilots",
    "export": "cli.auditing.exporting",
    "reconcile": "cli.auditing.reconciling",
    "seal-histories": "cli.auditing.sealing",
    "replay-workflows": "cli.auditing.replaying",
    "prove": "cli.auditing.proving",
    "check": "cli.auditing.checking",
}
"""Each command of the section and the file that holds it, as an object named `command`."""


class AuditCommands(click.Group):
    """The auditor's commands, each imported only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the commands in the order an auditor meets them."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the command *cmd_name*."""
        if cmd_name not in _COMMANDS:
            return None
        command = importlib.import_module(_COMMANDS[cmd_name]).command
        assert isinstance(command, click.Command)
        return with_paragraphs(command)


@click.group(cls=AuditCommands)
@click.pass_context
def audit(ctx: click.Context) -> None:
    """核验与复盘。 Verify, replay and prove."""
    # A file is checked anywhere; everything else reads the ledger itself, where it lies.
    if ctx.invoked_subcommand != "check" and ctx.obj.settings.url is not None:
        from cli.away import home_needed

        raise home_needed(ctx.obj.settings.url)
