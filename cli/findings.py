"""`jiedui finding …`: the subcommands every kind of case has, and reading the check-up's tables."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.board_cases import group_of
from cli.context import Context, json_option, pass_context, run
from cli.people import acting
from cli.registry import taking_options

if TYPE_CHECKING:
    from services.intake import Taking

finding = group_of("finding")


@finding.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@taking_options
@click.option("--as", "acting_person", help="登记人；缺省时按各街道社区工作者登记。 Who records.")
@click.option("--policy", help="政策包。 Policy pack of the findings.")
@json_option
@pass_context
def import_findings(
    context: Context,
    /,
    file: Path,
    taking: "Taking",
    acting_person: str | None,
    policy: str | None,
    as_json: bool,
) -> None:
    r"""体检指标表：不达标的登记为问题，数值有变的动态更新。 Check-up rows become findings.

    Repeatable: a row is known again by its number in its district. A value that meets its target
    is no finding; one that changed is measured again; one that is struck off and misses its target
    comes back, to be looked at.

    \b
    Exit status: 0 every row is taken; 1 some rows came back; 2 it could not be tried.
    """
    from cli.intake_report import tell_intake
    from domain.people import Channel
    from services.finding_intake import FindingTaking, take_finding_table

    who = FindingTaking(policy=policy)
    if acting_person is not None:
        actor = acting(context, acting_person)
        door = actor.door._replace(channel=Channel.IMPORT)
        who = FindingTaking(actor.as_by(), door, policy)
    tell_intake(run(lambda: take_finding_table(context.gateway, file, taking, who)), as_json)
