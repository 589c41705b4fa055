"""`jiedui finding …`: the subcommands every kind of case has, and reading the check-up's tables."""

from typing import Any

import click

from cli.board_cases import group_of
from cli.context import Context, json_option, pass_context
from cli.table_imports import take_in, taking_options

finding = group_of("finding")


@finding.command("import")
@taking_options
@click.option("--as", "acting_person", help="登记人；缺省时按各街道社区工作者登记。 Who records.")
@click.option("--policy", help="政策包。 Policy pack of the findings.")
@json_option
@pass_context
def import_findings(context: Context, /, **given: Any) -> None:
    r"""体检指标表：不达标的登记为问题，数值有变的动态更新。 Check-up rows become findings.

    Repeatable: a row is known again by its number in its district. A value that meets its target
    is no finding; one that changed is measured again; one that is struck off and misses its target
    comes back, to be looked at.

    \b
    Exit status: 0 every row is taken; 1 some rows came back; 2 it could not be tried.
    """
    take_in(context, "finding", **given)
