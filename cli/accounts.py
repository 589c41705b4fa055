"""`jiedui account`: the first registrar, and the keys by which people prove who they are."""

from pathlib import Path

import click

from cli.context import Context, Speaking, json_option, pass_context
from cli.meaning import person_of
from cli.people import acting, registrar_option
from cli.tables import print_table

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group()
def account() -> None:
    """账户与密钥：证明办理人是本人。 Accounts, and the keys that prove them."""


@account.command("begin")
@click.option("--unit", help="单位编码，如 440100-ZSJ；前段即其区划。 Unit code.")
@click.option("--unit-name", help="单位名称。 The unit's name.")
@click.option("--name", help="姓名，将密封保存。 The registrar's name; sealed.")
@click.option(
    "--registrar",
    help="或：旧版名册中已有的名册管理员（编号或 REGISTRAR@单位）。 One an older registry has.",
)
@click.option("--out", required=True, type=_FILE, help="密钥写入此文件。 Where the key is written.")
@json_option
@pass_context
def begin(
    context: Context,
    unit: str | None,
    unit_name: str | None,
    name: str | None,
    registrar: str | None,
    out: Path,
    as_json: bool,
) -> None:
    r"""启用空名册：首个单位和首位名册管理员。 Begin an empty registry with its first registrar.

    Once only; afterwards units, people and roles are a registrar's to enter. A registry of an
    earlier release, where nobody has a key, is given its first one with --registrar.

    \b
    Exit status: 0 begun; 1 the registry has been begun; 2 it could not be tried.
    """
    from services.accounts import begin as begin_with
    from services.accounts import begin_for

    desk = context.books.desk
    if registrar is not None and not (unit or unit_name or name):
        key = begin_for(desk, person_of(context, registrar), out).verifier
    elif registrar is None and unit and unit_name and name:
        key = begin_with(desk, unit.upper(), unit_name, name, out).verifier
    else:
        raise click.UsageError(
            "请给出 --unit、--unit-name、--name；旧版名册则只给 --registrar。 "
            "Give --unit, --unit-name and --name; for an older registry only --registrar."
        )
    Speaking(as_json).say(
        {"outcome": "begun", "person": key.name, "key": key.vkey, "file": str(out)},
        f"名册已启用，首位名册管理员 {key.name}，密钥在 {out}，请妥善保管。\n"
        f"此后：jiedui --key {out} unit import …（或 export JIEDUI_ACCOUNT_KEY={out}）\n"
        "The registry is begun; its first registrar proves who they are with that key.",
    )


@account.command("key")
@click.argument("person")
@click.option("--out", required=True, type=_FILE, help="密钥写入此文件。 Where the key is written.")
@registrar_option
@json_option
@pass_context
def give_key(
    context: Context, person: str, out: Path, acting_person: str | None, as_json: bool
) -> None:
    r"""为 PERSON 制作账户密钥，公钥入账。 Make a key for PERSON (an id, or ROLE@UNIT).

    Hand the file to its person and keep no copy: whoever holds it can act as them.

    \b
    Exit status: 0 done; 1 refused; 2 it could not be tried.
    """
    from services.accounts import give_key as giving

    stream = person_of(context, person)
    written = giving(context.books.desk, stream, out, acting(context, acting_person).as_who())
    Speaking(as_json).say(
        {"outcome": "given", "person": stream, "file": str(out), "position": written.position},
        f"{stream} 的密钥已写入 {out}，公钥入账于位置 {written.position}；请交给本人，勿留副本。\n"
        "Hand the file to its person and keep no copy.",
    )


