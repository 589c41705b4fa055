"""`jiedui site …` and `jiedui facility …`: what every kind of case has, and reading their lists."""

from typing import Any

import click

from cli.board_cases import group_of
from cli.context import Context, json_option, pass_context
from cli.table_imports import take_in, taking_options

site = group_of("site")
facility = group_of("facility")

_as_option = click.option(
    "--as", "acting_person", help="办理人；缺省时按各街道调度员登记。 Who registers."
)


@site.command("import")
@taking_options
@_as_option
@json_option
@pass_context
def import_sites(context: Context, /, **given: Any) -> None:
    r"""存量空间清单。 Register the rows of a list of existing space.

    Repeatable: a row is known again by its number.

    \b
    Exit status: 0 every row is taken; 1 some rows came back; 2 it could not be tried.
    """
    take_in(context, "site", **given)


@facility.command("import")
@taking_options
@_as_option
@json_option
@pass_context
def import_facilities(context: Context, /, **given: Any) -> None:
    r"""服务设施清单。 Propose the rows of a list of facilities on registered space.

    Repeatable: a row is known again by its number. Sites are imported first.

    \b
    Exit status: 0 every row is taken; 1 some rows came back; 2 it could not be tried.
    """
    take_in(context, "facility", **given)
