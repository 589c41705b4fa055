"""`jiedui unit` and `jiedui need`: tables from offices become facts, bad rows come back."""

from typing import Any

import click

from cli.commanding import commands_of
from cli.context import Context, json_option, pass_context, run
from cli.meaning import person_of, unit_of
from cli.people import acting, registrar_option
from cli.table_imports import take_in, taking_options
from cli.tables import print_table
from domain.casebook import CASES
from domain.people import ROLE_LABELS
from domain.refusals import CommandRefused


def _unit_stream(context: Context, given: str | None, begins: bool) -> str:
    assert given is not None, "a unit is named"
    return f"unit/{given.upper() if begins else unit_of(context.rules, 'UNIT', given)}"


def _person_stream(context: Context, given: str | None, begins: bool) -> str:
    assert given is not None, "a person is named"
    if begins:
        return context.person_numbered(given)
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
    # A server tells of posts held now, and of nobody's key.
    keyed = None if context.settings.url is not None else known.keyed
    about = {"person": known.id, "name": context.name_of(known), "account_key": keyed}
    if as_json:
        print_table("person", [{**about, "roles": rows}], as_json)
        return
    key = {True: "  账户密钥：有", False: "  账户密钥：无", None: "  现任岗位"}[keyed]
    click.echo(f"{about['name']}  {known.id}{key}")
    columns = (("role", "角色"), ("unit", "单位"), ("since", "自"), ("until", "至"))
    print_table("person", rows, as_json, columns)


@unit.command("import")
@taking_options
@registrar_option
@json_option
@pass_context
def import_units(
    context: Context,
    /,
    acting_person: str | None,
    **given: Any,
) -> None:
    r"""导入单位表或人员表（.xlsx .xls .csv）。 Import units, or people; the headings tell which.

    A registrar enters them; granting roles takes the registrar's own key (`jiedui account begin`
    makes the first). Repeatable: a second import of the same file records nothing twice.

    \b
    Exit status: 0 every row is on record; 1 some rows came back; 2 it could not be tried.
    """
    acting_person = acting_person or acting(context, None).person
    if context.settings.url is None:
        from services.bootstrapping import publish_shipped

        run(lambda: publish_shipped(context.books.desk))  # a list is read by the words of a pack
    take_in(context, "unit", acting_person=acting_person, **given)


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
            "name": context.name_of(person),
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


@click.group()
def need() -> None:
    """问题台账。 The problem ledger."""


@need.command("import")
@taking_options
@click.option("--as", "acting_person", help="登记人；缺省时按各街道社区工作者登记。 Who registers.")
@click.option("--policy", help="政策包。 Policy pack of the tasks.")
@json_option
@pass_context
def import_needs(context: Context, /, **given: Any) -> None:
    r"""问题台账逐行登记为帮扶任务；错误行连同原因退回。 Rows become registered tasks.

    Repeatable: a row is known again by its ledger number within its street, year and table, or,
    without a number, by all it says. Bad rows come back in a file of the same kind with the reason
    beside each; what was not read is named. docs/importing.md is the page for the offices.

    \b
    Exit status: 0 every row is registered; 1 some rows came back; 2 it could not be tried.
    """
    take_in(context, "need", **given)
