"""`import`: a table of an office is taken in, here or at the server, and told of alike."""

import dataclasses
import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.context import Context, away_from, run
from cli.people import acting
from cli.progress import progressing

if TYPE_CHECKING:
    from services.intake import EnteredBy, Taking


def taking_options(command: Any) -> Any:
    """Give *command* the options of whoever takes a table in, gathered as `taking`."""

    @functools.wraps(command)
    def gathered(*arguments: Any, **given: Any) -> Any:
        from importing.reading import read_mapping
        from services.intake import Taking

        names = [one.name for one in dataclasses.fields(Taking) if one.name in given]
        asked = {name: given.pop(name) for name in names}
        if asked["mapping"] is not None:
            asked["mapping"] = read_mapping(asked["mapping"])
        return command(*arguments, taking=Taking(progress=progressing, **asked), **given)

    readable = click.Path(exists=True, dir_okay=False, path_type=Path)
    for option in reversed(
        (
            click.argument("file", type=readable),
            click.option(
                "--mapping",
                type=readable,
                help="列名对应表（JSON：字段→表头）。 Headings of a table that has its own.",
            ),
            click.option(
                "--bad-rows",
                type=click.Path(dir_okay=False, path_type=Path),
                help="退回的行存放处；缺省在原表旁边。 Where the rows handed back go.",
            ),
            click.option(
                "--sheet",
                "sheets",
                multiple=True,
                help="只读这些工作表；缺省读全部可见的。 Read these sheets only; repeatable.",
            ),
            click.option("--hidden", is_flag=True, help="隐藏的行和表也读。 Hidden rows too."),
            click.option(
                "--update",
                is_flag=True,
                help="与已登记的不同之处作为更正入账。 Record what differs as corrections.",
            ),
            click.option(
                "--dry-run",
                "dry",
                is_flag=True,
                help="只试读，什么也不登记。 Say what would become of it; record nothing.",
            ),
        )
    ):
        gathered = option(gathered)
    return gathered


def take_in(
    context: Context,
    name: str,
    file: Path,
    taking: "Taking",
    acting_person: str | None,
    as_json: bool,
    policy: str | None = None,
) -> None:
    """Take the table *file* in, and say what became of it; status 1 where rows came back.

    Nobody named: at home each row is entered by whoever has to do with its place, at a server far
    away by whose key it is.
    """
    from cli.intake_report import tell_intake
    from services.tables import TABLES, take_file

    if context.settings.url is not None:
        from cli.away_tables import taken_away

        told = taken_away(away_from(context), name, file, taking, acting_person, policy)
    else:
        who = _entered_by(context, acting_person, policy)
        told = run(lambda: take_file(context.gateway, TABLES[name], file, taking, who)).as_json()
    tell_intake(told, as_json)


def _entered_by(context: Context, acting_person: str | None, policy: str | None) -> "EnteredBy":
    from domain.people import Channel
    from services.intake import EnteredBy

    if acting_person is None:
        return EnteredBy(policy=policy)
    actor = acting(context, acting_person)
    return EnteredBy(actor.as_by(), actor.door._replace(channel=Channel.IMPORT), policy)