@account.command("password")
@click.argument("staff_number")
@registrar_option
@json_option
@pass_context
def set_password(
    context: Context, staff_number: str, acting_person: str | None, as_json: bool
) -> None:
    r"""为工号 STAFF_NUMBER 设定工作台登录密码，随机生成，只显示这一次。 A new password.

    It goes on record that it was set, by whom and for whom, never the password itself.

    \b
    Exit status: 0 done; 1 refused; 2 it could not be tried.
    """
    from accounts.store import Accounts
    from services.signing_in import Doorkeeper, fresh_password

    doorkeeper = Doorkeeper(context.books, Accounts(context.settings.accounts_url))
    person = doorkeeper.person_with(staff_number)
    password = fresh_password()
    by = acting(context, acting_person).as_who()
    position = doorkeeper.set_password(person, password, by)
    Speaking(as_json).say(
        {"outcome": "set", "person": person, "password": password, "position": position},
        f"工号 {staff_number} 的登录密码：{password}\n"
        f"请当面交给本人，不再显示；入账于位置 {position}。 Hand it over; it is not shown again.",
    )


@account.command("identity")
@click.argument("staff_number")
@click.option("--subject", required=True, help="统一身份认证中的标识（sub）。 The `sub` there.")
@registrar_option
@json_option
@pass_context
def bind_identity(
    context: Context, staff_number: str, subject: str, acting_person: str | None, as_json: bool
) -> None:
    r"""为工号 STAFF_NUMBER 绑定统一身份认证标识。 Let a single sign-on identity sign in as them.

    A digest of it goes on record, by whom and for whom; `jiedui person unbind-identity` ends it.

    \b
    Exit status: 0 done; 1 refused; 2 it could not be tried.
    """
    from accounts.store import Accounts
    from services.signing_in import Doorkeeper
    from services.single_sign_on import sign_on_of

    accounts = Accounts(context.settings.accounts_url)
    doorkeeper = Doorkeeper(context.books, accounts)
    sign_on = sign_on_of(context.settings, context.books, doorkeeper, accounts)
    if sign_on is None:
        raise click.UsageError(
            "没有设置统一身份认证（JIEDUI_OIDC_ISSUER）。 No single sign-on is set."
        )
    person = doorkeeper.person_with(staff_number)
    position = sign_on.bind(person, subject, acting(context, acting_person).as_who())
    Speaking(as_json).say(
        {"outcome": "bound", "person": person, "position": position},
        f"工号 {staff_number} 已绑定，入账于位置 {position}（只记摘要）。 Bound, as a digest.",
    )


@account.command("withdraw")
@click.argument("person")
@click.option("--reason", required=True, help="理由，将入账。 Why; it goes on record.")
@registrar_option
@json_option
@pass_context
def withdraw(
    context: Context, person: str, reason: str, acting_person: str | None, as_json: bool
) -> None:
    r"""停用 PERSON 的全部密钥（遗失、离任）。 Believe no key of PERSON any more.

    \b
    Exit status: 0 done; 1 refused; 2 it could not be tried.
    """
    from services.accounts import withdraw_keys

    stream = person_of(context, person)
    done = withdraw_keys(
        context.books.desk, stream, reason, acting(context, acting_person).as_who()
    )
    Speaking(as_json).say(
        {"outcome": "withdrawn", "person": stream, "keys": len(done)},
        f"{stream} 的 {len(done)} 把密钥已停用。 Withdrawn.",
    )


@account.command("list")
@json_option
@pass_context
def list_accounts(context: Context, as_json: bool) -> None:
    r"""持有账户密钥的人员及其角色。 Who has a key in force, and in which roles.

    \b
    Exit status: 0 done; 2 it could not be tried.
    """
    from datetime import UTC, datetime

    now = datetime.now(UTC)
    rules = context.rules
    rows = [
        {
            "person": person.id,
            "roles": [f"{one.role.value}@{one.unit}" for one in person.grants if one.stands(now)],
            "keys": [key.split("+")[1] for key in person.keys],
        }
        for person in sorted(rules.people.values(), key=lambda one: one.id)
        if person.keys
    ]
    if not as_json:
        rows = [
            {**row, "roles": "、".join(row["roles"]), "keys": " ".join(row["keys"])} for row in rows
        ]
    print_table(
        "account", rows, as_json, (("person", "人员"), ("roles", "角色"), ("keys", "密钥编号"))
    )
