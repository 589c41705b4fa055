"""`jiedui provider …`: what every kind of case has, and reading a list of service providers."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.board_cases import group_of
from cli.context import Context, json_option, pass_context, run
from cli.registry import taking_options

if TYPE_CHECKING:
    from services.intake import Taking

provider = group_of("provider")


@provider.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@taking_options
@json_option
@pass_context
def import_providers(context: Context, /, file: Path, taking: "Taking", as_json: bool) -> None:
    r"""服务机构清单：由类别的牵头部门代为申请准入。 Apply for the bodies of a list.

    Repeatable: a body is known again by its credit code, or its team's number. A body whose
    application is open comes back; what differs of one that is admitted comes back too, or with
    --update is reported as a change, which the departments verify.

    \b
    Exit status: 0 every row is taken; 1 some rows came back; 2 it could not be tried.
    """
    from cli.intake_report import tell_intake
    from services.provider_intake import take_provider_table

    tell_intake(run(lambda: take_provider_table(context.gateway, file, taking)), as_json)
