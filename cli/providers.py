"""`jiedui provider …`: what every kind of case has, and reading a list of service providers."""

from typing import Any

import click

from cli.board_cases import group_of
from cli.context import Context, json_option, pass_context
from cli.table_imports import take_in, taking_options

provider = group_of("provider")


@provider.command("import")
@taking_options
@click.option("--as", "acting_person", help="申请人；缺省时按牵头部门协调员申请。 Who applies.")
@json_option
@pass_context
def import_providers(context: Context, /, **given: Any) -> None:
    r"""服务机构清单：由类别的牵头部门代为申请准入。 Apply for the bodies of a list.

    Repeatable: a body is known again by its credit code, or its team's number. A body whose
    application is open comes back; what differs of one that is admitted comes back too, or with
    --update is reported as a change, which the departments verify.

    \b
    Exit status: 0 every row is taken; 1 some rows came back; 2 it could not be tried.
    """
    take_in(context, "provider", **given)
