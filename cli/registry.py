"""`jiedui unit` and `jiedui need`: tables from offices become facts, bad rows come back."""

import dataclasses
import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.commanding import commands_of
from cli.context import Context, json_option, pass_context, run
from cli.meaning import person_of, unit_of
from cli.people import acting, registrar_option
from cli.progress import progressing
from cli.tables import print_table
from domain.casebook import CASES
from domain.people import ROLE_LABELS
from domain.refusals import CommandRefused

if TYPE_CHECKING:
    from services.intake import Taking


def taking_options(command: Any) -> Any:
    """Give *command* the options of whoever takes a table in, gathered as `taking`."""

    @functools.wraps(command)
    def gathered(*arguments: Any, **given: Any) -> Any:
        from services.intake import Taking

        names = [one.name for one in dataclasses.fields(Taking) if one.name in given]
        taking = Taking(progress=progressing, **{name: given.pop(name) for name in names})
        return command(*arguments, taking=taking, **given)

    readable = click.Path(exists=True, dir_okay=False, path_type=Path)
    for option in reversed(
        (
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


def _unit_stream(context: Context, given: str | None, begins: bool) -> str:
    assert given is not None, "a unit is named"
    return f"unit/{given.upper() if begins else unit_of(context.rules, 'UNIT', given)}"


def _person_stream(context: Context, given: str | None, begins: bool) -> str:
    from services.intake import person_id

    assert given is not None, "a person is named"
    if begins:
        return f"person/{person_id(context.gateway, given)}"
    return person_of(context, given)


unit = click.Group(
    "unit",
    help="单位名册：登记、变更、撤并，导入单位和人员。 Units.",
    commands=commands_of(
        CASES["unit"], ("unit",), _unit_stream, opening=frozenset({"register_unit"}), named=True
    ),
)
person = click.Group(
    "person",
    help="人员名册：登记、更正，授予和收回角色；可用工号。 People, by their staff number.",
    commands=commands_of(
        CASES["person"],
        ("person", "role"),
        _person_stream,
        opening=frozenset({"register_person"}),
        named=True,
        without=frozenset(
            {"add_account_key", "bind_identity", "end_session", "withdraw_account_key"}
        ),
    ),
)


@person.command("show")
@click.argument("person")
@json_option
@pass_context
def show_person(context: Context, person: str, as_json: bool) -> None:
    r"""一个人及其担任过的角色。 A person and every role they have held.

    PERSON: 工号、人员编号或 角色@单位。

    \b
    Exit status: 0 done; 1 there is no such person; 2 it could not be tried.
    """
    from wording.names import KnownNames

    known = context.rules.people.get(person_of(context, person))
    if known is None:
        raise CommandRefused(
            "person-unknown", f"名册中没有 {person}。", f"The registry has no {person}."
        )
    names = KnownNames(context.rules)
    rows = [
        {
            "role": grant.role.value if as_json else ROLE_LABELS[grant.role][0],
            "unit": grant.unit if as_json else names.unit(grant.unit, "zh"),
            "since": grant.since,
            "until": grant.until,
            "successor": grant.successor,
        }
        for grant in known.grants
    ]
    about = {"person": known.id, "name": opened(context, known.name), "account_key": known.keyed}
    if as_json:
        print_table("person", [{**about, "roles": rows}], as_json)
        return
    click.echo(f"{about['name']}  {known.id}  账户密钥：{'有' if known.keyed else '无'}")
    columns = (("role", "角色"), ("unit", "单位"), ("since", "自"), ("until", "至"))
    print_table("person", rows, as_json, columns)


@unit.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@taking_options
@registrar_option
@json_option
@pass_context
def import_units(
    context: Context,
    file: Path,
    taking: "Taking",
    acting_person: str | None,
    as_json: bool,
) -> None:
    r"""导入单位表或人员表（.xlsx .xls .csv）。 Import units, or people; the headings tell which.

    A registrar enters them; granting roles takes the registrar's own key (`jiedui account begin`
    makes the first). Repeatable: a second import of the same file records nothing twice.

    \b
    Exit status: 0 every row is on record; 1 some rows came back; 2 it could not be tried.
    """
    from cli.intake_report import tell_intake
    from services.intake import take_registry

    by = acting(context, acting_person).as_who()
    tell_intake(run(lambda: take_registry(context.gateway, file, by, taking)), as_json)


@unit.command("list")
@click.option("--kind", help="单位类别。 Kind.")
@json_option
@pass_context
def list_units(context: Context, kind: str | None, as_json: bool) -> None:
    r"""现行单位。 The units in force.

    \b
    Exit status: 0 done; 1 there is no such kind; 2 it could not be tried.
    """
    from datetime import UTC, datetime

    from cli.filters import one_of
    from domain.units import UnitKind
    from wording.labels import label

    wanted = one_of("--kind", kind, {one.value: label(one) for one in UnitKind})
    now = datetime.now(UTC)
    rules = context.rules
    rows = [
        value.model_dump(mode="json")
        for _, value in sorted(rules.units.items())
        if value.stands(now) and wanted in (None, value.kind.value)
    ]
    columns = (
        ("code", "编码"),
        ("name", "单位"),
        ("kind", "类别"),
        ("division", "区划"),
        ("line", "业务线"),
    )
    print_table("unit", rows, as_json, columns)


@unit.command("show")
@click.argument("code")
@json_option
@pass_context
def show_unit(context: Context, code: str, as_json: bool) -> None:
    r"""单位及其人员角色（姓名由密封库启封）。 A unit and who holds which role there.

    \b
    Exit status: 0 done; 1 there is no such unit; 2 it could not be tried.
    """
    from datetime import UTC, datetime

    now = datetime.now(UTC)
    rules = context.rules
    value = rules.unit(unit_of(rules, "CODE", code), now)
    rows = [
        {
            "role": grant.role.value,
            "person": person.id,
            "name": opened(context, person.name),
            "since": grant.since,
        }
        for person in sorted(rules.people.values(), key=lambda person: person.id)
        for grant in person.grants
        if grant.unit == value.code and grant.stands(now)
    ]
    if as_json:
        print_table("unit", [{**value.model_dump(mode="json"), "people": rows}], as_json)
        return
    print_table(
        "unit",
        [value.model_dump(mode="json")],
        as_json,
        (
            ("code", "编码"),
            ("name", "单位"),
            ("kind", "类别"),
            ("division", "区划"),
            ("line", "业务线"),
        ),
    )
    print_table("unit", rows, as_json, (("role", "角色"), ("name", "姓名"), ("person", "人员编号")))


def opened(context: Context, sealed: Any) -> str:
    """Open a sealed name for whoever may run this command; a tombstone where it was erased."""
    if sealed is None:
        return ""
    plain = context.books.vault.open(sealed)
    return "〔已删除〕" if plain is None else plain.decode("utf-8")


@click.group()
def need() -> None:
    """问题台账。 The problem ledger."""


@need.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@taking_options
@click.option("--as", "acting_person", help="登记人；缺省时按各街道社区工作者登记。 Who registers.")
@click.option("--policy", help="政策包。 Policy pack of the tasks.")
@json_option
@pass_context
def import_needs(
    context: Context,
    /,
    file: Path,
    taking: "Taking",
    acting_person: str | None,
    policy: str | None,
    as_json: bool,
) -> None:
    r"""问题台账逐行登记为帮扶任务；错误行连同原因退回。 Rows become registered tasks.

    Repeatable: a row is known again by its ledger number within its street, year and table, or,
    without a number, by all it says. Bad rows come back in a file of the same kind with the reason
    beside each; what was not read is named. docs/importing.md is the page for the offices.

    \b
    Exit status: 0 every row is registered; 1 some rows came back; 2 it could not be tried.
    """
    from cli.intake_report import tell_intake
    from domain.people import Channel
    from services.need_intake import NeedTaking, take_need_table

    who = NeedTaking(policy=policy)
    if acting_person is not None:
        actor = acting(context, acting_person)
        door = actor.door._replace(channel=Channel.IMPORT)
        who = NeedTaking(actor.as_by(), door, policy)
    tell_intake(run(lambda: take_need_table(context.gateway, file, taking, who)), as_json)
