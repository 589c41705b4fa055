"""`jiedui site …` and `jiedui facility …`: what every kind of case has, and reading their lists."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.board_cases import group_of
from cli.context import Context, Speaking, json_option, pass_context, run
from cli.registry import taking_options

if TYPE_CHECKING:
    from services.intake import Intake, Taking

site = group_of("site")
facility = group_of("facility")
_SHOWN = 20


@site.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@taking_options
@json_option
@pass_context
def import_sites(context: Context, /, file: Path, taking: "Taking", as_json: bool) -> None:
    r"""存量空间清单。 Register the rows of a list of existing space.

    Repeatable: a row is known again by its number.

    \b
    Exit status: 0 every row is taken; 1 some rows came back; 2 it could not be tried.
    """
    from services.facility_intake import take_site_table

    _tell(run(lambda: take_site_table(context.gateway, file, taking)), as_json)


@facility.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@taking_options
@json_option
@pass_context
def import_facilities(context: Context, /, file: Path, taking: "Taking", as_json: bool) -> None:
    r"""服务设施清单。 Propose the rows of a list of facilities on registered space.

    Repeatable: a row is known again by its number. Sites are imported first.

    \b
    Exit status: 0 every row is taken; 1 some rows came back; 2 it could not be tried.
    """
    from services.facility_intake import take_facility_table

    _tell(run(lambda: take_facility_table(context.gateway, file, taking)), as_json)


def _tell(intake: "Intake", as_json: bool) -> None:
    from cli.intake_report import intake_lines

    Speaking(as_json).say(intake.as_json(), "\n".join(intake_lines(intake, _SHOWN)))
    if intake.refused:
        raise click.exceptions.Exit(1)
